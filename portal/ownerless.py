"""无主件核查: every open ticket has exactly one owner and a next due time; here the question is asked anew each time."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community.kinds import PostKind
from grievances import ownership
from grievances.models import Grievance
from portal.rights import OFFICE, only

KINDS = (*OFFICE, PostKind.STREET)
MOST = 200


@only(*KINDS)
@require_GET
def ownerless(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = Grievance.objects.visible_to(request.user, KINDS)
    found = ownership.without_owner_or_due(now, rows).select_related("enterprise", "assignee").order_by("pk")
    owners = rows.open().values("assignee__name").annotate(n=Count("pk")).order_by("-n", "assignee__name")
    facts = {
        "now": now, "open": rows.open().count(), "flaws": ownership.flaws(now, rows), "rows": list(found[:MOST]),
        "count": found.count(), "owners": list(owners), "sql": str(ownership.without_owner_or_due(now, rows).values("number").query),
    }  # fmt: skip
    return render(request, "staff/ownerless.html", facts)
