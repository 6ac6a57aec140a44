"""Rows of lists of parks, and numbers that open their list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from api.doors import Behind
from api.pages import Order
from api.ticket import exact, moment
from parks.models import Building

if TYPE_CHECKING:
    from accounts.models import User

BY_NAME = Order("pinyin", "pinyin")
PARK_COLUMNS = (
    "code", "name", "community__code", "community__name", "grid__code", "grid__name", "operator__code", "operator__name", "address",
    "built_on", "land_area_m2",
)  # fmt: skip


def buildings_of(user: User, parks: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in Building.objects.visible_to(user).filter(park__in=parks).order_by("code", "pk").values("pk", "name", "park_id"):
        found.setdefault(row["park_id"], []).append({"id": row["pk"], "name": row["name"]})
    return found


def park_row(row: dict[str, Any], buildings: dict[int, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"],
        "community": {"code": row["community__code"], "name": row["community__name"]},
        "grid": _named(row, "grid"),
        "operator": _named(row, "operator"),
        "address": row["address"],
        "built_on": row["built_on"],
        "land_area_m2": exact(row["land_area_m2"]),
        "buildings": buildings.get(row["pk"], []),
    }


def _named(row: dict[str, Any], name: str) -> dict[str, str] | None:
    return None if row[f"{name}__code"] is None else {"code": row[f"{name}__code"], "name": row[f"{name}__name"]}


def link(view: Behind, name: str, **filters: str) -> str:
    """The address of the list behind a number."""
    address = view.request.build_absolute_uri(reverse(name))
    return f"{address}?{urlencode(filters)}" if filters else address


def number(view: Behind, value: int, unit: str, name: str, **filters: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "as_of": moment(view.at), "list": link(view, name, **filters)}
