"""我的名片: one's own contact card; and the pictures of cards, for those who may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from community import cards
from community.kinds import CARD_KINDS
from community.models import DEFAULT_HOURS, ContactCard
from portal.files import picture_response
from portal.rights import only
from portal.uploads import Uploads, take
from wording.errors import Refused
from wording.forms import CleanCharField

PICTURES = (("photo", "照片", "正面半身照，企业一眼认得出您"), ("wechat", "微信二维码", "在微信“我—头像—我的二维码”里存下来的图片"))


class CardForm(forms.Form):
    phone = CleanCharField(
        label="对外电话", max_length=30, required=False, help_text="企业打这个电话找您。不要填登录用的手机号；不填就显示窗口、网格或社区的电话。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "placeholder": "0571-88881234"}),
    )  # fmt: skip
    hours = CleanCharField(
        label="服务时间", max_length=40, initial=DEFAULT_HOURS, help_text="什么时候打得通。", error_messages={"required": "请写明什么时候能找到您，如“工作日 9:00–17:30”。"}
    )  # fmt: skip


@only(*CARD_KINDS)
@require_http_methods(["GET", "POST"])
def contact_card(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    card = cards.card_of(request.user)
    if request.method == "GET":
        form = CardForm(initial={"phone": card.phone, "hours": card.hours} if card is not None else None)
        return _show(request, form, card, {})
    form = CardForm(request.POST)
    sent = {name: take(request, name, at, longest_side=cards.LONGEST_SIDE) for name, _, _ in PICTURES}
    if form.is_valid() and not any(each.problems for each in sent.values()) and _saved(request, form, sent, at):
        messages.success(request, "名片已保存，企业现在就看得到。")
        return redirect("contact-card")
    # An answer of 400 undoes the request whole (mengchuang.middleware.idempotency), the files just stored included.
    fresh = any(each.fresh for each in sent.values())
    return _show(request, form, card, sent, status=200 if fresh else 400)


def _saved(request: HttpRequest, form: CardForm, sent: dict[str, Uploads], at: datetime) -> bool:
    keys = {name: each.files[-1].pk for name, each in sent.items() if each.files}
    drop = [name for name in sent if f"drop_{name}" in request.POST]
    try:
        cards.save(request.user, at=at, drop=drop, **form.cleaned_data, **keys)
    except Refused as refusal:
        for name, problems in refusal.fields.items() or [("", [refusal.message])]:
            if name in sent:
                sent[name].problems += problems
                sent[name].files = []
            else:
                form.add_error(name if name in form.fields else None, problems)
        return False
    return True


def _show(request: HttpRequest, form: CardForm, card: ContactCard | None, sent: dict[str, Uploads], *, status: int = 200) -> HttpResponse:
    pictures = [_picture(name, label, hint, card, sent.get(name)) for name, label, hint in PICTURES]
    facts = {"form": form, "card": card, "pictures": pictures, "problems": [row for row in pictures if row["problems"]]}
    return render(request, "accounts/contact_card.html", facts, status=status)


def _picture(name: str, label: str, hint: str, card: ContactCard | None, sent: Uploads | None) -> dict[str, Any]:
    """`kept`: a file that came with a try that was refused, so that it need not be chosen again."""
    kept = sent.files[-1] if sent is not None and sent.files else None
    there = getattr(card, f"{name}_id", None)
    url = reverse(f"card-{name}", args=[card.user_id]) if card is not None and there else ""
    return {"name": name, "label": label, "hint": hint, "url": url, "kept": kept, "problems": sent.problems if sent is not None else []}


@require_GET
def card_picture(request: HttpRequest, pk: int, which: str) -> HttpResponseBase:
    """`which`: photo or wechat. For whoever shares a community with the person; to anybody else it is not there."""
    card = ContactCard.objects.visible_to(request.user).select_related(which).filter(user=pk).first()
    file = getattr(card, which, None)
    if file is None:
        raise Http404("没有这张图片，或您无权查看。")
    return picture_response(file)
