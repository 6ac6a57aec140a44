"""今天: where a specialist's day begins – what is due, what waits for me, and five things one could do before being asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from community import held, proposals
from community.kinds import PostKind
from community.models import ProposalAnswer
from community.proposals import Proposal
from grievances import letters, queues
from grievances import proposals as about_tickets
from parks import proposals as about_parks
from portal import follow_ups, requests
from portal.letters import MOST as LETTERS
from portal.queue import tabs
from portal.queue.asked import Asked
from portal.queue.pages import page_of
from portal.queue.places import Places, places_for
from portal.queue.rows import COLUMNS, shown
from portal.rights import OFFICE, only
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

FEW = 5
PRESSING = 8


@dataclass(frozen=True)
class Way:
    """How a kind of proposal looks, what its button says, and where that leads."""

    label: str
    picture: str
    press: str
    address: Callable[[Proposal], str]


WAYS = {
    about_tickets.SLIPPING: Way("期限将到", "clock-exclamation", "打开这一件", lambda each: reverse("grievance", args=[each.key])),
    about_tickets.LETTER: Way("部门未复", "mail-forward", "打开这一件", lambda each: reverse("grievance", args=[each.facts["ticket"]])),
    about_tickets.SHARED: Way(
        "共同的需求",
        "users-group",
        "看这几件",
        lambda each: f"{reverse('queue')}?{urlencode({'queue': 'all', 'window': 'all'} | each.facts)}",
    ),
    about_tickets.SILENT: Way("久未联系", "phone", "看企业档案", lambda each: reverse("enterprise", args=[each.key])),
    about_parks.NO_STEWARD: Way("岗位空缺", "user-plus", "看这个园区", lambda each: reverse("park", args=[each.key])),
}


@dataclass(frozen=True)
class Number:
    """A count and the list it opens; the count is the length of that list."""

    code: str
    label: str
    picture: str
    count: int
    url: str
    red: bool = False
    unit: str = "件"


#: Numbers that are lists of the queue: code, label, picture, its address, whether anything in it is bad news.
LISTS = (
    ("due_today", "今日到期", "calendar-due", "queue=due_today", False),
    ("overdue", "已超期", "alert-circle", "queue=overdue", True),
    ("mine", "待我办理", "inbox", "queue=mine", False),
    ("urged", "催到我手上", "bell-ringing", "queue=mine&urged=true", True),
    ("unassigned", "待受理", "message-plus", "queue=unassigned", False),
)


@only(*OFFICE)
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/today.html", _facts(request.user, timezone.now()))


def _facts(user: User, at: datetime) -> dict[str, Any]:
    places = places_for(user)
    return {
        "now": at,
        "numbers": [*from_queue(user, at, places), *from_lists(user, at)],
        "pressing": pressing(user, at, places),
        "mine_url": f"{reverse('queue')}?queue=mine",
        "proposals": [{"row": row, "way": WAYS[row.kind]} for row in five(user, at)],
        "tally": tallied(user, at),
        "leads": bool(held(user, PostKind.LEADER)),
    }


def _asked(query: str, user: User, at: datetime, places: Places) -> tuple[Asked, Any]:
    """A list of the queue as its own page reads it."""
    asked = Asked.read(QueryDict(query), user, at, places)
    return asked, tabs.rows_of(asked.tab, asked.narrowed(), user, at, windows=asked.windows)


def from_queue(user: User, at: datetime, places: Places) -> list[Number]:
    """Counted as the queue counts its tabs, in one query."""
    parts = {code: _asked(query, user, at, places)[1].order_by().values("pk")[: queues.CAP] for code, _, _, query, _ in LISTS}
    counted = queues.counting(parts).ask()
    base = reverse("queue")
    return [Number(code, label, picture, counted[code], f"{base}?{query}", red) for code, label, picture, query, red in LISTS]


def from_lists(user: User, at: datetime) -> list[Number]:
    """What waits on the other pages."""
    return [
        Number("requests", "等我批的申请", "rubber-stamp", len(requests.waiting_for(user, at)), reverse("requests")),
        Number("follow_ups", "我的回访", "headset", follow_ups.own(user)[: follow_ups.MOST].count(), f"{reverse('follow-ups')}?tab=mine"),
        Number("letters", "等答复的转办函", "mail-forward", letters.waiting(user)[:LETTERS].count(), reverse("letters"), unit="份"),
    ]


def pressing(user: User, at: datetime, places: Places) -> list[dict[str, Any]]:
    """The first of what is in one's own hands, as the queue orders it."""
    asked, rows = _asked("queue=mine", user, at, places)
    return shown(page_of(rows, asked.order, "", COLUMNS, size=PRESSING).rows, places, at)


def every(user: User, at: datetime) -> list[Proposal]:
    """What all subjects propose."""
    return [*about_tickets.proposals(user, at), *about_parks.proposals(user, at)]


def five(user: User, at: datetime) -> list[Proposal]:
    """One of each kind in the order of WAYS, then the second of each, until there are five; no kind crowds out the others."""
    by_kind: dict[str, list[Proposal]] = {kind: [] for kind in WAYS}
    for row in every(user, at):
        by_kind[row.kind].append(row)
    found = [rows[place] for place in range(FEW) for rows in by_kind.values() if place < len(rows)]
    return sorted(found[:FEW], key=lambda row: list(WAYS).index(row.kind))


def tallied(user: User, at: datetime) -> list[dict[str, Any]]:
    """What was taken on and set aside this month, by kind."""
    found = proposals.tally(user, at)
    rows = [
        {"way": way, "taken": found[kind]["taken"], "dismissed": found[kind]["dismissed"]} for kind, way in WAYS.items() if kind in found
    ]
    return rows


@only(*OFFICE)
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """`kind`, `key` and `answer`: taken leads on to what is to be done, dismissed back to the page. Safe to send twice."""
    user, at = request.user, timezone.now()
    said, kind, key = (request.POST.get(name, "") for name in ("answer", "kind", "key"))
    if said not in ProposalAnswer.Answer.values:
        raise FactsMissing("请选择“去做”或“先不做”。")
    row = next((row for row in every(user, at) if (row.kind, row.key) == (kind, key)), None)
    if row is None:
        # Done meanwhile, answered already, or never proposed: nothing to write down.
        messages.info(request, "这一条现在不用做了，可能已经办好，或同事已经去做。")
        return HttpResponseRedirect(reverse("today"))
    proposals.answer(row, by=user, at=at, answer=said)
    if said == ProposalAnswer.Answer.TAKEN:
        return HttpResponseRedirect(WAYS[row.kind].address(row))
    messages.success(request, f"已放下“{row.title}”，{proposals.QUIET_DAYS} 天内不再提醒您。")
    return HttpResponseRedirect(reverse("today"))
