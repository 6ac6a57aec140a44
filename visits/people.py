"""Who pays a visit: the roles a class may name, and who holds them for an enterprise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from community.kinds import GRID_KINDS, PostKind
from community.models import Post, Unit
from enterprises.models import Enterprise, Tenancy
from grievances.models import Grievance
from visits.models import ClassVersion, Companion, Reason, Task, Visitor
from visits.states import Result, VisitorKind

#: Role → what it is called. `handler`: the specialist responsible for the enterprise's open ticket.
ROLES = {
    "grid_staff": "专职网格员",
    "grid_leader": "网格长",
    "steward": "园区长",
    "handler": "诉求责任专员",
    "window:DJ": "党群建设专员",
    "window:JF": "经济发展专员",
    "window:GS": "公共事务专员",
    "window:ZL": "综合治理专员",
    "leader": "社区负责人",
}
#: Somebody of these kinds records a visit; a steward only comes along.
STAFF_KINDS = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET, *GRID_KINDS)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may pay the visit. `role`: on what ground; `known`: how often he has met this enterprise."""

    user: User
    role: str
    known: int


def roles_of(task: Task) -> list[str]:
    """In order of the classes' weights, each role once: the first is responsible."""
    versions = _versions(Reason.objects.open().filter(enterprise=task.enterprise_id).values_list("visit_class", "since_on"))
    return list(dict.fromkeys(role for version in versions for role in version.who))


def _versions(matters: Iterable[tuple[int, Any]]) -> list[ClassVersion]:
    rows = list(matters)
    found = {}
    by_class = ClassVersion.objects.filter(visit_class__in={key for key, _ in rows}).order_by("from_on")
    for version in by_class:
        if any(key == version.visit_class_id and version.from_on <= since for key, since in rows):
            found[version.visit_class_id] = version
    return sorted(found.values(), key=lambda version: (-version.weight, version.pk))


def candidates(task: Task, at: datetime) -> list[Candidate]:
    """Whoever is on duty in one of the roles, the responsible role first, and in it whom the enterprise knows best."""
    posts = Post.objects.on_duty(at).filter(community=task.community_id).select_related("user", "unit")
    seats = Tenancy.objects.open().filter(enterprise=task.enterprise_id).order_by("-is_main", "pk").select_related("building__park")
    seat = seats.first()
    met = _met(task.enterprise_id)
    found: dict[int, Candidate] = {}
    for role in roles_of(task):
        rows = [post.user for post in _holding(role, posts, seat, task)]
        for user in sorted(rows, key=lambda user: (-met.get(user.pk, 0), user.pk)):
            found.setdefault(user.pk, Candidate(user, role, met.get(user.pk, 0)))
    return list(found.values())


def _holding(role: str, posts: QuerySet[Post], seat: Tenancy | None, task: Task) -> QuerySet[Post]:
    park = seat.building.park if seat is not None else None
    match role:
        case "grid_staff":
            return posts.filter(kind=PostKind.GRID_STAFF, grid=park.grid_id) if park is not None and park.grid_id else posts.none()
        case "grid_leader":
            return posts.filter(kind=PostKind.GRID_LEADER, grid=park.grid_id) if park is not None and park.grid_id else posts.none()
        case "steward":
            return posts.filter(kind=PostKind.STEWARD, park_post__park=park) if park is not None else posts.none()
        case "handler":
            tickets = Grievance.objects.open().filter(enterprise=task.enterprise_id, personal=False, confidential=False)
            return posts.filter(kind=PostKind.SPECIALIST, user__in=tickets.values("assignee"))
        case "leader":
            return posts.filter(kind=PostKind.LEADER)
        case _:
            windows = Unit.objects.filter(community=task.community_id, code=role.removeprefix("window:"))
            return posts.filter(kind=PostKind.SPECIALIST, unit__in=windows)


def _met(enterprise: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for user in Visitor.objects.filter(visit__enterprise=enterprise, visit__result=Result.MET).values_list("user_id", flat=True):
        found[user] = found.get(user, 0) + 1
    return found


@dataclass(frozen=True)
class Comer:
    """Somebody who may be among the visitors, as what, and for which unit."""

    user: User
    kind: str
    unit: Unit | None


_COMES_AS = {
    **dict.fromkeys((PostKind.SPECIALIST, PostKind.LEADER, *GRID_KINDS), VisitorKind.STAFF),
    PostKind.STREET: VisitorKind.STREET,
    PostKind.STEWARD: VisitorKind.STEWARD,
    PostKind.PARTNER: VisitorKind.PARTNER,
    PostKind.DEPARTMENT: VisitorKind.DEPARTMENT,
}


def comes_as(posts: Iterable[Post], enterprise: Enterprise) -> tuple[str, Unit | None] | None:
    """As what the holder of these posts stands at the door of this enterprise; None: as nobody."""
    for post in posts:
        here = post.community_id == enterprise.community_id or (post.street_id and post.street_id == enterprise.community.street_id)
        if here and post.kind in _COMES_AS:
            return _COMES_AS[PostKind(post.kind)], post.unit
    return None


def may_come(enterprise: Enterprise, task: Task | None, at: datetime) -> list[Comer]:
    """Staff of the community, the stewards of the enterprise's parks, and whoever was asked along; each once, staff first."""
    parks = Tenancy.objects.open().filter(enterprise=enterprise).values("building__park")
    asked = Companion.objects.filter(task=task).exclude(coming=False).values("user") if task is not None else []
    there = Q(kind__in=(PostKind.SPECIALIST, PostKind.LEADER, *GRID_KINDS), community=enterprise.community_id)
    there |= Q(kind=PostKind.STEWARD, park_post__park__in=parks)
    there |= Q(user__in=asked, kind__in=list(_COMES_AS)) & (Q(community=enterprise.community_id) | Q(street=enterprise.community.street_id))
    rows = Post.objects.effective(at).filter(there, user__is_active=True).select_related("user", "unit")
    found: dict[int, Comer] = {}
    for post in sorted(rows, key=lambda post: (_COMES_AS[PostKind(post.kind)] != VisitorKind.STAFF, post.user.display_name, post.pk)):
        found.setdefault(post.user_id, Comer(post.user, _COMES_AS[PostKind(post.kind)], post.unit))
    return list(found.values())
