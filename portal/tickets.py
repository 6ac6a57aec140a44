"""The one page of a ticket for every role, what one does there, and the receipt."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.address import client_address
from enterprises import consents
from grievances import contact, filing, follow_up, workflow
from grievances.models import Grievance
from grievances.moves import BY_PATH
from grievances.states import State
from portal import moves
from portal.fact_forms import Told
from portal.qr import qr
from portal.ticket_page import Ticket, find
from wording.errors import FactsMissing, Refused

PAGE, DRAWER = "page", "drawer"
FRAGMENT = "actions"
#: Moves for which the enterprise's page has a place of its own.
OWN_PLACES = ("rate", "urge")
SAID = {
    "accept": "已受理，您是这件的责任专员。",
    "return_for_info": "已退回企业补正，计时停止。",
    "feed_back": "已答复企业并办结。",
    "finish": "处置完成，已转给专员反馈。",
    "acknowledge": "已签收。",
    "urge": "已催办，承办人和责任专员收到了提醒。",
    "rate": "谢谢您的评价。",
    "reopen": "已重新受理，会按较短的期限再办一轮。",
    "comment": "已发送。",
    "withdraw": "已撤回。",
    "resubmit": "补正已提交，进入受理。",
    "appeal": "申诉已提交，由另一位专员复核。",
    "submit": "已提交。",
    "dispatch": "已派单，等待承办单位签收。",
    "self_handle": "由您自办，办完请填处置结果。",
    "return_dispatch": "已退单，由专员另行安排。",
    "recall": "已收回，请重新派单。",
    "send_back": "已退回承办单位重办。",
    "reject": "已告知企业不予受理，企业可以申诉。",
    "merge": "已并案，企业会收到通知。",
    "unmerge": "已撤销并案，请接着办理。",
    "resume": "已恢复办理，继续计时。",
    "reclassify": "已改类。",
    "supervise": "已督办，承办人和责任专员收到了提醒。",
    "hand_over": "已交接。",
    "co_done": "协办答复已交给主办单位和专员。",
    "request_extend": "延期申请已提交，等待批复；批复前期限不变。",
    "request_suspend": "挂起申请已提交，等待批复；批复前照常计时。",
    "request_withdraw": "撤回申请已提交，等社区答复您。",
    "approve": "已批准，立即生效。",
    "decline": "已答复不批准。",
}


def found(request: HttpRequest, number: str, at: Any) -> Ticket:
    ticket = find(request.user, number, at)
    if ticket is None:
        raise Http404("没有这件诉求，或您无权查看。")
    return ticket


@require_GET
def grievance(request: HttpRequest, number: str) -> HttpResponse:
    """For the enterprise a phone page, for staff a working page; `?do=` opens the form of one move."""
    at = timezone.now()
    ticket = found(request, number, at)
    opened = request.GET.get("do")
    if request.headers.get("HX-Target") == FRAGMENT:
        return render(request, "grievances/_actions.html", _panel(request, ticket, opened=opened))
    if ticket.row.state == State.DRAFT:
        return HttpResponseRedirect(f"{reverse('file')}?draft={ticket.row.number}")
    return _page(request, ticket, opened=opened)


def _panel(request: HttpRequest, ticket: Ticket, *, opened: str | None = None, into: str = "", **rest: Any) -> dict[str, Any]:
    into = into or request.GET.get("into", PAGE)
    return moves.panel(
        ticket.row, request.user, ticket.at, opened=opened, into=DRAWER if into == DRAWER else PAGE, stands=ticket.stands,
        but=OWN_PLACES if ticket.own else (), template=request.GET.get("template", ""), **rest,
    )  # fmt: skip


def _page(request: HttpRequest, ticket: Ticket, *, opened: str | None = None, status: int = 200, **rest: Any) -> HttpResponse:
    facts = _panel(request, ticket, opened=opened, into=PAGE, **rest)
    facts |= {"ticket": ticket, "just_filed": "filed" in request.GET}
    template = "grievances/own.html" if ticket.own else "grievances/desk.html"
    return render(request, template, facts, status=status)


@require_POST
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One move. 404 not in sight or no such move · 403 not yours · 409 not in this state or changed meanwhile · 400 facts wrong."""
    at = timezone.now()
    ticket = found(request, number, at)
    move = BY_PATH.get(action)
    if move is None:
        raise Http404("没有这个动作。")
    told = Told.of(request, move.event, at)
    try:
        if told.problems:
            raise FactsMissing("有文件没有收下，其余内容都在。", fields=told.problems)
        version = _version(request)
        if move.event == "submit":
            filing.submit_draft(ticket.row, request.user, at=at, version=version)
        else:
            with transaction.atomic():
                workflow.apply(ticket.row, move.event, by=request.user, at=at, version=version, **told.facts())
                consents.explain(number, request.POST.get("consent_reason", ""), by=request.user, at=at)
    except Refused as refusal:
        return _refused(request, number, at, action, told, refusal)
    return _done(request, ticket.row, move.event, move.label)


