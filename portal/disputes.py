"""Deeds of a case of law: the visit at the door, the other side, the invitation to mediation and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_GET, require_POST

from community.kinds import ENTERPRISE_KINDS
from grievances import mediation, site_visits
from grievances.models import Grievance, Mediation
from portal.rights import only
from portal.ticket_page import find
from wording.errors import FactsMissing, Refused

Deed = Callable[[HttpRequest, Grievance, datetime], str]


def _site_visit(request: HttpRequest, row: Grievance, at: datetime) -> str:
    typed = request.POST
    made_at = _moment(typed.get("made_at", ""), "made_at")
    site_visits.record(row, by=request.user, at=at, made_at=made_at, person=typed.get("person", ""), note=typed.get("note", ""))
    return "已登记上门，企业看得到这条记录。"


def _other_side(request: HttpRequest, row: Grievance, at: datetime) -> str:
    typed = request.POST
    mediation.name_other_side(
        row, by=request.user, at=at, uscc=typed.get("uscc", ""), disputed_on=_day(typed.get("disputed_on", ""), "disputed_on")
    )
    return "已登记。对方看不到这件诉求。"


def _invite(request: HttpRequest, row: Grievance, at: datetime) -> str:
    raw = {name: request.POST.get(name, "").strip() for name in ("subject", "place", "contact")}
    facts: dict[str, Any] = {**raw, "held_at": _moment(request.POST.get("held_at", ""), "held_at")}
    mediation.invite(row, facts, by=request.user, at=at, agreed="agreed" in request.POST)
    return "已发出邀请；对方只看到您写的事由、时间和地点。"


def _conclude(request: HttpRequest, row: Grievance, at: datetime) -> str:
    running = Mediation.objects.visible_to(request.user).filter(grievance=row).running().first()
    if running is None:
        raise Http404("没有进行中的调解邀请。")
    mediation.conclude(running, by=request.user, at=at, result=request.POST.get("result", ""), note=request.POST.get("note", ""))
    return "调解结果已记下。"


DEEDS: dict[str, Deed] = {"site-visit": _site_visit, "other-side": _other_side, "invite": _invite, "conclude": _conclude}


@require_POST
def act(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """What was refused comes back on a page of its own, with everything typed."""
    at = timezone.now()
    ticket = find(request.user, number, at)
    if ticket is None or deed not in DEEDS:
        raise Http404("没有这件诉求，或您无权查看。")
    try:
        messages.success(request, DEEDS[deed](request, ticket.row, at))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        fresh = find(request.user, number, at)
        if fresh is None:
            raise Http404("没有这件诉求，或您无权查看。") from refusal
        facts = {"ticket": fresh, "case": fresh.case, "refusal": refusal, "typed": request.POST, "deed": deed, "alone": True}
        return render(request, "grievances/case.html", facts, status=refusal.status_hint)
    return HttpResponseRedirect(reverse("grievance", args=[number]))


@only(*ENTERPRISE_KINDS)
@require_GET
def invitations(request: HttpRequest) -> HttpResponse:
    rows = Mediation.objects.received_by(request.user).select_related("enterprise").order_by("-held_at", "-pk")[:200]
    return render(request, "enterprise/mediations.html", {"rows": rows, "at": timezone.now()})


@only(*ENTERPRISE_KINDS)
@require_GET
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _received(request, pk))


@only(*ENTERPRISE_KINDS)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    row = _received(request, pk)
    typed = request.POST
    try:
        mediation.answer(row, by=request.user, at=timezone.now(), answer=typed.get("answer", ""), note=typed.get("note", ""))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, row, refusal)
    messages.success(request, "已答复社区。")
    return HttpResponseRedirect(reverse("mediation", args=[pk]))


def _received(request: HttpRequest, pk: int) -> Mediation:
    row = (
        Mediation.objects.received_by(request.user).select_related("enterprise", "invited_by", "grievance__community").filter(pk=pk).first()
    )
    if row is None:
        raise Http404("没有这个调解邀请，或您无权查看。")
    return row


def _show(request: HttpRequest, row: Mediation, refusal: Refused | None = None) -> HttpResponse:
    facts = {"row": row, "refusal": refusal, "answers": Mediation.Answer.choices, "typed": request.POST, "at": timezone.now()}
    return render(request, "enterprise/mediation.html", facts, status=refusal.status_hint if refusal else 200)


def _day(text: str, name: str) -> date | None:
    try:
        day = parse_date(text.strip()) if text.strip() else None
    except ValueError:
        day = None
    if text.strip() and day is None:
        raise FactsMissing("日期看不懂，请写成 2026-11-18。", fields={name: "请写成 2026-11-18"})
    return day


def _moment(text: str, name: str) -> datetime | None:
    try:
        found = parse_datetime(text.strip()) if text.strip() else None
    except ValueError:
        found = None
    if text.strip() and found is None:
        raise FactsMissing("日期和时间看不懂，请写成 2026-11-18 10:00。", fields={name: "请写成 2026-11-18 10:00"})
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found
