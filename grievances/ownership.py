"""无主件: an open ticket always has exactly one owner in office and a next due time (DESIGN §5, INV08). This finds those that have not.

The database refuses the first two kinds by itself (`grievance_open_has_owner_and_due`); they are looked for all the same,
because a check that trusts what it checks proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from community.kinds import PostKind
from community.models import Post
from grievances.models import Clock, Dispatch, Grievance
from grievances.models.querysets import GrievanceQuerySet
from grievances.states import LIVE_DISPATCH, WITH_MAIN_UNIT


@dataclass(frozen=True)
class Flaw:
    """One way of belonging to nobody. `rule` says in words what the rows are that `rows` finds among the open ones."""

    code: str
    label: str
    rule: str
    rows: Callable[[GrievanceQuerySet, datetime], GrievanceQuerySet]


def _no_owner(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    return rows.filter(assignee__isnull=True)


def owner_left(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    office = Post.objects.in_force(at).filter(
        user=OuterRef("assignee"), community=OuterRef("community"), kind__in=(PostKind.SPECIALIST, PostKind.LEADER)
    )
    return rows.filter(~Exists(office), assignee__isnull=False)


def _no_due(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    return rows.filter(Q(next_due_at__isnull=True) | Q(promise_due_at__isnull=True))


def _no_clock(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    return rows.filter(~Exists(Clock.objects.filter(grievance=OuterRef("pk"), ended_at__isnull=True)))


def _not_one_unit(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    live = Dispatch.objects.filter(grievance=OuterRef("pk"), cycle=OuterRef("cycle"), is_main=True, state__in=LIVE_DISPATCH)
    counted = live.order_by().values("grievance").annotate(n=Count("pk")).filter(n=1)
    return rows.filter(state__in=WITH_MAIN_UNIT).filter(~Exists(counted))


FLAWS: tuple[Flaw, ...] = (
    Flaw("no_owner", "没有责任专员", "在办，且责任专员为空", _no_owner),
    Flaw("owner_left", "责任专员已离任", "在办，且责任专员在本社区已没有专员或负责人岗位", owner_left),
    Flaw("no_due", "没有下一个期限", "在办，且承诺期限或最近期限为空", _no_due),
    Flaw("no_clock", "没有在走的时限", "在办，且没有任何一个时限在计时", _no_clock),
    Flaw("not_one_unit", "主办单位不是一个", "已派单到待反馈之间，且本轮在办的主办派单不是正好一条", _not_one_unit),
)


def without_owner_or_due(at: datetime, rows: GrievanceQuerySet | None = None) -> GrievanceQuerySet:
    """Open tickets with any of the flaws, of `rows` or of all; empty, always."""
    opened = (Grievance.objects.all() if rows is None else rows).open()
    found = Q(pk__in=[])
    for flaw in FLAWS:
        found |= Q(pk__in=flaw.rows(Grievance.objects.open(), at).values("pk"))
    return opened.filter(found)


def flaws(at: datetime, rows: GrievanceQuerySet) -> list[tuple[Flaw, int]]:
    """Each flaw with how many of `rows` have it."""
    return [(flaw, flaw.rows(rows.open(), at).count()) for flaw in FLAWS]
