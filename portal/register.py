"""代企业登记: somebody calls, comes by or is visited, and it is typed in within a minute, with its source and basis."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from community import held
from community.kinds import PostKind
from enterprises.models import Enterprise, Representative, Tenancy
from grievances import filing, settling
from grievances.filing import title_of
from grievances.models import Grievance, ServiceItem
from grievances.states import Channel, Outcome, State, ToldBy
from portal.fact_forms import item_choices
from portal.filing import MOST_FILES, promise_facts, without_title
from portal.rights import GRID, OFFICE, REGISTERS, only
from portal.told_forms import ToldForm
from portal.uploads import Uploads, take
from wording import clean_query, mask_name, mask_phone
from wording.errors import FactsMissing, Refused

TEXTS = ("channel", "basis", "service_item", "title", "body", "contact_name", "contact_phone", "place")
SETTLED = ("reply", "outcome")
FLAGS = ("urgent", "confidential", "personal")
CHOICES = 8
BY_STAFF = [pair for pair in Channel.choices if pair[0] not in (Channel.WEB, Channel.STEWARD)]
BY_STEWARD = [(Channel.STEWARD, Channel.STEWARD.label), (Channel.VISIT, Channel.VISIT.label), (Channel.PHONE, Channel.PHONE.label)]


class RegisterForm(ToldForm):
    who = forms.CharField(label="企业", help_text="名称中的两个字、拼音首字母，或信用代码开头")
    channel = forms.ChoiceField(label="怎么来的", widget=forms.RadioSelect)
    basis = forms.CharField(label="代提依据", help_text="写清谁、什么时候、怎么说的")
    service_item = forms.ChoiceField(label="事项", required=False)
    title = forms.CharField(label="标题（选填，不写就取第一句）", required=False)
    body = forms.CharField(label="情况说明", widget=forms.Textarea(attrs={"rows": 5}))
    place = forms.ChoiceField(label="地点", required=False)
    contact_name = forms.CharField(label="联系人", widget=forms.TextInput(attrs={"maxlength": 50, "autocomplete": "off"}))
    contact_phone = forms.CharField(
        label="电话", widget=forms.TextInput(attrs={"maxlength": 20, "inputmode": "tel", "autocomplete": "off"})
    )
    outcome = forms.ChoiceField(label="结果", choices=Outcome.choices, required=False, widget=forms.RadioSelect)
    reply = forms.CharField(
        label="当场怎么答复的", required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="企业会收到这段话，旁边有「没解决」"
    )


@dataclass
class Sheet:
    """The page as its writer sees it: what is typed so far, which enterprise it is about, what is wrong."""

    user: User
    at: datetime
    typed: dict[str, Any]
    uploads: Uploads = field(default_factory=Uploads)
    refusal: Refused | None = None

    @property
    def steward_only(self) -> bool:
        return not held(self.user, *OFFICE, *GRID)

    @property
    def may_settle(self) -> bool:
        return bool(held(self.user, PostKind.SPECIALIST))

    @property
    def staff(self) -> bool:
        return bool(held(self.user, *OFFICE))

    @cached_property
    def matches(self) -> list[Enterprise]:
        """What was typed instead of chosen: without a script one picks from these."""
        words = clean_query(str(self.typed.get("who", "")))
        if self.typed.get("uscc") or not words:
            return []
        return list(Enterprise.objects.visible_to(self.user).active().search(words).order_by("pinyin", "pk")[: CHOICES + 1])

    @cached_property
    def enterprise(self) -> Enterprise | None:
        uscc = str(self.typed.get("uscc", "")).strip().upper()[:18]
        if uscc:
            rows = Enterprise.objects.visible_to(self.user).select_related("community__street")
            found: Enterprise | None = rows.filter(uscc=uscc).first()
            return found
        return self.matches[0] if len(self.matches) == 1 else None

    @cached_property
    def item(self) -> ServiceItem | None:
        if self.enterprise is None or not self.typed.get("service_item"):
            return None
        rows = ServiceItem.objects.visible_to(self.user).offered().filter(community=self.enterprise.community_id)
        return rows.select_related("window").filter(code=self.typed["service_item"]).first()

    @cached_property
    def places(self) -> list[Tenancy]:
        rows = Tenancy.objects.visible_to(self.user).open().filter(enterprise=self.enterprise)
        return list(rows.select_related("building__park").order_by("-is_main", "pk"))

    @cached_property
    def people(self) -> list[dict[str, str]]:
        """Who speaks for the enterprise, masked; the number is copied by the server when one of them is chosen."""
        if self.enterprise is None or self.steward_only:
            return []
        rows = Representative.objects.visible_to(self.user).in_force().filter(enterprise=self.enterprise).exclude(role=PostKind.EMPLOYEE)
        return [
            {"key": str(row.pk), "name": mask_name(row.post.user.display_name), "phone": mask_phone(row.post.user.phone), "role": row.get_role_display()}
            for row in rows.select_related("post__user").order_by("role", "pk")[:6]
        ]  # fmt: skip

    @cached_property
    def alike(self) -> list[Grievance]:
        """What this enterprise has open already, so that nothing is typed in twice."""
        rows = Grievance.objects.visible_to(self.user).open().filter(enterprise=self.enterprise)
        return list(rows.newest().only("number", "title", "state")[:5])

    @cached_property
    def promise(self) -> dict[str, Any] | None:
        return promise_facts(self.enterprise, self.item, self.at) if self.enterprise is not None else None

    @cached_property
    def form(self) -> RegisterForm:
        form = RegisterForm(self.typed, refusal=self.refusal, auto_id="f-%s")
        form.fields["channel"].choices = BY_STEWARD if self.steward_only else BY_STAFF
        form.fields["place"].choices = [(str(row.pk), f"{row.building.park.name} · {row.building.name} {row.room}") for row in self.places]
        rows = ServiceItem.objects.visible_to(self.user).offered()
        if self.enterprise is not None:
            rows = rows.filter(community=self.enterprise.community_id)
        form.fields["service_item"].choices = [("", "说不准，由专员选定"), *item_choices(rows.exclude(code="QT00"))]
        return form


@only(*REGISTERS)
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    if request.method == "POST":
        return _take(request, at)
    typed: dict[str, Any] = {name: request.GET.get(name, "")[:200] for name in ("uscc", "who")}
    typed["channel"] = Channel.STEWARD if not held(request.user, *OFFICE, *GRID) else Channel.PHONE
    return _show(request, Sheet(request.user, at, typed))


@only(*REGISTERS)
@require_GET
def of_enterprise(request: HttpRequest) -> HttpResponse:
    """What hangs on the enterprise once it is chosen: places, people, what is open already, the promise."""
    names = ("uscc", "service_item", "place", "contact_name", "contact_phone", "contact_from")
    sheet = Sheet(request.user, timezone.now(), {name: request.GET.get(name, "")[:50] for name in names})
    if request.headers.get("HX-Target") == "promise":
        return render(request, "staff/_register_promise.html", {"sheet": sheet})
    return render(request, "staff/_register_of.html", {"sheet": sheet, "form": sheet.form})


def _take(request: HttpRequest, at: datetime) -> HttpResponse:
    raw: dict[str, Any] = {name: request.POST.get(name, "") for name in TEXTS} | {name: name in request.POST for name in FLAGS}
    beside = {name: request.POST.get(name, "") for name in ("uscc", "who", "contact_from", "do", *SETTLED)}
    sheet = Sheet(request.user, at, raw | beside, take(request, "attachments", at))
    try:
        ticket = _write(sheet, raw)
    except Refused as refusal:
        if refusal.status_hint == 403:
            raise
        sheet.refusal = without_title(refusal, raw)
        # An answer of 400 undoes the request whole (mengchuang.middleware.idempotency), the files just stored included.
        return _show(request, sheet, status=200 if sheet.uploads.fresh else refusal.status_hint)
    assert sheet.promise is not None
    if ticket.state == State.CLOSED:
        messages.success(request, f"{ticket.number} 已当场办结，答复已发给企业。")
    else:
        messages.success(request, f"已登记 {ticket.number}，由{ticket.assignee.display_name}受理；请把编号告诉企业。")
    return HttpResponseRedirect(reverse("grievance" if sheet.steward_only else "queue-drawer", args=[ticket.number]))


def _write(sheet: Sheet, raw: dict[str, Any]) -> Grievance:
    if sheet.uploads.problems:
        raise FactsMissing("有文件没有收下，其余内容都在。", fields={"attachments": sheet.uploads.problems})
    facts = raw | {"title": raw["title"].strip() or title_of(raw["body"]), "attachments": sheet.uploads.ids} | contact_of(sheet, raw)
    if sheet.enterprise is None:
        raise FactsMissing("请先选定企业。", fields={"who": _which(sheet)})
    if sheet.typed.get("do") == "settle":
        return settling.settle(sheet.user, facts | answered(sheet, facts), at=sheet.at, uscc=sheet.enterprise.uscc)
    return filing.register(sheet.user, facts, at=sheet.at, uscc=sheet.enterprise.uscc)


#: How the enterprise was told, by how it asked: in the same talk.
TOLD_BY = {Channel.PHONE: ToldBy.PHONE, Channel.WECHAT: ToldBy.MESSAGE}


def answered(sheet: Sheet, facts: dict[str, Any]) -> dict[str, Any]:
    """One answer serves as what was done and what was said; the talk is who, how and on what ground."""
    reply, person, channel = str(sheet.typed["reply"]).strip(), str(facts["contact_name"]).strip(), str(facts["channel"])
    talk = {"channel": dict(Channel.choices).get(channel, channel), "person": person, "note": str(facts["basis"]).strip() or reply}
    told = {"reply": reply, "note": reply, "told_to": person, "told_by": TOLD_BY.get(channel, ToldBy.VISIT)}
    return told | {"talk": talk, "outcome": sheet.typed["outcome"] or Outcome.SOLVED}


def _which(sheet: Sheet) -> str:
    if not sheet.typed.get("who"):
        return "请输入企业名称、拼音首字母或信用代码"
    if not sheet.matches:
        return "没有找到这家企业，请换个说法；新企业请先建档"
    return "有几家相符，请在下面选一家"


def contact_of(sheet: Sheet, raw: dict[str, Any]) -> dict[str, str]:
    """Somebody registered for the enterprise, chosen by his masked name, fills what was left empty."""
    key = str(sheet.typed.get("contact_from", ""))
    if sheet.enterprise is None or raw["contact_phone"].strip() or not any(row["key"] == key for row in sheet.people):
        return {}
    person = Representative.objects.visible_to(sheet.user).select_related("post__user").get(pk=key).post.user
    return {"contact_name": raw["contact_name"].strip() or person.display_name, "contact_phone": person.phone}


def _show(request: HttpRequest, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    facts = {"sheet": sheet, "form": sheet.form, "most": MOST_FILES, "typed": sheet.typed}
    return render(request, "staff/register.html", facts, status=status)