def _version(request: HttpRequest) -> int:
    value = request.POST.get("version", "")
    if not (value.isascii() and value.isdigit() and len(value) < 9):
        raise FactsMissing("页面不完整，请刷新后再试。", fields={})
    return int(value)


def _refused(request: HttpRequest, number: str, at: Any, action: str, told: Told, refusal: Refused) -> HttpResponse:
    """The same page as it is now, with the reason at the form and everything typed still in it."""
    if refusal.status_hint == 404:
        raise Http404(refusal.message)
    ticket = found(request, number, at)
    status = refusal.status_hint
    if status == 400 and told.stored:
        # An answer of 400 undoes the request whole (mengchuang.middleware.idempotency), the files just stored included.
        status = 200
    rest = {"opened": action, "told": told, "refusal": refusal}
    if request.headers.get("HX-Target") == FRAGMENT:
        facts = _panel(request, ticket, into=request.POST.get("panel", ""), **rest)
        return render(request, "grievances/_actions.html", facts, status=status)
    return _page(request, ticket, status=status, **rest)


def _done(request: HttpRequest, row: Grievance, event: str, label: str) -> HttpResponse:
    """Back to where one was. Whoever handed the ticket on may not see it any more; then back to the list."""
    messages.success(request, SAID.get(event, f"“{label}”已办。"))
    in_sight = Grievance.objects.visible_to(request.user).filter(pk=row.pk).exists()
    drawer = address("queue-drawer", row.number) if request.POST.get("panel") == DRAWER else ""
    target = (drawer or reverse("grievance", args=[row.number])) if in_sight else address("queue") or reverse("home")
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(target)
    if drawer and in_sight:
        place = {"path": target, "target": "#drawer", "swap": "innerHTML"}
        return HttpResponse(status=204, headers={"HX-Location": json.dumps(place), "HX-Trigger": "grievance-moved"})
    return HttpResponse(status=204, headers={"HX-Redirect": target})


def address(name: str, *args: Any) -> str:
    """The URL of a page, empty while no such page is wired."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """The telephone number in full for thirty seconds, with a reason that the auditor reads."""
    at = timezone.now()
    ticket = found(request, number, at)
    full = contact.reveal(
        ticket.row, by=request.user, at=at, reason=request.POST.get("reason", ""),
        request_id=getattr(request, "id", ""), address=client_address(request),
    )  # fmt: skip
    facts = {"value": full.phone, "name": full.name, "masked": ticket.contact["phone"], "ticket": ticket}
    template = "parts/revealed.html" if request.headers.get("HX-Request") else "grievances/revealed.html"
    return render(request, template, facts)


@require_POST
def rate_again(request: HttpRequest, number: str) -> HttpResponse:
    """Once more after a poor rating was followed up; the first rating stays as it is."""
    at = timezone.now()
    ticket = found(request, number, at)
    score = request.POST.get("again", "")
    follow_up.rate_again(ticket.row, by=request.user, at=at, result=int(score) if score in ("1", "2", "3", "4", "5") else 0)
    messages.success(request, "谢谢，整改后的评价已记下。")
    return HttpResponseRedirect(reverse("grievance", args=[number]))


@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """受理回执 on one sheet of A4, with a code that leads to the progress page."""
    ticket = found(request, number, timezone.now())
    if ticket.row.state == State.DRAFT:
        raise Http404("草稿没有回执。")
    link = settings.PUBLIC_URL + reverse("grievance", args=[ticket.row.number])
    facts = {"ticket": ticket, "code": qr(link), "link": link, "at": ticket.at}
    return render(request, "grievances/receipt.html", facts)
