"""单位与协议: every unit of a community with its agreement and what it has in hand, and the page on which one is set."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community import unit_changes
from community.kinds import UnitKind
from community.models import Community, Unit
from community.setting_up import KINDS, past, set_up_by
from community.unit_changes import LABELS, kind_of
from grievances import unit_use
from portal.rights import only
from portal.told_forms import ToldForm
from wording.errors import Refused

if TYPE_CHECKING:
    from datetime import date

SOON_DAYS = 30
FIELDS = {
    "name": "名称", "phone": "电话", "parent_id": "所属窗口", "agreement_from_on": "协议起", "agreement_until_on": "协议止", "has_account": "平台账号",
    "retired": "停用",
}  # fmt: skip
#: Fields that some kinds do not have.
_OF_FIRMS = ("parent", "agreement_from_on", "agreement_until_on")
_WITHOUT_ACCOUNT = ("window", "partner_window", "grid")


def _day_input() -> forms.TextInput:
    return forms.TextInput(attrs={"type": "date"})


class UnitForm(ToldForm):
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *LABELS.items()])
    code = forms.CharField(
        label="代码",
        widget=forms.TextInput(attrs={"maxlength": 20, "placeholder": "如 CW-05"}),
        help_text="大写字母、数字和连字符；设定后不变",
    )
    name = forms.CharField(label="名称", widget=forms.TextInput(attrs={"maxlength": 60}))
    phone = forms.CharField(label="联系电话", widget=forms.TextInput(attrs={"maxlength": 30, "inputmode": "tel"}), required=False)
    parent = forms.ChoiceField(label="所属伙伴窗口")
    agreement_from_on = forms.CharField(label="协议起", widget=_day_input())
    agreement_until_on = forms.CharField(
        label="协议止", widget=_day_input(), required=False, help_text="含当日；空着表示没有约定期限。过了这一天，机构的人就看不到任何诉求"
    )
    has_account = forms.BooleanField(label="在平台上办理（有账号）；不勾就用转办函", required=False)


@only(*KINDS)
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """`?community=` where one sets up several."""
    communities, today = set_up_by(request.user), timezone.localdate()
    here = _chosen(communities, request.GET.get("community", ""))
    rows = list(Unit.objects.filter(community=here).select_related("parent", "grid").order_by("retired", "code"))
    held = unit_use.in_hand(rows)
    groups = [
        {"label": label, "kind": code, "rows": [_row(row, held.get(row.pk, (0, 0)), today) for row in rows if kind_of(row) == code]}
        for code, label in LABELS.items()
    ]
    facts = {"communities": list(communities.values()), "here": here, "groups": groups}
    return render(request, "setting_up/units.html", facts)


def _row(unit: Unit, held: tuple[int, int], today: date) -> dict[str, Any]:
    until = unit.agreement_until_on
    left = (until - today).days if until is not None else None
    if unit.retired:
        state = ("gray", "已停用")
    elif unit.kind == UnitKind.PARTNER and not unit.is_usable(today):
        state = ("red", "协议未开始" if unit.agreement_from_on is not None and unit.agreement_from_on > today else "协议已止")
    elif left is not None and left <= SOON_DAYS:
        state = ("amber", f"还剩 {left} 天")
    else:
        state = ("green", "在用")
    return {"unit": unit, "main": held[0], "helping": held[1], "state": state}


@only(*KINDS)
@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest) -> HttpResponse:
    """`?community=&code=` an existing one; without a code a new one, `?kind=` chosen."""
    at = timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    found = unit_changes.of(request.user, asked.get("community", ""), asked["unit"]) if asked.get("unit") else None
    if request.method == "GET":
        typed = _stands(found) if found is not None else _beginning(request.GET)
        return _show(request, typed, at, found)
    try:
        if found is None:
            saved = unit_changes.add(request.POST, by=request.user, at=at)
        else:
            saved = unit_changes.change(found, request.POST, by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, request.POST, at, found, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"「{saved.name}」已{'保存' if found is not None else '添加'}。" + _next(saved, new=found is None))
    return HttpResponseRedirect(_address("unit" if found is not None else "units", saved))


def _next(saved: Unit, *, new: bool) -> str:
    if not new or not saved.has_account:
        return ""
    return "人员的岗位请在「表格导入导出 · 岗位」里任命。"


@only(*KINDS)
@require_POST
def act(request: HttpRequest, deed: str) -> HttpResponse:
    """`end` with `last_on`, `retire`, `resume`; of `community` and `unit`."""
    at, typed = timezone.now(), request.POST
    found = unit_changes.of(request.user, typed.get("community", ""), typed.get("unit", ""))
    try:
        match deed:
            case "end":
                saved = unit_changes.end_agreement(found, _day(typed.get("last_on", "")), by=request.user, at=at)
                messages.success(request, f"「{saved.name}」的协议到 {saved.agreement_until_on:%Y-%m-%d} 为止，之后看不到任何诉求。")
            case "retire":
                saved = unit_use.retire(found, by=request.user, at=at)
                messages.success(request, f"「{saved.name}」已停用，不能再派单给它。")
            case "resume":
                saved = unit_changes.set_retired(found, False, by=request.user, at=at)
                messages.success(request, f"「{saved.name}」已重新启用。")
            case _:
                raise Http404
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        messages.error(request, refusal.message)
    return HttpResponseRedirect(_address("unit", found))


def _address(name: str, unit: Unit) -> str:
    params = QueryDict(mutable=True)
    params.update({"community": unit.community.code} | ({"unit": unit.code} if name == "unit" else {}))
    return f"{reverse(name)}?{params.urlencode()}"


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _beginning(asked: QueryDict) -> QueryDict:
    """A new one works on the platform unless somebody says otherwise."""
    typed = asked.copy()
    typed["has_account"] = "on"
    return typed


def _stands(unit: Unit) -> QueryDict:
    """As the form would have sent it."""
    typed = QueryDict(mutable=True)
    typed.update({
        "community": unit.community.code, "unit": unit.code, "name": unit.name, "phone": unit.phone, "parent": unit.parent.code if unit.parent else "",
        "agreement_from_on": str(unit.agreement_from_on or ""), "agreement_until_on": str(unit.agreement_until_on or ""),
    } | ({"has_account": "on"} if unit.has_account else {}))  # fmt: skip
    return typed


def _chosen(communities: dict[str, Community], code: str) -> Community:
    return communities.get(code) or next(iter(communities.values()))


def _show(
    request: HttpRequest, typed: QueryDict, at: datetime, found: Unit | None, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    communities, today = set_up_by(request.user), timezone.localtime(at).date()
    here = found.community if found is not None else _chosen(communities, typed.get("community", ""))
    form = UnitForm(typed, refusal=refusal, auto_id="unit-%s")
    windows = Unit.objects.partner_windows().filter(community=here).exclude(retired=True).order_by("code")
    form.fields["parent"].choices = [("", "请选择"), *((row.code, row.name) for row in windows)]
    if found is not None:
        gone = [
            "kind",
            "code",
            *(_OF_FIRMS if found.kind != UnitKind.PARTNER else ()),
            *(["has_account"] if kind_of(found) in _WITHOUT_ACCOUNT else ()),
        ]
        for name in gone:
            del form.fields[name]
    facts = {
        "here": here, "found": found, "form": form, "now": at, "today": today, "yesterday": today - timedelta(days=1), "firm": found is not None and found.kind == UnitKind.PARTNER,
        "kind": LABELS[kind_of(found)] if found is not None else "", "use": unit_use.use(found, at) if found is not None else None, "usable": found is not None and found.is_usable(today),
        "history": _history(found) if found is not None else [],
    }  # fmt: skip
    return render(request, "setting_up/unit.html", facts, status=status)


def _history(unit: Unit) -> list[dict[str, Any]]:
    """Each change in words, newest first."""
    rows, last = [], None
    names = dict(Unit.objects.filter(community=unit.community_id).values_list("pk", "name"))
    for event in reversed(past(Unit, pgh_obj_id=unit.pk)):
        if last is None:
            words = ["添加" if event.pgh_label == "insert" else "改动前没有记录，这是当时的样子"]
        else:
            changed = [name for name in FIELDS if getattr(event, name) != getattr(last, name)]
            words = [f"{FIELDS[name]}：{_said(getattr(last, name), names)} → {_said(getattr(event, name), names)}" for name in changed]
        rows.append({"event": event, "words": words})
        last = event
    return rows[::-1]


def _said(value: Any, names: dict[int, str]) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return names.get(value, str(value))
    return str(value) if value not in (None, "") else "空"
