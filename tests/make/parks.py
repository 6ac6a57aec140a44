"""Parks, buildings, spaces, and people whose park it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count as _count
from typing import Any

import community as _posts
from accounts.models import User
from community.models import Community, Grid, Post, Unit
from parks import people as _people
from parks.models import Building, Park, Space
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


def space(*, building: Building | None = None, room: str = "", area_m2: Decimal | int = 120, **facts: Any) -> Space:
    return Space.objects.create(building=building or _new_building(), room=room or f"{next(_serial)}", area_m2=Decimal(area_m2), **facts)


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
