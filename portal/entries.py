"""登记档案: one entry of an enterprise's file (动态、资质、租约) entered, put right or taken out, with everything it said before."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User as UserModel
from community.models import Post
from community.setting_up import past
from enterprises import entries
from enterprises.kinds import EVENT_KINDS, QUALIFICATION_KINDS
from enterprises.leases import DEAREST_WAN
from enterprises.models import Enterprise
from parks.models import LARGEST_M2, Building
from portal.entering import say
from portal.rights import OFFICE, only
from wording.errors import Refused
from wording.forms import CleanCharField

if TYPE_CHECKING:
    from accounts.models import User

_DAY = "请按“2026-11-30”的格式填写日期。"


class DayField(forms.DateField):
    def __init__(self, **rest: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages={"invalid": _DAY}, **rest)


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Any) -> str:
        return str(row.display_name)


class PlaceChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Any) -> str:
        return f"{row.park.name} · {row.name}"


def _text(label: str, most: int, placeholder: str = "", *, required: bool = False, help_text: str = "") -> CleanCharField:
    attrs = {"maxlength": most, "placeholder": placeholder}
    return CleanCharField(label=label, max_length=most, required=required, widget=forms.TextInput(attrs=attrs), help_text=help_text)


class EntryForm(forms.Form):
    """`enterprise` says whose staff and whose buildings may be chosen."""

    use_required_attribute = False

    def __init__(self, typed: Any, *, enterprise: Enterprise, at: datetime, **rest: Any) -> None:
        super().__init__(typed, **rest)
        if "case_owner" in self.fields:
            posts = Post.objects.effective(at).filter(community=enterprise.community, kind__in=OFFICE)
            self.fields["case_owner"].queryset = UserModel.objects.filter(pk__in=posts.values("user"), is_active=True).order_by(
                "name", "pk"
            )
        if "building" in self.fields:
            rows = Building.objects.filter(park__community=enterprise.community).select_related("park")
            self.fields["building"].queryset = rows.order_by("park__pinyin", "park_id", "code")


class EventForm(EntryForm):
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *((each.code, each.label) for each in EVENT_KINDS)])
    happened_on = DayField(label="发生日期", help_text="不晚于今天；登记时间由系统记下，两者之差就是得知时滞")
    from_place = _text("从哪里来", 100, "如：外省、滨江区", help_text="迁入、回归时填写")
    to_place = _text("到哪里去", 100, "如：归岚科技园", help_text="迁出、回归时填写")
    case_owner = PersonChoice(
        label="专班负责人", queryset=UserModel.objects.none(), required=False, empty_label="没有", help_text="回归须写明"
    )
    note = _text("说明", 300)
    source = _text("来源", 60, "如：走访、市场监管登记", required=True)


class QualificationForm(EntryForm):
    kind = forms.ChoiceField(label="资质", choices=[("", "请选择"), *((each.code, each.label) for each in QUALIFICATION_KINDS)])
    level = _text("级别", 20, "如：国家级", help_text="只有一级的可不填")
    number = _text("证书编号", 60)
    issued_on = DayField(label="认定日期")
    valid_until_on = DayField(label="有效期至", required=False, help_text="空着按该资质的年限推算；没有年限的视为长期")
    source = _text("来源", 60, "如：省科技厅公布名单", required=True)


class LeaseForm(EntryForm):
    building = PlaceChoice(label="楼宇", queryset=Building.objects.none(), empty_label="请选择")
    room = _text("房号", 40, "如：801")
    area_m2 = forms.DecimalField(label="租赁面积（平方米）", required=False, min_value=0, max_value=LARGEST_M2, decimal_places=2)
    from_on = DayField(label="起租日")
    until_on = DayField(label="到期日", required=False, help_text="最后一天；空着为不定期")
    ended_on = DayField(label="退租日", required=False, help_text="提前退租时填写")
    annual_rent_wan = forms.DecimalField(
        label="年租金（万元）", required=False, min_value=Decimal(0), max_value=DEAREST_WAN, decimal_places=4
    )
    rent_overdue_since_on = DayField(label="欠租起始日", required=False)
    source = _text("来源", 60, "如：租赁合同", required=True)


FORMS: dict[str, type[EntryForm]] = {"event": EventForm, "qualification": QualificationForm, "lease": LeaseForm}
WHERE = {"event": "events", "qualification": "qualifications", "lease": "leases"}


@only(*OFFICE)
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, uscc: str, kind: str) -> HttpResponse:
    """`?row=` the one to be put right; without it a new one."""
    at, found, of = timezone.now(), _found(request.user, uscc), _kind(kind)
    asked = request.POST if request.method == "POST" else request.GET
    row = _row(request.user, found, of, asked["row"]) if asked.get("row") else None
    if request.method == "GET":
        return _show(request, found, of, at, row, FORMS[kind](None, enterprise=found, at=at, initial=_initial(of, row), auto_id="entry-%s"))
    form = FORMS[kind](request.POST, enterprise=found, at=at, auto_id="entry-%s")
    if not form.is_valid():
        return _show(request, found, of, at, row, form, status=400)
    try:
        if row is None:
            saved = entries.enter(found, of, form.cleaned_data, by=request.user, at=at)
        else:
            saved = entries.put_right(row, form.cleaned_data, by=request.user, at=at, seen=_seen(request))
    except (Refused, ValidationError) as refusal:
        if getattr(refusal, "status_hint", 400) in (403, 404):
            raise
        say(form, refusal)
        return _show(request, found, of, at, row, form, status=getattr(refusal, "status_hint", 400))
    messages.success(request, f"{of.label}已{'登记' if row is None else '更正，原来的说法仍可查'}：{saved}。")
    return _back(found, kind)


@only(*OFFICE)
@require_POST
def drop(request: HttpRequest, uscc: str, kind: str) -> HttpResponse:
    at, found, of = timezone.now(), _found(request.user, uscc), _kind(kind)
    row = _row(request.user, found, of, request.POST.get("row", ""))
    try:
        entries.take_out(row, by=request.user, at=at, reason=request.POST.get("reason", ""), seen=_seen(request))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        form = FORMS[kind](None, enterprise=found, at=at, initial=_initial(of, row), auto_id="entry-%s")
        return _show(request, found, of, at, row, form, status=refusal.status_hint, dropping=refusal.message)
    messages.success(request, f"{of.label}已删去，痕迹留在操作日志和行历史里。")
    return _back(found, kind)


def _found(user: User, uscc: str) -> Enterprise:
    found = Enterprise.objects.visible_to(user).select_related("community").filter(uscc=uscc.upper()[:18]).first()
    if found is None:
        raise Http404("没有这家企业，或您无权查看。")
    return found  # type: ignore[no-any-return]


def _kind(kind: str) -> entries.Kind:
    if kind not in entries.KINDS:
        raise Http404("没有这类登记。")
    return entries.KINDS[kind]


def _row(user: User, found: Enterprise, of: entries.Kind, key: str) -> Any:
    rows: Any = of.model._default_manager
    row = rows.visible_to(user).filter(enterprise=found, pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if row is None:
        raise Http404("没有这一条，或已被删去。")
    return row


def _initial(of: entries.Kind, row: Any) -> dict[str, Any]:
    return {name: getattr(row, of.model._meta.get_field(name).attname) for name in of.fields} if row is not None else {}  # type: ignore[union-attr]


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _back(found: Enterprise, kind: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('enterprise', args=[found.uscc])}#{WHERE[kind]}")


def _show(
    request: HttpRequest, found: Enterprise, of: entries.Kind, at: datetime, row: Any, form: EntryForm, *, status: int = 200, dropping: str = ""
) -> HttpResponse:  # fmt: skip
    seen = request.POST.get("seen") or (entries.version(row) if row is not None else 0)
    facts = {
        "enterprise": found, "of": of, "row": row, "form": form, "now": at, "seen": seen, "dropping": dropping, "reason": request.POST.get("reason", ""),
        "history": _history(of, row) if row is not None else [], "where": WHERE[of.code],
    }  # fmt: skip
    return render(request, "enterprises/entry.html", facts, status=status)


def _history(of: entries.Kind, row: Any) -> list[dict[str, Any]]:
    """Each image in words, the newest first."""
    told, last = [], None
    for image in reversed(past(of.model, pgh_obj_id=row.pk)):
        fields: list[Any] = [of.model._meta.get_field(name) for name in of.fields]
        if last is None:
            words = ["登记"]
        else:
            changed = [field for field in fields if getattr(image, field.attname) != getattr(last, field.attname)]
            words = [f"{field.verbose_name}：{_said(last, field)} → {_said(image, field)}" for field in changed]
        told.append({"event": image, "words": words})
        last = image
    return told[::-1]


def _said(image: Any, field: Any) -> str:
    if field.choices:
        return dict(field.flatchoices).get(getattr(image, field.attname), "空")  # type: ignore[no-any-return]
    value = getattr(image, field.name) if field.is_relation else getattr(image, field.attname)
    return getattr(value, "display_name", None) or (str(value) if value not in (None, "") else "空")
