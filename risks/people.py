"""Who may set a flag, who decides on its lowering, who is told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind, UnitKind
from community.models import Post, Unit
from community.posts import held
from enterprises.models import Representative
from grievances.catalogue import WINDOW_CODES
from grievances.owners import duty_specialist, holders
from risks.querysets import watched_by

if TYPE_CHECKING:
    from accounts.models import User
    from enterprises.models import Enterprise

#: The window that minds risks (综合治理).
WINDOW = WINDOW_CODES["综合治理"]
#: Who sets flags and asks to lower them; the street reads, and decides what a leader asked.
SETTERS = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS)


def in_sight(user: User, enterprise: Enterprise) -> bool:
    return watched_by(user).filter(pk=enterprise.pk).exists()


def may_set_for(user: User, enterprise: Enterprise) -> bool:
    """Somebody of the street who is a specialist elsewhere only reads here."""
    if not in_sight(user, enterprise):
        return False
    if any(post.community_id == enterprise.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)):
        return True
    grids = [post.grid_id for post in held(user, *GRID_KINDS)]
    return bool(grids) and enterprise.tenancies.filter(until_on__isnull=True, building__park__grid__in=grids).exists()


def decides_in(user: User, community: int) -> bool:
    """The leader, and the specialists of 综合治理."""
    leads = any(post.community_id == community for post in held(user, PostKind.LEADER))
    return leads or any(
        post.community_id == community and post.unit is not None and post.unit.code == WINDOW for post in held(user, PostKind.SPECIALIST)
    )


def may_decide(user: User, enterprise: Enterprise, asked_by: int, at: datetime) -> bool:
    """A second person: who decides here, or the street for what a leader asked."""
    if user.pk == asked_by:
        return False
    if decides_in(user, enterprise.community_id):
        return True
    street = enterprise.community.street_id
    if not any(post.street_id == street for post in held(user, PostKind.STREET)):
        return False
    asker = Post.objects.in_force(at).filter(user=asked_by, kind=PostKind.LEADER, community=enterprise.community_id)
    return asker.exists()


def deciders(community: int, at: datetime) -> list[User]:
    """Whoever is in post and decides there."""
    there = Q(kind=PostKind.LEADER) | Q(kind=PostKind.SPECIALIST, unit__code=WINDOW)
    return holders(Post.objects.in_force(at).filter(there, community=community))


def street_of(street: int, at: datetime) -> list[User]:
    return holders(Post.objects.in_force(at).filter(street=street, kind=PostKind.STREET))


def on_duty(community: int, at: datetime, *, but: int | None = None) -> User:
    """The specialist of 综合治理 on duty, or whoever stands in; who minds a flag that nobody else does. Raises NobodyThere."""
    windows = Unit.objects.filter(community=community, kind=UnitKind.WINDOW, is_partner=False)
    window = windows.filter(code=WINDOW).first() or windows.order_by("pk").first()
    return duty_specialist(window or Unit(pk=0, community_id=community), at, but=but)


def posts_for(enterprise: Enterprise, at: datetime, *, private: bool = False) -> QuerySet[Post]:
    """Who could mind a flag on this enterprise: the office of its community, and, unless it is private, the staff of the grids it sits in."""
    people = Q(kind__in=COMMUNITY_WIDE_KINDS, community=enterprise.community_id)
    if not private:
        seats = enterprise.tenancies.filter(until_on__isnull=True)
        people |= Q(kind__in=GRID_KINDS, grid__in=seats.values("building__park__grid"))
    own = Representative.objects.in_force().filter(enterprise=enterprise)
    return Post.objects.in_force(at).filter(people, user__is_active=True).exclude(user__in=own.values("post__user"))  # type: ignore[no-any-return]


def owners_for(enterprise: Enterprise, at: datetime, *, private: bool = False) -> list[User]:
    return sorted(holders(posts_for(enterprise, at, private=private)), key=lambda person: (person.name, person.pk))


def may_own(user: User, enterprise: Enterprise, at: datetime, *, private: bool = False) -> bool:
    return posts_for(enterprise, at, private=private).filter(user=user).exists()
