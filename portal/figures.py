"""一企一档的数: an enterprise's figures over the years, how they came about, what they are compared with; proposals and their review."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community.kinds import PostKind
from enterprises import record
from enterprises.above_scale import watch_list
from enterprises.benchmarks import benchmarks
from enterprises.completeness import completeness, freshness
from enterprises.metrics import METRIC_OF, METRICS, Span, last_year, period_label, read_period, span_of
from enterprises.models import Enterprise, Figure, FigureProposal, LandGrade
from enterprises.size_rule import MEASURED, classify
from portal.charts import columns, growth
from portal.rights import OFFICE, only
from portal.told_forms import ToldForm
from wording.errors import Refused
from workdays import SHANGHAI

if TYPE_CHECKING:
    from accounts.models import User

READERS = (*OFFICE, PostKind.STREET, PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER)
#: Drawn as charts, in this order; everything else stands in the table.
DRAWN = ("revenue", "tax", "research", "invention_patents", "staff", "value_added")
YEARS, COMPARED = 8, 3
WAITING_SHOWN = 200


class FigureForm(ToldForm):
    metric = forms.ChoiceField(label="指标", choices=[("", "请选择"), *((each.code, each.heading) for each in METRICS)])
    period = forms.CharField(label="期间", widget=forms.TextInput(attrs={"maxlength": 20, "placeholder": "如 2025、2025Q3、2025-10"}))
    value = forms.CharField(
        label="数值", widget=forms.TextInput(attrs={"maxlength": 20, "inputmode": "decimal", "placeholder": "按指标的单位填写"})
    )
    dated_on = forms.DateField(
        label="数据日期", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="报表或证明上的日期，可不填"
    )
    source = forms.CharField(
        label="来源", required=False, widget=forms.TextInput(attrs={"maxlength": 60, "placeholder": "如：统计月报、审计报告"})
    )
    note = forms.CharField(
        label="说明", required=False, widget=forms.TextInput(attrs={"maxlength": 300, "placeholder": "如：年报审计后调整"})
    )


@only(*READERS)
@require_http_methods(["GET", "POST"])
def figures(request: HttpRequest, uscc: str) -> HttpResponse:
    """`?as_of=` what was known at the end of that day; `?metric=` the whole history of one metric. POST: the office records, the
    enterprise proposes."""
    enterprise = found_of(request.user, uscc)
    if request.method == "GET":
        return _show(request, enterprise)
    try:
        told = _sent(request, enterprise)
    except (Refused, ValidationError) as refusal:
        if isinstance(refusal, Refused) and refusal.status_hint in (403, 404):
            raise
        return _show(request, enterprise, typed=request.POST, refusal=refusal, status=getattr(refusal, "status_hint", 400))
    messages.success(request, told)
    return HttpResponseRedirect(reverse("figures", args=[enterprise.uscc]))


@only(*READERS)
@require_POST
def check(request: HttpRequest, uscc: str) -> HttpResponse:
    """核对无误."""
    enterprise = found_of(request.user, uscc)
    record.check_file(enterprise, by=request.user, at=timezone.now())
    messages.success(request, "已记下：档案核对无误。")
    return HttpResponseRedirect(reverse("figures", args=[enterprise.uscc]))


@only(*READERS)
@require_GET
def print_file(request: HttpRequest, uscc: str) -> HttpResponse:
    """一企一档 on paper."""
    from portal.enterprises import industries

    enterprise, now = found_of(request.user, uscc), timezone.now()
    standing = _standing(request.user, enterprise, None)
    facts = _beside(request.user, enterprise, now) | {
        "enterprise": enterprise, "now": now, "table": _table(standing, years_of(standing)), "years": years_of(standing),
        "industry": industries({enterprise.industry_code}).get(enterprise.industry_code, ""),
        "tenancies": enterprise.tenancies.visible_to(request.user).select_related("building__park").order_by("-is_main", "from_on"),
        "qualifications": enterprise.qualifications.visible_to(request.user).order_by("-issued_on", "pk"),
        "leases": enterprise.leases.visible_to(request.user).select_related("building__park").order_by("-from_on", "pk"),
        "events": enterprise.happenings.visible_to(request.user).order_by("-happened_on", "-pk"),
    }  # fmt: skip
    return render(request, "enterprises/print.html", facts)


@only(*OFFICE)
@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """What enterprises propose, the oldest first; where a value stands that differs, both are shown."""
    rows = FigureProposal.objects.visible_to(request.user).select_related("enterprise", "proposed_by").order_by("proposed_at", "pk")
    done = request.GET.get("tab") == "done"
    rows = rows.exclude(decided_at=None).select_related("decided_by").order_by("-decided_at") if done else rows.waiting()
    found = list(rows[: WAITING_SHOWN + 1])
    keys = {row.enterprise_id for row in found}
    stands = {
        (row.enterprise_id, row.metric, row.period): row
        for row in Figure.objects.visible_to(request.user).standing().filter(enterprise__in=keys)
    }
    shown = [{"row": row, "stands": (now := stands.get((row.enterprise_id, row.metric, row.period))), "differs": _difference(row, now)} for row in found[:WAITING_SHOWN]]  # fmt: skip
    facts = {"rows": shown, "done": done, "more": len(found) > WAITING_SHOWN, "now": timezone.now()}
    return render(request, "staff/figure_review.html", facts)


@only(*OFFICE)
@require_POST
def decide(request: HttpRequest, pk: int, verdict: str) -> HttpResponse:
    row = FigureProposal.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None or verdict not in ("accept", "decline"):
        raise Http404("没有这条更正，或您无权查看。")
    seen = _number(request.POST.get("seen", ""))
    record.decide(row, accepted=verdict == "accept", by=request.user, at=timezone.now(), reason=request.POST.get("reason", ""), seen=seen)
    messages.success(request, f"{row.enterprise.name}的更正已{'采纳' if verdict == 'accept' else '答复'}，企业会收到提醒。")
    return HttpResponseRedirect(reverse("figure-review"))


@only(*OFFICE, PostKind.STREET)
@require_GET
def watch(request: HttpRequest) -> HttpResponse:
    """规上观察名单."""
    today = timezone.localdate()
    year, rows = watch_list(request.user, today)
    state = request.GET.get("state", "")
    states = list(dict.fromkeys(row.state for row in rows))
    facts = {
        "rows": [row for row in rows if state in ("", row.state)], "year": year, "today": today, "state": state,
        "states": [(each, sum(row.state == each for row in rows)) for each in states], "all": len(rows),
    }  # fmt: skip
    return render(request, "enterprises/watch.html", facts)


def found_of(user: User, uscc: str) -> Enterprise:
    """In sight with its figures. Raises Http404."""
    rows = Enterprise.objects.visible_to(user).select_related("community__street")
    found = rows.filter(uscc=uscc.upper()[:18]).first()
    readable = found is not None and (
        Enterprise.objects.represented_by(user).filter(pk=found.pk).exists()
        or any(found.community_id == post.community_id or (post.street_id and post.street_id == found.community.street_id) for post in user.posts if post.kind in (*OFFICE, PostKind.STREET))
    )  # fmt: skip
    if found is None or not readable:
        raise Http404("没有这家企业，或您无权查看它的经济指标。")
    return found  # type: ignore[no-any-return]


def years_of(standing: dict[tuple[str, str], Figure]) -> list[str]:
    """The years something is known of, and those between, eight at most."""
    known = sorted({int(period[:4]) for _, period in standing if span_of(period) is Span.YEAR})
    return [str(year) for year in range(max(known[0], known[-1] - YEARS + 1), known[-1] + 1)] if known else []


def drawn(user: User, enterprise: Enterprise, standing: dict[tuple[str, str], Figure] | None = None) -> list[dict[str, Any]]:
    """Charts of what is known, each with the medians that may be shown and why others may not."""
    standing = _standing(user, enterprise, None) if standing is None else standing
    years = years_of(standing)
    codes = [code for code in DRAWN if any((code, year) in standing for year in years)]
    if not codes:
        return []
    compared = benchmarks(enterprise, codes, years[-COMPARED:])
    charts = []
    for code in codes:
        metric = METRIC_OF[code]
        values = [(year, standing[code, year].value if (code, year) in standing else None) for year in years]
        groups = [compared.get((code, year), []) for year in years]
        marks = [next((each.value for each in found if each.group == "industry"), None) for found in groups]
        last = next((year for year, value in reversed(values) if value is not None), years[-1])
        charts.append(
            {
                "metric": metric, "chart": columns(values, marks, title=metric.label, unit=metric.unit, places=metric.places),
                "last": last, "medians": compared.get((code, last), []), "marked": any(mark is not None for mark in marks),
            }
        )  # fmt: skip
    return charts


def _show(request: HttpRequest, enterprise: Enterprise, *, typed: Any = None, refusal: Any = None, status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    as_of, problem = _as_of(request.GET.get("as_of", ""))
    standing = _standing(user, enterprise, as_of)
    years, chosen = years_of(standing), METRIC_OF.get(request.GET.get("metric", ""))
    history = Figure.objects.visible_to(user).filter(enterprise=enterprise, metric=chosen.code) if chosen else Figure.objects.none()
    records = record.may_record(enterprise, user)
    form = FigureForm(typed, refusal=_told(refusal), auto_id="fig-%s")
    del form.fields["note" if records else "source"]
    facts = _beside(user, enterprise, now) | {
        "enterprise": enterprise, "now": now, "years": years, "table": _table(standing, years), "charts": [] if as_of else drawn(user, enterprise, standing),
        "others": [row for (_, period), row in sorted(standing.items(), key=lambda each: each[0][1], reverse=True) if span_of(period) is not Span.YEAR],
        "as_of": as_of, "problem": problem, "chosen": chosen, "history": history.select_related("confirmed_by", "recorded_by").order_by("-period", "-recorded_at")[:200],
        "form": form, "records": records, "proposes": not records and record.may_propose(enterprise, user),
        "own": bool(Enterprise.objects.represented_by(user).filter(pk=enterprise.pk).exists()),
        "proposals": FigureProposal.objects.visible_to(user).filter(enterprise=enterprise).order_by("-proposed_at", "-pk")[:10],
    }  # fmt: skip
    return render(request, "enterprises/figures.html", facts, status=400 if problem and status == 200 else status)


def _beside(user: User, enterprise: Enterprise, now: datetime) -> dict[str, Any]:
    """Size by the rule, completeness, freshness."""
    today = timezone.localtime(now).date()
    year = last_year(today)
    rows = Figure.objects.visible_to(user).standing().filter(enterprise=enterprise, period=year, metric__in=MEASURED.values())
    return {
        "verdict": classify(enterprise.industry_code, dict(rows.values_list("metric", "value"))), "size_year": year,
        "land_grades": list(LandGrade.objects.visible_to(user).filter(enterprise=enterprise).order_by("-year")[:3]),
        "filled": completeness(enterprise, today), "fresh": freshness(enterprise, now),
    }  # fmt: skip


def _standing(user: User, enterprise: Enterprise, as_of: date | None) -> dict[tuple[str, str], Figure]:
    rows = Figure.objects.visible_to(user).filter(enterprise=enterprise).select_related("confirmed_by")
    if as_of is None:
        rows = rows.standing()
    else:
        rows = rows.known_at(datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1))
    return {(row.metric, row.period): row for row in rows}


def _table(standing: dict[tuple[str, str], Figure], years: list[str]) -> list[dict[str, Any]]:
    """A line for each metric something is known of, the newest year first, each with its growth."""
    lines = []
    for metric in METRICS:
        cells = [{"year": year, "row": standing.get((metric.code, year))} for year in reversed(years)]
        if not any(cell["row"] for cell in cells):
            continue
        for cell in cells:
            row, before = cell["row"], standing.get((metric.code, str(int(cell["year"]) - 1)))
            cell["growth"] = growth(row.value, before.value) if row and before else ""
            cell["words"] = f"{row.value:,.{metric.places}f}" if row else ""
        lines.append({"metric": metric, "cells": cells})
    return lines


def _as_of(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1949 <= day.year <= 2100:
        return None, "日期不对，请按“2026-11-30”的格式填写；以下是现在的数。"
    return day, ""


def _sent(request: HttpRequest, enterprise: Enterprise) -> str:
    """What was done, in words. Raises Refused, ValidationError by field."""
    said = request.POST
    if not said.get("metric"):
        raise ValidationError({"metric": "请选择指标。"})
    try:
        period = read_period(said.get("period", ""))
    except ValidationError as wrong:
        raise ValidationError({"period": wrong.messages}) from wrong
    value, dated_on = _number(said.get("value", "")), _day(said.get("dated_on", ""))
    if value is None:
        raise ValidationError({"value": "请填写数字，如 1200 或 1200.5。"})
    facts = {"by": request.user, "at": timezone.now(), "dated_on": dated_on}
    if record.may_record(enterprise, request.user):
        row = record.record(enterprise, said["metric"], period, value, source=said.get("source", ""), **facts)
        return f"已登记：{row.meaning.label} {period_label(period)} {row.value:,} {row.meaning.unit}。"
    record.propose(enterprise, said["metric"], period, value, note=said.get("note", ""), **facts)
    return "更正已提出，社区核实后生效，结果会提醒您。"


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _day(text: str) -> date | None:
    day, problem = _as_of(text.strip())
    if problem:
        raise ValidationError({"dated_on": "日期不对，请按“2026-11-30”的格式填写。"})
    return day


def _told(refusal: Any) -> Any:
    """As a form can show it."""
    if isinstance(refusal, ValidationError):
        fields = refusal.message_dict if hasattr(refusal, "error_dict") else {}
        return Refused("；".join(refusal.messages), fields=fields)
    return refusal


def _difference(row: FigureProposal, stands: Figure | None) -> str:
    if stands is None:
        return "档案里还没有这个数"
    rate = growth(row.value, stands.value)
    return f"相差 {row.value - stands.value:+,} {row.meaning.unit}" + (f"（{rate}）" if rate else "")
