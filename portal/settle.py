"""当场办结 in thirty seconds and without a mouse: the firm, what it asked, what was answered. A chat can be pasted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from community.kinds import PostKind
from enterprises.models import Representative
from grievances import chats, settling
from grievances.filing import title_of
from grievances.models import Grievance, ServiceItem
from grievances.states import Channel
from portal.filing import without_title
from portal.register import FLAGS, SETTLED, TEXTS, Sheet, answered, contact_of
from portal.rights import only
from wording import clean_query, pinyin_full, pinyin_initials
from wording.errors import FactsMissing, Refused
from wording.text import TextRefused

HOW = {Channel.PHONE: "来电", Channel.COUNTER: "来访", Channel.VISIT: "走访", Channel.WECHAT: "微信", Channel.TRANSFER: "转来"}
SHOWN = 8


@only(PostKind.SPECIALIST)
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest) -> HttpResponse:
    """POST `do=chat` fills the form from a chat; anything else settles."""
    at = timezone.now()
    if request.method == "GET":
        typed: dict[str, Any] = {"uscc": request.GET.get("uscc", "")[:18], "who": "", "channel": Channel.PHONE, "outcome": "solved"}
        return _show(request, Sheet(request.user, at, typed))
    typed = {name: request.POST.get(name, "") for name in (*TEXTS, *SETTLED, "uscc", "who", "contact_from", "chat")}
    sheet = Sheet(request.user, at, typed | dict.fromkeys(FLAGS, False))
    try:
        if request.POST.get("do") == "chat":
            return _show(request, _from_chat(sheet))
        ticket = _settled(sheet)
    except Refused as refusal:
        if refusal.status_hint == 403:
            raise
        sheet.refusal = without_title(refusal, typed)
        return _show(request, sheet, status=refusal.status_hint)
    messages.success(request, f"{ticket.number} 已当场办结，答复已发给{ticket.enterprise.name}。")
    return HttpResponseRedirect(reverse("settle"))


def _settled(sheet: Sheet) -> Grievance:
    if sheet.enterprise is None:
        raise FactsMissing("请先选定企业。", fields={"who": "请输入企业名称、拼音首字母或信用代码，再从列出的里选"})
    raw: dict[str, Any] = {name: sheet.typed[name] for name in TEXTS} | dict.fromkeys(FLAGS, False)
    facts = raw | contact_of(sheet, raw)
    facts["title"] = title_of(raw["body"])
    facts["basis"] = _basis(facts, sheet.at)
    return settling.settle(sheet.user, facts | answered(sheet, facts), at=sheet.at, uscc=sheet.enterprise.uscc)


def _basis(facts: dict[str, Any], at: datetime) -> str:
    """周敏 11-20 09:40 来电: who and how stand on the form, when is now."""
    said = HOW.get(facts["channel"], "")
    return f"{facts['contact_name']} {timezone.localtime(at):%m-%d %H:%M} {said}".strip() if facts["contact_name"] and said else ""


def _from_chat(sheet: Sheet) -> Sheet:
    """The form as the chat fills it; what was typed before stays where the chat says nothing."""
    try:
        chat = chats.read_chat(sheet.typed["chat"], [sheet.user.display_name, sheet.user.username])
    except TextRefused as error:
        raise FactsMissing("聊天记录看不了。", fields={"chat": error.messages}) from error
    if not chat.matter and not chat.reply:
        raise FactsMissing("没有读到内容，请在聊天窗口里选中几条，复制后粘贴。", fields={"chat": "没有读到内容"})
    found = _who_is(sheet, chat.person)
    filled = {"body": chat.matter, "reply": chat.reply, "contact_name": chat.person, "channel": Channel.WECHAT} | found
    typed = sheet.typed | {name: value for name, value in filled.items() if value}
    return Sheet(sheet.user, sheet.at, typed)


def _who_is(sheet: Sheet, person: str) -> dict[str, str]:
    """The enterprise for which somebody of that name speaks, where there is exactly one and none is chosen yet."""
    if not person or sheet.typed["uscc"]:
        return {}
    rows = Representative.objects.visible_to(sheet.user).in_force().exclude(role=PostKind.EMPLOYEE).filter(post__user__name=person)
    found = list(rows.select_related("enterprise")[:2])
    if len(found) != 1:
        return {}
    return {"uscc": found[0].enterprise.uscc, "who": found[0].enterprise.name, "contact_from": str(found[0].pk)}


def _show(request: HttpRequest, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    form = sheet.form
    form.fields["contact_name"].required = form.fields["contact_phone"].required = not sheet.people
    form.fields["reply"].required = True
    form.fields["service_item"].widget.attrs |= {"class": "form-select", "aria-label": "事项"}
    facts = {
        "sheet": sheet,
        "form": form,
        "typed": sheet.typed,
        "item": sheet.item,
        "errors": sheet.refusal.fields if sheet.refusal else {},
    }
    return render(request, "staff/settle.html", facts, status=status)


@only(PostKind.SPECIALIST)
@require_GET
def of_enterprise(request: HttpRequest) -> HttpResponse:
    """Whom one talked to: the people of the enterprise just chosen."""
    names = ("uscc", "contact_name", "contact_phone", "contact_from")
    sheet = Sheet(request.user, timezone.now(), {name: request.GET.get(name, "")[:50] for name in names})
    return render(request, "staff/_settle_of.html", {"sheet": sheet, "form": sheet.form, "typed": sheet.typed})


@only(PostKind.SPECIALIST)
@require_GET
def items(request: HttpRequest) -> HttpResponse:
    """`{results: [{value, text, note}]}`: items by name, code or pinyin, for a field that asks as one types."""
    rows = ServiceItem.objects.visible_to(request.user).offered().exclude(code="QT00").order_by("code")
    found = _named(list(rows.values_list("code", "name", "plain_category")), clean_query(request.GET.get("q", "")))
    results = [{"value": code, "text": name, "note": f"{code} · {category}"} for code, name, category in found[:SHOWN]]
    return JsonResponse({"results": results}, json_dumps_params={"ensure_ascii": False})


def _named(rows: Sequence[tuple[str, str, str]], words: str) -> list[tuple[str, str, str]]:
    folded = words.replace(" ", "").casefold()
    if not folded:
        return []
    return [
        row for row in rows
        if folded in row[1].casefold() or row[0].casefold().startswith(folded) or folded in pinyin_initials(row[1]) or folded in pinyin_full(row[1])
    ]  # fmt: skip
