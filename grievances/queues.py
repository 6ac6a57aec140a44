"""The queues of a desk: which open work is whose. The same definition for list, tab count, API and export (INV21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from community import held
from community.kinds import PostKind
from grievances.capacity import units_of
from grievances.models import Clock
from grievances.models.querysets import GrievanceQuerySet
from grievances.states import ClockCode, DispatchState, State

if TYPE_CHECKING:
    from accounts.models import User

CAP = 1000  # tabs count to 999+


def my_units(user: User) -> set[int]:
    """Keys of every unit in whose name the user works."""
    return {key for post in held(user) for key in units_of(post)}


def my_windows(user: User) -> set[int]:
    return {post.unit_id for post in held(user, PostKind.SPECIALIST) if post.unit_id}


def _mine(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    """Assignee or handler is me, or my unit is 主办; what a colleague of my window handles himself is his."""
    windows = my_windows(user)
    outside = my_units(user) - windows
    return rows.open().filter(Q(assignee=user) | Q(handler=user) | Q(unit__in=outside) | Q(unit__in=windows, handler__isnull=True))


def _unassigned(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    """待受理: owned only by default, by the window's duty specialist."""
    return rows.filter(state=State.SUBMITTED)


def end_of_day(now: datetime) -> datetime:
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time()))


def _due_today(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    return rows.due_by(now, end_of_day(now))


def _overdue(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    return rows.overdue(now)


def _to_accept(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    """Dispatched to my unit, not yet 签收."""
    return rows.filter(state=State.DISPATCHED).of_unit(my_units(user), main=True, states=(DispatchState.SENT,))


def _waiting_enterprise(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    return rows.filter(state=State.RETURNED)


def _co_handling(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    return rows.open().of_unit(my_units(user), main=False, states=(DispatchState.SENT, DispatchState.ACKNOWLEDGED))


def _to_rate(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    running = Clock.objects.filter(code=ClockCode.RATING_WINDOW, ended_at__isnull=True, due_at__gte=now).values("grievance")
    return rows.filter(state=State.CLOSED, pk__in=running)


def _window(rows: GrievanceQuerySet, user: User, now: datetime) -> GrievanceQuerySet:
    """Everything open of my windows; for somebody without one, everything open in sight."""
    windows = my_windows(user)
    return rows.open().filter(window__in=windows) if windows else rows.open()


@dataclass(frozen=True)
class Queue:
    code: str
    label: str
    rows: Callable[[GrievanceQuerySet, User, datetime], GrievanceQuerySet]
    urgent: bool = False


QUEUES: dict[str, Queue] = {
    queue.code: queue
    for queue in (
        Queue("mine", "待我办理", _mine),
        Queue("due_today", "今日到期", _due_today, urgent=True),
        Queue("overdue", "已超期", _overdue, urgent=True),
        Queue("unassigned", "待受理", _unassigned),
        Queue("to_accept", "待签收", _to_accept),
        Queue("waiting_enterprise", "待企业补充", _waiting_enterprise),
        Queue("co_handling", "联合会办", _co_handling),
        Queue("to_rate", "待评价", _to_rate),
        Queue("window", "本窗口全部", _window),
    )
}


def select(rows: GrievanceQuerySet, code: str, user: User, now: datetime) -> GrievanceQuerySet:
    """Rows of one queue. Raises KeyError for a queue that does not exist."""
    return QUEUES[code].rows(rows, user, now)


def counts(rows: GrievanceQuerySet, user: User, now: datetime, codes: tuple[str, ...] = tuple(QUEUES)) -> dict[str, int]:
    """How many rows each queue has, counted up to CAP, in one query whatever the number of tabs."""
    if not codes:
        return {}
    parts = [select(rows, code, user, now).order_by().values("pk")[:CAP] for code in codes]
    return counting(dict(zip(codes, parts, strict=True))).ask()


@dataclass(frozen=True)
class Counting:
    """The one query, ready to be asked; `codes` are answered, with 0 where a queryset can have no row."""

    codes: tuple[str, ...]
    sql: str
    params: tuple[Any, ...]

    def ask(self) -> dict[str, int]:
        result = dict.fromkeys(self.codes, 0)
        if self.sql:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, self.params)
                result |= dict(cursor.fetchall())
        return result


def counting(parts: dict[str, GrievanceQuerySet]) -> Counting:
    """How many rows each of several querysets of one column has."""
    selects, params = [], []
    for code, part in parts.items():
        try:
            sql, args = part.query.sql_with_params()
        except EmptyResultSet:
            continue
        selects.append(f"SELECT %s AS code, count(*) AS n FROM ({sql}) AS part")
        params += [code, *args]
    return Counting(tuple(parts), " UNION ALL ".join(selects), tuple(params))
