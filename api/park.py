"""The promise to park operators: their own parks and spaces."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.doors import PARK, Behind
from api.place_shapes import OwnParkSerializer, TenantSerializer
from api.places import BY_NAME, PARK_COLUMNS, buildings_of, number, park_row
from api.tenants import TENANT_COLUMNS, tenant_rows
from api.ticket import exact, moment
from api.units import today
from enterprises.filters import EnterpriseFilter
from enterprises.models import Enterprise
from enterprises.places import counts_by_place
from parks import stock
from parks.filters import ParkFilter
from parks.models import Park, SpaceState


class Parks(Behind):
    door = PARK

    @extend_schema(operation_id="park_parks", parameters=docs.filters_of(ParkFilter), responses=docs.listed(OwnParkSerializer))
    def get(self, request: Request) -> Response:
        parks = pages.narrowed(request, ParkFilter, Park.objects.run_by(request.user))
        page = pages.page(request, parks, BY_NAME, PARK_COLUMNS)
        keys = [row["pk"] for row in page.rows]
        buildings = buildings_of(request.user, keys)
        tenants = counts_by_place(request.user).parks
        day = today(self)
        held = stock.by_park(keys, [day])
        found = {key: held.get(key, {}).get(day, stock.Stock()) for key in keys}
        return Response(page.answer([self._row(row, buildings, tenants, found[row["pk"]]) for row in page.rows]))

    def _row(self, row: dict[str, Any], buildings: Any, tenants: dict[int, int], found: stock.Stock) -> dict[str, Any]:
        key, code = row["pk"], row["code"]
        return park_row(row, buildings) | {
            "enterprises": number(self, tenants.get(key, 0), "家", "api-park-enterprises", park=code),
            "spaces": number(self, found.units, "处", "api-park-spaces", park=code),
            "vacant_spaces": number(self, found.vacant_units, "处", "api-park-spaces", park=code, status=SpaceState.VACANT.value),
            "stock": {
                "as_of": moment(self.at), "lettable_m2": exact(found.lettable), "let_m2": exact(found.let), "reserved_m2": exact(found.reserved),
                "vacant_m2": exact(found.vacant), "vacancy_percent": exact(found.vacancy),
            },
        }  # fmt: skip


class Enterprises(Behind):
    """Tenants of one's parks: who they are, no person and no figure."""

    door = PARK

    @extend_schema(operation_id="park_enterprises", parameters=docs.filters_of(EnterpriseFilter), responses=docs.listed(TenantSerializer))
    def get(self, request: Request) -> Response:
        found = pages.narrowed(request, EnterpriseFilter, Enterprise.objects.visible_to(request.user))
        page = pages.page(request, found, BY_NAME, TENANT_COLUMNS)
        return Response(page.answer(tenant_rows(request.user, page.rows)))
