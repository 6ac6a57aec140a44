"""督办: what was ordered about tickets, visits and parks, what is late and how far it has climbed; ordering and answering."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community.kinds import PostKind
from evaluations import orders_seen, supervision
from evaluations.models import Climb, Order
from evaluations.order_states import Limit
from parks.models import Park
from portal.rights import GRID, OFFICE, only
from portal.told_forms import ToldForm
from visits.models import Task
from wording.errors import NotYours, Refused

KINDS = (*OFFICE, *GRID, PostKind.STREET)
ORDERERS = (PostKind.LEADER, PostKind.STREET)
TABS = ((orders_seen.OPEN, "待答复"), (orders_seen.LATE, "已逾期"), (orders_seen.ANSWERED, "已答复"))


class OrderForm(ToldForm):
    demand = forms.CharField(label="督办要求", widget=forms.Textarea(attrs={"rows": 3, "maxlength": supervision.LONGEST}))
    limit = forms.ChoiceField(
        label="答复时限", choices=Limit.choices, initial=Limit.NEXT_DAY, help_text="按工作时间计；逾期先升至负责人，再过 1 个工作日升至街道"
    )


@only(*KINDS)
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """`?tab=open|late|answered`."""
    at, tab = timezone.now(), request.GET.get("tab", orders_seen.OPEN)
    if tab not in dict(TABS) or set(request.GET) - {"tab"}:
        raise BadRequest("没有这个分组。")
    rows = orders_seen.seen_by(request.user, tab, at)
    facts = {"rows": [{"row": row, "late": row.late(at)} for row in rows], "tab": tab, "tabs": TABS, "now": at, "most": orders_seen.MOST}
    return render(request, "supervision/list.html", facts)


@only(*ORDERERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`visit=` the key of a task, or `park=` a code. A ticket is supervised on its own page."""
    at, raw = timezone.now(), request.POST if request.method == "POST" else request.GET
    subject = _subject(request, raw)
    if not supervision.may_order(request.user, subject.community):
        raise NotYours("督办由本社区负责人或街道提出。")
    if request.method == "GET":
        return _form(request, subject, None)
    try:
        made = supervision.order(subject, raw.get("demand", ""), raw.get("limit", ""), by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _form(request, subject, raw, refusal)
    messages.success(request, f"已督办，由{made.addressee.display_name}答复。")
    return HttpResponseRedirect(reverse("order", args=[made.pk]))


def _subject(request: HttpRequest, raw: QueryDict) -> Task | Park:
    """Raises Http404."""
    found: Task | Park | None = None
    if raw.get("visit"):
        try:
            key = uuid.UUID(raw["visit"])
        except ValueError:
            raise Http404("没有这项走访，或您无权查看。") from None
        found = Task.objects.visible_to(request.user).select_related("enterprise", "community", "assignee").filter(pk=key).first()
    elif raw.get("park"):
        found = Park.objects.visible_to(request.user).select_related("community").filter(code=raw["park"][:20]).first()
    if found is None:
        raise Http404("没有可以督办的对象，或您无权查看。")
    return found


def _form(request: HttpRequest, subject: Task | Park, typed: QueryDict | None, refusal: Refused | None = None) -> HttpResponse:
    about = {"visit": str(subject.pk)} if isinstance(subject, Task) else {"park": subject.code}
    initial = {"limit": Limit.NEXT_DAY.value, "demand": ""}
    facts = {
        "subject": subject, "about": about, "form": OrderForm(typed or initial, refusal=refusal, auto_id="order-%s"), "now": timezone.now(),
        "standing": Order.objects.visible_to(request.user).open().filter(**{"task" if isinstance(subject, Task) else "park": subject}).first(),
    }  # fmt: skip
    return render(request, "supervision/new.html", facts, status=refusal.status_hint if refusal else 200)


@only(*KINDS)
@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk), timezone.now())


def _found(request: HttpRequest, pk: int) -> Order:
    rows = Order.objects.visible_to(request.user).select_related(
        "task__enterprise", "park", "community", "made_by", "addressee", "answered_by"
    )
    found: Order | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("没有这份督办，或您无权查看。")
    return found


def _page(request: HttpRequest, row: Order, at: datetime, refusal: Refused | None = None) -> HttpResponse:
    standing = row.answered_at is None and row.withdrawn_at is None
    facts: dict[str, Any] = {
        "row": row, "subject": supervision.subject_of(row), "standing": standing, "late": (row.answered_at or row.withdrawn_at or at) > row.due_at,
        "may_answer": standing and supervision.may_answer(request.user, row), "may_withdraw": standing and row.made_by_id == request.user.pk,
        "climbs": list(Climb.objects.filter(order=row).order_by("rung")), "now": at, "refusal": refusal, "typed": request.POST.get("answer", ""),
    }  # fmt: skip
    return render(request, "supervision/order.html", facts, status=refusal.status_hint if refusal else 200)


@only(*KINDS)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """`answer` with its words, or `withdraw` by whoever ordered."""
    at, row = timezone.now(), _found(request, pk)
    if deed not in ("answer", "withdraw"):
        raise Http404("没有这个操作。")
    try:
        if deed == "answer":
            supervision.answer(row, request.POST.get("answer", ""), by=request.user, at=at)
        else:
            supervision.withdraw(row, by=request.user, at=at)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _page(request, _found(request, pk), at, refusal)
    messages.success(request, "已答复，督办人会收到提醒。" if deed == "answer" else "已撤销。")
    return HttpResponseRedirect(reverse("order", args=[pk]))
