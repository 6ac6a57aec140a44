"""Setting a dispatch rule: what it says, from which day, and before it is saved, which tickets of last month it would have sent elsewhere."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST

from community.kinds import PostKind
from community.models import Community, Unit
from grievances import routing, rule_changes
from grievances.models import DispatchRule
from portal.fact_forms import UNIT_GROUPS, unit_words
from portal.rights import only
from portal.told_forms import ToldForm
from wording.errors import Refused

KINDS = (PostKind.LEADER,)
#: Listed of the tickets that would have gone elsewhere; the count is of all.
SHOWN = 100
_BETWEEN_WORDS = re.compile(r"[\s、，,;；]+")


class RuleForm(ToldForm):
    code = forms.CharField(
        label="规则号", widget=forms.TextInput(attrs={"maxlength": 12, "placeholder": "如 R05"}), help_text="改已有的规则，规则号不变"
    )
    name = forms.CharField(label="名称", widget=forms.TextInput(attrs={"maxlength": 60}))
    rank = forms.CharField(label="次序", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3}), help_text="小的先试")
    target = forms.ChoiceField(label="派往", choices=[("", "请选择"), *DispatchRule.Target.choices])
    unit = forms.ChoiceField(label="单位（派往“指定单位”时选）", required=False)
    from_on = forms.CharField(
        label="起用日期", widget=forms.TextInput(attrs={"type": "date"}), help_text="今天或以后；之前的一版用到这一天为止"
    )


@only(*KINDS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """`?code=` an existing rule. POST with `do`: preview, preview-stop, save."""
    at = timezone.now()
    if request.method == "GET":
        return _show(request, _initial(request, at), at)
    typed, do = request.POST, request.POST.get("do", "")
    try:
        row = rule_changes.draft(_raw(typed), by=request.user, at=at)
        if do.startswith("preview"):
            found = rule_changes.preview(row, by=request.user, at=at, without=do == "preview-stop")
            return _show(request, typed, at, preview=found, stopping=do == "preview-stop")
        rule_changes.save(row, by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, typed, at, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"规则 {row.code} 已设定，{row.from_on:%Y-%m-%d} 起用。")
    return HttpResponseRedirect(f"{reverse('dispatch-rules')}?community={row.community.code}")


@only(*KINDS)
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """`community`, `code` and the first day without it, `until_on`."""
    at, typed = timezone.now(), request.POST
    community, code = typed.get("community", ""), typed.get("code", "")
    try:
        on = parse_date(typed.get("until_on", ""))
    except ValueError:
        on = None
    try:
        rule_changes.stop(community, code, by=request.user, at=at, on=on)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        messages.error(request, refusal.message)
        return HttpResponseRedirect(f"{reverse('dispatch-rule')}?{_query(community, code)}")
    messages.success(request, f"规则 {code} 自 {on:%Y-%m-%d} 起停用。")
    return HttpResponseRedirect(f"{reverse('dispatch-rules')}?{_query(community, '')}")


def _query(community: str, code: str) -> str:
    params = QueryDict(mutable=True)
    params.update({"community": community} | ({"code": code} if code else {}))
    return params.urlencode()


def _raw(typed: QueryDict) -> dict[str, Any]:
    values = {kind: typed.getlist(f"c-{kind}") for kind in routing.CONDITIONS}
    values["keyword"] = [word for word in _BETWEEN_WORDS.split(typed.get("c-keyword", "")) if word]
    return typed.dict() | {"values": {kind: [value for value in row if value] for kind, row in values.items()}}


def _here(request: HttpRequest, code: str) -> Community:
    communities = rule_changes.led(request.user)
    return communities.get(code) or next(iter(communities.values()))


def _initial(request: HttpRequest, at: datetime) -> QueryDict:
    """The version that will last, as the form would have sent it; an empty form for a new rule."""
    here, code = _here(request, request.GET.get("community", "")), request.GET.get("code", "")[:12]
    typed = QueryDict(mutable=True)
    typed.update({"community": here.code, "from_on": timezone.localtime(at).date().isoformat()})
    if not code:
        return typed
    row = DispatchRule.objects.visible_to(request.user).filter(community=here, code=code).select_related("unit").order_by("from_on").last()
    if row is None:
        raise Http404("没有这条规则。")
    typed.update(
        {"code": row.code, "name": row.name, "rank": str(row.rank), "target": row.target, "unit": row.unit.code if row.unit else ""}
    )
    for condition in row.conditions:
        values = [str(value) for value in condition["values"]]
        typed.setlist(f"c-{condition['kind']}", ["、".join(values)] if condition["kind"] == "keyword" else values)
    return typed


def _show(
    request: HttpRequest, typed: QueryDict, at: datetime, *, refusal: Refused | None = None, status: int = 200, **facts: Any
) -> HttpResponse:
    here, today = _here(request, typed.get("community", "")), timezone.localtime(at).date()
    form = RuleForm(typed, refusal=refusal, auto_id="rule-%s")
    form.fields["unit"].choices = [("", "不指定"), *_units(request, here, today)]
    code = typed.get("code", "").strip().upper()[:12]
    past = rule_changes.history(here, code) if code else []
    problems = refusal.fields if refusal is not None else {}
    preview = facts.get("preview")
    facts |= {
        "here": here, "form": form, "conditions": _conditions(here, typed, problems), "today": today, "code": code if past else "",
        "history": [{"line": line, "words": _words(line)} for line in past], "now": at, "shown": SHOWN,
        "moved": preview.moved[:SHOWN] if preview else (),
    }  # fmt: skip
    return render(request, "staff/rule_editor.html", facts, status=status)


def _units(request: HttpRequest, here: Community, today: Any) -> list[tuple[str, Any]]:
    rows = list(Unit.objects.visible_to(request.user).usable(today).filter(community=here).order_by("kind", "code"))
    groups = [(label, [(unit.code, unit_words(unit)) for unit in rows if belongs(unit)]) for label, belongs in UNIT_GROUPS]
    return [(label, choices) for label, choices in groups if choices]


def _conditions(here: Community, typed: QueryDict, problems: dict[str, Any]) -> list[dict[str, Any]]:
    """One block for each kind: boxes with what is ticked, or the box for keywords."""
    known, found = rule_changes.choices(here), []
    for kind, condition in routing.CONDITIONS.items():
        chosen = typed.getlist(f"c-{kind}")
        boxes = [(code, label, code in chosen) for code, label in known.get(kind, {}).items()]
        words = typed.get(f"c-{kind}", "") if kind not in known else ""
        problem = problems.get(kind, "")
        found.append({
            "kind": kind, "label": condition.label, "boxes": boxes, "words": words, "problem": problem if isinstance(problem, str) else "；".join(problem),
            "count": sum(on for _, _, on in boxes) or bool(words),
        })  # fmt: skip
    return found


def _words(line: Any) -> str:
    """A row of the history in one sentence."""
    met = "；".join(
        f"{routing.CONDITIONS[row['kind']].label} {'、'.join(map(str, row['values'][:6]))}{' 等' if len(row['values']) > 6 else ''}"
        for row in line.conditions
    )
    target = line.unit.name if line.unit is not None else DispatchRule.Target(line.target).label
    return f"次序 {line.rank}；{met or '无条件'} → {target}"
