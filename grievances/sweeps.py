"""What is due by the clock. Each sweep may run any number of times, late or twice at once, and the outcome is the same (INV22)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils import timezone

import notices
import workdays
from accounts.models import User
from community.models import Unit
from grievances import automatic, groups, morning, notify, owners, recalculate, site_visits, succession, workflow
from grievances.clocks import calendar_of
from grievances.models import Clock, Dispatch, Escalation, FollowUp, Grievance, Letter
from grievances.rating import is_drawn, start_follow_up
from grievances.states import OPEN, ClockCode, DispatchState, State
from wording.errors import Refused

logger = logging.getLogger(__name__)
BATCH = 1000
RED = ("late", "late1", "late3")
REMINDERS = (("remind1", 2), ("remind2", 4))
INVITE_AFTER_WORKDAYS = 3
ESCALATED = (
    ClockCode.PROMISE,
    ClockCode.ACCEPT,
    ClockCode.DISPATCH,
    ClockCode.ACK,
    ClockCode.HANDLE,
    ClockCode.FEEDBACK,
    ClockCode.CONTACT,
)


def resume_due(at: datetime) -> int:
    """Suspended tickets whose date has come; the pause itself ended on that date, whenever this runs."""
    rows = Grievance.objects.filter(state=State.SUSPENDED, resume_at__lte=at).order_by("pk")[:BATCH]
    return _each(rows, lambda row: workflow.apply(row, "resume", by=None, at=at, reason="due"))


def remind_supplement(at: datetime) -> int:
    """第 2、4 个工作日提醒补正."""
    done = 0
    rows = Clock.objects.filter(code=ClockCode.SUPPLEMENT, ended_at__isnull=True, grievance__state=State.RETURNED)
    for clock in rows.select_related("grievance__community", "grievance__filed_by").order_by("pk")[:BATCH]:
        calendar = calendar_of(clock.grievance.community)
        for level, days in REMINDERS:
            due = workdays.nth_workday(timezone.localtime(clock.started_at).date(), days, calendar=calendar).on
            if timezone.localtime(at).date() >= due:
                done += _warn(clock, level, at, notify.filers(clock.grievance, at), "请尽快补正材料")
    return done


def end_unsupplemented(at: datetime) -> int:
    overdue = Clock.objects.filter(code=ClockCode.SUPPLEMENT, ended_at__isnull=True, due_at__lt=at).values("grievance")
    rows = Grievance.objects.filter(state=State.RETURNED, pk__in=overdue).order_by("pk")[:BATCH]
    return _each(rows, lambda row: workflow.apply(row, "supplement_timeout", by=None, at=at))


def escalate(at: datetime) -> int:
    """预算 50 % 提醒承办，80 % 提醒承办与专员；逾期立即告网格长，+1 个工作日告社区负责人，+3 个工作日告街道. Never for a ticket that is over."""
    done = 0
    horizon = Clock.objects.filter(code__in=ESCALATED, ended_at__isnull=True, grievance__state__in=OPEN)
    horizon = horizon.exclude(grievance__state__in=(State.SUSPENDED, State.RETURNED))
    rows = horizon.select_related(
        "grievance__community__street", "grievance__assignee", "grievance__handler", "grievance__unit", "grievance__grid"
    ).prefetch_related("escalations", "grievance__pauses")
    for clock in rows.order_by("due_at", "pk").iterator(chunk_size=BATCH):
        given = {row.level for row in clock.escalations.all()}
        for level, reached, audience, title in _levels(clock, at):
            if level not in given and reached:
                done += _warn(clock, level, at, audience(), title)
    return done


def _levels(clock: Clock, at: datetime) -> list[tuple[str, bool, Callable[[], list[User]], str]]:
    grievance = clock.grievance
    calendar = calendar_of(grievance.community)
    spans = [workdays.Span(p.from_at, p.until_at) for p in grievance.pauses.all() if p.cycle == clock.cycle and p.until_at > p.from_at]
    pauses = spans if clock.code in (ClockCode.PROMISE, ClockCode.HANDLE) else []
    used = workdays.elapsed(clock.started_at, at, calendar=calendar, pauses=pauses) if at > clock.started_at else 0
    name = clock.get_code_display()
    late = at > clock.due_at

    def working() -> list[User]:
        return owners.workers(grievance, at) if grievance.unit is not None else _assignee(grievance)

    def past(days: int) -> bool:
        return late and at > workdays.days_limit(clock.due_at, days, calendar=calendar).at

    return [
        ("half", used * 2 >= clock.budget_seconds, working, f"{name}时限已过半"),
        ("most", used * 5 >= clock.budget_seconds * 4, lambda: [*working(), *_assignee(grievance)], f"{name}时限将到"),
        ("late", late, lambda: [*working(), *_assignee(grievance), *owners.grid_leaders(grievance, at)], f"{name}已逾期"),
        ("late1", past(1), lambda: owners.leaders(grievance, at), f"{name}逾期超过 1 个工作日"),
        ("late3", past(3), lambda: owners.street_officials(grievance, at), f"{name}逾期超过 3 个工作日"),
    ]


def _assignee(grievance: Grievance) -> list[User]:
    return [grievance.assignee] if grievance.assignee is not None else []


def _warn(clock: Clock, level: str, at: datetime, people: list[User], title: str) -> int:
    """One row per clock and level decides who warns, re-checking under lock that the clock still runs to the same deadline (F21)."""
    with transaction.atomic():
        still = (
            Clock.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=clock.pk, ended_at__isnull=True, due_at=clock.due_at)
            .first()
        )
        if still is None:
            return 0
        _, new = Escalation.objects.get_or_create(clock=clock, level=level, defaults={"at": at})
        if level == "late" and still.breached_at is None:
            still.breached_at = still.due_at
            still.save(update_fields=["breached_at"])
        if not new:
            return 0
        grievance = clock.grievance
        notices.tell(
            f"clock:{clock.pk}:{level}", people, title=f"{title}：{grievance.number}", body=grievance.title,
            link=f"/grievances/{grievance.number}/", at=at, kind="deadline",
            urgent=level in RED or groups.is_red(grievance),
        )  # fmt: skip
        if level == "late":
            groups.tell_late(grievance, f"clock:{clock.pk}:{level}", title, at)
    return 1


def invite_rating(at: datetime) -> int:
    """3 个工作日未评提醒一次; silence is never satisfaction, so the window simply runs out."""
    done = 0
    rows = Clock.objects.filter(code=ClockCode.RATING_WINDOW, ended_at__isnull=True, grievance__state=State.CLOSED, due_at__gt=at)
    rows = rows.exclude(escalations__level="invite").select_related("grievance__community", "grievance__filed_by")
    for clock in rows.order_by("pk")[:BATCH]:
        calendar = calendar_of(clock.grievance.community)
        if at > workdays.days_limit(clock.started_at, INVITE_AFTER_WORKDAYS, calendar=calendar).at:
            done += _warn(clock, "invite", at, notify.filers(clock.grievance, at), "请您评价这次办理")
    return done


def end_rating_windows(at: datetime) -> int:
    """A window that has run out stops at its end."""
    rows = Clock.objects.filter(code=ClockCode.RATING_WINDOW, ended_at__isnull=True, due_at__lt=at)
    return sum(_end(clock) for clock in rows.order_by("pk")[:BATCH])


def _end(clock: Clock) -> int:
    return Clock.objects.filter(pk=clock.pk, ended_at__isnull=True).update(ended_at=clock.due_at)


def remind_letters(at: datetime) -> int:
    """A letter due tomorrow or earlier and still unanswered: the responsible specialist is told once a working day."""
    today = timezone.localtime(at).date()
    done = 0
    rows = Letter.objects.filter(answered_at__isnull=True, dispatch__state__in=(DispatchState.SENT, DispatchState.ACKNOWLEDGED))
    for letter in rows.select_related("dispatch__grievance__community", "dispatch__grievance__assignee", "dispatch__unit").order_by("pk")[
        :BATCH
    ]:
        grievance = letter.dispatch.grievance
        calendar = calendar_of(grievance.community)
        if not calendar.is_workday(today) or workdays.nth_workday(today, 1, calendar=calendar).on < letter.due_on:
            continue
        if letter.reminded_at is not None and timezone.localtime(letter.reminded_at).date() >= today:
            continue
        with transaction.atomic():
            fresh = Letter.objects.filter(pk=letter.pk, answered_at__isnull=True, reminders=letter.reminders)
            if fresh.update(reminded_at=at, reminders=letter.reminders + 1) and grievance.assignee is not None:
                notices.tell(
                    f"letter:{letter.pk}:{today}", [grievance.assignee], title=f"请催{letter.dispatch.unit.name}答复：{grievance.number}",
                    body=f"{letter.number}，答复期限 {letter.due_on:%m月%d日}", link=f"/grievances/{grievance.number}/", at=at, kind="deadline",
                )  # fmt: skip
                done += 1
    return done


def warn_of_ended_agreements(at: datetime) -> int:
    """A firm whose agreement has run out sees its tickets no more: the responsible specialist must dispatch them anew."""
    today = timezone.localtime(at).date()
    usable = Unit.objects.usable(today)
    rows = Dispatch.objects.filter(state__in=(DispatchState.SENT, DispatchState.ACKNOWLEDGED), grievance__state__in=OPEN)
    done = 0
    for row in rows.exclude(unit__in=usable).select_related("grievance__assignee", "unit").order_by("pk")[:BATCH]:
        done += notices.tell(
            f"unusable:{row.pk}", _assignee(row.grievance), title=f"{row.unit.name}已停用或协议到期，请收回改派：{row.grievance.number}",
            body=row.grievance.title, link=f"/grievances/{row.grievance.number}/", at=at, kind="deadline",
        )  # fmt: skip
    return done


def draw_spot_checks(at: datetime) -> int:
    """抽查: one in ten of the tickets closed by their own handler, drawn by number."""
    rows = Grievance.objects.filter(spot_check=True, state__in=(State.CLOSED, State.RATED)).exclude(
        follow_ups__kind=FollowUp.Kind.SPOT_CHECK
    )
    drawn = [row for row in rows.select_related("community__street", "window").order_by("-answered_at")[:BATCH] if is_drawn(row.number)]
    return _each(drawn, lambda row: draw(row, at))


def draw(grievance: Grievance, at: datetime) -> None:
    """Puts a ticket on the list of spot checks; drawing it again changes nothing."""
    row, new = start_follow_up(grievance, FollowUp.Kind.SPOT_CHECK, at)
    if new:
        notices.tell(
            f"spot:{grievance.pk}:{grievance.cycle}", [row.owner], title=f"请抽查回访：{grievance.number}", body=grievance.title,
            link=f"/grievances/{grievance.number}/", at=at, kind="follow_up",
        )  # fmt: skip


def _each(rows, deed: Callable[[Grievance], object]) -> int:
    """One transaction a ticket: what has moved on meanwhile refuses, and the others go on, whatever the database says of one (R20)."""
    done = 0
    for row in rows:
        try:
            deed(row)
        except Refused:
            continue
        except DatabaseError:
            logger.exception("sweep: ticket %s put off", row.number)
            continue
        done += 1
    return done


SWEEPS: dict[str, Callable[[datetime], int]] = {
    "resume": resume_due,
    "remind_supplement": remind_supplement,
    "end_unsupplemented": end_unsupplemented,
    "escalate": escalate,
    "invite_rating": invite_rating,
    "end_rating_windows": end_rating_windows,
    "remind_letters": remind_letters,
    "ended_agreements": warn_of_ended_agreements,
    "spot_checks": draw_spot_checks,
    "recalculate": recalculate.after_publication,
    "site_visits": site_visits.warn_overdue,
    "site_visit_days": site_visits.recalculate,
    "automatic": automatic.by_rule,
    "adopt": succession.adopt,
    "morning": morning.send,
}
