"""The search of the top bar: each subject answers for itself; and the typed look-up of enterprises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

import community
import enterprises
import parks
from community import held
from community.finding import Found
from enterprises.models import Enterprise, Tenancy
from grievances.models import Grievance
from grievances.states import State
from portal.context import EVERYONE
from portal.rights import only
from wording import clean_query
from wording.search import fold

NUMBER = re.compile(r"^MC\d{6}-?\d{6}$")
MOST, LOOKUP = 10, 8


@dataclass(frozen=True)
class Group:
    title: str
    picture: str
    rows: list[dict[str, Any]]


@only(*sorted(EVERYONE))
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """`?q=`: a whole number leads straight to its ticket, everything else to what is in sight."""
    q = clean_query(request.GET.get("q", ""))[:100]
    exact = q.upper().replace(" ", "")
    if NUMBER.match(exact):
        number = exact if "-" in exact else f"{exact[:8]}-{exact[8:]}"
        if Grievance.objects.visible_to(request.user).filter(number=number).exists():
            return HttpResponseRedirect(reverse("grievance", args=[number]))
    groups = [group for group in (_tickets(request, q), *_subjects(request, q)) if group.rows] if fold(q) else []
    return render(request, "search/results.html", {"q": q, "groups": groups, "now": timezone.now()})


def _tickets(request: HttpRequest, q: str) -> Group:
    rows = Grievance.objects.visible_to(request.user).exclude(state=State.DRAFT).search(q).newest()
    found = rows.values("number", "title", "state", "submitted_at", "enterprise__name")[:MOST]
    return Group(
        "诉求", "inbox",
        [{"url": reverse("grievance", args=[row["number"]]), "title": row["title"], "note": row["enterprise__name"], "ticket": row} for row in found],
    )  # fmt: skip


def _subjects(request: HttpRequest, q: str) -> list[Group]:
    user = request.user
    return [
        Group("企业", "building", _linked(enterprises.search(q, user, MOST))),
        Group("园区与楼宇", "map-2", _linked(parks.search(q, user, MOST))),
        Group("单位与网格", "sitemap", _linked(community.search(q, user, MOST))),
    ]


def _linked(found: list[Found]) -> list[dict[str, Any]]:
    return [{"url": _url(each), "title": each.title, "note": each.note} for each in found]


def _url(each: Found) -> str:
    match each.kind:
        case "enterprise":
            return reverse("enterprise", args=[each.key])
        case "park" | "building":
            return reverse("park", args=[each.key])
        case "grid":
            return f"{reverse('organisation')}#grid-{each.key}"
        case _:
            return f"{reverse('organisation')}#unit-{each.key}"


@only(*sorted(EVERYONE))
@require_GET
def enterprises_lookup(request: HttpRequest) -> HttpResponse:
    """`{results: [{value, text, note}]}` for a field that asks after two letters of a name, pinyin initials or code."""
    q = clean_query(request.GET.get("q", ""))[:60]
    rows: list[Enterprise] = []
    if len(fold(q)) >= 2 and held(request.user):
        rows = list(Enterprise.objects.visible_to(request.user).active().search(q).order_by("pinyin", "pk")[:LOOKUP])
    main = (
        Tenancy.objects.visible_to(request.user)
        .open()
        .filter(enterprise__in=rows, is_main=True)
        .values_list("enterprise_id", "building__park__name")
    )
    places = dict(main)
    results = [{"value": row.uscc, "text": row.name, "note": " · ".join(filter(None, (places.get(row.pk, ""), row.uscc)))} for row in rows]
    return JsonResponse({"results": results}, json_dumps_params={"ensure_ascii": False})
