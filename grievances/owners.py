"""Who answers for a ticket: the specialist on duty of its window (首接负责), or whoever stands in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import User
from community.kinds import GRID_KINDS, PostKind
from community.models import Absence, Community, Post, Unit
from community.steady import remembered
from grievances.models.catalogue import CATCH_ALL, ServiceItem
from grievances.states import OPEN
from wording.errors import Refused
from wording.prepared import Prepared

if TYPE_CHECKING:
    from grievances.models import Grievance


class NobodyThere(Refused):
    """The community has neither a specialist nor a leader in post, so nobody could answer for the ticket."""

    code = "nobody_there"
    status_hint = 409


def window_of(community: Community, item: ServiceItem | None) -> Unit:
    """The item's window; without an item, that of the catch-all (兜底)."""
    if item is not None:
        return item.window
    return ServiceItem.objects.select_related("window").get(community=community, code=CATCH_ALL).window


def specialists(community_id: int, at: datetime) -> list[User]:
    """Specialists and leaders on duty, by name; those a ticket may be handed to."""
    posts = Post.objects.on_duty(at).filter(community=community_id, kind__in=(PostKind.SPECIALIST, PostKind.LEADER))
    return sorted(holders(posts), key=lambda person: (person.name, person.pk))


def duty_specialist(window: Unit, at: datetime, *, but: int | None = None) -> User:
    """On duty in the window with the fewest open tickets; else a deputy, any other specialist, the leader — in that order.

    `but`: the key of somebody who must not get it (he rejected it, or he is leaving). Raises NobodyThere.
    """
    community = window.community_id
    for choice in (
        lambda: _specialists_of(window, at),
        lambda: _deputies_in(window, at),
        lambda: _on_duty(PostKind.SPECIALIST, community, at),
        lambda: _on_duty(PostKind.LEADER, community, at),
        # Everybody is away: better the leader's (or anybody's) desk than nobody's, for no ticket may be without an owner (C08).
        lambda: _in_post(PostKind.LEADER, community, at),
        lambda: _in_post(PostKind.SPECIALIST, community, at),
    ):
        person = _least_busy([each for each in choice() if each.pk != but])
        if person is not None:
            return person
    raise NobodyThere("本社区还没有在任的专员或负责人，暂时无法接收诉求；请联系街道。")


def still_or_next(grievance: Grievance, at: datetime) -> User:
    """Whose ticket it was when it was put away, if he is still in post; else the specialist on duty (INV13)."""
    posts = Post.objects.in_force(at).filter(community=grievance.community_id, kind__in=(PostKind.SPECIALIST, PostKind.LEADER))
    if grievance.assignee is not None and posts.filter(user=grievance.assignee).exists():
        return grievance.assignee
    assert grievance.window is not None
    return duty_specialist(grievance.window, at)


def holders(posts: QuerySet[Post]) -> list[User]:
    """Whose posts these are, each person once.

    A join and keys, not `IN (SELECT …)`: without statistics (a database just filled) PostgreSQL ran that once per user, a second each.
    """
    return _people(posts.select_related("user").order_by("pk"))


def _people(posts: Iterable[Post]) -> list[User]:
    return list({post.user_id: post.user for post in posts}.values())


@remembered
def _specialists_of(window: Unit, at: datetime) -> list[User]:
    return _people(_on_duty_in(window.pk, at))


# Asked by every filing.
_on_duty_in = Prepared(
    lambda window, at: Post.objects.on_duty(at).filter(kind=PostKind.SPECIALIST, unit=window).select_related("user").order_by("pk")
)


@remembered
def _deputies_in(window: Unit, at: datetime) -> list[User]:
    away = Absence.objects.running(at).filter(post__unit=window)
    return holders(Post.objects.on_duty(at).filter(community=window.community_id, pk__in=away.values("deputy")))


@remembered
def _on_duty(kind: str, community: int, at: datetime) -> list[User]:
    return holders(Post.objects.on_duty(at).filter(community=community, kind=kind))


@remembered
def _in_post(kind: str, community: int, at: datetime) -> list[User]:
    return holders(Post.objects.in_force(at).filter(community=community, kind=kind))


# Whoever has three hundred open is not told apart from whoever has more: to count them all would take longer than to file.
_BUSY = f"""
    SELECT person, (
        SELECT count(*) FROM (
            SELECT FROM grievances_grievance WHERE assignee_id = person AND state IN ({", ".join(["%s"] * len(OPEN))}) LIMIT 300
        ) AS counted
    ) FROM unnest(%s::bigint[]) AS person
"""


def _least_busy(people: list[User]) -> User | None:
    if len(people) < 2:
        return people[0] if people else None
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, [*OPEN, [person.pk for person in people]])
        busy = dict(cursor.fetchall())
    return min(people, key=lambda person: (busy[person.pk], person.pk))


@remembered
def people_of_unit(unit: Unit, at: datetime) -> list[User]:
    """Everybody on duty in a unit; for the unit of a grid its grid staff."""
    posts = Post.objects.on_duty(at).filter(_in_unit(unit))
    return holders(posts)


def _in_unit(unit: Unit) -> Q:
    where = Q(unit=unit)
    if unit.grid_id:
        where |= Q(grid=unit.grid_id, kind__in=GRID_KINDS)
    return where


@remembered
def _members(unit: Unit, at: datetime) -> list[User]:
    """Whoever is in post in a unit, on duty or not."""
    return holders(Post.objects.in_force(at).filter(_in_unit(unit)))


def workers(grievance: Grievance, at: datetime) -> list[User]:
    """The handler as long as he is of the main unit; before that, or when he has left it, everybody on duty there."""
    unit, handler = grievance.unit, grievance.handler
    if unit is None:
        return []
    if handler is not None and handler in _members(unit, at):
        return [handler]
    return people_of_unit(unit, at)


def is_on_duty(post: Post, at: datetime) -> bool:
    return bool(_if_on_duty(post, at))


@remembered
def _if_on_duty(post: Post, at: datetime) -> list[Post]:
    return list(Post.objects.on_duty(at).filter(pk=post.pk))


def leaders(grievance: Grievance, at: datetime) -> list[User]:
    return _in_post(PostKind.LEADER, grievance.community_id, at)


def street_officials(grievance: Grievance, at: datetime) -> list[User]:
    return _in_street(grievance.community.street_id, at)


@remembered
def _in_street(street: int, at: datetime) -> list[User]:
    return holders(Post.objects.in_force(at).filter(street=street, kind=PostKind.STREET))


def grid_leaders(grievance: Grievance, at: datetime) -> list[User]:
    if grievance.grid_id is None or grievance.personal or grievance.confidential:
        return []
    return _leading_grid(grievance.grid_id, at)


@remembered
def _leading_grid(grid: int, at: datetime) -> list[User]:
    return holders(Post.objects.in_force(at).filter(grid=grid, kind=PostKind.GRID_LEADER))
