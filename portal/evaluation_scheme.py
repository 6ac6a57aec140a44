"""评价方案: what counts and how, for everybody who is judged by it; and for the leader the page that sets it, with who would be graded otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from community import held
from community.kinds import PostKind
from community.models import Community
from enterprises.metrics import period_label
from evaluations import schemes
from evaluations.models import Scheme
from evaluations.states import Missing, Scoring
from portal.evaluation_forms import (
    SchemeForm,
    grade_rows,
    indicator_rows,
    period_options,
    raw_scheme,
    typed_scheme,
)
from portal.evaluations import READERS
from portal.rights import only
from wording.errors import Refused


@only(*READERS)
@require_GET
def scheme(request: HttpRequest) -> HttpResponse:
    """Of one community (`?community=`): the version in force, the one to come, and all before them."""
    user, now = request.user, timezone.now()
    today = timezone.localtime(now).date()
    operated = {post.community_id for post in held(user, PostKind.OPERATOR)}
    worked = set(Community.objects.worked_by(user).values_list("pk", flat=True))
    communities = list(Community.objects.visible_to(user).filter(pk__in=operated | worked).order_by("code"))
    here = next((row for row in communities if row.code == request.GET.get("community")), communities[0] if communities else None)
    versions = list(Scheme.objects.visible_to(user).filter(community=here).order_by("-from_on").select_related("set_by").whole())
    current = next((row for row in versions if row.from_on <= today), None)
    facts = {
        "communities": communities, "here": here, "versions": [_version(row, row == current, row.from_on > today) for row in versions], "now": now,
        "may_set": any(post.community_id == here.pk for post in held(user, PostKind.LEADER)) if here else False,
    }  # fmt: skip
    return render(request, "evaluations/scheme.html", facts)


def _version(row: Scheme, current: bool, coming: bool) -> dict[str, Any]:
    indicators = sorted(row.indicators.all(), key=lambda each: each.rank)
    return {
        "row": row, "current": current, "coming": coming, "grades": sorted(row.grades.all(), key=lambda each: each.place),
        "indicators": [{"row": each, "steps": [f"{limit} → {gained} 分" for limit, gained in each.steps]} for each in indicators],
    }  # fmt: skip


@only(PostKind.LEADER)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """POST with `do`: preview (by the records of `period`), save."""
    at = timezone.now()
    led = schemes.led(request.user)
    if request.method == "GET":
        here = led.get(request.GET.get("community", ""), next(iter(led.values())))
        last = Scheme.objects.filter(community=here).order_by("-from_on").whole().first()
        return _show(request, typed_scheme(last, here.code, timezone.localtime(at).date().isoformat()), at)
    typed = request.POST
    try:
        drafted = schemes.draft(raw_scheme(typed), by=request.user, at=at)
        if typed.get("do") != "save":
            return _show(request, typed, at, preview=schemes.preview(drafted, _period(typed, at), at))
        saved = schemes.save(drafted, by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, typed, at, refusal=refusal)
    messages.success(request, f"{saved.name}已设定，{saved.from_on:%Y-%m-%d} 起用。")
    return HttpResponseRedirect(f"{reverse('evaluation-scheme')}?community={saved.community.code}")


def _period(typed: QueryDict, at: datetime) -> str:
    known = schemes.periods(timezone.localtime(at).date())
    return typed["period"] if typed.get("period") in known else known[0]


def _show(request: HttpRequest, typed: QueryDict, at: datetime, *, refusal: Refused | None = None, preview: Any = None) -> HttpResponse:
    led = schemes.led(request.user)
    here = led.get(typed.get("community", ""), next(iter(led.values())))
    problems = refusal.fields if refusal is not None else {}
    facts = {
        "here": here, "form": SchemeForm(typed, refusal=refusal, auto_id="scheme-%s"), "indicators": indicator_rows(typed, refusal),
        "grades": grade_rows(typed), "scorings": Scoring.choices, "missings": Missing.choices, "preview": preview,
        "preview_label": period_label(preview.period) if preview else "", "period": _period(typed, at),
        "periods": period_options(schemes.periods(timezone.localtime(at).date())), "indicators_problem": "；".join(problems.get("indicators", ())),
        "grades_problem": "；".join(problems.get("grades", ())), "total": _total(typed),
    }  # fmt: skip
    return render(request, "evaluations/scheme_editor.html", facts, status=refusal.status_hint if refusal else 200)


def _total(typed: QueryDict) -> str:
    """The weights as typed, where they can be added."""
    told = [schemes.number(typed.get(name.replace("use-", "weight-", 1))) for name in typed if name.startswith("use-")]
    return "" if None in told else f"{sum(each for each in told if each is not None)}"
