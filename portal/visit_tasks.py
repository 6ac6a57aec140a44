"""One visit to be paid, for staff and for whoever comes along: when, who, with whom; and the page of those who come along."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from community.kinds import PostKind
from evaluations.supervision import may_order
from portal.rights import GRID, OFFICE, only
from visits import appointing, columns, companions, guests, reasons, words
from visits.models import Companion, Task, Visit
from visits.states import TaskState
from wording.errors import FactsMissing, Refused

ALONG = (PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.STEWARD)
KINDS = (*OFFICE, PostKind.STREET, *GRID, *ALONG)
SHOWN = 50


@only(*KINDS)
@require_GET
def task(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _page(request, _found(request, key))


def _found(request: HttpRequest, key: uuid.UUID) -> Task:
    rows = Task.objects.visible_to(request.user).select_related("enterprise", "community__street", "assignee", "wanted")
    found: Task | None = rows.filter(pk=key).first()
    if found is None:
        raise Http404("没有这项走访，或您无权查看。")
    return found


def _page(request: HttpRequest, row: Task, deed: str = "", refusal: Refused | None = None) -> HttpResponse:
    at, user = timezone.now(), request.user
    shown = columns.task_columns(user, row)
    open_to_plan = row.state == TaskState.OPEN and appointing.planned_by(user).filter(pk=row.pk).exists()
    asked = list(Companion.objects.visible_to(user).filter(task=row).select_related("user", "unit", "asked_by").order_by("pk"))
    facts: dict[str, Any] = {
        "row": row, "columns": shown, "slot": words.slot_of(row), "place": guests.place_of([row]).get(row.pk, ""), "asked": asked,
        "mine": next((each for each in asked if each.user_id == user.pk), None) if row.state == TaskState.OPEN else None,
        "coming": words.announced([row], at)[0].along, "at": at, "deed": deed, "refusal": refusal, "typed": request.POST,
        "today": timezone.localtime(at).date(), "may_order": row.state == TaskState.OPEN and may_order(user, row.community),
    }  # fmt: skip
    if "reasons" in shown:
        facts["reasons"] = reasons.open_of([row.enterprise_id], user).get(row.enterprise_id, [])
    if open_to_plan:
        facts |= {"people": appointing.to_send(row, at), "guests": companions.guests(row, at), "plans": True}
    return render(request, "visits/task.html", facts, status=refusal.status_hint if refusal else 200)


def _appoint(row: Task, request: HttpRequest, at: datetime) -> str:
    to = _number(request.POST.get("to", ""))
    appointing.appoint(row, when=_moment(request.POST.get("when", "")), to=to, by=request.user, at=at, version=_version(request))
    return "约好了，企业已收到通知。"


def _hand_over(row: Task, request: HttpRequest, at: datetime) -> str:
    appointing.hand_over(row, to=_number(request.POST.get("to", "")) or 0, by=request.user, at=at, version=_version(request))
    return "已换人。"


def _ask(row: Task, request: HttpRequest, at: datetime) -> str:
    companions.ask(row, user=_number(request.POST.get("user", "")) or 0, by=request.user, at=at)
    return "已发出邀请。"


def _answer(row: Task, request: HttpRequest, at: datetime) -> str:
    mine = Companion.objects.visible_to(request.user).filter(task=row, user=request.user).first()
    if mine is None or request.POST.get("answer") not in ("yes", "no"):
        raise Http404("没有邀请您同行，或走访已经登记。")
    coming = request.POST["answer"] == "yes"
    companions.answer(mine, coming=coming, by=request.user, at=at)
    return "已答复：同行。" if coming else "已答复：不能同行。"


def _drop(row: Task, request: HttpRequest, at: datetime) -> str:
    found = Companion.objects.visible_to(request.user).filter(task=row, pk=_number(request.POST.get("companion", "")) or 0).first()
    if found is not None:
        companions.drop(found, by=request.user, at=at)
    return "已取消邀请。"


DEEDS: dict[str, Callable[[Task, HttpRequest, datetime], str]] = {
    "appoint": _appoint, "hand-over": _hand_over, "ask": _ask, "answer": _answer, "drop": _drop,
}  # fmt: skip


@only(*KINDS)
@require_POST
def act(request: HttpRequest, key: uuid.UUID, deed: str) -> HttpResponse:
    """What was refused comes back with everything typed."""
    row = _found(request, key)
    if deed not in DEEDS:
        raise Http404("没有这个操作。")
    try:
        messages.success(request, DEEDS[deed](row, request, timezone.now()))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _page(request, _found(request, key), deed, refusal)
    seen = Task.objects.visible_to(request.user).filter(pk=key).exists()
    return HttpResponseRedirect(reverse("visit-task", args=[key]) if seen else reverse("visits-along"))


@only(*ALONG)
@require_GET
def along(request: HttpRequest) -> HttpResponse:
    """Where one is asked along or sent, and where one was."""
    return _along(request)


def _along(request: HttpRequest, refused: tuple[uuid.UUID, Refused] | None = None) -> HttpResponse:
    user = request.user
    tasks = list(Task.objects.visible_to(user).open().select_related("enterprise", "assignee").order_by("planned_on", "pk")[:SHOWN])
    answers = dict(Companion.objects.visible_to(user).filter(user=user, task__in=tasks).values_list("task_id", "coming"))
    places = guests.place_of(tasks)
    coming = [
        {"row": row, "slot": words.slot_of(row), "place": places.get(row.pk, ""), "asked": row.pk in answers, "coming": answers.get(row.pk)}
        for row in tasks
    ]  # fmt: skip
    past = guests.been_to(user, Visit.objects.visible_to(user).newest()[:SHOWN])
    facts = {"coming": coming, "past": past, "refused": refused[0] if refused else None, "refusal": refused[1] if refused else None}
    return render(request, "visits/along.html", facts | {"typed": request.POST}, status=refused[1].status_hint if refused else 200)


@only(*ALONG)
@require_POST
def note(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    visit = Visit.objects.visible_to(request.user).filter(pk=key).first()
    if visit is None:
        raise Http404("没有这次走访，或您无权查看。")
    try:
        companions.write_note(visit, note=request.POST.get("note", ""), by=request.user, at=timezone.now())
        messages.success(request, "同行意见已保存。")
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _along(request, (key, refusal))
    return HttpResponseRedirect(reverse("visits-along"))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _version(request: HttpRequest) -> int:
    found = _number(request.POST.get("version", ""))
    return -1 if found is None else found


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        raise FactsMissing("请填走访的日期和时间，如 2026-12-03 10:00。", fields={"when": "请填日期和时间"})
    return timezone.make_aware(found) if timezone.is_naive(found) else found
