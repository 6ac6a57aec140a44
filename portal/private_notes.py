"""个人备注 on the page of a ticket: saved while one types, or with the button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from grievances import private_notes
from portal.rights import DESK, only
from portal.tickets import found
from wording.errors import Refused


@only(*DESK)
@require_POST
def write(request: HttpRequest, number: str) -> HttpResponse:
    """`body`; with `draft` it is the page saving by itself and nothing is answered but that it is kept."""
    at = timezone.now()
    ticket, body = found(request, number, at), request.POST.get("body", "")
    try:
        private_notes.write(ticket.row, request.user, body, at=at)
    except Refused as refusal:
        facts = {"ticket": ticket, "grievance": ticket.row, "typed": body, "problem": refusal.message}
        return render(request, "grievances/private_note.html", facts, status=refusal.status_hint)
    if "draft" in request.POST:
        return HttpResponse(status=204)
    messages.success(request, "备注已保存，只有您看得到。")
    return HttpResponseRedirect(f"{reverse('grievance', args=[number])}#private-note")
