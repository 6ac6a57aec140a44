"""必访类别: what each class says today and has said, and for the leader the page that sets it – with who comes in and goes out before it is saved."""

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
from portal.told_forms import ToldForm
from visits import classes, defaults, triggers
from visits.models import ClassVersion, VisitClass
from visits.people import ROLES
from visits.selectors import SELECTORS, Selector
from visits.states import Closing
from wording.errors import Refused

KINDS = (*OFFICE, *GRID, PostKind.STREET)
CADENCES = (("", "不重复"), *((code, row[0]) for code, row in triggers.PERIODS.items()), ("days", "每隔几天"))


class ClassForm(ToldForm):
    code = forms.CharField(
        label="代码", widget=forms.TextInput(attrs={"maxlength": 12, "placeholder": "如 KN"}), help_text="改已有的类别，代码不变"
    )
    name = forms.CharField(label="名称", widget=forms.TextInput(attrs={"maxlength": 30, "placeholder": "如 困难企业必访"}))
    active = forms.BooleanField(label="启用", required=False, help_text="不勾就是自起用日期起停用这一类")
    from_on = forms.CharField(
        label="起用日期", widget=forms.TextInput(attrs={"type": "date"}), help_text="今天或以后；之前的一版用到前一天"
    )
    said = forms.CharField(
        label="告诉企业的事由", widget=forms.TextInput(attrs={"maxlength": 60}), help_text="企业在“走访安排”里看到的就是这句话"
    )
    staff_only = forms.BooleanField(label="事由仅工作人员可见", required=False, help_text="勾选后，企业只看到例行走访")
    lead = forms.ChoiceField(
        label="首先由谁走访", choices=[("", "请选择"), *ROLES.items()], help_text="负责这一类；左边再勾可以同行或替补的人"
    )
    closing = forms.ChoiceField(label="办结条件", choices=Closing.choices)
    absorb_workdays = forms.CharField(
        label="近期走访可抵（工作日）", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 2}),
        help_text="此前这些天内走访过就不必再去；0 为须在事由发生之后走访",
    )  # fmt: skip
    weight = forms.CharField(
        label="权重", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3}), help_text="1–100，排周计划时大的先走"
    )


@only(*KINDS)
@require_GET
def visit_classes(request: HttpRequest) -> HttpResponse:
    """The classes of one community (`?community=`)."""
    today = timezone.localtime(timezone.now()).date()
    communities = list(Community.objects.visible_to(request.user).order_by("code"))
    here = next((row for row in communities if row.code == request.GET.get("community")), communities[0] if communities else None)
    rows = VisitClass.objects.visible_to(request.user).filter(community=here).ranked().prefetch_related("versions")
    facts = {
        "communities": communities, "here": here, "rows": [_line(row, today) for row in rows],
        "may_set": any(post.community_id == here.pk for post in held(request.user, PostKind.LEADER)) if here else False,
    }  # fmt: skip
    return render(request, "visits/classes.html", facts)


def _line(row: VisitClass, today: Any) -> dict[str, Any]:
    versions = sorted(row.versions.all(), key=lambda version: version.from_on)
    now = next((version for version in reversed(versions) if version.from_on <= today), None)
    shown = now or versions[0] if versions else None
    return {
        "row": row, "now": now, "shown": shown, "coming": next((v for v in versions if v.from_on > today), None) if now else None,
        "triggers": [each.label for each in triggers.on_file(shown.triggers)] if shown else [],
        "who": [ROLES.get(role, role) for role in shown.who] if shown else [],
    }  # fmt: skip


@only(PostKind.LEADER)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """`?code=` an existing class. POST with `do`: preview, save; or `six`, which loads the first six where there is none."""
    at = timezone.now()
    if request.method == "GET":
        return _show(request, _initial(request, at), at)
    typed, do = request.POST, request.POST.get("do", "")
    if do == "six":
        here = _here(request, typed.get("community", ""))
        made = defaults.load(here, from_on=timezone.localtime(at).date(), at=at)
        messages.success(request, f"已载入 {made} 类，今天起用。" if made else "本社区已有必访类别，没有改动。")
        return HttpResponseRedirect(f"{reverse('visit-classes')}?community={here.code}")
    try:
        version = classes.draft(_raw(typed), by=request.user, at=at)
        if do == "preview":
            found = classes.preview(version, timezone.localtime(at).date())
            return _show(request, typed, at, preview=found)
        classes.save(version, by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, typed, at, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"{version.name}已设定，{version.from_on:%Y-%m-%d} 起用。")
    return HttpResponseRedirect(f"{reverse('visit-classes')}?community={version.visit_class.community.code}")


def _here(request: HttpRequest, code: str) -> Community:
    communities = classes.led(request.user)
    return communities.get(code) or next(iter(communities.values()))


def _blocks() -> list[tuple[str, Selector, dict[str, str]]]:
    """Every trigger a class can have, by its name: a selector, or one for each value of the parameter that tells its triggers apart."""
    found: list[tuple[str, Selector, dict[str, str]]] = []
    for selector in SELECTORS.values():
        if not selector.tells_apart:
            found.append((selector.code, selector, {}))
            continue
        parameter = next(each for each in selector.parameters if each.code == selector.tells_apart)
        found += [(f"{selector.code}:{value}", selector, {parameter.code: value}) for value in parameter.choices or {}]
    return found


