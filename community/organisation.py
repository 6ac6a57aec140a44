"""The organisation as people read it: the community's card, its windows and partner firms, departments, operators and grids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from community.kinds import PostKind, UnitKind
from community.models import Community, Grid, Post, Unit
from community.staffing import Staffing, staffing

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Bound:
    """One side of the 四至."""

    side: str
    text: str


@dataclass(frozen=True)
class UnitRow:
    """A unit with who serves in it today; for a partner firm, whether its agreement runs, and until when (None: no end agreed)."""

    unit: Unit
    people: tuple[Post, ...]
    running: bool
    ends_in_days: int | None
    firms: tuple[UnitRow, ...] = ()


@dataclass(frozen=True)
class GridRow:
    staffing: Staffing
    people: tuple[Post, ...]

    @property
    def grid(self) -> Grid:
        return self.staffing.grid


@dataclass(frozen=True)
class Organisation:
    community: Community
    bounds: tuple[Bound, ...]
    leaders: tuple[Post, ...]
    windows: tuple[UnitRow, ...]
    partner_windows: tuple[UnitRow, ...]
    departments: tuple[UnitRow, ...]
    operators: tuple[UnitRow, ...]
    grids: tuple[GridRow, ...]


def bounds(community: Community) -> tuple[Bound, ...]:
    """北、东、南、西, leaving out what is not written down."""
    sides = (("东至", community.east), ("南至", community.south), ("西至", community.west), ("北至", community.north))
    return tuple(Bound(side, text) for side, text in sides if text)


def describe(community: Community, user: User, at: datetime) -> Organisation:
    """Everything the organisation page shows to this user, in five queries. Retired units are left out."""
    today = timezone.localtime(at).date()
    in_office = Post.objects.in_force(at).filter(community=community, kind__in=_SHOWN).visible_to(user)
    by_unit: dict[int, list[Post]] = defaultdict(list)
    by_grid: dict[int, list[Post]] = defaultdict(list)
    leaders: list[Post] = []
    for post in in_office.select_related("user").order_by("kind", "from_at", "pk"):
        if post.kind == PostKind.LEADER:
            leaders.append(post)
        elif post.grid_id:
            by_grid[post.grid_id].append(post)
        elif post.unit_id:
            by_unit[post.unit_id].append(post)
    units = list(Unit.objects.visible_to(user).filter(community=community, retired=False).order_by("code"))
    firms: dict[int, list[UnitRow]] = defaultdict(list)
    for unit in units:
        if unit.parent_id:
            firms[unit.parent_id].append(_row(unit, by_unit, today))
    windows = [unit for unit in units if unit.kind == UnitKind.WINDOW]
    return Organisation(
        community=community,
        bounds=bounds(community),
        leaders=tuple(leaders),
        windows=_rows((unit for unit in windows if not unit.is_partner), by_unit, today),
        partner_windows=tuple(_row(unit, by_unit, today, tuple(firms[unit.pk])) for unit in windows if unit.is_partner),
        departments=_rows((unit for unit in units if unit.kind == UnitKind.DEPARTMENT), by_unit, today),
        operators=_rows((unit for unit in units if unit.kind == UnitKind.OPERATOR), by_unit, today),
        grids=tuple(GridRow(row, tuple(by_grid[row.grid.pk])) for row in staffing(community, at)),
    )


_SHOWN = (
    PostKind.LEADER,
    PostKind.SPECIALIST,
    PostKind.PARTNER,
    PostKind.DEPARTMENT,
    PostKind.OPERATOR,
    PostKind.GRID_LEADER,
    PostKind.GRID_STAFF,
    PostKind.GRID_PART_TIME,
    PostKind.STEWARD,
)


def _rows(units: Iterable[Unit], by_unit: dict[int, list[Post]], today: date) -> tuple[UnitRow, ...]:
    return tuple(_row(unit, by_unit, today) for unit in units)


def _row(unit: Unit, by_unit: dict[int, list[Post]], today: date, firms: tuple[UnitRow, ...] = ()) -> UnitRow:
    until = unit.agreement_until_on
    running = unit.kind != UnitKind.PARTNER or (unit.agreement_from_on <= today and (until is None or today <= until))
    return UnitRow(unit, tuple(by_unit[unit.pk]), running, (until - today).days if until else None, firms)
