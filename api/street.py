"""The promise to street officials: every community of the street, and numbers that open the lists they count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.dateparse import parse_date
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.doors import STREET, Behind
from api.place_shapes import OverviewSerializer, StreetEnterpriseSerializer, StreetParkSerializer
from api.places import BY_NAME, PARK_COLUMNS, buildings_of, link, number, park_row
from api.tenants import STREET_COLUMNS, tenant_rows
from api.ticket import moment
from api.tickets import Act, OneTicket, TicketList
from dashboards.measures import BREAKDOWNS, MEASURES, Figure, Period, average_scores, breakdown, cohort, of_slice, overview, year_to_date
from enterprises.filters import EnterpriseFilter
from enterprises.models import Enterprise
from enterprises.places import counts_by_place
from grievances import models
from parks.filters import ParkFilter
from parks.models import Park

PERIOD = ("from_on", "until_on")
MEASURED = ("measure", "part", "by", "key", *PERIOD)
_DAYS = [
    OpenApiParameter("from_on", date, description="提交日期起（含），默认今年 1 月 1 日"),
    OpenApiParameter("until_on", date, description="提交日期止（含），默认今天"),
]


def period_of(request: Request, view: Behind) -> Period:
    """The days asked for, else the year so far. Raises ValidationError."""
    usual = year_to_date(view.at)
    days: dict[str, date] = {"from_on": usual.first, "until_on": usual.last}
    for name in PERIOD:
        text = request.query_params.get(name, "")
        if text:
            days[name] = day_of(name, text)
    if days["from_on"] > days["until_on"]:
        raise ValidationError({"until_on": ["不能早于 from_on。"]})
    return Period(days["from_on"], days["until_on"])


def day_of(name: str, text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise ValidationError({name: ["请按“2026-11-30”的格式填写日期。"]})
    return day


@docs.ticket_list
class Grievances(TicketList):
    """Beside the filters of every door: `measure` and `part`, or `by` and `key`, open the list behind a number of the overview."""

    door = STREET
    beside = MEASURED
    more_parameters = (
        OpenApiParameter("measure", str, enum=list(MEASURES), description="总览里一个数字背后的清单"),
        OpenApiParameter("part", str, enum=["counted", "base"], description="比率的分子或分母"),
        OpenApiParameter("by", str, enum=list(BREAKDOWNS), description="总览里一项分组"),
        OpenApiParameter("key", str, description="分组里的一格；空为未填写"),
        *_DAYS,
    )

    def rows(self) -> QuerySet[models.Grievance]:
        asked = self.request.query_params
        if not any(name in asked for name in MEASURED):
            return self.sight()
        found = cohort(self.request.user, period_of(self.request, self))
        if code := asked.get("measure"):
            if code not in MEASURES or asked.get("part", "counted") not in ("counted", "base"):
                raise ValidationError({"measure": ["没有这个指标，或没有这一部分。"]})
            found = MEASURES[code].part(found, self.at, asked.get("part", "counted"))
        if code := asked.get("by"):
            if code not in BREAKDOWNS:
                raise ValidationError({"by": ["没有这种分组。"]})
            found = of_slice(found, code, asked.get("key", ""))
        return found


@docs.one_ticket
class Grievance(OneTicket):
    door = STREET


@docs.act(STREET)
class Move(Act):
    door = STREET


class Overview(Behind):
    """First numbers over the tickets filed in a period: counts and rates, and the same by state, item, grid, park and window."""

    door = STREET

    @extend_schema(operation_id="street_overview", parameters=_DAYS, responses=docs.answers(OverviewSerializer) | docs.BAD)
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request, beside=PERIOD)
        period = period_of(request, self)
        days = {"from_on": period.first.isoformat(), "until_on": period.last.isoformat()}
        scores = average_scores(request.user, period)
        return Response({
            "as_of": moment(self.at),
            "period": days,
            "figures": [self._figure(each, days) for each in overview(request.user, period, self.at)],
            "average_scores": {**scores, "as_of": moment(self.at), "list": self._list(days, measure="rated")},
            "breakdowns": [self._breakdown(code, period, days) for code in BREAKDOWNS],
        })  # fmt: skip

    def _list(self, days: Mapping[str, str], **filters: str) -> str:
        return link(self, "api-street-grievances", **filters, **days)

    def _figure(self, figure: Figure, days: Mapping[str, str]) -> dict[str, Any]:
        measure = figure.measure
        return {
            "code": measure.code,
            "label": measure.label,
            "formula": measure.formula,
            "unit": measure.unit,
            "value": float(figure.value) if measure.is_rate and figure.value is not None else figure.value,
            "counted": figure.counted,
            "base": figure.base,
            "as_of": moment(figure.as_of),
            "list": self._list(days, measure=measure.code),
            "base_list": self._list(days, measure=measure.code, part="base") if measure.is_rate else None,
        }

    def _breakdown(self, code: str, period: Period, days: Mapping[str, str]) -> dict[str, Any]:
        slices = [
            {
                "key": each.key,
                "label": each.label,
                "count": each.count,
                "open": each.open,
                "overdue": each.overdue,
                "as_of": moment(self.at),
                "list": self._list(days, by=code, key=each.key),
            }
            for each in breakdown(self.request.user, code, period, self.at)
        ]
        return {"code": code, "label": BREAKDOWNS[code].label, "slices": slices}


class Parks(Behind):
    door = STREET

    @extend_schema(operation_id="street_parks", parameters=docs.filters_of(ParkFilter), responses=docs.listed(StreetParkSerializer))
    def get(self, request: Request) -> Response:
        parks = pages.narrowed(request, ParkFilter, Park.objects.visible_to(request.user))
        page = pages.page(request, parks, BY_NAME, PARK_COLUMNS)
        keys = [row["pk"] for row in page.rows]
        buildings = buildings_of(request.user, keys)
        tenants = counts_by_place(request.user).parks
        tickets = self._tickets(keys)
        return Response(page.answer([self._row(row, buildings, tenants, tickets) for row in page.rows]))

    def _tickets(self, parks: list[int]) -> dict[int, tuple[int, int]]:
        rows = models.Grievance.objects.visible_to(self.request.user).open().filter(park__in=parks).values("park_id")
        late = Q(answered_at__isnull=True, promise_due_at__lt=self.at)
        rows = rows.annotate(n=Count("pk"), late=Count("pk", filter=late)).order_by()
        return {row["park_id"]: (row["n"], row["late"]) for row in rows}

    def _row(self, row: dict[str, Any], buildings: Any, tenants: dict[int, int], tickets: dict[int, tuple[int, int]]) -> dict[str, Any]:
        key, code = row["pk"], row["code"]
        still_open, late = tickets.get(key, (0, 0))
        return park_row(row, buildings) | {
            "enterprises": number(self, tenants.get(key, 0), "家", "api-street-enterprises", park=code),
            "open_grievances": number(self, still_open, "件", "api-street-grievances", park=code, state="open"),
            "overdue_grievances": number(self, late, "件", "api-street-grievances", park=code, overdue="true"),
        }


class Enterprises(Behind):
    door = STREET

    @extend_schema(
        operation_id="street_enterprises", parameters=docs.filters_of(EnterpriseFilter), responses=docs.listed(StreetEnterpriseSerializer)
    )
    def get(self, request: Request) -> Response:
        found = pages.narrowed(request, EnterpriseFilter, Enterprise.objects.visible_to(request.user))
        page = pages.page(request, found, BY_NAME, STREET_COLUMNS)
        return Response(page.answer(tenant_rows(request.user, page.rows, STREET_COLUMNS)))
