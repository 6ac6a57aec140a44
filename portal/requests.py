"""审批事项: what needs a second person, with what is asked, decided on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from community import held
from community.kinds import PostKind
from community.models import Post
from grievances import workflow
from grievances.clocks import calendar_of
from grievances.models import Grievance, Request
from grievances.moves import ASK
from grievances.states import Actor, RequestState
from portal.clockface import clockface
from portal.keyset import page_of
from portal.rights import OFFICE, only
from portal.ticket_story import asked
from wording.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

KINDS = (*OFFICE, PostKind.STREET)
MOST = 200
DEEDS = {"approve": "note", "decline": "reason"}


@dataclass
class Row:
    """A request; `mine` says whether its reader decides it. `words` and `problem` are what came back when he could not."""

    request: Request
    asked: dict[str, Any]
    face: Any
    mine: bool
    words: str = ""
    problem: str = ""


@only(*KINDS)
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Pending ones, those one decides oneself first; `?tab=decided` what was decided, newest first."""
    if request.GET.get("tab") == "decided":
        rows = in_sight(request.user).exclude(state=RequestState.PENDING).filter(decided_at__isnull=False)
        page = page_of(rows, request.GET.get("cursor", ""), key="decided_at")
        shown = [Row(row, _asked(row), None, mine=False) for row in page.rows]
        return render(request, "staff/requests_decided.html", {"rows": shown, "next": page.next, "now": timezone.now()})
    return _pending(request)


def _pending(request: HttpRequest, *, refused: tuple[str, str, str] | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    decides = Deciding(request.user, now)
    rows = [_row(row, decides, now) for row in pending(request.user)]
    for row in rows:
        if refused is not None and row.request.grievance.number == refused[0]:
            row.words, row.problem = refused[1:]
    facts = {"mine": [row for row in rows if row.mine], "others": [row for row in rows if not row.mine], "now": now, "refused": refused}
    return render(request, "staff/requests.html", facts, status=status)


def pending(user: User) -> QuerySet[Request]:
    """The oldest first, as many as the page shows."""
    return in_sight(user).filter(state=RequestState.PENDING).order_by("asked_at", "pk")[:MOST]


def waiting_for(user: User, at: datetime) -> list[Request]:
    """Those the page lists as this person's to decide."""
    decides = Deciding(user, at)
    return [row for row in pending(user) if decides.one(row)]


def in_sight(user: User) -> QuerySet[Request]:
    rows = Request.objects.filter(grievance__in=Grievance.objects.visible_to(user, KINDS))
    return rows.select_related("grievance__community", "grievance__enterprise", "asked_by", "decided_by")


class Deciding:
    """Which requests somebody decides, for a whole list at once. It only sorts the list: `workflow.apply` has the last word.

    Source: grievances.moves.ASK; what a leader asked himself goes to the street (machine file, roles.L).
    """

    def __init__(self, user: User, at: datetime) -> None:
        self.user = user
        actors = ((PostKind.SPECIALIST, Actor.SPECIALIST), (PostKind.LEADER, Actor.LEADER))
        self.capacities = {(post.community_id, actor) for kind, actor in actors for post in held(user, kind)}
        self.street = bool(held(user, PostKind.STREET))
        leaders = Post.objects.in_force(at).filter(kind=PostKind.LEADER) if self.street else Post.objects.none()
        self.leaders = set(leaders.values_list("community_id", "user_id")) if self.street else set()

    def one(self, row: Request) -> bool:
        if row.asked_by_id == self.user.pk:
            return False
        community = row.grievance.community_id
        if any((community, actor) in self.capacities for actor in ASK[row.kind].decided_by):
            return True
        return (community, row.asked_by_id) in self.leaders


def _row(row: Request, decides: Deciding, now: datetime) -> Row:
    ticket = row.grievance
    face = clockface(ticket.promise_due_at, at=now, calendar=calendar_of(ticket.community), provisional=ticket.provisional)
    return Row(row, _asked(row), face, decides.one(row))


def _asked(row: Request) -> dict[str, Any]:
    return asked(row.kind, row.facts, reason=row.reason, by=row.asked_by.display_name, at=row.asked_at)


@only(*KINDS)
@require_POST
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """`do` approve or decline, with `words` (needed for declining) and the version that was read."""
    event, words, version = request.POST.get("do", ""), request.POST.get("words", ""), request.POST.get("version", "")
    ticket = Grievance.objects.visible_to(request.user, KINDS).filter(number=number).first()
    if ticket is None or event not in DEEDS or not (version.isascii() and version.isdigit() and len(version) < 9):
        raise Http404("没有这件诉求，或您无权查看。")
    try:
        workflow.apply(ticket, event, by=request.user, at=timezone.now(), version=int(version), **{DEEDS[event]: words})
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _pending(request, refused=(number, words, refusal.message), status=refusal.status_hint)
    messages.success(request, f"{number} {'已批准，立即生效' if event == 'approve' else '未批准，已告知申请人'}。")
    return HttpResponseRedirect(reverse("requests"))
