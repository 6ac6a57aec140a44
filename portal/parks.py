"""园区与楼宇: the list with what is vacant and who sits where, and one park."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import enterprises
from community import held
from community.kinds import PostKind
from community.models import Post
from enterprises.models import Enterprise, Tenancy
from evaluations.supervision import may_order
from grievances.models import Grievance
from parks import people, stock
from parks.columns import columns_for
from parks.filters import ParkFilter
from parks.models import Building, Park, ParkPost, Space, SpaceState
from portal.name_pages import page_of
from portal.posters import own_parks
from portal.queue.places import places_for
from portal.rights import DESK, GRID, OFFICE, UNITS, only
from portal.spaces.park_file import numbers
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

LISTED = (*OFFICE, *GRID, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)
#: Who may open one file.
READERS = (*LISTED, PostKind.PARTNER, PostKind.DEPARTMENT)
PAGE = 100
SPACES, TENANTS, TICKETS = 60, 20, 10


@only(*LISTED)
@require_GET
def park_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    asked = ParkFilter(request.GET, Park.objects.visible_to(user).select_related("grid", "operator"), request=request)
    unknown = sorted(set(request.GET) - set(asked.filters) - {"cursor"})
    if unknown:
        raise BadRequest(f"没有“{unknown[0][:40]}”这个筛选条件。")
    problems = [f"{asked.filters[name].label}：{text}" for name, texts in asked.form.errors.items() for text in texts]
    page = page_of(asked.qs if not problems else Park.objects.none(), request.GET.get("cursor", ""), size=PAGE)
    places = places_for(user)
    facts = {
        "rows": rows_of(page.rows, user), "page": page, "q": request.GET.get("q", ""), "problems": problems,
        "grids": [(code, name) for code, name in places.grids.values()], "grid": request.GET.get("grid", ""),
        "has_queue": bool(held(user, *DESK)) and not held(user, *UNITS), "lists_enterprises": bool(held(user, *LISTED)),
    }  # fmt: skip
    return render(request, "parks/list.html", facts, status=400 if problems else 200)


def rows_of(parks: list[Park], user: User) -> list[dict[str, Any]]:
    """Each park with buildings, stewards, and – where it is the reader's to know – spaces, tenants and open tickets. Six queries whatever the size."""
    keys = [park.pk for park in parks]
    buildings = dict(Building.objects.visible_to(user).filter(park__in=keys).values_list("park").annotate(n=Count("pk")).order_by())
    spaces = space_sums(Space.objects.visible_to(user).on(timezone.localdate()).filter(building__park__in=keys), "building__park_id")
    tenants = enterprises.counts_by_place(user).parks
    tickets = dict(Grievance.objects.visible_to(user).open().filter(park__in=keys).values_list("park").annotate(n=Count("pk")).order_by())
    known = known_parks(user, keys)
    stewards = stewards_of(keys, user)
    return [
        {
            "park": park, "buildings": buildings.get(park.pk, 0), "stewards": stewards.get(park.pk, []), "known": park.pk in known,
            "spaces": spaces.get(park.pk, {}), "tenants": tenants.get(park.pk, 0), "tickets": tickets.get(park.pk, 0),
        }
        for park in parks
    ]  # fmt: skip


def known_parks(user: User, keys: list[int]) -> set[int]:
    """Whose tenants and spaces the reader may know; a nought beside any other park would be a lie."""
    if held(user, *OFFICE, PostKind.STREET):
        return set(keys)
    rows = Park.objects.filter(pk__in=keys)
    own = Q(pk__in=Park.objects.kept_by(user).values("pk")) | Q(pk__in=Park.objects.run_by(user).values("pk"))
    return set(rows.filter(own | Q(pk__in=Park.objects.in_grids_of(user).values("pk"))).values_list("pk", flat=True))


def space_sums(rows: Any, key: str) -> dict[int, dict[str, Any]]:
    vacant = Q(state=SpaceState.VACANT)
    sums = rows.values(key).annotate(
        count=Count("pk"), area=Sum("area_m2"), vacant=Count("pk", filter=vacant), vacant_area=Sum("area_m2", filter=vacant),
        reserved=Count("pk", filter=Q(state=SpaceState.RESERVED)),
    )  # fmt: skip
    return {row[key]: row for row in sums.order_by()}


def stewards_of(keys: list[int], user: User) -> dict[int, list[str]]:
    in_force = Post.objects.in_force(timezone.now()).filter(kind=PostKind.STEWARD)
    names: dict[int, list[str]] = {}
    rows = ParkPost.objects.visible_to(user).filter(park__in=keys, post__in=in_force).order_by("post__from_at", "pk")
    for park, name, username in rows.values_list("park", "post__user__name", "post__user__username"):
        names.setdefault(park, []).append(name or username)
    return names


