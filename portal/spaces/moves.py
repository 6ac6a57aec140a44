"""企业进出: who has come and gone, as operator or steward say it and another one confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from community import held
from community.kinds import PostKind
from enterprises import moves
from enterprises.models import MoveReport
from parks.models import Building, Space
from parks.querysets import parks_whose_spaces_show
from portal.rights import GRID, OFFICE, only
from portal.spaces import typed
from portal.spaces.forms import MoveForm
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

READERS = (*OFFICE, *GRID, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)
REPORTERS = (*OFFICE, PostKind.STEWARD, PostKind.OPERATOR)
DECIDERS = (*OFFICE, PostKind.STEWARD)
SHOWN = 100


@only(*READERS)
@require_http_methods(["GET", "POST"])
def move_list(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and the last that were decided. POST: a report."""
    if request.method == "GET":
        return _show(request)
    try:
        row = _sent(request)
    except Refused as refusal:
        if refusal.status_hint == 404:
            raise
        return _show(request, typed_in=request.POST, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"已报送：{row.name}{row.get_kind_display()}。园区长或社区确认后生效。")
    return HttpResponseRedirect(reverse("moves"))


@only(*DECIDERS)
@require_POST
def decide(request: HttpRequest, pk: int, verdict: str) -> HttpResponse:
    row = MoveReport.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None or verdict not in ("confirm", "refuse"):
        raise Http404("没有这条报送，或您无权查看。")
    try:
        done = moves.decide(row, confirmed=verdict == "confirm", by=request.user, at=timezone.now(), reason=request.POST.get("reason", ""))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("moves"))
    told = "已记入企业档案、租约和空间台账" if done.confirmed else "已退回，报送人会收到提醒"
    messages.success(request, f"{done.name}{done.get_kind_display()}：{told}。")
    return HttpResponseRedirect(reverse("moves"))


def _sent(request: HttpRequest) -> MoveReport:
    said, user = request.POST, request.user
    building = _buildings(user).filter(pk=_key(said.get("building", ""))).first()
    if building is None:
        raise FactsMissing("请选楼宇。", fields={"building": "请选您负责的楼宇"})
    space = Space.objects.visible_to(user).filter(pk=_key(said.get("space", ""))).first() if said.get("space") else None
    kind = said.get("kind", "")
    return moves.report(
        kind, building=building, space=None if kind == "left" else space, uscc=said.get("uscc", ""), name=said.get("name", ""), on=typed.needed_day(said, "on"),
        place=said.get("place", ""), staff_count=typed.whole(said, "staff_count"), lease_until_on=typed.day(said, "lease_until_on", needed=False),
        annual_rent_wan=typed.number(said, "annual_rent_wan", needed=False, places=4), note=said.get("note", ""), by=user, at=timezone.now(),
    )  # fmt: skip


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _buildings(user: User) -> Any:
    rows = Building.objects.visible_to(user).filter(park__in=parks_whose_spaces_show(user)).select_related("park")
    return rows.order_by("park__pinyin", "park_id", "code")


def _show(request: HttpRequest, *, typed_in: Any = None, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    today = timezone.localtime(now).date()
    rows = MoveReport.objects.visible_to(user).select_related("building__park", "space", "reported_by", "decided_by", "enterprise")
    waiting = list(rows.waiting().order_by("reported_at", "pk")[:SHOWN])
    facts = {
        "waiting": [{"row": row, "mine": moves.may_decide(user, row.building.park) and row.reported_by_id != user.pk} for row in waiting],
        "done": rows.exclude(decided_at=None).order_by("-decided_at", "-pk")[:SHOWN], "now": now, "form": None,
        "rent": bool(held(user, *OFFICE, *GRID, PostKind.STREET, PostKind.OPERATOR)),
    }  # fmt: skip
    if held(user, *REPORTERS):
        facts["form"] = _form(user, typed_in or {"on": today.isoformat(), "kind": request.GET.get("kind", "arrived")}, refusal, today)
    return render(request, "spaces/moves.html", facts, status=status)


def _form(user: User, typed_in: Any, refusal: Refused | None, today: Any) -> MoveForm:
    form = MoveForm(typed_in, refusal=refusal, auto_id="move-%s")
    form.fields["building"].choices = [("", "请选择"), *((row.pk, f"{row.park.name} {row.name}") for row in _buildings(user))]
    chosen = _key(str(typed_in.get("building", "")))
    free = Space.objects.visible_to(user).on(today).exclude(state="let").select_related("building__park")
    free = free.filter(building=chosen) if chosen else free
    listed = free.order_by("building__park__pinyin", "building__code", "room")[:300]
    form.fields["space"].choices = [
        ("", "不登记到房间"), *((row.pk, f"{row.building.park.name} {row.building.name} {row.room}（{row.area_m2.normalize():f} ㎡）") for row in listed)
    ]  # fmt: skip
    if not held(user, *OFFICE, PostKind.OPERATOR):
        del form.fields["annual_rent_wan"]  # a steward reads no rents, and is asked for none
    return form
