"""Finding people's counterparts: units and grids by name or code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from community.models import Grid, Unit
from wording.search import fold, name_search

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Found:
    """One line of an answer to a search: what it is (`kind`), how a face finds it again (`key`), what to show."""

    kind: str
    key: str
    title: str
    note: str = ""


def search(q: str, user: User, limit: int = 10) -> list[Found]:
    if not fold(q):
        return []
    units = name_search(Unit.objects.visible_to(user).filter(retired=False), "name", q).order_by("name", "pk")[:limit]
    found = [Found("unit", unit.code, unit.name, unit.get_kind_display()) for unit in units]
    grids = name_search(Grid.objects.visible_to(user), "name", q).select_related("community").order_by("code", "pk")[:limit]
    found += [Found("grid", grid.code, grid.name, grid.community.name) for grid in grids]
    return found[:limit]
