"""派单规则: what the rules are, in words, and a page to try them on a case that is not filed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community import held
from community.kinds import PostKind
from community.models import Community, Grid
from enterprises.models import Enterprise
from grievances import routing
from grievances.models import DispatchRule, Grievance, ServiceItem
from grievances.states import Channel, Priority
from parks.models import Park
from portal.fact_forms import item_choices
from portal.rights import OFFICE, only
from portal.told_forms import ToldForm
from wording import clean_query

if TYPE_CHECKING:
    from accounts.models import User

KINDS = (*OFFICE, PostKind.STREET, PostKind.ADMIN)
FEW = 6


class TryForm(ToldForm):
    service_item = forms.ChoiceField(label="事项", required=False)
    park = forms.ChoiceField(label="园区", required=False)
    channel = forms.ChoiceField(label="来源", choices=Channel.choices, required=False)
    priority = forms.ChoiceField(label="优先级", choices=Priority.choices, required=False)
    text = forms.CharField(label="说的什么（选填，看关键词）", widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}), required=False)
    uscc = forms.CharField(label="企业信用代码（选填，看利益冲突）", widget=forms.TextInput(attrs={"maxlength": 18}), required=False)
    personal = forms.BooleanField(label="员工个人诉求", required=False)
    confidential = forms.BooleanField(label="只让承办的人看到", required=False)


@only(*KINDS)
@require_GET
def dispatch_rules(request: HttpRequest) -> HttpResponse:
    """The rules of one community (`?community=`), and with `?try=1` what they would say of a case."""
    user, today = request.user, timezone.localtime(timezone.now()).date()
    communities = list(Community.objects.visible_to(user).order_by("code"))
    here = next((row for row in communities if row.code == request.GET.get("community")), communities[0] if communities else None)
    names = Names(user, here)
    rules = DispatchRule.objects.visible_to(user).filter(community=here).select_related("unit").ranked()
    tried = _try(request, here, today, names) if here is not None and request.GET.get("try") and not held_only_admin(user) else None
    form = TryForm(request.GET if request.GET.get("try") else None, auto_id="t-%s")
    form.fields["service_item"].choices = [
        ("", "还没选定"),
        *item_choices(ServiceItem.objects.visible_to(user).offered().filter(community=here)),
    ]
    form.fields["park"].choices = [("", "不限"), *((row.code, row.name) for row in names.parks)]
    facts = {
        "rules": [{"rule": rule, "conditions": words(rule, names), "state": in_force_words(rule, today)} for rule in rules],
        "communities": communities, "here": here, "form": form, "tried": tried, "may_try": not held_only_admin(user),
        "may_set": here is not None and here.pk in {post.community_id for post in held(user, PostKind.LEADER)},
    }  # fmt: skip
    return render(request, "staff/rules.html", facts)


def held_only_admin(user: User) -> bool:
    """An admin configures and has no business with cases."""
    return not held(user, *OFFICE, PostKind.STREET)


class Names:
    """What the codes in conditions are called."""

    def __init__(self, user: User, community: Community | None) -> None:
        self.parks = list(Park.objects.visible_to(user).filter(community=community).order_by("pinyin", "pk"))
        self.by_kind: dict[str, dict[str, str]] = {
            "park": {row.code: row.name for row in self.parks},
            "grid": dict(Grid.objects.visible_to(user).filter(community=community).values_list("code", "name")),
            "item": dict(ServiceItem.objects.visible_to(user).filter(community=community).values_list("code", "name")),
            "channel": dict(Channel.choices),
            "priority": dict(Priority.choices),
            "personal": {"true": "是", "false": "否"},
            "site_visit": {"true": "是", "false": "否"},
        }

    def of(self, kind: str, value: str) -> str:
        return str(self.by_kind.get(kind, {}).get(value, value))


def words(rule: DispatchRule, names: Names) -> list[dict[str, Any]]:
    """Each condition as a label and its values in words, the first few shown, the rest folded away."""
    found = []
    for row in rule.conditions:
        condition = routing.CONDITIONS[row["kind"]]
        values = [names.of(row["kind"], str(value)) for value in row["values"]]
        found.append({"label": condition.label, "first": values[:FEW], "rest": values[FEW:]})
    return found


def in_force_words(rule: DispatchRule, today: date) -> tuple[str, str]:
    """Colour and words."""
    if rule.from_on > today:
        return "blue", "未到起用日"
    if rule.until_on is not None and rule.until_on <= today:
        return "gray", "已停用"
    return "green", "起用中"


def _try(request: HttpRequest, here: Community, today: date, names: Names) -> dict[str, Any]:
    """A ticket that is never saved, held against the rules."""
    user, typed = request.user, request.GET
    park = Park.objects.visible_to(user).select_related("grid__unit", "operator").filter(community=here, code=typed.get("park", "")).first()
    item = (
        ServiceItem.objects.visible_to(user)
        .select_related("partner_window", "window")
        .filter(community=here, code=typed.get("service_item", ""))
        .first()
    )
    enterprise = Enterprise.objects.visible_to(user).filter(uscc=typed.get("uscc", "").strip().upper()[:18]).first()
    case = Grievance(
        community=here, enterprise=enterprise, service_item=item, park=park, grid=park.grid if park is not None else None,
        title="", body=clean_query(typed.get("text", ""))[:500], personal="personal" in typed, confidential="confidential" in typed,
        channel=typed.get("channel") if typed.get("channel") in Channel.values else Channel.WEB,
        priority=typed.get("priority") if typed.get("priority") in Priority.values else Priority.NORMAL,
    )  # fmt: skip
    proposal = routing.propose(case, on=today)
    return {
        "chosen": _row(proposal.chosen, names) if proposal.chosen is not None else None,
        "beaten": [_row(each, names) for each in proposal.beaten],
        "failed": [_row(each, names) for each in proposal.failed],
        "unknown_enterprise": bool(typed.get("uscc", "").strip()) and enterprise is None,
    }


def _row(tried: routing.Tried, names: Names) -> dict[str, Any]:
    """A rule with its verdict: conditions in words, where it would send it, or why it does not fit."""
    target = f"派往{tried.unit.name}" if tried.unit is not None else "由专员自办"
    conditions = [
        {"label": met.label, "holds": met.holds, "values": [names.of(met.kind, value) for value in met.values]} for met in tried.conditions
    ]
    return {"rule": tried.rule, "target": target, "conditions": conditions, "why": tried.why_not}
