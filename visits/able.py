"""Who may pay which visit, for many tasks at once: a handful of statements whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from community.kinds import PostKind
from community.models import Post
from enterprises.models import Tenancy
from grievances.models import Grievance
from visits.models import ClassVersion, Reason, Task, Visitor
from visits.states import Result

_GRID_ROLES = {"grid_staff": PostKind.GRID_STAFF, "grid_leader": PostKind.GRID_LEADER}


@dataclass(frozen=True)
class Owed:
    """What is known of one task: where the enterprise sits, which versions of classes ask for the visit, and who may pay it.

    `able`: key of a person → place of the role on whose ground (0: the responsible one). `met`: how often each has met the enterprise.
    """

    task: Task
    seat: Tenancy | None
    versions: tuple[ClassVersion, ...]
    able: dict[int, int]
    met: dict[int, int]


def owed_by(tasks: Sequence[Task], posts: Iterable[Post]) -> list[Owed]:
    """`posts`: those of whoever could go at all."""
    firms = [task.enterprise_id for task in tasks]
    seats: dict[int, Tenancy] = {}
    open_seats = Tenancy.objects.open().filter(enterprise__in=firms).order_by("is_main", "-pk").select_related("building__park")
    for seat in open_seats:
        seats[seat.enterprise_id] = seat  # the last one wins: the main one, else the oldest
    versions = _versions(firms)
    met = _met(firms)
    handlers = _handlers(firms)
    holders = _holders(posts)
    found = []
    for task in tasks:
        seat, asked = seats.get(task.enterprise_id), versions[task.enterprise_id]
        roles = list(dict.fromkeys(role for version in asked for role in version.who))
        able: dict[int, int] = {}
        for place, role in enumerate(roles):
            for user in _holding(role, holders, seat, handlers[task.enterprise_id]):
                able.setdefault(user, place)
        found.append(Owed(task, seat, asked, able, met[task.enterprise_id]))
    return found


def _versions(firms: Sequence[int]) -> dict[int, tuple[ClassVersion, ...]]:
    return versions_of(Reason.objects.open().filter(enterprise__in=firms))


def versions_of(reasons: QuerySet[Reason]) -> dict[int, tuple[ClassVersion, ...]]:
    """Of each enterprise, the versions under which these matters became owed; the weightiest first."""
    matters = list(reasons.values_list("enterprise_id", "visit_class_id", "since_on"))
    by_class: dict[int, list[ClassVersion]] = defaultdict(list)
    for version in ClassVersion.objects.filter(visit_class__in={row[1] for row in matters}).order_by("from_on"):
        by_class[version.visit_class_id].append(version)
    found: dict[int, dict[int, ClassVersion]] = defaultdict(dict)
    for firm, visit_class, since in matters:
        standing = [version for version in by_class[visit_class] if version.from_on <= since]
        if standing:
            found[firm][standing[-1].pk] = standing[-1]
    rows = {firm: tuple(sorted(each.values(), key=lambda version: (-version.weight, version.pk))) for firm, each in found.items()}
    return defaultdict(tuple, rows)


def in_their_words(reasons: QuerySet[Reason]) -> dict[int, tuple[str, ...]]:
    """Of each enterprise, the names of the classes, each once."""
    rows = {firm: tuple(dict.fromkeys(version.name for version in each)) for firm, each in versions_of(reasons).items()}
    return defaultdict(tuple, rows)


def _met(firms: Sequence[int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Visitor.objects.filter(visit__enterprise__in=firms, visit__result=Result.MET).values_list("visit__enterprise_id", "user_id")
    for firm, user in rows:
        found[firm][user] = found[firm].get(user, 0) + 1
    return found


def _handlers(firms: Sequence[int]) -> dict[int, set[int]]:
    """Specialists responsible for an open ticket of the enterprise; neither an employee's own nor a confidential one tells of itself here."""
    rows = Grievance.objects.open().filter(enterprise__in=firms, personal=False, confidential=False, assignee__isnull=False)
    found: dict[int, set[int]] = defaultdict(set)
    for firm, user in rows.values_list("enterprise_id", "assignee_id"):
        found[firm].add(user)
    return found


def _holders(posts: Iterable[Post]) -> dict[tuple[str, object], set[int]]:
    found: dict[tuple[str, object], set[int]] = defaultdict(set)
    for post in posts:
        found[post.kind, post.grid_id].add(post.user_id)
        found[post.kind, None].add(post.user_id)
        if post.kind == PostKind.SPECIALIST and post.unit is not None:
            found["window", post.unit.code].add(post.user_id)
    return found


def _holding(role: str, holders: dict[tuple[str, object], set[int]], seat: Tenancy | None, handlers: set[int]) -> list[int]:
    if role in _GRID_ROLES:
        grid = seat.building.park.grid_id if seat is not None else None
        return sorted(holders[_GRID_ROLES[role], grid]) if grid is not None else []
    if role == "handler":
        return sorted(handlers & holders[PostKind.SPECIALIST, None])
    if role == "leader":
        return sorted(holders[PostKind.LEADER, None])
    return sorted(holders["window", role.removeprefix("window:")]) if role.startswith("window:") else []
