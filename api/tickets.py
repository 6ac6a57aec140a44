"""Tickets through any door: lists, one ticket, a move. What differs between doors stands in enterprise.py, community.py and street.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import pages
from api.bodies import Version, body_of_move, optional, read
from api.doors import Behind
from api.ticket import COLUMNS, gone, rows, ticket, whole
from grievances import filing, workflow
from grievances.filters import GrievanceFilter
from grievances.models import Grievance
from grievances.moves import BY_PATH, FILING_FACTS, MOVES, Move
from grievances.states import OPEN, State
from wording.errors import StateConflict

# A queue is read by what is due first; nothing open is without a due time. Other lists are read from the newest.
URGENT = pages.Order("urgent", "next_due_at", read=pages.read_moment)
NEWEST = pages.Order("newest", "submitted_at", descending=True, nullable=True, read=pages.read_moment)
_OPEN_QUEUES = frozenset({"mine", "unassigned", "due_today", "overdue", "to_accept", "waiting_enterprise", "co_handling", "window"})

MOVE_BODIES = {move.path: body_of_move(move) for move in MOVES}
# Submitting a draft may bring its last facts along, as the machine file lists them.
MOVE_BODIES["submit"] = optional("SubmitMove", FILING_FACTS, version=Version(required=True, allow_null=False))


class Stale(StateConflict):
    """409 with the ticket as it is now, in the caller's own view of it: changed meanwhile, or not in this state."""

    def __init__(self, message: str, current: dict[str, Any] | None, *, code: str) -> None:
        super().__init__(message, code=code)
        self.current = current


class TicketsBehind(Behind):
    """What every ticket view of a door shares."""

    def sight(self) -> QuerySet[Grievance]:
        return Grievance.objects.visible_to(self.request.user, self.door.kinds)

    def found(self, number: str) -> Grievance:
        grievance = self.sight().filter(number=number).first()
        if grievance is None:
            raise Http404
        return grievance

    def answer(self, grievance: Grievance, status: int = 200) -> Response:
        """What the caller sees after a deed of his own, which may have taken it out of his sight."""
        return Response(ticket(grievance.pk, self.request.user, self.door, self.at) or gone(grievance), status=status)

    def filed(self, grievance: Grievance, raw: Mapping[str, Any]) -> Response:
        """201 for a ticket the caller has just written from `raw`: it is his, and it is as it is in hand."""
        return Response(whole(grievance, self.request.user, self.door, self.at, bare=not raw.get("attachments")), status=201)

    def body(self) -> Mapping[str, Any]:
        return self.request.data


class TicketList(TicketsBehind):
    """GET: the tickets in sight. `rows` may be narrowed further by a door before the filters apply."""

    beside: tuple[str, ...] = ()

    def rows(self) -> QuerySet[Grievance]:
        return self.sight()

    def get(self, request: Request) -> Response:
        found = pages.narrowed(
            request, GrievanceFilter, self.rows(), several=("state",), beside=self.beside, user=request.user, now=self.at
        )
        page = pages.page(request, found, order_of(request.query_params), COLUMNS)
        return Response(page.answer(rows(page.rows, self.door, self.at)))


def order_of(asked: Any) -> pages.Order:
    states = {word for value in asked.getlist("state") for word in value.split(",")}
    only_open = states and states <= {*OPEN, "open"}
    late = asked.get("overdue", "").lower() in ("true", "1")
    return URGENT if only_open or late or asked.get("queue") in _OPEN_QUEUES else NEWEST


class OneTicket(TicketsBehind):
    def get(self, request: Request, number: str) -> Response:
        found = ticket(number, request.user, self.door, self.at)
        if found is None:
            raise Http404
        return Response(found)


class Act(TicketsBehind):
    """POST a move. Refusals in the order of DESIGN §4: 404, 403, 409, and only then 400 for the body."""

    def post(self, request: Request, number: str, action: str) -> Response:
        grievance = self.found(number)
        move = BY_PATH.get(action)
        if move is None:
            raise Http404
        try:
            facts = self._facts(grievance, move)
            return self.answer(self._done(grievance, move, facts))
        except StateConflict as conflict:
            current = ticket(grievance.pk, request.user, self.door, self.at)
            raise Stale(conflict.message, current, code=conflict.code) from None

    def _facts(self, grievance: Grievance, move: Move) -> dict[str, Any]:
        try:
            facts = read(MOVE_BODIES[move.path], self.body())
            if facts.get("version") is None:
                raise ValidationError({"version": ["请带上您看到的这一件的 version。"]})
        except APIException:
            workflow.check(grievance, move.event, by=self.request.user, at=self.at, kinds=self.door.kinds)
            raise
        return facts

    def _done(self, grievance: Grievance, move: Move, facts: dict[str, Any]) -> Grievance:
        version, user = facts.pop("version"), self.request.user
        if move.event == "submit" and grievance.state == State.DRAFT:
            workflow.check(grievance, move.event, by=user, at=self.at, version=version, kinds=self.door.kinds)
            with transaction.atomic():
                if facts:
                    grievance = filing.revise(grievance, user, facts, at=self.at)
                return filing.submit_draft(grievance, user, at=self.at, version=version)
        facts = {name: value for name, value in facts.items() if value is not None}
        if move.event == "submit":
            facts = {}
        return workflow.apply(grievance, move.event, by=user, at=self.at, version=version, kinds=self.door.kinds, **facts)
