"""Several tickets at once: each is its own move, refused or done by itself, with a line that says which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from community.models import Unit
from enterprises import consents
from grievances import routing, workflow
from grievances.models import Grievance
from grievances.moves import MOVE
from portal.fact_forms import UNIT_GROUPS, unit_words
from portal.proposals import explain
from portal.rights import DESK, OFFICE, only
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

MOST = 50
DEEDS = ("accept", "dispatch")
#: Groups of units whose people are not of the community.
PARTNERS = tuple(label for label, _ in UNIT_GROUPS[:2])
RELATED = ("filed_by", "enterprise", "service_item", "park__operator", "grid__unit")


@dataclass(frozen=True)
class Picked:
    """What was ticked: the number, and the version the list showed."""

    number: str
    version: int


@dataclass(frozen=True)
class Line:
    number: str
    title: str
    done: bool
    words: str


def picked(request: HttpRequest) -> list[Picked]:
    """In the order of their numbers, so that two people's selections lock tickets in the same order. Raises FactsMissing."""
    found = {}
    for value in request.POST.getlist("number")[: MOST + 1]:
        number, _, version = value.partition(":")
        if version.isascii() and version.isdigit() and len(version) < 9:
            found[number] = Picked(number, int(version))
    if not found:
        raise FactsMissing("请先在列表里勾选要办的诉求。")
    if len(found) > MOST:
        raise FactsMissing(f"一次最多办 {MOST} 件，请分几次。")
    return sorted(found.values(), key=lambda each: each.number)


@only(*OFFICE)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """`do` accept runs at once; dispatch first shows where each would go, and runs with `unit-<number>` for each."""
    at = timezone.now()
    chosen = picked(request)
    do = request.POST.get("do", "")
    if do not in DEEDS:
        raise FactsMissing("请选择批量受理或批量派单。")
    tickets = in_sight(request.user, [each.number for each in chosen])
    if do == "dispatch" and "sure" not in request.POST:
        there = units(request.user, at)
        partners = {code for label, choices in there if label in PARTNERS for code, _ in choices}
        rows = [proposed(tickets.get(each.number), each, at, partners) for each in chosen]
        facts: dict[str, Any] = {
            "rows": rows, "movable": any("code" in row for row in rows), "units": there, "partners": " ".join(sorted(partners)),
            "without": sum(bool(row.get("without")) and row["code"] in partners for row in rows), "asked_for": sum(bool(row.get("without")) for row in rows),
        }  # fmt: skip
        return _answer(request, "queue/_bulk_dispatch.html", facts)
    lines = [run(do, tickets.get(each.number), each, request, at) for each in chosen]
    done = sum(line.done for line in lines)
    facts = {"lines": lines, "done": done, "left": len(lines) - done, "label": MOVE[do].label}
    response = _answer(request, "queue/_bulk_result.html", facts)
    response.headers["HX-Trigger"] = "grievance-moved"
    return response


def _answer(request: HttpRequest, fragment: str, facts: dict[str, Any]) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, fragment, facts)
    return render(request, "queue/bulk.html", facts | {"fragment": fragment})


def in_sight(user: User, numbers: Iterable[str]) -> dict[str, Grievance]:
    rows = Grievance.objects.visible_to(user, DESK).filter(number__in=numbers).select_related(*RELATED)
    return {row.number: row for row in rows}


def run(do: str, ticket: Grievance | None, each: Picked, request: HttpRequest, at: datetime) -> Line:
    """One ticket's move in its own savepoint; what refuses it is its line, not the end of the others."""
    if ticket is None:
        return Line(each.number, "", False, "没有这件诉求，或您无权查看。")
    try:
        workflow.apply(ticket, do, by=request.user, at=at, version=each.version, **_facts(do, ticket, request))
    except Refused as refusal:
        return Line(ticket.number, ticket.title, False, refusal.message)
    return Line(ticket.number, ticket.title, True, _DONE[do])


_DONE = {"accept": "已受理，您是责任专员。", "dispatch": "已派单。"}


def _facts(do: str, ticket: Grievance, request: HttpRequest) -> dict[str, Any]:
    if do == "accept":
        if ticket.service_item is None:
            raise FactsMissing("还没有选定事项，请打开这一件，选定事项后受理。")
        return {"service_item": ticket.service_item.code}
    unit = request.POST.get(f"unit-{ticket.number}", "")
    if not unit:
        raise FactsMissing("没有选派往哪里，这一件没有动。")
    return {"unit": unit, "note": request.POST.get("note", "")}


def proposed(ticket: Grievance | None, each: Picked, at: datetime, partners: set[str]) -> dict[str, Any]:
    """A row of the list that asks where each goes: what the rules say of it, and why; `without`: a partner would see it without consent."""
    if ticket is None:
        return {"each": each, "ticket": None}
    if ticket.state not in MOVE["dispatch"].sources:
        return {"each": each, "ticket": ticket, "not_now": True}
    proposal = routing.propose(ticket, on=timezone.localtime(at).date())
    chosen = proposal.chosen
    code = chosen.unit.code if chosen is not None and chosen.unit is not None else ""
    filer = ticket.filed_by if ticket.personal else None
    without = bool(partners) and not consents.consent_of(ticket.enterprise, at, number=ticket.number, filer=filer).given
    return {"each": each, "ticket": ticket, "explained": explain(proposal, ticket)["chosen"], "code": code, "without": without}


def units(user: User, at: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    rows = list(Unit.objects.visible_to(user).usable(timezone.localtime(at).date()).order_by("kind", "code"))
    groups = [(label, [(unit.code, unit_words(unit)) for unit in rows if belongs(unit)]) for label, belongs in UNIT_GROUPS]
    return [(label, choices) for label, choices in groups if choices]
