"""Names of what hardly ever changes – parks, grids, units, items – kept for a minute, so that fifty rows need no joins for them.

Only names: which rows somebody sees never comes from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

import workdays
from community import held
from community.models import Community, Grid, Unit
from grievances.models import ServiceItem
from parks.models import Park

if TYPE_CHECKING:
    from accounts.models import User

KEPT_SECONDS = 60


@dataclass(frozen=True)
class Places:
    """By key: parks (code, name), grids (code, name), units (code, name, kind), items (code, name, plain category), hours of communities."""

    parks: dict[int, tuple[str, str]]
    grids: dict[int, tuple[str, str]]
    units: dict[int, tuple[str, str, str]]
    items: dict[int, tuple[str, str, str]]
    communities: dict[int, tuple[str, str, list[list[str]]]]

    def calendar(self, community_id: int) -> workdays.Calendar:
        return workdays.calendar(workdays.Hours.from_json(self.communities[community_id][2]))

    @property
    def windows(self) -> list[tuple[str, str]]:
        """The specialists' windows, by code."""
        return sorted((code, name) for code, name, kind in self.units.values() if kind == "own_window")


def places_for(user: User) -> Places:
    """Of the communities the user has to do with. At most once a minute in each process five short queries."""
    scope = sorted({f"c{post.community_id}.{post.community.code}" if post.community_id else f"s{post.street_id}" for post in held(user)})
    found = cache.get_or_set(f"queue-places:{'-'.join(scope)}", lambda: _read(user), KEPT_SECONDS)
    assert isinstance(found, Places)
    return found


def _read(user: User) -> Places:
    communities = Community.objects.visible_to(user).order_by("code")
    hours = {pk: (code, name, spans) for pk, code, name, spans in communities.values_list("pk", "code", "name", "working_hours")}
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
    )
