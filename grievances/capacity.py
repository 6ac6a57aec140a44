"""In which capacities somebody stands towards a ticket: the machine file's E, S, G, H, P, L, 街道."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from community import held
from community.kinds import ENTERPRISE_KINDS, GRID_KINDS, PostKind
from community.models import Post
from grievances.models.work import Dispatch
from grievances.states import LIVE_DISPATCH, Actor, State
from wording.prepared import Prepared

if TYPE_CHECKING:
    from accounts.models import User
    from grievances.models import Grievance

# What a specialist may type in for a department that has no account (转办).
PROXY_EVENTS = frozenset({"acknowledge", "return_dispatch", "finish"})


@dataclass(frozen=True)
class Standing:
    """`posts` says through which post each capacity is held; `proxy`: handler only on behalf of a department without an account."""

    posts: dict[Actor, Post | None] = field(default_factory=dict)
    proxy: bool = False
    co_units: frozenset[int] = frozenset()
    main: Dispatch | None = None

    def may(self, actors: tuple[Actor, ...], event: str) -> Actor | None:
        """The first of `actors` this person stands in for the event, or None."""
        for actor in actors:
            if actor not in self.posts:
                continue
            if actor == Actor.HANDLER and self.proxy and event not in PROXY_EVENTS:
                continue
            return actor
        return None


def standing(grievance: Grievance, user: User, kinds: tuple[str, ...] | None = None) -> Standing:
    """In which capacities, through all posts or those of `kinds` (a door's). Whoever has any sees the ticket: never more than `visible_to`.

    One query for the dispatches of a ticket that is out, one for representatives; none for anybody else.
    """
    if grievance.submitted_at is None and grievance.filed_by_id != user.pk:
        return Standing()
    found: dict[Actor, Post | None] = {}
    main, co = _live_dispatches(grievance)
    co_mine: set[int] = set()
    for post in held(user):
        if kinds is not None and post.kind not in kinds:
            continue
        for actor in _capacities(post, grievance, user):
            found.setdefault(actor, post)
        units = units_of(post)
        if main is not None and main.unit_id in units and _may_work(post, grievance):
            found.setdefault(Actor.HANDLER, post)
        if units & co and _may_work(post, grievance):
            found.setdefault(Actor.PARTNER, post)
            co_mine |= units & co
    proxy = False
    if main is not None and not main.unit.has_account and Actor.SPECIALIST in found and Actor.HANDLER not in found:
        found[Actor.HANDLER] = found[Actor.SPECIALIST]
        proxy = True
    return Standing(found, proxy, frozenset(co_mine), main)


def dispatches(grievance: Grievance) -> list[Dispatch]:
    """Every dispatch of the present cycle, oldest first, with its unit; read once for one instance of the ticket."""
    known = grievance.__dict__.get("_dispatches")
    if known is None or known[0] != grievance.cycle:
        rows = Dispatch.objects.filter(grievance=grievance, cycle=grievance.cycle).select_related("unit").order_by("pk")
        known = grievance.__dict__["_dispatches"] = (grievance.cycle, list(rows))
    return list(known[1])


def forget_dispatches(grievance: Grievance) -> None:
    """After rows were added or changed in the database alone."""
    grievance.__dict__.pop("_dispatches", None)


def _live_dispatches(grievance: Grievance) -> tuple[Dispatch | None, set[int]]:
    """The main dispatch and the keys of the co-handling units."""
    main, co = None, set()
    if grievance.unit_id is None or not grievance.is_open:
        return main, co
    for row in dispatches(grievance):
        if row.state not in LIVE_DISPATCH:
            continue
        if row.is_main:
            main = row
        else:
            co.add(row.unit_id)
    return main, co


def units_of(post: Post) -> set[int]:
    """The units in whose name a post works: its own, and for grid staff the unit of their grid."""
    units = {post.unit_id} if post.unit_id else set()
    if post.kind in GRID_KINDS and post.grid is not None:
        unit = getattr(post.grid, "unit", None)
        if unit is not None:
            units.add(unit.pk)
    return units


def _may_work(post: Post, grievance: Grievance) -> bool:
    """An operator never works on a confidential ticket from its own park, even if it was once sent there."""
    if post.kind == PostKind.OPERATOR and grievance.confidential:
        return grievance.park is None or grievance.park.operator_id != post.unit_id
    return True


def _capacities(post: Post, grievance: Grievance, user: User) -> list[Actor]:
    filed = grievance.filed_by_id == user.pk
    match post.kind:
        case PostKind.ENTERPRISE_MANAGER | PostKind.ENTERPRISE_MEMBER | PostKind.EMPLOYEE:
            return [Actor.ENTERPRISE] if _speaks_for(post, grievance, filed) else []
        case PostKind.STEWARD | PostKind.GRID_LEADER | PostKind.GRID_STAFF | PostKind.GRID_PART_TIME:
            return [Actor.GRID] if filed and grievance.on_behalf and not grievance.personal else []
        case PostKind.SPECIALIST if post.community_id == grievance.community_id:
            return [Actor.SPECIALIST]
        case PostKind.LEADER if post.community_id == grievance.community_id:
            return [Actor.LEADER]
        case PostKind.STREET if post.street_id == grievance.community.street_id:
            return [Actor.STREET]
        case _:
            return []


def _speaks_for(post: Post, grievance: Grievance, filed: bool) -> bool:
    """For the enterprise: its manager and members. For a personal ticket: nobody but the person who filed it."""
    own = filed and not grievance.on_behalf
    if (grievance.personal or grievance.state == State.DRAFT) and not own:
        return False
    if post.kind not in ENTERPRISE_KINDS:
        return grievance.personal
    known = post.__dict__.get("_enterprise")
    if known is not None:
        return bool(known == grievance.enterprise_id)
    return any(each.pk == post.pk for each in enterprise_posts(grievance))


def speaks_for(post: Post, enterprise: int) -> None:
    """Of a post whose enterprise has been read in this request: it need not be looked for among the enterprise's people."""
    post.__dict__["_enterprise"] = enterprise


def enterprise_posts(grievance: Grievance) -> list[Post]:
    """The posts of the enterprise's manager and members, former and future ones too, with their people; read once for one instance."""
    known: list[Post] | None = grievance.__dict__.get("_enterprise_posts")
    if known is None:
        known = grievance.__dict__["_enterprise_posts"] = _speaking_for(grievance.enterprise_id)
    return known


# Asked by every move of an enterprise, and by every move an enterprise is told about.
_speaking_for = Prepared(
    lambda enterprise: (
        Post.objects.filter(kind__in=ENTERPRISE_KINDS, representative__enterprise=enterprise).select_related("user").order_by("pk")
    )
)
