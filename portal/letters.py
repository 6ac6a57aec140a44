"""转办函: letters to departments without an account, what is due, the printed sheet; the reply is typed in on the ticket."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grievances.letters import in_sight, over, waiting
from grievances.models import Letter
from grievances.states import State
from portal.keyset import page_of
from portal.rights import OFFICE, only

MOST = 200
#: Where the reply is typed in: the move of the ticket that takes it.
REPLY = {State.DISPATCHED: ("acknowledge", "登记签收"), State.IN_PROGRESS: ("finish", "录入答复")}


@only(*OFFICE)
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """Those that wait for a reply, the earliest due day first; `?tab=over` answered and taken back, newest first."""
    now = timezone.now()
    today = timezone.localtime(now).date()
    if request.GET.get("tab") == "over":
        page = page_of(over(request.user), request.GET.get("cursor", ""), key="sent_at")
        facts: dict[str, Any] = {"rows": [_row(row, today) for row in page.rows], "next": page.next, "over": True, "now": now}
    else:
        rows = [_row(row, today) for row in waiting(request.user).order_by("due_on", "pk")[:MOST]]
        facts = {"rows": rows, "late": sum(row["late"] > 0 for row in rows), "over": False, "now": now}
    return render(request, "staff/letters.html", facts)


def _row(row: Letter, today: date) -> dict[str, Any]:
    """`late`: calendar days past the due day; `left`: days until it."""
    reply = REPLY.get(State(row.dispatch.grievance.state)) if row.answered_at is None else None
    days = (row.due_on - today).days
    return {"letter": row, "grievance": row.dispatch.grievance, "unit": row.dispatch.unit, "late": -days, "left": days, "reply": reply}


@only(*OFFICE)
@require_GET
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The sheet, A4."""
    found = in_sight(request.user).select_related("dispatch__grievance__community__street").filter(number=number[:24]).first()
    if found is None:
        raise Http404("没有这份转办函，或您无权查看。")
    facts = {"letter": found, "grievance": found.dispatch.grievance, "unit": found.dispatch.unit, "now": timezone.now()}
    return render(request, "staff/letter.html", facts)