@only(*READERS)
@require_GET
def park(request: HttpRequest, code: str) -> HttpResponse:
    user = request.user
    found = Park.objects.visible_to(user).select_related("community__street", "grid", "operator").filter(code=code[:20]).first()
    if found is None:
        raise Http404("没有这个园区，或您无权查看。")
    columns = columns_for(user, found)
    spaces = Space.objects.visible_to(user).on(timezone.localdate()).filter(building__park=found)
    tickets = Grievance.objects.visible_to(user, DESK).filter(park=found).open()
    tenants = Enterprise.objects.visible_to(user).in_place(park=found)
    facts = {
        "park": found, "columns": columns, "stewards": stewards_of([found.pk], user).get(found.pk, []), "now": timezone.now(),
        "buildings": buildings_of(found, user), **keeping(found, user), "whole": space_sums(spaces, "building__park_id").get(found.pk, {}),
        "spaces": list(spaces.filter(state=SpaceState.VACANT).select_related("building").order_by("building__code", "room", "pk")[:SPACES]),
        "tenants": tenant_rows(tenants, found, user) if "tenants" in columns else [], "tenant_count": tenants.count() if "tenants" in columns else 0,
        "tickets": list(tickets.by_urgency().values("number", "title", "state", "enterprise__name", "submitted_at")[:TICKETS]), "ticket_count": tickets.count(),
        **(numbers(user, found, timezone.localdate()) if "spaces" in columns else {}), "terms": people.stewards_in_office(found, timezone.now()),
        "stock": stock.trend([found.pk], [timezone.localdate()])[0][1] if "spaces" in columns else None,
        "prints": own_parks(user).filter(pk=found.pk).exists(), "may_order": may_order(user, found.community), "has_queue": bool(held(user, *DESK)) and not held(user, *UNITS), "lists_parks": bool(held(user, *LISTED)), "most": SPACES,
    }  # fmt: skip
    return render(request, "parks/park.html", facts)


def keeping(found: Park, user: User) -> dict[str, Any]:
    """Whose name stands beside a building today, and whom whoever sets it may choose from."""
    posts = list(people.keepers(found, timezone.now()))
    return {"keepers": posts, "keeping": {post.pk for post in posts}, "may_set_keepers": people.may_set_keepers(user, found)}


@only(*READERS)
@require_POST
def building_keeper(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """`keeper`: a post of the park's grid, or empty for nobody in particular."""
    user, at = request.user, timezone.now()
    row = Building.objects.visible_to(user).select_related("park").filter(pk=pk, park__code=code[:20]).first()
    if row is None:
        raise Http404("没有这幢楼宇，或您无权查看。")
    text = request.POST.get("keeper", "")
    post = Post.objects.visible_to(user).filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 18 else None
    try:
        if text and post is None:
            raise FactsMissing("请选这个园区所在网格的在任网格员。")
        people.set_keeper(row, post, at=at, by=user)
        messages.success(request, f"{row.name}的专职网格员已{'定为' + post.user.display_name if post is not None else '取消指定'}。")
    except FactsMissing as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("park", args=[row.park.code]))


def buildings_of(found: Park, user: User) -> list[dict[str, Any]]:
    rows = list(Building.objects.visible_to(user).filter(park=found).select_related("keeper__user").order_by("code"))
    sums = space_sums(Space.objects.visible_to(user).on(timezone.localdate()).filter(building__in=rows), "building_id")
    tenants = enterprises.counts_by_place(user).buildings
    found_rows = []
    for row in rows:
        spaces = sums.get(row.pk, {"count": 0, "vacant": 0, "reserved": 0})
        let = spaces["count"] - spaces["vacant"] - spaces["reserved"]
        found_rows.append({"building": row, "spaces": spaces, "let": let, "tenants": tenants.get(row.pk, 0)})
    return found_rows


def tenant_rows(rows: Any, found: Park, user: User) -> list[dict[str, Any]]:
    shown = list(rows.order_by("pinyin", "pk")[:TENANTS])
    seats = Tenancy.objects.visible_to(user).open().filter(enterprise__in=shown, building__park=found).select_related("building")
    rooms = {seat.enterprise_id: seat for seat in seats.order_by("is_main", "-pk")}
    return [{"row": row, "seat": rooms.get(row.pk)} for row in shown]
