"""How many enterprises sit where, for the tree of places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from enterprises.models import Enterprise, Tenancy

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class PlaceCounts:
    """Enterprises with an open tenancy, by key of the place. One with places in two buildings of a park counts once for the park and once for
    each building, so that every count is the length of the list `in_place` opens."""

    communities: dict[int, int]
    parks: dict[int, int]
    buildings: dict[int, int]


def counts_by_place(user: User) -> PlaceCounts:
    """Over what the user may see; three aggregate queries, no loop."""
    tenancies = Tenancy.objects.visible_to(user).open().filter(enterprise__in=Enterprise.objects.visible_to(user))
    return PlaceCounts(
        communities=_count(tenancies, "building__park__community_id"),
        parks=_count(tenancies, "building__park_id"),
        buildings=_count(tenancies, "building_id"),
    )


def _count(tenancies: object, key: str) -> dict[int, int]:
    rows = tenancies.values(key).annotate(count=Count("enterprise_id", distinct=True)).order_by()  # type: ignore[attr-defined]
    return {row[key]: row["count"] for row in rows}
