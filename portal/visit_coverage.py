"""走访覆盖: per class, grid, person and month how much of what was owed was visited in time; every number opens its list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from portal.rights import only
from visits import coverage, reasons

PAGE = 50
#: Columns of the tables, in order; the others stand above them.
SHOWN = ("owed", "on_time", "late", "waiting", "overdue", "attempted", "lapsed")
BESIDE = ("absorbed", "gone", "due")


@only(*coverage.READERS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    period, problem = _period(request, now)
    today, days = timezone.localtime(now).date(), {"from": str(period.first), "to": str(period.last)}
    total = coverage.total(request.user, period, today)
    tables = [
        (by, [_line(each, {**days, "by": code, "key": each.key}) for each in coverage.breakdown(request.user, code, period, today)])
        for code, by in coverage.BREAKDOWNS.items()
    ]
    facts = {
        "period": period, "problem": problem, "now": now, "formula": coverage.FORMULA, "total": _line(total, days), "tables": tables,
        "measures": [coverage.MEASURES[code] for code in SHOWN], "beside": _numbers(total, days, BESIDE), "query": urlencode(days),
        "shortcuts": _shortcuts(today),
    }  # fmt: skip
    return render(request, "visits/coverage.html", facts, status=400 if problem else 200)


def _line(row: coverage.Slice, asked: dict[str, str]) -> dict[str, Any]:
    return {"row": row, "numbers": _numbers(row, asked, SHOWN)}


def _numbers(row: coverage.Slice, asked: dict[str, str], codes: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"measure": coverage.MEASURES[code], "count": row.counts[code], "query": urlencode(asked)} for code in codes]


@only(*coverage.READERS)
@require_GET
def matters(request: HttpRequest, code: str) -> HttpResponse:
    """The matters behind one number."""
    now = timezone.now()
    period, problem = _period(request, now)
    asked = {name: request.GET.get(name, "") for name in ("by", "key")}
    try:
        rows = coverage.behind(request.user, code, period, timezone.localtime(now).date(), **asked)
        of = coverage.slice_label(asked["by"], asked["key"]) if asked["by"] else ""
    except KeyError:
        raise Http404("没有这个数字。") from None
    shown, more = _page(rows.select_related("enterprise", "visit_class"), request.GET.get("cursor", ""))
    versions = reasons.standing(shown)
    facts = {
        "measure": coverage.MEASURES[code], "of": of, "period": period, "problem": problem, "total": rows.count(), "now": now, "next": more,
        "lines": [(row, reasons.line(row, versions.get((row.visit_class_id, row.since_on)))) for row in shown],
        "export_query": urlencode({"measure": code, "from": period.first, "to": period.last} | asked),
    }  # fmt: skip
    return render(request, "visits/matters.html", facts, status=400 if problem else 200)


def _page(rows: Any, cursor: str) -> tuple[list[Any], str]:
    """Newest found first; the cursor is the last key shown. Raises BadRequest."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadRequest("页码不对，请从第一页看起。")
    found = list((rows.filter(pk__lt=int(cursor)) if cursor else rows).order_by("-pk")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def _period(request: HttpRequest, now: datetime) -> tuple[coverage.Period, str]:
    """`from` and `to`, both inclusive; a wrong one falls back to this year and says so."""
    usual = coverage.year_to_date(now)
    try:
        first, last = (parse_date(request.GET.get(name) or "") for name in ("from", "to"))
    except ValueError:
        first = last = None
    if request.GET.get("from") or request.GET.get("to"):
        period = coverage.Period(first or usual.first, last or usual.last)
        if (first or last) and date(2000, 1, 1) <= period.first <= period.last <= date(2100, 12, 31):
            return period, ""
        return usual, "起止日期不对：请按“2026-11-30”的格式填写，开始不能晚于结束；以下为今年以来。"
    return usual, ""


def _shortcuts(today: date) -> list[tuple[str, coverage.Period]]:
    month = today.replace(day=1)
    before = date.fromordinal(month.toordinal() - 1)
    following = date(today.year + (today.month == 12), today.month % 12 + 1, 1)
    return [
        ("今年以来", coverage.Period(today.replace(month=1, day=1), today)),
        ("本月（含未到期）", coverage.Period(month, date.fromordinal(following.toordinal() - 1))),
        ("上月", coverage.Period(before.replace(day=1), before)),
    ]
