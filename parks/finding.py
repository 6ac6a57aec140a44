from __future__ import annotations

from typing import TYPE_CHECKING

from community.finding import Found
from parks.models import Building, Park
from wording.search import fold

if TYPE_CHECKING:
    from accounts.models import User


def search(q: str, user: User, limit: int = 10) -> list[Found]:
    """Parks by name, pinyin initials or code; buildings by name."""
    if not fold(q):
        return []
    named = Park.objects.visible_to(user).search(q) | Park.objects.visible_to(user).filter(code=q.strip().upper())
    parks = named.select_related("community").order_by("pinyin", "pk")[:limit]
    found = [Found("park", park.code, park.name, park.address or park.community.name) for park in parks]
    buildings = Building.objects.visible_to(user).search(q).select_related("park").order_by("park__pinyin", "code", "pk")[:limit]
    found += [Found("building", building.park.code, building.name, building.park.name) for building in buildings]
    return found[:limit]
