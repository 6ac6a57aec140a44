"""Numbers of enterprises with the lists that sum to them: talents by level, and what happened with how late we learnt of it; a headcount
the park reports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from community.kinds import PostKind
from enterprises import learning, record, talents
from enterprises.kinds import EVENTS, event_kinds
from enterprises.metrics import FIRST_YEAR, LAST_YEAR, last_year
from portal.entries import _found
from portal.keyset import page_of
from portal.rights import OFFICE, only
from wording.errors import FactsMissing

DAYS = 365


@only(*OFFICE, PostKind.STREET)
@require_GET
def talent(request: HttpRequest) -> HttpResponse:
    """`?year=` and `?level=`: the number on top is the sum of the list below."""
    today = timezone.localdate()
    year, problem = _year(request.GET.get("year", ""), last_year(today))
    level = request.GET.get("level", "")
    level = level if level in (*talents.LEVELS, talents.UNTOLD) else ""
    whole = talents.by_enterprise(request.user, year)
    rows = talents.by_enterprise(request.user, year, level) if level else whole
    sums = talents.sums(whole)
    names = {code: f"{short} {word}" for code, (short, word) in talents.LEVELS.items()} | {talents.UNTOLD: "未分级"}
    facts = {
        "rows": [{"row": row, "cells": [row.heads.get(code, 0) for code in names]} for row in rows], "year": year, "problem": problem, "level": level, "today": today,
        "levels": [(code, name, sums[code]) for code, name in names.items()], "all": sum(sums.values()), "total": sum(row.total for row in rows),
        "short": [talents.LEVELS[code][0] if code in talents.LEVELS else "未分级" for code in names], "called": names.get(level, ""),
    }  # fmt: skip
    return render(request, "enterprises/talents.html", facts, status=400 if problem else 200)


@only(*OFFICE, PostKind.STREET)
@require_GET
def happenings(request: HttpRequest) -> HttpResponse:
    """What was recorded from `?from=` to `?to=`, of `?kind=`, `?late=1` learnt of too late; every number opens its rows."""
    today = timezone.localdate()
    first, last, problem = _days(request, today)
    kind = request.GET.get("kind", "")
    kind, late = kind if kind in EVENTS else "", request.GET.get("late") == "1"
    rows = learning.learnt(request.user, first, last, kind=kind, late=late)
    page = page_of(rows.select_related("enterprise", "case_owner"), request.GET.get("cursor", ""), key="recorded_at")
    whole = learning.lag(learning.learnt(request.user, first, last))
    span = {"from": str(first), "to": str(last)}
    facts = {
        "page": page, "first": first, "last": last, "problem": problem, "kind": kind, "late": late, "lag": learning.lag(rows) if kind or late else whole, "whole": whole,
        "kinds": [(code, label, whole.kinds[code], urlencode(span | {"kind": code})) for code, label in event_kinds() if whole.kinds.get(code)],
        "span": urlencode(span), "late_days": learning.LATE_DAYS, "now": timezone.now(), "called": EVENTS[kind].label if kind else "",
    }  # fmt: skip
    return render(request, "enterprises/happenings.html", facts, status=400 if problem else 200)


@only(PostKind.STEWARD, PostKind.OPERATOR)
@require_POST
def headcount(request: HttpRequest, uscc: str) -> HttpResponse:
    found, at = _found(request.user, uscc), timezone.now()
    heads, day = request.POST.get("heads", "").strip(), _day(request.POST.get("counted_on", ""))
    wrong: dict[str, Any] = {}
    if not (heads.isascii() and heads.isdigit() and len(heads) <= 7):
        wrong["heads"] = ["请填整数人数。"]
    if day is None:
        wrong["counted_on"] = ["请按“2026-11-30”的格式填写日期。"]
    if wrong:
        raise FactsMissing("人数没有报上：" + "".join(text for texts in wrong.values() for text in texts), fields=wrong)
    assert day is not None
    try:
        record.report_headcount(found, int(heads), counted_on=day, by=request.user, at=at, note=request.POST.get("note", ""))
    except ValidationError as error:
        raise FactsMissing("人数没有报上：" + "".join(error.messages)) from error
    messages.success(request, f"{found.name} {day} 的人数已报送，社区核实后记入档案。")
    return HttpResponseRedirect(reverse("enterprise", args=[found.uscc]))


def _year(text: str, usual: str) -> tuple[str, str]:
    if not text:
        return usual, ""
    if text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return text, ""
    return usual, f"年份不对，请填四位数字；以下是 {usual} 年。"


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and 1949 <= day.year <= 2100 else None


def _days(request: HttpRequest, today: date) -> tuple[date, date, str]:
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    usual = today - timedelta(days=DAYS - 1), today
    if not any(asked):
        return *usual, ""
    first, last = _day(asked[0]) if asked[0] else usual[0], _day(asked[1]) if asked[1] else usual[1]
    if first is None or last is None or first > last:
        return *usual, "起止日期不对：请按“2026-11-30”的格式填写，开始不能晚于结束；以下是近一年。"
    return first, last, ""
