"""The promise to park operators: their own parks and spaces."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.doors import PARK, Behind
from api.place_shapes import OwnParkSerializer, SpaceSerializer, TenantSerializer
from api.places import BY_NAME, PARK_COLUMNS, buildings_of, number, park_row
from api.tenants import TENANT_COLUMNS, tenant_rows
from api.ticket import exact
from enterprises.filters import EnterpriseFilter
from enterprises.models import Enterprise
from enterprises.places import counts_by_place
from parks.filters import ParkFilter, SpaceFilter
from parks.models import Park, Space, SpaceKind, SpaceStatus

_KINDS, _STATUSES = dict(SpaceKind.choices), dict(SpaceStatus.choices)


class Parks(Behind):
    door = PARK

    @extend_schema(operation_id="park_parks", parameters=docs.filters_of(ParkFilter), responses=docs.listed(OwnParkSerializer))
    def get(self, request: Request) -> Response:
        parks = pages.narrowed(request, ParkFilter, Park.objects.run_by(request.user))
        page = pages.page(request, parks, BY_NAME, PARK_COLUMNS)
        keys = [row["pk"] for row in page.rows]
        buildings = buildings_of(request.user, keys)
        tenants = counts_by_place(request.user).parks
        spaces = self._spaces(keys)
        return Response(page.answer([self._row(row, buildings, tenants, spaces) for row in page.rows]))

    def _spaces(self, keys: list[int]) -> dict[int, tuple[int, int]]:
        rows = Space.objects.visible_to(self.request.user).filter(building__park__in=keys).values("building__park")
        rows = rows.annotate(n=Count("pk"), vacant=Count("pk", filter=Q(status=SpaceStatus.VACANT))).order_by()
        return {row["building__park"]: (row["n"], row["vacant"]) for row in rows}

    def _row(self, row: dict[str, Any], buildings: Any, tenants: dict[int, int], spaces: dict[int, tuple[int, int]]) -> dict[str, Any]:
        key, code = row["pk"], row["code"]
        every, vacant = spaces.get(key, (0, 0))
        return park_row(row, buildings) | {
            "enterprises": number(self, tenants.get(key, 0), "家", "api-park-enterprises", park=code),
            "spaces": number(self, every, "处", "api-park-spaces", park=code),
            "vacant_spaces": number(self, vacant, "处", "api-park-spaces", park=code, status=SpaceStatus.VACANT.value),
        }


class Spaces(Behind):
    door = PARK
    order = pages.Order("room", "room")
    columns = ("room", "area_m2", "kind", "status", "building_id", "building__name", "building__park__code", "building__park__name")

    @extend_schema(operation_id="park_spaces", parameters=docs.filters_of(SpaceFilter), responses=docs.listed(SpaceSerializer))
    def get(self, request: Request) -> Response:
        own: QuerySet[Space] = Space.objects.visible_to(request.user).filter(building__park__in=Park.objects.run_by(request.user))
        page = pages.page(request, pages.narrowed(request, SpaceFilter, own), self.order, self.columns)
        return Response(page.answer([self._row(row) for row in page.rows]))

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": row["pk"],
            "park": {"code": row["building__park__code"], "name": row["building__park__name"]},
            "building": {"id": row["building_id"], "name": row["building__name"]},
            "room": row["room"],
            "area_m2": exact(row["area_m2"]),
            "kind": row["kind"],
            "kind_label": _KINDS[row["kind"]],
            "status": row["status"],
            "status_label": _STATUSES[row["status"]],
        }


class Enterprises(Behind):
    """Tenants of one's parks: who they are, no person and no figure."""

    door = PARK

    @extend_schema(operation_id="park_enterprises", parameters=docs.filters_of(EnterpriseFilter), responses=docs.listed(TenantSerializer))
    def get(self, request: Request) -> Response:
        found = pages.narrowed(request, EnterpriseFilter, Enterprise.objects.visible_to(request.user))
        page = pages.page(request, found, BY_NAME, TENANT_COLUMNS)
        return Response(page.answer(tenant_rows(request.user, page.rows)))
