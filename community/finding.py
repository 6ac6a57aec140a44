"""Finding people's counterparts: units and grids, and who serves in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from community.kinds import ORGANISATION_KINDS, PostKind
from community.models import Grid, Post, Unit
from wording.masks import mask_phone
from wording.search import fold, name_search, normalise, terms_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Found:
    """One line of an answer to a search: what it is (`kind`), how a face finds it again (`key`, within the community of code `place` where
    keys are no more than that), what to show.

    `why`: what the question met, where it is not the title. `initials`: those of the title, letter by letter of what `fold` leaves of it.
    """

    kind: str
    key: str
    title: str
    note: str = ""
    why: str = ""
    initials: str = ""
    place: str = ""


#: Whoever one may look for: those the organisation page names.
FOUND_KINDS = tuple(kind for kind in ORGANISATION_KINDS if kind not in (PostKind.AUDITOR, PostKind.ADMIN))


def search(q: str, user: User, limit: int = 10) -> list[Found]:
    """Units and grids by name or code."""
    if not fold(q):
        return []
    code = Q(code__iexact=normalise(q))
    units = Unit.objects.visible_to(user).filter(retired=False).select_related("community")
    grids = Grid.objects.visible_to(user).select_related("community")
    found = [
        Found("unit", unit.code, unit.name, unit.get_kind_display(), place=unit.community.code)
        for unit in _named(units, "name", q, code)[:limit]
    ]
    found += [
        Found("grid", grid.code, grid.name, grid.community.name, place=grid.community.code)
        for grid in _named(grids, "name", q, code)[:limit]
    ]
    return by_place(found, q)[:limit]


def search_people(q: str, user: User, at: datetime, limit: int = 10) -> list[Found]:
    """Who holds which post of the organisation at that moment, by part of the name or of the post's title; telephones masked."""
    if not fold(q):
        return []
    posts = Post.objects.visible_to(user).in_force(at).filter(kind__in=FOUND_KINDS, user__is_active=True)
    posts = posts.select_related("user", "unit", "grid", "community")
    named = list(_named(posts, "user__name", q)[:limit])
    titled = list(_named(posts.exclude(pk__in=[post.pk for post in named]), "title", q)[:limit])
    return by_place([_person(post) for post in named], q) + [_person(post) for post in titled][: limit - len(named)]


def by_place(found: list[Found], q: str) -> list[Found]:
    """Where the word stands early, then the shorter title."""
    first = fold(terms_of(q)[0])

    def rank(each: Found) -> tuple[bool, int, int, str]:
        place = fold(each.title).find(first)
        return (place < 0, place, len(each.title), each.title)

    return sorted(found, key=rank)


def _named(rows: Any, field: str, q: str, otherwise: Q | None = None) -> Any:
    """Rows of a small table, where a scan costs nothing."""
    wanted = Q(pk__in=name_search(rows, field, q).values("pk"))
    return rows.filter(wanted | otherwise if otherwise else wanted).order_by(field, "pk")


def _person(post: Post) -> Found:
    """`key` is the unit or the grid of the post: there one finds the person on the page of the organisation."""
    words = (post.title or post.get_kind_display(), str(post.unit or post.grid or ""), mask_phone(post.user.phone))
    key = f"unit-{post.unit.code}" if post.unit else f"grid-{post.grid.code}" if post.grid else ""
    place = post.community.code if post.community else ""
    return Found("person", key, post.user.display_name, " · ".join(filter(None, words)), place=place)
