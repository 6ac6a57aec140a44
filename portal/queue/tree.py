"""The tree community – park – building – enterprise, each with the number of open tickets its link lists."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from grievances.models import Grievance
from grievances.models.querysets import GrievanceQuerySet
from parks.models import Building
from portal.queue.places import Places, places_for
from portal.queue.rows import short_name
from portal.rights import DESK, only

if TYPE_CHECKING:
    from accounts.models import User

MOST_ENTERPRISES = 200
TREE, LEAVES = "tree", "tree-of-"


@only(*DESK)
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """Communities, parks and buildings with open tickets; with `building` (a key) and htmx, the enterprises in it."""
    wanted = request.GET.get("building", "")
    if request.headers.get("HX-Target", "").startswith(LEAVES) and wanted.isascii() and wanted.isdigit() and len(wanted) < 18:
        facts: dict[str, Any] = {"enterprises": enterprises(request.user, int(wanted)), "building": wanted}
        return render(request, "queue/_tree_enterprises.html", facts)
    facts = {"nodes": nodes(request.user, places_for(request.user)), "here": request.GET, "everything": href()}
    if request.headers.get("HX-Target") == TREE:
        return render(request, "queue/_tree.html", facts)
    return render(request, "queue/tree.html", facts)


def open_rows(user: User) -> GrievanceQuerySet:
    return Grievance.objects.visible_to(user, DESK).open()


def href(**where: Any) -> str:
    """Everything open in a place, of every window: the rows that are counted here."""
    return f"{reverse('queue')}?{urlencode({'queue': 'window', 'window': 'all', 'tree': 1, **where})}"


def nodes(user: User, places: Places) -> list[dict[str, Any]]:
    """Two queries whatever the size: counts by building, and the buildings' names."""
    counted = open_rows(user).values_list("community_id", "park_id", "building_id").annotate(n=Count("pk")).order_by()
    totals: dict[int, int] = defaultdict(int)
    parks: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    buildings: dict[int, dict[int, int]] = defaultdict(dict)
    for community, park, building, n in counted:
        totals[community] += n
        if park is not None:
            parks[community][park] += n
        if building is not None:
            buildings[park][building] = n
    names = dict(
        Building.objects.visible_to(user).filter(pk__in=[key for row in buildings.values() for key in row]).values_list("pk", "name")
    )
    return [
        {
            "name": name,
            "count": totals[key],
            "url": href(),
            "parks": [
                {"name": park, "count": parks[key][pk], "url": href(park=code), "code": code, "buildings": _buildings(buildings[pk], names, code)}
                for pk, (code, park) in places.parks.items()
                if parks[key].get(pk)
            ],
            "elsewhere": totals[key] - sum(parks[key].values()),
        }
        for key, (_, name, _) in places.communities.items()
    ]  # fmt: skip


def _buildings(counts: dict[int, int], names: dict[int, str], park: str) -> list[dict[str, Any]]:
    found = [
        {"key": key, "name": names[key], "count": n, "url": href(park=park, building=key)} for key, n in counts.items() if key in names
    ]
    return sorted(found, key=lambda row: row["name"])


def enterprises(user: User, building: int) -> list[dict[str, Any]]:
    rows = open_rows(user).filter(building=building).values_list("enterprise__uscc", "enterprise__name").annotate(n=Count("pk"))
    return [
        {"name": short_name(name), "whole": name, "count": n, "url": href(building=building, enterprise=uscc), "uscc": uscc}
        for uscc, name, n in rows.order_by("-n", "enterprise__pinyin", "enterprise__uscc")[:MOST_ENTERPRISES]
    ]
