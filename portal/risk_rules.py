"""预警规则: what each rule says today, how often it was right; for the leader the page that sets it, with whom it would warn of before it is saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from community import held
from community.kinds import PostKind
from community.models import Community
from portal.rights import GRID, OFFICE, only
from portal.risk_rows import COLOURS
from portal.told_forms import ToldForm
from risks import thresholds, watch
from risks.filters import LEVELS
from risks.kinds import level_code
from risks.models import RuleVersion
from risks.precision import Record, precision
from risks.rules import PARK, RULES, Rule
from wording.errors import Refused

KINDS = (*OFFICE, *GRID, PostKind.STREET)


class RuleForm(ToldForm):
    level = forms.ChoiceField(label="等级", choices=[(code, f"{label}色") for code, label in LEVELS])
    active = forms.BooleanField(label="启用", required=False, help_text="不勾就是自起用日期起停用；已有的预警不受影响")
    from_on = forms.CharField(
        label="起用日期", widget=forms.TextInput(attrs={"type": "date"}), help_text="今天或以后；之前的一版用到前一天"
    )


@only(*KINDS)
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Of one community (`?community=`), by dimension."""
    now = timezone.now()
    today = timezone.localtime(now).date()
    communities = list(Community.objects.visible_to(request.user).order_by("code"))
    here = next((row for row in communities if row.code == request.GET.get("community")), communities[0] if communities else None)
    if here is None:
        raise Http404("没有这个社区，或您无权查看。")
    known = precision(request.user, here.pk)
    coming = {
        row.rule: row for row in RuleVersion.objects.visible_to(request.user).filter(community=here, from_on__gt=today).order_by("-from_on")
    }
    rows = [_line(setting, known.get(setting.rule.code, Record()), coming) for setting in watch.settings_of(here.pk, today)]
    facts = {
        "communities": communities, "here": here, "rows": rows, "now": now,
        "may_set": any(post.community_id == here.pk for post in held(request.user, PostKind.LEADER)),
    }  # fmt: skip
    return render(request, "risks/rules.html", facts)


def _line(setting: watch.Setting, record: Record, coming: dict[str, RuleVersion]) -> dict[str, Any]:
    rule = setting.rule
    return {
        "rule": rule, "setting": setting, "record": record, "coming": coming.get(rule.code), "said": rule.said(setting.params),
        "level": RuleVersion(level=setting.level).get_level_display(), "colour": COLOURS[setting.level], "park": rule.subject == PARK,
    }  # fmt: skip


@only(PostKind.LEADER)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """POST with `do`: preview, save."""
    at, rule = timezone.now(), RULES.get(code)
    if rule is None:
        raise Http404("没有这条规则。")
    if request.method == "GET":
        return _show(request, rule, _initial(request, rule, at), at)
    typed = request.POST
    try:
        version = thresholds.draft(typed.dict() | {"rule": code}, by=request.user, at=at)
        if typed.get("do") == "preview":
            found = thresholds.preview(version, timezone.localtime(at).date())
            return _show(request, rule, typed, at, preview=found)
        thresholds.save(version, by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, rule, typed, at, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"“{rule.label}”已设定，{version.from_on:%Y-%m-%d} 起用。")
    return HttpResponseRedirect(f"{reverse('risk-rules')}?community={version.community.code}")


def _here(request: HttpRequest, code: str) -> Community:
    communities = thresholds.led(request.user)
    return communities.get(code) or next(iter(communities.values()))


def _initial(request: HttpRequest, rule: Rule, at: datetime) -> QueryDict:
    """The version that will last, or the table in code, as the form would have sent it."""
    here, today = _here(request, request.GET.get("community", "")), timezone.localtime(at).date()
    last = RuleVersion.objects.visible_to(request.user).filter(community=here, rule=rule.code).order_by("from_on").last()
    setting = watch.setting_of(rule, last)
    typed = QueryDict(mutable=True)
    typed.update(
        {"community": here.code, "from_on": today.isoformat(), "level": level_code(setting.level), "active": "on" if setting.active else ""}
    )
    typed.update({f"p-{code}": str(value) for code, value in setting.params.items()})
    return typed


def _show(
    request: HttpRequest,
    rule: Rule,
    typed: QueryDict,
    at: datetime,
    *,
    refusal: Refused | None = None,
    status: int = 200,
    preview: Any = None,
) -> HttpResponse:
    here = _here(request, typed.get("community", ""))
    problems = refusal.fields if refusal is not None else {}
    past = RuleVersion.objects.visible_to(request.user).filter(community=here, rule=rule.code).order_by("-from_on").select_related("set_by")
    facts = {
        "here": here, "rule": rule, "form": RuleForm(typed, refusal=refusal, auto_id="rule-%s"), "preview": preview, "now": at,
        "parameters": [{"row": each, "value": typed.get(f"p-{each.code}", ""), "choices": list((each.choices or {}).items()), "problem": "；".join(problems.get(f"p-{each.code}", []))} for each in rule.parameters],
        "history": [{"row": row, "said": rule.said(rule.complete(row.params)), "colour": COLOURS[row.level]} for row in past],
        "first": rule.said(rule.defaults), "park": rule.subject == PARK,
    }  # fmt: skip
    return render(request, "risks/rule_editor.html", facts, status=status)
