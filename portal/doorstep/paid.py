"""What was recorded: the visit with its tickets, checks, signs and photos; and the facts that wait for somebody to decide."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import enterprises as subject
from grievances.models import Grievance
from portal.doorstep.listing import KINDS
from portal.files import picture_response
from portal.rights import only
from risks.models import Sign
from visits import checks
from visits.facts import FACTS, label_of
from visits.models import FactCheck, Need, Photo, Task, Visit, Visitor
from visits.querysets import staffed
from visits.states import CheckOutcome
from wording import mask_name, mask_phone
from wording.errors import Refused

SHOWN = 50


def _found(request: HttpRequest, pk: uuid.UUID) -> Visit:
    rows = staffed(Visit.objects.all(), request.user).select_related("enterprise__community__street", "task", "recorded_by", "building")
    found: Visit | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("没有这次走访，或您无权查看。")
    return found


@only(*KINDS)
@require_GET
def paid(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    visit, user = _found(request, pk), request.user
    needs = (
        Need.objects.visible_to(user).filter(visit=visit).select_related("grievance__assignee", "grievance__service_item").order_by("place")
    )
    readable = set(Grievance.objects.visible_to(user).filter(pk__in=[row.grievance_id for row in needs]).values_list("pk", flat=True))
    facts: dict[str, Any] = {
        "visit": visit, "now": timezone.now(), "user_key": user.pk,
        "people": [{**person, "phone": mask_phone(person.get("phone", ""))} for person in visit.people],
        "visitors": list(Visitor.objects.visible_to(user).filter(visit=visit).select_related("user", "unit").order_by("pk")),
        "needs": [{"row": row, "readable": row.grievance_id in readable} for row in needs],
        "checks": _shown(FactCheck.objects.visible_to(user).filter(visit=visit).order_by("pk"), request),
        "signs": list(Sign.objects.visible_to(user).filter(source="visit", key__startswith=f"visit:{visit.key}:").order_by("pk")),
        "photos": list(Photo.objects.visible_to(user).filter(visit=visit).select_related("file").order_by("pk")),
        "next_task": staffed(Task.objects.open(), user).filter(enterprise=visit.enterprise_id).first(),
    }  # fmt: skip
    return render(request, "visits/paid.html", facts)


@only(*KINDS)
@require_GET
def photo(request: HttpRequest, pk: uuid.UUID, place: int) -> HttpResponseBase:
    row = Photo.objects.visible_to(request.user).filter(visit=_found(request, pk), pk=place).select_related("file").first()
    if row is None:
        raise Http404("没有这张照片，或您无权查看。")
    return picture_response(row.file)


def _shown(rows: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """Each with its words; a value of a column its reader may not read is not shown, what was said at the door neither."""
    found = []
    for row in rows.select_related("visit__enterprise__community__street", "visit__recorded_by", "decided_by"):
        enterprise = row.visit.enterprise
        readable = row.field not in FACTS or FACTS[row.field].column in subject.columns_for(request.user, enterprise)
        masked = mask_name if row.field == "contact" else str
        found.append(
            {
                "row": row, "label": label_of(row.field), "readable": readable, "was": masked(row.was) if readable else "",
                "said": masked(row.said) if readable else "", "may": readable and checks.may_decide(request.user, enterprise),
            }
        )  # fmt: skip
    return found


@only(*KINDS)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """待核信息: the oldest first, for those who see the enterprise; the buttons for those who decide."""
    rows = FactCheck.objects.visible_to(request.user).filter(outcome=CheckOutcome.REVIEW).order_by("pk")[: SHOWN + 1]
    shown = _shown(rows, request)
    return render(request, "visits/waiting.html", {"rows": shown[:SHOWN], "more": len(shown) > SHOWN, "now": timezone.now()})


@only(*KINDS)
@require_POST
def decide(request: HttpRequest, pk: int, verdict: str) -> HttpResponse:
    row = FactCheck.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None or verdict not in ("accept", "keep"):
        raise Http404("没有这条待核信息，或您无权查看。")
    try:
        done = checks.decide(row, accept=verdict == "accept", by=request.user, at=timezone.now())
    except Refused as refused:
        if refused.status_hint in (403, 404):
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{label_of(done.field)}：{done.get_outcome_display()}。")
    return HttpResponseRedirect(reverse("visit-checks"))
