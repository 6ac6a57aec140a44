"""A published calendar year, or other hours of a community, move the deadlines; the budget in working time stays what it was (INV27)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

import notices
import workdays
from community.models import Community
from grievances.clocks import Clocks, calendar_of, worked_pauses
from grievances.models import Clock, Grievance, Pause, Recalculation
from grievances.states import ClockCode
from workdays.models import PublishedYear

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 1000
#: Promises that would move, listed on the page.
SHOWN = 100
# A date somebody wrote down is not worked out from the calendar, so no calendar moves it.
_BY_DATE = (ClockCode.SUPERVISE, ClockCode.SUPPLEMENT)


def after_publication(at: datetime) -> int:
    """Running clocks not yet due, made under an older calendar, due on or after the first day that changed. Returns how many tickets moved."""
    changed = list(Community.objects.exclude(hours_changes=[]))
    stale = _stale(~Q(grievance__community__in=changed), workdays.calendar())
    for community in changed:
        stale |= _stale(Q(grievance__community=community), calendar_of(community))
    rows = Clock.objects.filter(stale, ended_at__isnull=True, due_at__gte=at).exclude(code__in=_BY_DATE)
    keys = list(rows.order_by("grievance").values_list("grievance", flat=True).distinct()[:BATCH])
    return sum(_recalculate(key, at) for key in keys)


def _stale(where: Q, calendar: workdays.Calendar) -> Q:
    """Clocks made by another calendar that what has changed since can reach. A mark in the version says that hours were changed once:
    what is taken back may have moved any of them."""
    days = [day for day, _ in calendar.hours.changes]
    newest = PublishedYear.objects.order_by("-recorded_at", "-pk").first()
    if newest is not None:
        days.append(newest.first_changed_on)
    reached = Q(calendar_version__contains="/")
    if days:
        reached |= Q(due_at__gte=calendar.opening(min(days)))
    return where & reached & ~Q(calendar_version=calendar.version)


@dataclass(frozen=True)
class Shift:
    """A promise that would move."""

    ticket: Grievance
    from_due_at: datetime
    to_due_at: datetime


@dataclass(frozen=True)
class Shifts:
    """`looked_at` running promises, `count` of them would move, `later` of these to a later time; `rows`: those this person may see."""

    looked_at: int
    count: int
    later: int
    rows: list[Shift]

    @property
    def sooner(self) -> int:
        return self.count - self.later


def preview(calendars: Mapping[int, workdays.Calendar], *, by: User, at: datetime) -> Shifts:
    """The running promises of these communities (by key) under the calendar each would have. Nothing is written; three queries."""
    clocks = list(Clock.objects.filter(code=ClockCode.PROMISE, ended_at__isnull=True, due_at__gte=at, grievance__community__in=calendars))
    of = dict(Grievance.objects.filter(pk__in=[clock.grievance_id for clock in clocks]).values_list("pk", "community"))
    pauses: dict[tuple[int, int], list[Pause]] = defaultdict(list)
    for pause in Pause.objects.filter(grievance__in=list(of)):
        pauses[pause.grievance_id, pause.cycle].append(pause)
    moved: dict[int, tuple[datetime, datetime]] = {}
    for clock in clocks:
        spans = worked_pauses(clock, pauses[clock.grievance_id, clock.cycle])
        due = workdays.add(clock.started_at, clock.budget_seconds, calendar=calendars[of[clock.grievance_id]], pauses=spans)
        if due.at != clock.due_at:
            moved[clock.grievance_id] = clock.due_at, due.at
    seen = (
        Grievance.objects.visible_to(by)
        .filter(pk__in=list(moved))
        .select_related("enterprise", "community")
        .order_by("promise_due_at", "pk")
    )
    rows = [Shift(ticket, *moved[ticket.pk]) for ticket in seen[:SHOWN]]
    return Shifts(len(clocks), len(moved), sum(to > was for was, to in moved.values()), rows)


def _recalculate(key: int, at: datetime) -> int:
    with transaction.atomic():
        grievance = Grievance.objects.select_for_update(no_key=True).get(pk=key)
        clocks = Clocks.of(grievance)
        moved = [change for clock in clocks.running.values() if clock.code not in _BY_DATE for change in _anew(clocks, clock, at)]
        Recalculation.objects.bulk_create(moved, ignore_conflicts=True)
        clocks.save()
        clocks.mirror()
        grievance.save(update_fields=["promise_due_at", "next_due_at", "next_clock", "provisional"])
        promised = next((change for change in moved if change.clock.code == ClockCode.PROMISE), None)
        if promised is not None:
            _tell(grievance, at, by_hours=_mark(promised.from_version) != _mark(promised.to_version))
    return int(bool(moved))


def _mark(version: str) -> str:
    return version.partition("/")[2]


def _anew(clocks: Clocks, clock: Clock, at: datetime) -> list[Recalculation]:
    if clock.due_at < at or clock.calendar_version == clocks.calendar.version:
        return []
    before, version = clock.due_at, clock.calendar_version
    clocks.recalculate(clock)
    if clock.due_at == before:
        return []
    return [
        Recalculation(
            clock=clock, at=at, from_due_at=before, to_due_at=clock.due_at, from_version=version, to_version=clocks.calendar.version
        )
    ]


def _tell(grievance: Grievance, at: datetime, *, by_hours: bool) -> None:
    why = "社区工作时间调整" if by_hours else "放假安排公布"
    people = [person for person in (grievance.assignee, None if grievance.on_behalf else grievance.filed_by) if person is not None]
    notices.tell(
        f"recalculated:{grievance.pk}:{grievance.promise_due_at:%Y%m%d%H%M}", people,
        title=f"{why}，承诺期限有调整：{grievance.number}", body=grievance.title,
        link=f"/grievances/{grievance.number}/", at=at, kind="deadline",
    )  # fmt: skip
