"""本周走访: the plan of the week, people × half-days, with what cannot be done in time on top; and changing it by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from community import held
from community.kinds import PostKind
from community.models import Community
from portal.rights import GRID, OFFICE, only
from visits import adjust, allowances, planning, sheet
from visits.models import MOST_HALF_DAYS, Plan
from visits.states import Half
from wording.errors import FactsMissing, NotFound, Refused

if TYPE_CHECKING:
    from datetime import datetime

KINDS = (*OFFICE, *GRID, PostKind.STREET)


@only(*KINDS)
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """`?community=` and `?week=` (any day of it); the current week of one's own community otherwise."""
    return _show(request, timezone.now())


def _show(request: HttpRequest, at: datetime, *, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    communities = list(Community.objects.visible_to(request.user).order_by("code"))
    asked = request.GET.get("community") or request.POST.get("community", "")
    here = next((row for row in communities if row.code == asked), communities[0] if communities else None)
    if here is None:
        raise NotFound("您的街道还没有社区，也就没有走访计划。")
    found = sheet.sheet(request.user, here, at, monday=sheet.week_asked(request.GET.get("week", "")))
    may = found.current and any(post.community_id == here.pk for post in held(request.user, *adjust.ADJUSTERS))
    shown = found.rows if request.GET.get("all") else tuple(row for row in found.rows if row.trips)
    facts = {
        "shown": shown, "idle": len(found.rows) - len(shown), "communities": communities, "here": here, "sheet": found, "now": at, "may_change": may and found.plan is not None,
        "may_plan": may and _plans(request, here), "leads": any(post.community_id == here.pk for post in held(request.user, PostKind.LEADER)),
        "halves": [(f"{day.isoformat()}|{half}", day, Half(half).label) for day, half in found.ahead], "explained": sheet.EXPLAINED,
        "before": found.monday - timedelta(days=7), "after": found.monday + timedelta(days=7), "refusal": refusal, "most": MOST_HALF_DAYS,
    }  # fmt: skip
    return render(request, "visits/plan.html", facts, status=status)


def _plans(request: HttpRequest, here: Community) -> bool:
    return any(post.community_id == here.pk for post in held(request.user, *OFFICE))


@only(*OFFICE)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Plans the rest of the week anew, at once; what is settled by hand stands."""
    at = timezone.now()
    communities = {post.community.code: post.community for post in held(request.user, *OFFICE)}
    here = communities.get(request.POST.get("community", "")) or next(iter(communities.values()))
    try:
        made = planning.plan(here, at, by=request.user)
    except Refused as refusal:
        return _show(request, at, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"已排好 {made.trips.count()} 趟；人工安排的没有动。")
    return _back(made)


@only(*adjust.ADJUSTERS)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """`do`: move, swap, hand, pin, unpin; `task` (several), `to` = person|day|half, `from` the same for a swap, `person`, `version`."""
    at, typed = timezone.now(), request.POST
    row = get_object_or_404(Plan.objects.visible_to(request.user).select_related("community"), pk=pk)
    facts: dict[str, Any] = {"by": request.user, "at": at, "version": _whole(typed.get("version"))}
    tasks = typed.getlist("task")
    try:
        match typed.get("do"):
            case "move":
                adjust.move(pk, tasks, to=_seat(typed.get("to") or f"{typed.get('person', '')}|{typed.get('when', '')}"), **facts)
            case "swap":
                adjust.swap(pk, _seat(typed.get("from")), _seat(typed.get("to")), **facts)
            case "hand":
                adjust.hand_over(pk, tasks, to=typed.get("person"), **facts)
            case "pin" | "unpin" as do:
                adjust.pin(pk, tasks, on=do == "pin", **facts)
            case _:
                raise FactsMissing("没有这种调整。")
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, at, refusal=refusal, status=refusal.status_hint)
    messages.success(request, "计划已调整，得分和缺口已重算；下次排计划时保留。")
    return _back(row)


@only(PostKind.LEADER)
@require_POST
def allowance(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    try:
        row = allowances.set_for(request.POST.get("person"), request.POST.get("half_days"), by=request.user, at=at)
    except Refused as refusal:
        return _show(request, at, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"{row.user.display_name}每周走访 {row.half_days} 个半天，下次排计划时起算。")
    return HttpResponseRedirect(f"{reverse('visit-plan')}?{urlencode({'community': row.community.code})}")


def _back(row: Plan) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('visit-plan')}?{urlencode({'community': row.community.code, 'week': row.week_on.isoformat()})}")


def _seat(text: str | None) -> dict[str, str]:
    person, on, half = [*(text or "").split("|"), "", "", ""][:3]
    return {"person": person, "on": on, "half": half}


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else -1
