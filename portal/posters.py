"""海报: one sheet of A4 for the wall of a park or of an enterprise, with whom to call and a code that leads to filing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from community import held
from community.models import Unit
from enterprises.models import Enterprise, Tenancy
from grievances import my_people
from parks.models import Park
from portal.qr import qr
from portal.rights import GRID, OFFICE, only

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

#: Who prints: the office for its community, grid staff and stewards for their own parks.
PRINTS = (*OFFICE, *GRID, "steward")


@only(*PRINTS)
@require_GET
def park_poster(request: HttpRequest, code: str) -> HttpResponse:
    park = own_parks(request.user).select_related("community__street", "grid").filter(code=code[:20]).first()
    if park is None:
        raise Http404("没有这个园区，或不归您负责。")
    facts = {"name": park.name, "place": park.address, "park": park, "community": park.community, "back": reverse("park", args=[park.code])}
    return _sheet(request, facts, f"park:{park.code}")


@only(*PRINTS)
@require_GET
def enterprise_poster(request: HttpRequest, uscc: str) -> HttpResponse:
    rows = Enterprise.objects.visible_to(request.user).select_related("community__street")
    enterprise = rows.filter(uscc=uscc.upper()[:18]).first()
    if enterprise is None:
        raise Http404("没有这家企业，或不归您负责。")
    seats = Tenancy.objects.visible_to(request.user).open().filter(enterprise=enterprise)
    seat = seats.select_related("building__park__community", "building__park__grid").order_by("-is_main", "pk").first()
    place = f"{seat.building.park.name} {seat.building.name} {seat.room}".strip() if seat is not None else ""
    facts = {
        "name": enterprise.name, "place": place, "park": seat.building.park if seat is not None else None, "community": enterprise.community,
        "back": reverse("enterprise", args=[enterprise.uscc]),
    }  # fmt: skip
    return _sheet(request, facts, f"enterprise:{enterprise.uscc}")


def own_parks(user: User) -> Any:
    """The parks somebody prints a poster for."""
    offices = {post.community_id for post in held(user, *OFFICE)}
    kept, walked = Park.objects.kept_by(user), Park.objects.in_grids_of(user)
    return Park.objects.visible_to(user).filter(Q(community__in=offices) | Q(pk__in=kept.values("pk")) | Q(pk__in=walked.values("pk")))


def _sheet(request: HttpRequest, facts: dict[str, Any], origin: str) -> HttpResponse:
    """On paper everybody stands by name; who stands in today is for the screen."""
    at = timezone.now()
    link = f"{settings.PUBLIC_URL}{reverse('file')}?{urlencode({'from': origin})}"
    park = facts["park"]
    facts |= {
        "people": my_people.of_park(park, at) if park is not None else [], "windows": _windows(request.user, facts["community"], at),
        "link": link, "picture": qr(link), "address": settings.PUBLIC_URL, "at": at,
    }  # fmt: skip
    return render(request, "staff/poster.html", facts)


def _windows(user: User, community: Any, at: datetime) -> list[Unit]:
    rows = Unit.objects.visible_to(user).usable(timezone.localtime(at).date()).filter(community=community, kind="window")
    return list(rows.order_by("is_partner", "code"))
