"""进度链接: made and taken back on the enterprise's side, opened by whoever was given it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from community.kinds import REPRESENTATIVE_KINDS
from grievances import progress_links
from grievances.models import Grievance
from grievances.states import State
from portal.clockface import clockface
from portal.qr import qr
from portal.templatetags.mc import cn_short
from portal.ticket_page import PAUSED, WHERE
from workdays import calendar

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # The address is the key: no other page is told of it.
    "Referrer-Policy": "no-referrer",
}
OTHER_ENDS = (State.WITHDRAWN, State.REJECTED, State.MERGED)
GONE = "这个链接不能用：可能已过期、已被收回，或者没有复制完整。请向发给您的人要一个新的。"


@login_not_required
@require_GET
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """Unknown, run out and taken back are answered alike."""
    at = timezone.now()
    found = progress_links.read(token, at)
    if found is None:
        response = render(request, "errors/404.html", {"message": GONE}, status=404)
    else:
        response = render(request, "grievances/progress.html", _facts(found, at))
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _facts(found: progress_links.Progress, at: datetime) -> dict[str, object]:
    running = found.answered_at is None and found.state not in OTHER_ENDS and found.promise_due_at is not None
    clock = None
    if running:
        hours = calendar(found.community.hours())
        clock = clockface(found.promise_due_at, at=at, calendar=hours, provisional=found.provisional, paused=found.state in PAUSED)
    moments = (found.submitted_at, found.accepted_at, None, found.answered_at)
    return {
        "progress": found, "at": at, "clock": clock, "notes": [cn_short(moment, at) if moment else "" for moment in moments],
        "over": str(State(found.state).label) if found.state in OTHER_ENDS else "",
        "where": "已经答复" if found.answered_at is not None else WHERE_TOLD.get(found.state) or WHERE.get(found.state, ""),
    }  # fmt: skip


#: Where the enterprise's own words speak to the filer, a third person is told in others.
WHERE_TOLD: dict[str, str] = {
    State.RETURNED: "等企业补充材料，补好就接着办",
    State.DISPATCHED: "已安排人办理",
    State.AWAITING_FEEDBACK: "已办完，正在答复企业",
    State.REJECTED: "没有受理",
}


def _found(request: HttpRequest, number: str) -> Grievance:
    """From the enterprise's side only: staff have the ticket itself."""
    ticket = Grievance.objects.visible_to(request.user, REPRESENTATIVE_KINDS).filter(number=number[:15]).first()
    if ticket is None:
        raise Http404("没有这件诉求，或您无权查看。")
    return ticket


@require_POST
def make(request: HttpRequest, number: str) -> HttpResponse:
    """The one answer that shows the link. The form sends no idempotency key: the stored answer would hold it."""
    ticket = _found(request, number)
    made, token = progress_links.make(ticket, by=request.user, at=timezone.now())
    link = settings.PUBLIC_URL + reverse("progress", args=[token])
    response = render(request, "grievances/progress_link.html", {"ticket": ticket, "made": made, "link": link, "picture": qr(link)})
    response.holds_secret = True  # type: ignore[attr-defined]
    return response


@require_POST
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    ticket = _found(request, number)
    ended = progress_links.revoke(ticket, by=request.user, at=timezone.now())
    messages.success(request, "链接已收回，再打开就看不到了。" if ended else "没有可收回的链接。")
    return redirect("grievance", number=ticket.number)
