"""办变动: an enterprise moves, comes back, leaves, closes down or changes its name; register and events change together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import enterprises as subject
from accounts.models import User as UserModel
from enterprises.models import Enterprise, EnterpriseStatus
from enterprises.record import may_record
from parks.models import Building
from portal.entering import say
from portal.entries import DayField, EntryForm, PersonChoice, PlaceChoice, _found, _text
from portal.rights import OFFICE, only
from wording.errors import NotYours, Refused


class MoveForm(EntryForm):
    building = PlaceChoice(label="搬到哪栋楼", queryset=Building.objects.none(), empty_label="请选择")
    room = _text("房号", 40, "如：801")
    on = DayField(label="从哪天起", help_text="不晚于今天")


class ReturnForm(MoveForm):
    from_place = _text("从哪里迁回", 100, "如：外省、滨江区", required=True)
    case_owner = PersonChoice(label="专班负责人", queryset=UserModel.objects.none(), empty_label="请选择")
    note = _text("说明", 300)
    field_order = ["building", "room", "on", "from_place", "case_owner", "note"]


class LeaveForm(EntryForm):
    closed = forms.ChoiceField(label="去向", choices=[("", "请选择"), ("no", "迁出本社区"), ("yes", "注销")])
    on = DayField(label="最后一天", help_text="不晚于今天")
    to_place = _text("迁到哪里", 100, "如：滨江区", help_text="迁出时尽量写明")
    note = _text("说明", 300)


class RenameForm(EntryForm):
    name = _text("新名称", 200, "营业执照上的全称", required=True, help_text="原名记为曾用名，仍可按原名查到")


def _move(found: Enterprise, facts: dict[str, Any], by: Any, at: datetime) -> str:
    if found.status == EnterpriseStatus.ACTIVE:
        subject.move(found, at=at, by=by, **facts)
        return "搬迁已登记。"
    subject.move(found, at=at, by=by, **facts)
    return "回归已登记，企业重新在册。"


def _leave(found: Enterprise, facts: dict[str, Any], by: Any, at: datetime) -> str:
    closed = facts.pop("closed") == "yes"
    subject.move_out(found, at=at, by=by, closed=closed, **facts)
    return "注销已登记。" if closed else "迁出已登记。"


def _rename(found: Enterprise, facts: dict[str, Any], by: Any, at: datetime) -> str:
    if facts["name"] == found.name:
        raise ValidationError({"name": "和现在的名称一样，不用改。"})
    subject.rename(found, facts["name"], at=at, by=by)
    return "更名已登记，原名记为曾用名。"


def deeds_of(found: Enterprise) -> dict[str, tuple[str, type[EntryForm], Any]]:
    """Code → title, form, deed; whoever has left can only come back."""
    if found.status != EnterpriseStatus.ACTIVE:
        return {"return": ("迁回（回归）", ReturnForm, _move)}
    return {"move": ("搬迁", MoveForm, _move), "leave": ("迁出或注销", LeaveForm, _leave), "rename": ("更名", RenameForm, _rename)}


@only(*OFFICE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, uscc: str) -> HttpResponse:
    at, found = timezone.now(), _found(request.user, uscc)
    if not may_record(found, request.user):
        raise NotYours("迁入迁出由本社区的专员和负责人登记。")
    deeds, sent = deeds_of(found), request.POST.get("deed", "")
    if request.method == "GET":
        return _show(request, found, at)
    if sent not in deeds:
        if sent in ("move", "leave", "rename", "return"):
            return _show(request, found, at, status=409, gone="企业的状态刚刚变了，请看现在可以办的变动。")
        raise Http404("没有这种变动。")
    _, kind, deed = deeds[sent]
    form = kind(request.POST, enterprise=found, at=at, auto_id=f"{sent}-%s")
    if not form.is_valid():
        return _show(request, found, at, sent=sent, form=form, status=400)
    try:
        told = deed(found, dict(form.cleaned_data), request.user, at)
    except (Refused, ValidationError) as refusal:
        say(form, refusal)
        return _show(request, found, at, sent=sent, form=form, status=getattr(refusal, "status_hint", 400))
    messages.success(request, f"{found.name}：{told}")
    return HttpResponseRedirect(reverse("enterprise", args=[found.uscc]))


def _show(
    request: HttpRequest,
    found: Enterprise,
    at: datetime,
    *,
    sent: str = "",
    form: EntryForm | None = None,
    status: int = 200,
    gone: str = "",
) -> HttpResponse:
    today = timezone.localtime(at).date()
    shown = [
        {"code": code, "title": title, "form": form if code == sent else kind(None, enterprise=found, at=at, initial={"on": today}, auto_id=f"{code}-%s")}
        for code, (title, kind, _) in deeds_of(found).items()
    ]  # fmt: skip
    seat = found.tenancies.open().filter(is_main=True).select_related("building__park").first()
    return render(
        request, "enterprises/change.html", {"enterprise": found, "deeds": shown, "seat": seat, "gone": gone, "now": at}, status=status
    )
