"""Names of what hardly ever changes – parks, grids, units, items – kept for a minute, so that fifty rows need no joins for them.

Only names: which rows somebody sees never comes from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import workdays
from community import held
from community.models import Community, Grid, Unit
from grievances.models import ServiceItem
from parks.models import Park

if TYPE_CHECKING:
    from accounts.models import User
    from community.models import Post

KEPT_SECONDS = 60


@dataclass(frozen=True)
class Places:
    """By key: parks (code, name), grids (code, name), units (code, name, kind), items (code, name, plain category), and of each community
    (code, name, hours) and the calendar by which its time limits are shown."""

    parks: dict[int, tuple[str, str]]
    grids: dict[int, tuple[str, str]]
    units: dict[int, tuple[str, str, str]]
    items: dict[int, tuple[str, str, str]]
    communities: dict[int, tuple[str, str, workdays.Hours]]
    calendars: dict[int, workdays.Calendar]

    @property
    def windows(self) -> list[tuple[str, str]]:
        """The specialists' windows, by code."""
        return sorted((code, name) for code, name, kind in self.units.values() if kind == "own_window")


_kept: dict[tuple[str, ...], tuple[float, Places]] = {}


def places_for(user: User, *, afresh: bool = False) -> Places:
    """Of the communities the user has to do with. Once a minute in each process six short queries, none otherwise."""
    scope = tuple(sorted({_scope(post) for post in held(user)}))
    until, found = _kept.get(scope, (0.0, None))
    if found is None or afresh or until < monotonic():
        found = _read(user)
        _kept[scope] = (monotonic() + KEPT_SECONDS, found)
    return found


def _scope(post: Post) -> str:
    if post.community is not None:
        return f"c{post.community_id}:{post.community.code}"
    return f"s{post.street_id}:{post.street.code}" if post.street is not None else ""


def forget() -> None:
    """For whoever cannot wait a minute."""
    _kept.clear()


def _read(user: User) -> Places:
    communities = Community.objects.visible_to(user).order_by("code")
    hours = {row.pk: (row.code, row.name, row.hours()) for row in communities.only("pk", "code", "name", "working_hours", "hours_changes")}
    here = {"community__in": list(hours)}
    parks = Park.objects.filter(**here).order_by("pinyin", "pk").values_list("pk", "code", "name")
    grids = Grid.objects.filter(**here).order_by("code").values_list("pk", "code", "name")
    units = Unit.objects.filter(**here).values_list("pk", "code", "name", "kind", "is_partner")
    items = ServiceItem.objects.filter(**here).values_list("pk", "code", "name", "plain_category")
    return Places(
        {pk: (code, name) for pk, code, name in parks},
        {pk: (code, name) for pk, code, name in grids},
        {pk: (code, name, "own_window" if kind == "window" and not partner else kind) for pk, code, name, kind, partner in units},
        {pk: (code, name, category) for pk, code, name, category in items},
        hours,
        {pk: workdays.calendar(kept) for pk, (_, _, kept) in hours.items()},
    )
