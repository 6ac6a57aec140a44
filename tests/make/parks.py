"""Parks, buildings, spaces, and people whose park it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count as _count
from typing import Any

import community as _posts
from accounts.models import User
from community.models import Community, Grid, Post, Unit
from parks import people as _people
from parks.models import Building, Listing, Occupancy, Park, Space, SpaceChange
from parks.registry import save as _save
from tests.make.accounts import user as _user
from tests.make.community import WEDNESDAY
from tests.make.community import community as _community
from tests.make.community import unit as _unit

_serial = _count(1)
_LAST_YEAR = WEDNESDAY - timedelta(days=365)


def park(
    *,
    community: Community | None = None,
    grid: Grid | None = None,
    operator: Unit | None = None,
    code: str = "",
    name: str = "",
    **facts: Any,
) -> Park:
    number = next(_serial)
    if community is None:
        community = grid.community if grid else operator.community if operator else _community()
    return _save(
        Park(community=community, grid=grid, operator=operator, code=code or f"P{number}", name=name or f"云谷{number}号园", **facts)
    )


_new_park = park


def building(*, park: Park | None = None, code: str = "", name: str = "", **facts: Any) -> Building:
    number = next(_serial)
    return Building.objects.create(park=park or _new_park(), code=code or f"B{number}", name=name or f"{number}幢", **facts)


_new_building = building


def space(*, building: Building | None = None, room: str = "", area_m2: Decimal | int = 120, state: str = "vacant", **facts: Any) -> Space:
    """`state` let or reserved: since 2025, with no end."""
    row = Space.objects.create(building=building or _new_building(), room=room or f"{next(_serial)}", area_m2=Decimal(area_m2), **facts)
    if state != "vacant":
        occupancy(row, kind=state)
    return row


_new_space = space


def occupancy(
    space: Space, *, kind: str = "let", from_on: date = date(2025, 1, 1), until_on: date | None = None, **facts: Any
) -> Occupancy:
    facts = {"source": "运营方登记", "recorded_at": WEDNESDAY} | facts
    return Occupancy.objects.create(space=space, kind=kind, from_on=from_on, until_on=until_on, **facts)


def space_change(*, building: Building, on: date = date(2026, 3, 1), area_m2: int = 100, **facts: Any) -> SpaceChange:
    """A unit that was split in two."""
    change = SpaceChange.objects.create(building=building, kind="split", on=on, recorded_at=WEDNESDAY, **facts)
    space(building=building, area_m2=area_m2, until_on=on - timedelta(days=1), ended_by=change)
    for _ in range(2):
        space(building=building, area_m2=area_m2 // 2, from_on=on, made_by=change)
    return change


def listing(
    *, space: Space | None = None, price_yuan: Decimal | str = "2.50", available_on: date = date(2026, 11, 18), **facts: Any
) -> Listing:
    facts = {"published_at": WEDNESDAY} | facts
    return Listing.objects.create(space=space or _new_space(), price_yuan=Decimal(price_yuan), available_on=available_on, **facts)


def steward_post(*, park: Park, user: User | None = None, at: datetime = _LAST_YEAR) -> Post:
    return _people.appoint_steward(park, user or _user(), at=at, by=None)


def steward(*, park: Park, at: datetime = WEDNESDAY) -> User:
    """The steward of the park, posts attached."""
    return _posts.attach(steward_post(park=park).user, at)


def operator_post(*, unit: Unit | None = None, park: Park | None = None, user: User | None = None, at: datetime = _LAST_YEAR) -> Post:
    """Somebody of the operator `unit`; with `park` only for that one, which is given to the unit when nobody runs it."""
    if unit is None:
        unit = (park.operator if park else None) or _unit(community=park.community if park else None, kind="operator", name="园区运营公司")
    if park is not None and park.operator_id is None:
        park.operator = unit
        park.save(update_fields=["operator"])
    return _people.appoint_operator(unit, user or _user(), park=park, at=at, by=None)


def operator(*, unit: Unit | None = None, park: Park | None = None, at: datetime = WEDNESDAY) -> User:
    return _posts.attach(operator_post(unit=unit, park=park).user, at)