def _raw(typed: QueryDict) -> dict[str, Any]:
    rows = []
    for code, selector, fixed in _blocks():
        if not typed.get(f"t-{code}"):
            continue
        params = {each.code: typed.get(f"t-{code}-{each.code}", "") for each in selector.parameters if each.code not in fixed} | fixed
        every = typed.get(f"t-{code}-every", "")
        if every == "days":
            every = f"days:{typed.get(f't-{code}-gap', '').strip()}"
        rows.append({"selector": selector.code, "params": params, "workdays": typed.get(f"t-{code}-workdays", "").strip(), "every": every})
    flags = {name: bool(typed.get(name)) for name in ("active", "staff_only")}
    who = list(dict.fromkeys(role for role in (typed.get("lead", ""), *typed.getlist("who")) if role))
    return typed.dict() | flags | {"triggers": rows, "who": who}


def _initial(request: HttpRequest, at: datetime) -> QueryDict:
    """The version that will last, as the form would have sent it; an empty form for a new class."""
    here, code = _here(request, request.GET.get("community", "")), request.GET.get("code", "")[:12]
    typed = QueryDict(mutable=True)
    typed.update({"community": here.code, "from_on": timezone.localtime(at).date().isoformat(), "active": "on", "weight": "30"})
    if not code:
        return typed
    row = (
        ClassVersion.objects.visible_to(request.user).filter(visit_class__community=here, visit_class__code=code).order_by("from_on").last()
    )
    if row is None:
        raise Http404("没有这个类别。")
    for name in ("name", "said", "closing"):
        typed[name] = getattr(row, name)
    typed["code"], typed["weight"], typed["absorb_workdays"] = code, str(row.weight), str(row.absorb_workdays)
    typed["active"], typed["staff_only"] = "on" if row.active else "", "on" if row.staff_only else ""
    typed["lead"] = row.who[0]
    typed.setlist("who", row.who[1:])
    for each in triggers.on_file(row.triggers):
        typed[f"t-{each.code}"] = "on"
        typed[f"t-{each.code}-workdays"] = "" if each.workdays is None else str(each.workdays)
        typed[f"t-{each.code}-every"] = "days" if each.every_days else each.every
        typed[f"t-{each.code}-gap"] = str(each.every_days or "")
        for name, value in each.params.items():
            typed[f"t-{each.code}-{name}"] = str(value)
    return typed


def _show(
    request: HttpRequest, typed: QueryDict, at: datetime, *, refusal: Refused | None = None, status: int = 200, preview: Any = None
) -> HttpResponse:
    here, code = _here(request, typed.get("community", "")), typed.get("code", "").strip().upper()[:12]
    problems = refusal.fields if refusal is not None else {}
    past = ClassVersion.objects.filter(visit_class__community=here, visit_class__code=code).order_by("-from_on").select_related("set_by")
    history = [{"row": row, "triggers": [each.label for each in triggers.on_file(row.triggers)]} for row in past]
    facts = {
        "here": here, "form": ClassForm(typed, refusal=refusal, auto_id="class-%s"), "blocks": _filled(typed, problems),
        "who": [(role, label, role in typed.getlist("who")) for role, label in ROLES.items()],
        "triggers_problem": _said(problems.get("triggers")), "preview": preview, "code": code if history else "", "history": history, "now": at,
    }  # fmt: skip
    return render(request, "visits/class_editor.html", facts, status=status)


def _filled(typed: QueryDict, problems: dict[str, Any]) -> list[dict[str, Any]]:
    """One fold a trigger, with what was typed and what is wrong with it; open where there is either."""
    found, place = [], 0
    for code, selector, fixed in _blocks():
        on = bool(typed.get(f"t-{code}"))
        wrong = {
            key.removeprefix(f"trigger-{place}-"): _said(text)
            for key, text in problems.items()
            if on and key.startswith(f"trigger-{place}-")
        }
        place += on
        parameters = [
            {"row": each, "value": typed.get(f"t-{code}-{each.code}", str(each.default)), "problem": wrong.get(each.code, "")}
            for each in selector.parameters if each.code not in fixed
        ]  # fmt: skip
        suffix = next((each.said(value) for each in selector.parameters for name, value in fixed.items() if each.code == name), "")
        found.append({
            "code": code, "selector": selector, "label": f"{selector.label}：{suffix}" if suffix else selector.label, "on": on,
            "parameters": parameters, "workdays": typed.get(f"t-{code}-workdays", ""), "every": typed.get(f"t-{code}-every", ""),
            "gap": typed.get(f"t-{code}-gap", ""), "problems": [text for text in wrong.values() if text],
            "cadences": CADENCES if selector.standing else (),
        })  # fmt: skip
    return found


def _said(problem: Any) -> str:
    return "；".join(problem) if isinstance(problem, list | tuple) else problem or ""
