"""The board and the list behind a number."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboards import indicators, sums
from dashboards.indicators import INDICATORS
from dashboards.measures import READERS
from dashboards.periods import KINDS
from enterprises.models import Enterprise, Event, Figure
from grievances.models import Grievance
from parks.models import Park, Space
from portal.cockpit import asked as asking
from portal.cockpit.board import board, shown
from portal.keyset import page_of, read_number
from portal.rights import only

#: What a list is made of → its template's part, and what its rows need beside them.
ROWS: dict[Any, tuple[str, tuple[str, ...]]] = {
    Grievance: ("tickets", ("enterprise", "service_item")),
    Enterprise: ("enterprises", ()),
    Event: ("events", ("enterprise",)),
    Figure: ("figures", ("enterprise",)),
    Park: ("parks", ()),
    Space: ("spaces", ("building__park",)),
}


@only(*READERS)
@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    asked = asking.read(request)
    facts = {"asked": asked, "periods": KINDS, "moment": sums.moment(), **board(asked)}
    return render(request, "cockpit/screen.html" if asked.screen else "cockpit/board.html", facts, status=400 if asked.problem else 200)


@only(*READERS)
@require_GET
def behind(request: HttpRequest, code: str) -> HttpResponse:
    """`by` and `key` for a slice, `part=base` for the lower half of a rate; `as_of` as the board says it, also tomorrow."""
    asked = asking.read(request)
    by, part = request.GET.get("by", "all"), request.GET.get("part", "counted")
    try:
        key = read_number(request.GET.get("key", "0"))
        indicator = INDICATORS[code]
        rows = indicators.behind(asked.ask, code, part=part, by=by, key=key)
    except (KeyError, ValueError):
        raise Http404("没有这个数字。") from None
    kind, beside = ROWS.get(rows.model, ("matters", ("enterprise", "visit_class")))
    if beside:
        rows = rows.select_related(*beside)
    page = page_of(rows, request.GET.get("cursor", ""), key="pk", read=read_number)
    facts = {
        "asked": asked, "indicator": indicator, "page": page, "total": rows.count(), "kind": kind, "part": part,
        "value": shown(indicators.read(indicators.Ask(asked.ask.user, asked.ask.scope.of(by, key), asked.ask.period, asked.at), indicator).value),
        "rows_template": f"cockpit/_{kind}.html",
    }  # fmt: skip
    return render(request, "cockpit/list.html", facts, status=400 if asked.problem else 200)
