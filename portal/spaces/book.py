"""空间台账: the units of a park floor by floor, one unit with its history, and the deeds of who keeps the book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from community import held
from community.kinds import PostKind
from enterprises import letting
from enterprises.models import Enterprise, Lease
from parks import keeping, occupying, offering, stock
from parks.columns import columns_for
from parks.models import Listing, Occupancy, Park, Space, SpaceKind, SpaceStage
from portal.rights import GRID, OFFICE, only
from portal.spaces import forms, typed
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

READERS = (*OFFICE, *GRID, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)
#: A unit on offer is also read by whoever looks for one.
SEEKERS = (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER)
HISTORY = 50


@only(*READERS)
@require_GET
def park_spaces(request: HttpRequest, code: str) -> HttpResponse:
    """Every unit of today by building and floor; `?on=` of another day."""
    return _show_park(request, park_of(request.user, code))


def park_of(user: User, code: str) -> Park:
    """In sight with its spaces. Raises Http404."""
    found = Park.objects.visible_to(user).select_related("community__street", "grid", "operator").filter(code=code[:20]).first()
    if found is None or "spaces" not in columns_for(user, found):
        raise Http404("没有这个园区，或您无权查看它的空间。")
    return found  # type: ignore[no-any-return]


def _show_park(request: HttpRequest, park: Park, *, form: Any = None, status: int = 200) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    try:
        when = typed.day(request.GET, "on", needed=False) or today
    except FactsMissing:
        when, status = today, 400
    counted = stock.by_park([park.pk], [when]).get(park.pk, {}).get(when, stock.Stock())
    facts = {
        "park": park, "on": when, "today": today, "stock": counted, "buildings": by_floor(user, park, when), "keeps": keeping.may_keep(user, park),
        "merge": form or forms.MergeForm({"on": today.isoformat()}), "kinds": SpaceKind.choices, "problem": status == 400 and form is None,
    }  # fmt: skip
    return render(request, "spaces/park.html", facts, status=status)


def by_floor(user: User, park: Park, when: date) -> list[dict[str, Any]]:
    """Building → floor, the highest first → units. Four queries."""
    rows = list(
        Space.objects.visible_to(user)
        .on(when)
        .filter(building__park=park)
        .select_related("building")
        .order_by("building__code", "room", "pk")
    )
    taken = {row.space_id: row for row in Occupancy.objects.visible_to(user).on(when).filter(space__building__park=park)}
    offered = {row.space_id: row for row in Listing.objects.visible_to(user).shown().filter(space__building__park=park)}
    names = tenants_of(user, list(taken.values()))
    units = [{"space": row, "taken": taken.get(row.pk), "offer": offered.get(row.pk), "tenant": names.get(row.pk)} for row in rows]
    buildings = []
    for building, whole in groupby(units, key=lambda each: each["space"].building):
        floors = sorted(whole, key=lambda each: (each["space"].floor is not None, each["space"].floor or 0), reverse=True)
        listed = [
            (floor, sorted(on, key=lambda each: each["space"].room)) for floor, on in groupby(floors, key=lambda each: each["space"].floor)
        ]
        buildings.append(
            {"building": building, "floors": [_floor(floor, on) for floor, on in listed], "units": sum(len(on) for _, on in listed)}
        )
    return buildings


def _floor(floor: int | None, units: list[dict[str, Any]]) -> dict[str, Any]:
    name = "楼层未登记" if floor is None else f"{floor} 层" if floor >= 0 else f"地下 {-floor} 层"
    vacant = sum(each["space"].area_m2 for each in units if each["space"].state == "vacant")
    return {"name": name, "units": units, "area": sum(each["space"].area_m2 for each in units), "vacant": vacant}


def tenants_of(user: User, taken: list[Occupancy]) -> dict[int, Enterprise]:
    """Space → the enterprise on it, as far as the reader sees enterprises."""
    keys = {row.tenant_key for row in taken if row.tenant_key}
    seen = Enterprise.objects.visible_to(user).in_bulk(keys) if keys else {}
    return {row.space_id: seen[row.tenant_key] for row in taken if row.tenant_key in seen}


@only(*READERS, *SEEKERS)
@require_GET
def space(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, found_of(request.user, pk))


def found_of(user: User, pk: int) -> Space:
    rows = Space.objects.visible_to(user).select_related("building__park__operator", "building__park__community", "made_by", "ended_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("没有这间空间，或您无权查看。")
    return found  # type: ignore[no-any-return]


def _show(request: HttpRequest, found: Space, *, form: Any = None, status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    today, park = timezone.localtime(now).date(), found.building.park
    inside = "spaces" in columns_for(user, park) and bool(held(user, *READERS))
    current = Space.objects.on(today).filter(pk=found.pk).first()
    offer = Listing.objects.visible_to(user).shown().filter(space=found).first()
    facts = {
        "space": found, "park": park, "state": current.state if current else "", "offer": offer, "today": today, "now": now, "inside": inside,
        "keeps": keeping.may_keep(user, park),
    }  # fmt: skip
    if inside:
        facts |= _book(user, found, today) | forms.of(found, offer, form, today)
    return render(request, "spaces/space.html", facts, status=status)


def _book(user: User, found: Space, today: date) -> dict[str, Any]:
    taken = list(Occupancy.objects.visible_to(user).filter(space=found).order_by("-from_on", "-pk")[:HISTORY])
    seen = Enterprise.objects.visible_to(user).in_bulk({row.tenant_key for row in taken if row.tenant_key})
    leases = Lease.objects.visible_to(user).in_bulk({row.lease_key for row in taken if row.lease_key})
    rent = bool(held(user, *OFFICE, *GRID, PostKind.STREET, PostKind.OPERATOR))
    rows = [
        {"row": row, "tenant": seen.get(row.tenant_key), "lease": leases.get(row.lease_key), "now": row.from_on <= today <= (row.until_on or today)} for row in taken
    ]  # fmt: skip
    changes = [
        (change, list(change.ended.order_by("room")), list(change.made.order_by("room")))
        for change in (found.made_by, found.ended_by)
        if change
    ]
    offers = Listing.objects.visible_to(user).filter(space=found).select_related("published_by").order_by("-published_at", "-pk")[:10]
    return {"taken": rows, "changes": changes, "offers": offers, "rent": rent, "stages": SpaceStage.choices}


@only(*OFFICE, PostKind.OPERATOR)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """One deed on a unit; what is refused comes back with everything typed."""
    found = found_of(request.user, pk)
    if deed not in DEEDS:
        raise Http404("没有这个做法。")
    try:
        told = DEEDS[deed](found, request, timezone.now())
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        form = forms.FORMS[deed](request.POST, refusal=refusal, auto_id=f"{deed}-%s") if deed in forms.FORMS else None
        if form is None:
            messages.error(request, refusal.message)
        return _show(request, found, form=form, status=refusal.status_hint)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("space", args=[found.pk]))


@only(*OFFICE, PostKind.OPERATOR)
@require_POST
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """`spaces`: keys of the units ticked."""
    park, said = park_of(request.user, code), request.POST
    keys = [int(key) for key in said.getlist("spaces") if key.isascii() and key.isdigit() and len(key) < 18]
    rows = list(Space.objects.visible_to(request.user).filter(building__park=park, pk__in=keys))
    try:
        change = keeping.merge(
            rows, said.get("room", ""), on=typed.needed_day(said, "on"), by=request.user, at=timezone.now(), note=said.get("note", "")
        )
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show_park(request, park, form=forms.MergeForm(said, refusal=refusal, auto_id="merge-%s"), status=refusal.status_hint)
    made = change.made.get()
    messages.success(request, f"已合并为「{made.room}」，{made.area_m2.normalize():f} ㎡，{change.on} 起生效。")
    return HttpResponseRedirect(reverse("space", args=[made.pk]))


def _publish(found: Space, request: HttpRequest, at: datetime) -> str:
    said = request.POST
    row = offering.publish(
        found, price_yuan=typed.needed_number(said, "price_yuan"), available_on=typed.needed_day(said, "available_on"), stage=said.get("stage", ""),
        note=said.get("note", ""), by=request.user, at=at,
    )  # fmt: skip
    return f"「{found.room}」已在招租：{row.price_yuan} 元/㎡·天，{row.available_on} 可入驻，社区里的企业都能看到。"


def _withdraw(found: Space, request: HttpRequest, at: datetime) -> str:
    offering.withdraw(found, by=request.user, at=at)
    return f"「{found.room}」已撤下招租。"


def _reserve(found: Space, request: HttpRequest, at: datetime) -> str:
    said = request.POST
    row = occupying.reserve(found, holder=said.get("holder", ""), until_on=typed.needed_day(said, "until_on"), by=request.user, at=at)
    return f"「{found.room}」已为{row.holder}预订到 {row.until_on}。"


def _release(found: Space, request: HttpRequest, at: datetime) -> str:
    occupying.release(found, by=request.user, at=at)
    return f"「{found.room}」今天起闲置。"


def _split(found: Space, request: HttpRequest, at: datetime) -> str:
    said = request.POST
    change = keeping.split(found, typed.parts(said), on=typed.needed_day(said, "on"), by=request.user, at=at, note=said.get("note", ""))
    rooms = "、".join(change.made.order_by("room").values_list("room", flat=True))
    return f"「{found.room}」{change.on} 起拆为：{rooms}。"


def _retire(found: Space, request: HttpRequest, at: datetime) -> str:
    row = keeping.retire(found, on=typed.needed_day(request.POST, "on"), by=request.user, at=at)
    return f"「{found.room}」最后一天 {row.until_on}，此后不再计入可租面积。"


def _let(found: Space, request: HttpRequest, at: datetime) -> str:
    said = request.POST
    firm = letting.named(found, said.get("uscc", ""))
    row = letting.let(
        found, firm, from_on=typed.needed_day(said, "from_on"), until_on=typed.day(said, "until_on", needed=False),
        annual_rent_wan=typed.number(said, "annual_rent_wan", needed=False, places=4), by=request.user, at=at,
    )  # fmt: skip
    return f"已登记租约：{firm.name}，{row.from_on} 起{f'至 {row.until_on}' if row.until_on else '不定期'}。"


def _end(found: Space, request: HttpRequest, at: datetime) -> str:
    said = request.POST
    key = said.get("lease", "")
    rows = Lease.objects.visible_to(request.user).filter(space=found)
    lease = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if lease is None:
        raise FactsMissing("请选要退的租约。", fields={"lease": "请选"})
    row = letting.end_lease(lease, on=typed.needed_day(said, "ended_on"), by=request.user, at=at)
    return f"已登记退租：最后一天 {row.ended_on}，次日起闲置。"


DEEDS: dict[str, Callable[[Space, HttpRequest, datetime], str]] = {
    "publish": _publish, "withdraw": _withdraw, "reserve": _reserve, "release": _release, "split": _split, "retire": _retire, "let": _let, "end-lease": _end,
}  # fmt: skip
