"""First numbers for the street and the community: each with its formula, its 截至 time and the list behind it."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

from dashboards import measures
from portal.keyset import page_of

PERIOD_NAMES = {"year": "今年以来", "quarter": "本季度", "month": "本月", "last_month": "上月"}


def numbers(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    period, problem = _period(request, now)
    _must_read(request)
    context = {
        "figures": measures.overview(request.user, period, now),
        "scores": measures.average_scores(request.user, period),
        "breakdowns": [(by, _shares(measures.breakdown(request.user, by.code, period, now))) for by in measures.BREAKDOWNS.values()],
        "period": period,
        "problem": problem,
        "shortcuts": _shortcuts(now),
        "now": now,
    }
    return render(request, "numbers/overview.html", context, status=400 if problem else 200)


def number_list(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind one number: `part=base` for the lower half of a rate; `by` and `key` for a slice."""
    now = timezone.now()
    period, problem = _period(request, now)
    _must_read(request)
    asked = {name: request.GET.get(name, "") for name in ("part", "by", "key")}
    try:
        rows = measures.behind(request.user, code, period, now, **asked)
    except KeyError:
        raise Http404 from None
    of = measures.slice_label(rows, asked["by"], asked["key"]) if asked["by"] else ""
    page = page_of(rows.select_related("enterprise", "service_item"), request.GET.get("cursor", ""))
    context = {
        "measure": measures.MEASURES[code],
        "of": of,
        "period": period,
        "problem": problem,
        "page": page,
        "total": rows.count(),
        "now": now,
        "part": asked["part"],
        "export_query": urlencode({"measure": code, "from": period.first, "to": period.last} | asked),
    }
    return render(request, "numbers/list.html", context)


def _must_read(request: HttpRequest) -> None:
    if not measures.may_read(request.user):
        raise PermissionDenied("数据看板供社区和街道使用。")


def _period(request: HttpRequest, now) -> tuple[measures.Period, str]:
    """`from` and `to`, both days inclusive; a wrong one falls back to this year and says so."""
    usual = measures.year_to_date(now)
    try:
        first, last = (parse_date(request.GET.get(name) or "") for name in ("from", "to"))
    except ValueError:
        return usual, "日期不对，请按“2026-11-30”的格式填写；以下为今年以来。"
    asked = bool(request.GET.get("from") or request.GET.get("to"))
    if not asked:
        return usual, ""
    period = measures.Period(first or usual.first, last or usual.last)
    if not date(2000, 1, 1) <= period.first <= period.last <= date(2100, 12, 31):
        return usual, "起止日期不对：开始不能晚于结束；以下为今年以来。"
    return period, ""


def _shortcuts(now) -> list[tuple[str, measures.Period]]:
    today = timezone.localtime(now).date()
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    month = today.replace(day=1)
    before = date.fromordinal(month.toordinal() - 1)
    spans = {"year": measures.year_to_date(now).first, "quarter": quarter, "month": month}
    found = [(PERIOD_NAMES[code], measures.Period(first, today)) for code, first in spans.items()]
    return [*found, (PERIOD_NAMES["last_month"], measures.Period(before.replace(day=1), before))]


def _shares(slices: list[measures.Slice]) -> list[tuple[measures.Slice, int]]:
    """Each with the length of its bar in percent of the longest."""
    longest = max((each.count for each in slices), default=0) or 1
    return [(each, round(each.count * 100 / longest)) for each in slices]
