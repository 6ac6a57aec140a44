"""The promise to whoever works on tickets: specialists, leaders, grids, stewards, operators, partners, departments."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.address import client_address
from api import docs, pages
from api.bodies import Body, Talk, Text, body, read
from api.doors import COMMUNITY
from api.files import Attachment, Upload
from api.shapes import ContactSerializer, FinishedSerializer, TicketSerializer
from api.ticket import moment
from api.tickets import Act, OneTicket, TicketList, TicketsBehind
from grievances import contact, filing, settling
from grievances.finished import by_units_of
from grievances.moves import BASIS_FACT, CHANNEL_FACT, FILING_FACTS
from grievances.states import Outcome

RegisterBody = body(
    "Register",
    (*FILING_FACTS, CHANNEL_FACT, BASIS_FACT),
    uscc=Text(required=True, help_text="企业的统一社会信用代码"),
)


SettleBody = body(
    "Settle",
    (*FILING_FACTS, CHANNEL_FACT, BASIS_FACT, *(fact for fact in settling.SETTLING_FACTS if fact is not settling.TALK_FACT)),
    uscc=Text(required=True, help_text="企业的统一社会信用代码"),
    talk=Talk(required=True, help_text="谈话记录，就是佐证"),
)


class RevealBody(Body):
    reason = Text(required=True, help_text="为什么要看，记入审计")


@docs.ticket_list
class Grievances(TicketList):
    door = COMMUNITY

    @extend_schema(operation_id="community_grievances_register", request=RegisterBody, responses=docs.made(TicketSerializer))
    def post(self, request: Request) -> Response:
        """On behalf of an enterprise, with channel and basis."""
        raw = read(RegisterBody, request.data)
        uscc = raw.pop("uscc", None) or ""
        return self.filed(filing.register(request.user, raw, at=self.at, uscc=uscc), raw)


class Settle(TicketsBehind):
    """POST: asked and answered in one talk; the five moves in one transaction."""

    door = COMMUNITY

    @extend_schema(operation_id="community_grievances_settle", request=SettleBody, responses=docs.made(TicketSerializer))
    def post(self, request: Request) -> Response:
        raw = read(SettleBody, request.data)
        uscc = raw.pop("uscc", None) or ""
        return self.answer(settling.settle(request.user, raw, at=self.at, uscc=uscc), status=201)


@docs.one_ticket
class Grievance(OneTicket):
    door = COMMUNITY


@docs.act(COMMUNITY)
class Move(Act):
    door = COMMUNITY


class Reveal(TicketsBehind):
    """POST: name and phone of the contact in full, once, for a reason that is kept (R34)."""

    door = COMMUNITY

    @extend_schema(
        operation_id="community_grievances_reveal",
        request=RevealBody,
        responses=docs.found(ContactSerializer) | {400: docs.refusal("没有写明事由"), 429: docs.refusal("今天的次数已用完")},
    )
    def post(self, request: Request, number: str) -> Response:
        grievance = self.found(number)
        if contact.may_reveal(grievance, request.user):
            reason = read(RevealBody, request.data).get("reason") or ""
        else:
            reason = ""  # refused below, before anything is said about the body
        asked = request._request
        full = contact.reveal(
            grievance, by=request.user, at=self.at, reason=reason, kinds=self.door.kinds,
            request_id=getattr(asked, "id", ""), address=client_address(asked),
        )  # fmt: skip
        return Response({"name": full.name, "phone": full.phone})


class History(TicketsBehind):
    """What one's unit finished, after closing: not tickets any more, four facts each."""

    door = COMMUNITY
    order = pages.Order("closed", "closed_at", descending=True, read=pages.read_moment)
    columns = (
        "grievance__number", "grievance__service_item__code", "grievance__service_item__name", "outcome", "closed_at", "rated__solved",
        "rated__result", "rated__speed",
    )  # fmt: skip

    @extend_schema(operation_id="community_history", parameters=[docs.CURSOR, docs.SIZE], responses=docs.listed(FinishedSerializer))
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request)
        page = pages.page(request, by_units_of(request.user), self.order, self.columns)
        return Response(page.answer([self._row(row) for row in page.rows]))

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        rated = {name: row[f"rated__{name}"] for name in ("solved", "result", "speed")}
        return {
            "number": row["grievance__number"],
            "service_item": row["grievance__service_item__code"],
            "service_item_name": row["grievance__service_item__name"],
            "outcome": row["outcome"],
            "outcome_label": Outcome(row["outcome"]).label,
            "rating": rated if rated["result"] else None,
            "closed_at": moment(row["closed_at"]),
        }


class Attachments(Upload):
    door = COMMUNITY


class OneAttachment(Attachment):
    door = COMMUNITY
