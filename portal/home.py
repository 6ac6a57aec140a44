"""The first page: for the enterprise its own desk, for everybody else the page their day begins with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community import held
from community.kinds import ENTERPRISE_KINDS, GRID_KINDS, REPRESENTATIVE_KINDS, PostKind
from enterprises.completeness import freshness
from grievances import filing, my_people
from grievances.models import Grievance, Mediation
from grievances.states import State
from portal.catalogue import CATEGORIES
from portal.figures import drawn
from portal.my_tickets import cards, mine, on_cards, to_rate
from portal.tickets import address
from visits import told

#: Where a post's day begins, first match first; a page that is not wired is passed over.
DOORS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((PostKind.STREET,), ("cockpit", "numbers", "queue")),
    ((PostKind.LEADER,), ("numbers", "queue")),
    ((PostKind.SPECIALIST,), ("today", "queue")),
    ((*GRID_KINDS, PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.OPERATOR), ("queue",)),
    ((PostKind.STEWARD,), ("my-grievances",)),
    ((PostKind.AUDITOR,), ("audit",)),
    ((PostKind.ADMIN,), ("accounts",)),
)
SHOWN, HOME_CHARTS = 5, 2


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    if not held(request.user, *REPRESENTATIVE_KINDS):
        door = _door(request)
        return HttpResponseRedirect(door) if door else render(request, "enterprise/nobody.html")
    at = timezone.now()
    enterprise = filing.own_enterprise(request.user)
    rows = on_cards(mine(request.user))
    facts = {
        "enterprise": enterprise,
        "open": cards(rows.open().newest()[: SHOWN + 1], at),
        "to_rate": cards(to_rate(rows, request.user, at).newest()[:SHOWN], at),
        "drafts": list(Grievance.objects.visible_to(request.user).filter(state=State.DRAFT).order_by("-updated_at")[:2]),
        "mediations": list(Mediation.objects.received_by(request.user).running().filter(answer="").order_by("held_at")[:SHOWN]),
        "shown": SHOWN,
        "categories": CATEGORIES,
        "people": my_people.of_enterprise(enterprise, at),
        "personal": not held(request.user, *ENTERPRISE_KINDS),
        "visits": told.announced(request.user, at) if held(request.user, *ENTERPRISE_KINDS) else [],
        "at": at,
    }
    if not facts["personal"]:
        facts |= {"charts": drawn(request.user, enterprise)[:HOME_CHARTS], "fresh": freshness(enterprise, at)}
    return render(request, "enterprise/home.html", facts)


def _door(request: HttpRequest) -> str:
    for kinds, names in DOORS:
        if held(request.user, *kinds):
            for name in names:
                if url := address(name):
                    return url
    return ""
