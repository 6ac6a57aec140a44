"""Before going in, the enterprise at a glance; coming out, one form. Both are one page, so that it is there without a network too."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import enterprises as subject
from enterprises.models import Enterprise, Tenancy
from grievances import my_people
from grievances.models import Grievance, ServiceItem
from portal.doorstep.listing import KINDS
from portal.doorstep.rows import Row, rows_of
from portal.doorstep.sent import raw_of
from portal.fact_forms import item_choices
from portal.rights import only
from portal.uploads import Uploads, take
from risks.kinds import kinds_in_use
from risks.querysets import watched_by
from visits import known
from visits.facts import FACTS
from visits.models import Task, Visit
from visits.people import may_come
from visits.querysets import staffed
from visits.record import record
from visits.states import Result, TaskState
from visits.submission import MOST_PHOTOS
from wording import mask_name
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

LAST, NEEDS, PEOPLE = 3, 3, 2
LONGEST_SIDE = 1600
PICTURES = {Result.MET: "users", Result.NOBODY: "user-question", Result.REFUSED: "hand-stop", Result.NOT_THERE: "map-pin"}


@dataclass
class Card:
    """One page. `typed`: what was sent and refused, so that nothing has to be written again."""

    user: User
    now: datetime
    enterprise: Enterprise
    task: Task | None = None
    typed: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    uploads: Uploads = field(default_factory=Uploads)
    refusal: Refused | None = None

    @cached_property
    def columns(self) -> frozenset[str]:
        return subject.columns_for(self.user, self.enterprise)

    @cached_property
    def row(self) -> Row | None:
        return rows_of([self.task], self.user, self.now)[0] if self.task is not None else None

    @cached_property
    def seats(self) -> list[Tenancy]:
        rows = Tenancy.objects.open().filter(enterprise=self.enterprise).select_related("building__park")
        return list(rows.order_by("-is_main", "pk"))

    @cached_property
    def known(self) -> list[known.Known]:
        return known.of_enterprise(self.enterprise)

    @cached_property
    def tickets(self) -> list[Grievance]:
        rows = Grievance.objects.visible_to(self.user).open().filter(enterprise=self.enterprise)
        return list(rows.newest().only("number", "title", "state")[:10])

    @cached_property
    def last(self) -> list[Visit]:
        rows = Visit.objects.visible_to(self.user).filter(enterprise=self.enterprise).select_related("recorded_by")
        return list(rows.newest()[:LAST])

    @cached_property
    def helpers(self) -> Any:
        return my_people.of_enterprise(self.enterprise, self.now)

    @cached_property
    def comers(self) -> list[Any]:
        """Who may have come along; ticked beforehand where he was asked and did not say no."""
        asked = set(self.task.companions.exclude(coming=False).values_list("user", flat=True)) if self.task is not None else set()
        return [
            {"comer": each, "on": str(each.user.pk) in self.lists.get("colleagues", []) or (not self.lists and each.user.pk in asked)}
            for each in may_come(self.enterprise, self.task, self.now) if each.user.pk != self.user.pk
        ]  # fmt: skip

    @cached_property
    def facts(self) -> list[dict[str, Any]]:
        """What may be asked at the door; what is on file is shown to whoever may read that column."""
        shown = []
        for fact in FACTS.values():
            readable = fact.column in self.columns
            on_file = fact.on_file(self.enterprise) if readable else ""
            shown.append(
                {
                    "fact": fact, "readable": readable, "on_file": mask_name(on_file) if fact.code == "contact" else on_file,
                    "is": self.typed.get(f"facts-{fact.code}-is", ""), "said": self.typed.get(f"facts-{fact.code}-said", ""),
                    "error": (self.errors.get(f"facts-{fact.code}") or [""])[0],
                }
            )  # fmt: skip
        return shown

    @cached_property
    def items(self) -> list[Any]:
        rows = ServiceItem.objects.visible_to(self.user).offered().filter(community=self.enterprise.community_id)
        return item_choices(rows.exclude(code="QT00"))

    @property
    def errors(self) -> dict[str, list[str]]:
        return self.refusal.fields if self.refusal is not None else {}

    def _rows(self, name: str, most: int, fields: tuple[str, ...]) -> list[dict[str, Any]]:
        return [
            {"place": place, **{f: self.typed.get(f"{name}-{place}-{f}", "") for f in fields},
             "errors": {f: (self.errors.get(f"{name}-{place}-{f}") or [""])[0] for f in fields}}
            for place in range(most)
        ]  # fmt: skip

    @property
    def people(self) -> list[dict[str, Any]]:
        return self._rows("people", PEOPLE, ("name", "title", "phone"))

    @property
    def needs(self) -> list[dict[str, Any]]:
        return self._rows("needs", NEEDS, ("service_item", "body"))

    @property
    def result(self) -> str:
        return str(self.typed.get("result", ""))

    @property
    def results(self) -> list[tuple[str, str, str]]:
        return [(value, label, PICTURES[Result(value)]) for value, label in Result.choices]

    @property
    def signs(self) -> list[Any]:
        return kinds_in_use()

    @property
    def key(self) -> str:
        """Only for a browser without a script; a script makes its own, since it may fill in the same page twice."""
        return str(self.typed.get("key") or uuid.uuid4())

    @property
    def open(self) -> bool:
        return self.task is None or self.task.state == TaskState.OPEN


@only(*KINDS)
@require_GET
def task_card(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    task = (
        staffed(Task.objects.all(), request.user)
        .select_related("enterprise__community__street", "assignee", "wanted")
        .filter(pk=pk)
        .first()
    )
    if task is None:
        raise Http404("没有这项走访，或您无权查看。")
    return _show(request, Card(request.user, timezone.now(), task.enterprise, task))


@only(*KINDS)
@require_GET
def unasked(request: HttpRequest, uscc: str) -> HttpResponse:
    """Somebody drops in where no visit is owed; where one is, that is its card."""
    enterprise = watched_by(request.user).select_related("community__street").filter(uscc=uscc.upper()[:18]).first()
    if enterprise is None:
        raise Http404("没有这家企业，或您无权查看。")
    task = Task.objects.open().filter(enterprise=enterprise).first()
    if task is not None:
        return HttpResponseRedirect(reverse("visit-door", args=[task.pk]))
    return _show(request, Card(request.user, timezone.now(), enterprise))


@only(*KINDS)
@require_POST
def write_down(request: HttpRequest) -> HttpResponse:
    """The form. A script asks for JSON: 201 with where to look, or what is wrong and nothing was written."""
    now = timezone.now()
    asks_json = "application/json" in request.headers.get("Accept", "")
    uploads = take(request, "photos", now, longest_side=LONGEST_SIDE)
    raw = raw_of(request.POST, uploads.ids)
    try:
        if uploads.problems:
            raise FactsMissing("；".join(uploads.problems), fields={"photos": uploads.problems})
        visit = record(raw, by=request.user, at=now)
    except Refused as refused:
        if asks_json:
            facts = {"code": refused.code, "message": refused.message, "fields": refused.fields}
            return JsonResponse(facts, status=refused.status_hint)
        return _again(request, refused, uploads, now)
    url = reverse("visit-paid", args=[visit.pk])
    if asks_json:
        numbers = list(visit.needs.order_by("place").values_list("grievance__number", flat=True))
        return JsonResponse({"url": url, "visit": str(visit.pk), "tickets": numbers}, status=201)
    return HttpResponseRedirect(url)


def _again(request: HttpRequest, refused: Refused, uploads: Uploads, now: datetime) -> HttpResponse:
    """The page with everything still in it. What is not in sight, or not his to do, is no page to fill in again."""
    if refused.status_hint in (403, 404):
        raise refused
    typed = {name: request.POST[name] for name in request.POST}
    lists = {name: request.POST.getlist(name) for name in ("people_from", "colleagues", "signs", "tickets")}
    seen = staffed(Task.objects.all(), request.user).select_related("enterprise__community__street", "assignee", "wanted")
    task = seen.filter(pk=typed["task"]).first() if typed.get("task") else None
    enterprise = task.enterprise if task is not None else (
        watched_by(request.user).select_related("community__street").filter(uscc=str(typed.get("uscc", "")).upper()[:18]).first()
    )  # fmt: skip
    if enterprise is None:
        raise refused
    card = Card(request.user, now, enterprise, task, typed, lists, uploads, refused)
    # An answer of 400 undoes the request whole, the photos just stored included.
    return _show(request, card, status=200 if uploads.fresh else refused.status_hint)


def _show(request: HttpRequest, card: Card, *, status: int = 200) -> HttpResponse:
    facts = {"card": card, "most_photos": MOST_PHOTOS, "now": card.now, "user_key": request.user.pk}
    return render(request, "visits/card.html", facts, status=status)
