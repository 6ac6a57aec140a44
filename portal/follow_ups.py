"""差评回访与抽查回访: contact, fix or explain; what is overdue first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from community import held
from community.kinds import PostKind
from grievances import follow_up
from grievances.clocks import calendar_of
from grievances.models import FollowUp
from grievances.rating import ratings_of
from grievances.states import GRADES, Solved
from portal.clockface import clockface
from portal.keyset import page_of
from portal.rights import OFFICE, only
from wording.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

KINDS = (*OFFICE, PostKind.STREET)
MOST = 200
SAID = {
    "contact": "联系情况已记下。",
    "conclude": "回访已完成，企业可以再评一次。",
    "extend": "整改期限已延长。",
    "void": "已认定评价无效，记录保留。",
}


@dataclass
class Row:
    """`deeds`: what its reader may try; `follow_up` has the last word and says why not."""

    item: FollowUp
    face: Any
    rating: dict[str, Any] | None
    deeds: tuple[str, ...]
    typed: dict[str, str] | None = None
    problem: str = ""


@only(*KINDS)
@require_GET
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Open ones by what is due first; `?tab=mine` those one is to do oneself; `?tab=done` those that are over, newest first."""
    if request.GET.get("tab") == "done":
        page = page_of(_related(follow_up.over(request.user)), request.GET.get("cursor", ""), key="ended_at")
        rows = _shown(page.rows, request.user, timezone.now())
        return render(request, "staff/follow_ups_done.html", {"rows": rows, "next": page.next, "now": timezone.now()})
    return _open(request, mine=request.GET.get("tab") == "mine")


def own(user: User) -> Any:
    """What `?tab=mine` lists, in its order."""
    return follow_up.waiting(user).filter(owner=user)


def _related(rows: Any) -> Any:
    return rows.select_related("grievance__enterprise", "grievance__community", "grievance__handler", "owner", "ended_by")


def _open(
    request: HttpRequest, *, mine: bool = False, refused: tuple[int, dict[str, str], str] | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    found = list(_related(own(request.user) if mine else follow_up.waiting(request.user))[:MOST])
    rows = _shown(found, request.user, now)
    for row in rows:
        if refused is not None and row.item.pk == refused[0]:
            row.typed, row.problem = refused[1:]
    late = sum(row.face.level == "red" for row in rows)
    facts = {"rows": rows, "now": now, "late": late, "results": FollowUp.Result.choices, "mine": mine}
    return render(request, "staff/follow_ups.html", facts, status=status)


def _shown(found: list[FollowUp], user: User, now: datetime) -> list[Row]:
    ratings = ratings_of([row.grievance_id for row in found])
    return [Row(row, _face(row, now), _rating(ratings.get((row.grievance_id, row.cycle))), _deeds(row, user)) for row in found]


def _face(row: FollowUp, now: datetime) -> Any:
    due = row.contact_due_at if row.state == FollowUp.State.TO_CONTACT else row.fix_due_at
    calendar = calendar_of(row.grievance.community)
    return clockface(due, at=now, calendar=calendar, provisional=row.provisional, answered_at=row.ended_at)


def _rating(found: tuple[str, int, int, str, datetime] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    solved, result, speed, comment, at = found
    return {"solved": Solved(solved).label, "result": GRADES[result], "speed": GRADES[speed], "comment": comment, "at": at}


def _deeds(row: FollowUp, user: User) -> tuple[str, ...]:
    if row.ended_at is not None or not held(user, *OFFICE) or row.grievance.handler_id == user.pk:
        return ()
    if row.contacted_at is None:
        return ("contact",)
    leader = bool(held(user, PostKind.LEADER))
    may_extend = leader and row.extended_by_id is None
    may_void = leader and row.owner_id != user.pk and row.kind == FollowUp.Kind.POOR_RATING
    return ("conclude", *(["extend"] if may_extend else []), *(["void"] if may_void else []))


@only(*KINDS)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    at, user = timezone.now(), request.user
    row = follow_up.list_for(user).filter(pk=pk).first()
    if row is None or deed not in SAID:
        raise Http404("没有这件回访，或您无权查看。")
    typed = {name: request.POST.get(name, "") for name in ("note", "result", "reason")}
    try:
        match deed:
            case "contact":
                follow_up.contact(row, by=user, at=at, note=typed["note"])
            case "conclude":
                follow_up.conclude(row, by=user, at=at, result=typed["result"], note=typed["note"])
            case "extend":
                follow_up.extend(row, by=user, at=at)
            case _:
                follow_up.void(row, by=user, at=at, reason=typed["reason"])
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _open(request, refused=(pk, typed, refusal.message), status=refusal.status_hint)
    messages.success(request, SAID[deed])
    return HttpResponseRedirect(reverse("follow-ups"))
