"""开通申请, at the desk of the specialists: what waits, by when it is due; the licence beside what was typed; confirmed or declined."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import workdays
from accounts.address import client_address
from community.kinds import PostKind
from enterprises import openings as subject
from enterprises.models import Enterprise, OpeningRequest
from notices import seen
from portal.clockface import clockface
from portal.files import picture_response
from portal.keyset import page_of
from portal.rights import only
from portal.trace import record
from wording.errors import FactsMissing, Refused
from wording.masks import mask_name, mask_phone

MOST = 200


@only(PostKind.SPECIALIST)
@require_GET
def openings(request: HttpRequest) -> HttpResponse:
    """Those that wait, what is due first on top; `?tab=over` those answered, newest first."""
    at = timezone.now()
    rows = OpeningRequest.objects.visible_to(request.user).select_related("community", "decided_by", "enterprise")
    waiting = rows.waiting()
    if request.GET.get("tab") == "over":
        page = page_of(rows.exclude(state="waiting"), request.GET.get("cursor", ""), key="decided_at")
        facts: dict[str, Any] = {"rows": [_row(row, at) for row in page.rows], "next": page.next, "over": True}
    else:
        found = [_row(row, at) for row in waiting.order_by("due_at", "pk")[:MOST]]
        facts = {"rows": found, "late": sum(row["late"] for row in found), "over": False}
    return render(request, "staff/openings.html", facts | {"at": at, "waiting": waiting.count(), "hours": subject.ANSWER_HOURS})


def _row(row: OpeningRequest, at: datetime) -> dict[str, Any]:
    calendar = workdays.calendar(row.community.hours())
    face = clockface(
        row.due_at, at=at, calendar=calendar, budget=subject.ANSWER_HOURS * 3600, provisional=row.provisional, answered_at=row.decided_at
    )
    late = row.decided_at is None and at > row.due_at
    return {"row": row, "face": face, "late": late, "person": mask_name(row.person), "phone": mask_phone(row.phone)}


def _in_sight(request: HttpRequest, key: UUID) -> OpeningRequest:
    rows = OpeningRequest.objects.visible_to(request.user).select_related("community", "decided_by", "enterprise", "licence", "opened_by")
    row: OpeningRequest | None = rows.filter(pk=key).first()
    if row is None:
        raise Http404("没有这份申请，或您无权查看。")
    return row


@only(PostKind.SPECIALIST)
@require_GET
def opening(request: HttpRequest, key: UUID) -> HttpResponse:
    row = _in_sight(request, key)
    seen(request.user, request.path, timezone.now())
    return _page(request, row)


def _page(
    request: HttpRequest, row: OpeningRequest, *, typed: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    at = timezone.now()
    found = subject.candidates(row) if row.state == "waiting" else []
    free = set(Enterprise.objects.without_manager().filter(pk__in=[each.pk for each in found]).values_list("pk", flat=True))
    facts = _row(row, at) | {
        "found": [{"row": each, "taken": each.pk not in free, "same": each.uscc == row.uscc} for each in found],
        "typed": typed or {}, "problem": problem, "at": at, "is_picture": row.licence is not None and row.licence.is_image,
    }  # fmt: skip
    return render(request, "staff/opening.html", facts, status=status)


@only(PostKind.SPECIALIST)
@require_POST
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """`do` confirm, with the `uscc` of the enterprise it is for, or decline with a `reason`."""
    row, at = _in_sight(request, key), timezone.now()
    typed = {name: request.POST.get(name, "").strip()[:500] for name in ("uscc", "reason")}
    try:
        if request.POST.get("do") == "decline":
            subject.decline(row, typed["reason"], by=request.user, at=at)
            messages.success(request, "已告知申请人没有通过和理由。")
        else:
            subject.confirm(row, _enterprise(request, typed["uscc"]), by=request.user, at=at)
            messages.success(request, "已核实。申请人打开申请时的链接设置密码后即开通，7 天内有效。")
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        problem = "；".join([refusal.message, *(text for texts in refusal.fields.values() for text in texts)])
        return _page(request, _in_sight(request, key), typed=typed, problem=problem, status=refusal.status_hint)
    return HttpResponseRedirect(reverse("openings"))


def _enterprise(request: HttpRequest, uscc: str) -> Enterprise:
    found: Enterprise | None = Enterprise.objects.visible_to(request.user).filter(uscc=uscc.upper()[:18]).first()
    if found is None:
        raise FactsMissing("请先选定企业。", fields={"uscc": "档案里没有这个信用代码；新企业请先建档"})
    return found


@only(PostKind.SPECIALIST)
@require_GET
def licence(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The picture in the page; a PDF as a download."""
    row = _in_sight(request, key)
    if row.licence is None:
        raise Http404("执照已按保存期限清除。")
    record(request, "download", target=f"file:{row.licence_id}", name=row.licence.name)
    return picture_response(row.licence)


@only(PostKind.SPECIALIST)
@require_POST
def reveal(request: HttpRequest, key: UUID) -> HttpResponse:
    row = _in_sight(request, key)
    phone = subject.reveal(
        row, request.POST.get("reason", ""), by=request.user, at=timezone.now(),
        address=client_address(request), request_id=getattr(request, "id", ""),
    )  # fmt: skip
    facts = {"value": f"{row.person} {phone}", "masked": f"{mask_name(row.person)} {mask_phone(row.phone)}", "row": row}
    template = "parts/revealed.html" if request.headers.get("HX-Request") else "staff/opening_revealed.html"
    return render(request, template, facts)
