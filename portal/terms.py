"""办理时限: the limits of each item, and a leader setting new ones with their first day in force. What runs keeps the terms it began with."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

import audit
from community import held
from community.kinds import PostKind
from grievances.models import ServiceItem, ServiceTerm
from portal.fact_forms import item_choices
from portal.rights import OFFICE, only
from portal.told_forms import ToldForm
from wording.errors import FactsMissing, NotYours, Refused

if TYPE_CHECKING:
    from accounts.models import User

KINDS = (*OFFICE, PostKind.STREET)
NUMBERS = {"accept_hours": "受理时限", "workdays": "办理时限", "extension_workdays": "可延期"}


def _number(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3, **attrs})


class TermForm(ToldForm):
    item = forms.ChoiceField(label="事项")
    in_force_on = forms.CharField(
        label="起用日期", widget=forms.TextInput(attrs={"type": "date"}), help_text="从这一天起提交、受理的按新时限；在办的不变"
    )
    accept_hours = forms.CharField(label="受理时限（工作小时）", widget=_number(placeholder="1–80"))
    workdays = forms.CharField(label="办理时限（工作日）", widget=_number(placeholder="1–120"))
    extension_workdays = forms.CharField(label="可延期（工作日）", widget=_number(placeholder="0–120"))
    notice = forms.CharField(
        label="依据", widget=forms.TextInput(attrs={"maxlength": 100, "placeholder": "如：社区服务公约第 3 条"}), required=False
    )


@only(*KINDS)
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """All items with what is in force and what will be; `?item=` fills the form."""
    at = timezone.now()
    if request.method == "GET":
        return _show(request, at)
    try:
        row = set_term(request.user, request.POST, at)
    except Refused as refusal:
        if refusal.status_hint == 403:
            raise
        return _show(request, at, typed=request.POST, refusal=refusal, status=refusal.status_hint)
    messages.success(
        request, f"{row.item.name}：{row.in_force_on:%Y-%m-%d} 起，{row.accept_hours} 工作小时受理，{row.workdays} 个工作日办结。"
    )
    return HttpResponseRedirect(reverse("item-terms"))


def set_term(by: User, typed: Any, at: datetime) -> ServiceTerm:
    """A row with its first day in force, today at the earliest: what was promised yesterday stays. Raises NotYours, FactsMissing."""
    leads = {post.community_id for post in held(by, PostKind.LEADER)}
    if not leads:
        raise NotYours("办理时限由社区负责人设定。")
    item = ServiceItem.objects.visible_to(by).filter(community__in=leads, code=str(typed.get("item", ""))[:8]).first()
    problems: dict[str, str] = {} if item is not None else {"item": "请从目录里选一个事项"}
    day = _day(typed.get("in_force_on", ""))
    if day is None or day < timezone.localtime(at).date():
        problems["in_force_on"] = "请选今天或以后的日期"
    numbers = {name: _count(typed.get(name, "")) for name in NUMBERS}
    problems |= {name: f"{label}请填整数" for name, label in NUMBERS.items() if numbers[name] is None}
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    row = ServiceTerm(item=item, in_force_on=day, notice=typed.get("notice", ""), **numbers)
    with transaction.atomic():
        try:
            row.full_clean()
        except ValidationError as error:
            raise FactsMissing("；".join(error.messages), fields=_fields(error)) from None
        row.save()
        detail = {"name": item.code, "on": str(day), "to": f"{row.accept_hours}h/{row.workdays}d/{row.extension_workdays}d"}
        audit.record("configure", by=by, at=at, target=f"service_term:{item.code}", detail=detail)
    return row


def _fields(error: ValidationError) -> dict[str, list[str]]:
    """A constraint over several columns speaks of the day or of the numbers."""
    found = dict(error.message_dict)
    whole = found.pop("__all__", [])
    if whole:
        found["in_force_on" if "一天" in "".join(whole) else "workdays"] = whole
    return found


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _count(text: str) -> int | None:
    text = str(text).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


def _show(request: HttpRequest, at: datetime, *, typed: Any = None, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    user, today = request.user, timezone.localtime(at).date()
    items = list(ServiceItem.objects.visible_to(user).offered().select_related("window", "community").order_by("community__code", "code"))
    rows: dict[int, list[ServiceTerm]] = {}
    for row in ServiceTerm.objects.visible_to(user).filter(item__in=items).order_by("item_id", "in_force_on"):
        rows.setdefault(row.item_id, []).append(row)
    leads = {post.community_id for post in held(user, PostKind.LEADER)}
    form = TermForm(typed if typed is not None else {"item": request.GET.get("item", "")}, refusal=refusal, auto_id="term-%s")
    form.fields["item"].choices = [
        ("", "请选择"),
        *item_choices(ServiceItem.objects.visible_to(user).offered().filter(community__in=leads)),
    ]
    facts = {
        "rows": [_row(item, rows.get(item.pk, []), today) for item in items], "form": form, "may_set": bool(leads), "today": today,
        "leads": leads, "several": len({item.community_id for item in items}) > 1,
    }  # fmt: skip
    return render(request, "staff/terms.html", facts, status=status)


def _row(item: ServiceItem, found: list[ServiceTerm], today: date) -> dict[str, Any]:
    past = [row for row in found if row.in_force_on <= today]
    return {
        "item": item,
        "now": past[-1] if past else None,
        "coming": [row for row in found if row.in_force_on > today],
        "before": past[:-1],
    }
