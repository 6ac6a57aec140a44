from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from community.finding import Found, by_place
from parks.models import Building, Park
from wording.search import fold, normalise

if TYPE_CHECKING:
    from accounts.models import User


def search(q: str, user: User, limit: int = 10) -> list[Found]:
    """Parks by name, pinyin (in full or by initials), code or address; buildings by name or address."""
    if not fold(q):
        return []
    words = normalise(q)
    parks = Park.objects.visible_to(user).select_related("community")
    named = parks.search(q) | parks.filter(code__iexact=words)
    elsewhere = parks.filter(Q(pinyin__contains=fold(q)) | Q(address__icontains=words)).exclude(pk__in=named.values("pk"))
    buildings = Building.objects.visible_to(user).select_related("park")
    called = buildings.search(q)
    there = buildings.filter(address__icontains=words).exclude(pk__in=called.values("pk"))
    found = by_place([_park(park) for park in named.order_by("pinyin", "pk")[:limit]], q)
    found += by_place([_building(building) for building in called.order_by("park__pinyin", "code", "pk")[:limit]], q)
    found += [_park(park) for park in elsewhere.order_by("pinyin", "pk")[:limit]]
    found += [_building(building, building.address) for building in there.order_by("park__pinyin", "code", "pk")[:limit]]
    return found[:limit]


def _park(park: Park) -> Found:
    return Found("park", park.code, park.name, park.address or park.community.name, initials=park.initials)


def _building(building: Building, why: str = "") -> Found:
    return Found("building", building.park.code, building.name, building.park.name, why)
