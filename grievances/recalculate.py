"""A published calendar year moves the deadlines that rested on a presumption; the budget in working time stays what it was (INV27)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

import notices
import workdays
from grievances.clocks import Clocks
from grievances.models import Clock, Grievance, Recalculation
from grievances.states import ClockCode
from workdays.models import PublishedYear

BATCH = 1000
# A date somebody wrote down is not worked out from the calendar, so no calendar moves it.
_BY_DATE = (ClockCode.SUPERVISE, ClockCode.SUPPLEMENT)


def after_publication(at: datetime) -> int:
    """Running clocks not yet due, made under an older calendar, due on or after the first day that changed. Returns how many tickets moved."""
    newest = PublishedYear.objects.order_by("-recorded_at", "-pk").first()
    if newest is None:
        return 0
    opening = workdays.calendar().opening(newest.first_changed_on)
    stale = Clock.objects.filter(ended_at__isnull=True, due_at__gte=max(at, opening)).exclude(code__in=_BY_DATE)
    stale = stale.exclude(calendar_version=workdays.calendar().version)
    keys = list(stale.order_by("grievance").values_list("grievance", flat=True).distinct()[:BATCH])
    return sum(_recalculate(key, at) for key in keys)


def _recalculate(key: int, at: datetime) -> int:
    with transaction.atomic():
        grievance = Grievance.objects.select_for_update().get(pk=key)
        clocks = Clocks.of(grievance)
        moved = [change for clock in clocks.running.values() if clock.code not in _BY_DATE for change in _anew(clocks, clock, at)]
        Recalculation.objects.bulk_create(moved, ignore_conflicts=True)
        clocks.save()
        clocks.mirror()
        grievance.save(update_fields=["promise_due_at", "next_due_at", "next_clock", "provisional"])
        if any(change.clock.code == ClockCode.PROMISE for change in moved):
            _tell(grievance, at)
    return int(bool(moved))


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


def _tell(grievance: Grievance, at: datetime) -> None:
    people = [person for person in (grievance.assignee, None if grievance.on_behalf else grievance.filed_by) if person is not None]
    notices.tell(
        f"recalculated:{grievance.pk}:{grievance.promise_due_at:%Y%m%d%H%M}", people,
        title=f"放假安排公布，承诺期限有调整：{grievance.number}", body=grievance.title,
        link=f"/grievances/{grievance.number}/", at=at, kind="deadline",
    )  # fmt: skip
