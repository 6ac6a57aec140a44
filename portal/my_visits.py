"""走访安排: who comes to the enterprise, when and why, what it may change about that, and what came of earlier visits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from community.kinds import ENTERPRISE_KINDS
from portal.rights import only
from visits import appointing, told, words
from visits.models import Task
from visits.states import MOST_MOVES
from wording.errors import Refused

SHOWN = 20


@dataclass
class Coming:
    """A visit to come with what may be changed about it; `typed` and `refusal` after something was refused."""

    shown: words.Announced
    slots: list[words.Slot]
    people: list[appointing.Choice]
    deed: str = ""
    typed: Any = None
    refusal: Refused | None = None


def past_of(user: User, at: datetime, before: datetime | None = None) -> tuple[list[told.Past], bool]:
    """Newest first, and whether there are more."""
    rows = told.paid(user).order_by("-visited_at", "-pk")
    if before is not None:
        rows = rows.filter(visited_at__lt=before)
    found = list(rows[: SHOWN + 1])
    return told.told(user, found[:SHOWN], at), len(found) > SHOWN


@only(*ENTERPRISE_KINDS)
@require_GET
def my_visits(request: HttpRequest) -> HttpResponse:
    """`?before=`: earlier visits than this moment."""
    return _page(request)


def _page(request: HttpRequest, refused: tuple[uuid.UUID, str, Refused] | None = None) -> HttpResponse:
    at, user = timezone.now(), request.user
    before = _moment(request.GET.get("before", ""))
    coming = [
        Coming(each, words.on_offer(each.task, at) if each.moves_left else [], appointing.choices(each.task, at))
        for each in (told.announced(user, at) if before is None else [])
    ]
    for row in coming:
        if refused is not None and row.shown.task.pk == refused[0]:
            row.deed, row.typed, row.refusal = refused[1], request.POST, refused[2]
    past, more = past_of(user, at, before)
    facts = {
        "coming": coming, "past": past, "earlier": past[-1].visit.visited_at.isoformat() if more else "", "before": before, "at": at,
        "several": len({row.shown.task.enterprise_id for row in coming} | {row.visit.enterprise_id for row in past}) > 1,
        "most_moves": MOST_MOVES,
    }  # fmt: skip
    return render(request, "visits/mine.html", facts, status=refused[2].status_hint if refused else 200)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _move(task: Task, request: HttpRequest, at: datetime, mark: str) -> str:
    appointing.move(task, slot=request.POST.get("slot", ""), by=request.user, at=at, mark=mark)
    return "已改好时间，来的人会收到通知。"


def _choose(task: Task, request: HttpRequest, at: datetime, mark: str) -> str:
    person = request.POST.get("person", "")
    key = int(person) if person.isascii() and person.isdigit() and len(person) < 10 else 0
    appointing.choose(task, person=key, by=request.user, at=at, mark=mark)
    return "已告诉社区您希望谁来，定了会通知您。"


def _topics(task: Task, request: HttpRequest, at: datetime, mark: str) -> str:
    appointing.add_topics(task, topics=request.POST.get("topics", ""), by=request.user, at=at, mark=mark)
    return "已记下您想谈的事，来的人会先准备。"


DEEDS: dict[str, Callable[[Task, HttpRequest, datetime, str], str]] = {"move": _move, "choose": _choose, "topics": _topics}


@only(*ENTERPRISE_KINDS)
@require_POST
def act(request: HttpRequest, key: uuid.UUID, deed: str) -> HttpResponse:
    task = told.coming(request.user).filter(pk=key).first()
    if task is None or deed not in DEEDS:
        raise Http404("没有这次走访，或它已经结束。")
    try:
        messages.success(request, DEEDS[deed](task, request, timezone.now(), request.POST.get("mark", "")))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _page(request, (key, deed, refusal))
    return HttpResponseRedirect(reverse("my-visits"))


@only(*ENTERPRISE_KINDS)
@require_POST
def answer_need(request: HttpRequest, pk: int) -> HttpResponse:
    """`answer`: yes or no."""
    need = told.needs_of(request.user).filter(pk=pk).first()
    if need is None or request.POST.get("answer") not in ("yes", "no"):
        raise Http404("没有这条需求，或您无权查看。")
    said = request.POST["answer"] == "yes"
    try:
        appointing.confirm_need(need, confirmed=said, by=request.user, at=timezone.now())
        messages.success(request, "已确认，社区会照此办理。" if said else "已告诉社区不是这样，我们会再和您核对。")
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("my-visits"))
