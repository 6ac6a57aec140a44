"""工作时间: what is kept, what is planned, and other hours from a day on; before they are saved, which promises would move."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST

import workdays
from community import hours_changes
from community.models import Community
from community.setting_up import KINDS, past, set_up_by
from grievances import recalculate
from portal.rights import only
from portal.told_forms import ToldForm
from wording.errors import FactsMissing, Refused


class HoursForm(ToldForm):
    from_on = forms.CharField(
        label="起用日期", widget=forms.TextInput(attrs={"type": "date"}), help_text="明天或以后；这一天之前已经计的时不变"
    )
    reason = forms.CharField(
        label="依据（选填）", widget=forms.TextInput(attrs={"maxlength": 100, "placeholder": "如：街道关于冬季作息的通知"}), required=False
    )


@only(*KINDS)
@require_http_methods(["GET", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    """`?community=` where one sets up several. POST with `do`: preview, save."""
    at = timezone.now()
    if request.method == "GET":
        return _show(request, request.GET, at)
    raw = request.POST.dict() | {"spans": _spans(request.POST)}
    try:
        if request.POST.get("do") == "preview":
            here, day, planned = hours_changes.drafted(raw, by=request.user, at=at)
            shifts = recalculate.preview({here.pk: workdays.calendar(planned)}, by=request.user, at=at)
            return _show(request, request.POST, at, shifts=shifts, of=planned.on(day), day=day)
        here, day = hours_changes.save(raw, by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, request.POST, at, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"{here.name}自 {day:%Y-%m-%d} 起按新的工作时间；在办诉求的期限几秒后重算，预算的工作时间不变。")
    return HttpResponseRedirect(f"{reverse('working-hours')}?community={here.code}")


@only(*KINDS)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """`community` and `from_on` of a change that has not begun."""
    code = request.POST.get("community", "")[:20]
    try:
        hours_changes.withdraw(code, _day(request.POST.get("from_on", "")), by=request.user, at=timezone.now())
    except FactsMissing as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已收回；期限几秒后重算。")
    return HttpResponseRedirect(f"{reverse('working-hours')}?community={code}" if code.isalnum() else reverse("working-hours"))


def _spans(typed: QueryDict) -> list[tuple[str, str]]:
    most = hours_changes.MOST_SPANS
    return list(zip(typed.getlist("start")[:most], typed.getlist("end")[:most], strict=False))


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _show(
    request: HttpRequest, typed: QueryDict, at: datetime, *, refusal: Refused | None = None, status: int = 200, **facts: Any
) -> HttpResponse:
    communities, today = set_up_by(request.user), timezone.localtime(at).date()
    here: Community = communities.get(typed.get("community", "")) or next(iter(communities.values()))
    kept = here.hours()
    spans = _spans(typed) if "start" in typed else kept.on(today).to_json()
    problem = "；".join(refusal.fields.get("spans", [])) if refusal is not None else ""
    facts |= {
        "communities": list(communities.values()), "here": here, "now": at, "form": HoursForm(typed if "start" in typed else None, refusal=refusal, auto_id="hours-%s"),
        "kept": kept.on(today), "since": max((day for day, _ in kept.changes if day <= today), default=None),
        "coming": [(day, workdays.Hours(each)) for day, each in kept.changes if day > today],
        "before": [(day, workdays.Hours(each)) for day, each in reversed(kept.changes) if day <= today], "first": workdays.Hours(kept.spans),
        "spans": [*spans, *[("", "")] * hours_changes.MOST_SPANS][: hours_changes.MOST_SPANS], "problem": problem, "history": _history(here),
    }  # fmt: skip
    return render(request, "setting_up/hours.html", facts, status=status)


def _history(here: Community) -> list[dict[str, Any]]:
    """Each change of the hours, newest first: when, by whom, and what stood then."""
    rows, last = [], None
    for event in reversed(past(Community, pgh_obj=here)):
        if event.hours_changes != last:
            found = workdays.Hours.from_json(event.working_hours, event.hours_changes)
            latest = found.changes[-1] if found.changes else None
            rows.append({"event": event, "on": latest and latest[0], "words": found.on(latest[0] if latest else date.min).words()})
        last = event.hours_changes
    return rows[::-1]
