"""The promise to enterprises: their own file and tickets; an employee's own tickets."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs
from api.bodies import Flag, Version, body, optional, read
from api.catalogue import ServiceItems
from api.doors import ENTERPRISE, Behind
from api.dossier import dossier
from api.files import Attachment, Upload
from api.place_shapes import DossierSerializer
from api.shapes import TicketSerializer
from api.ticket import ticket
from api.tickets import Act, OneTicket, Stale, TicketList
from enterprises.columns import columns_for
from grievances import filing
from grievances.moves import FILING_FACTS
from grievances.states import State

FilingBody = body("Filing", FILING_FACTS, draft=Flag(required=False, help_text="只存草稿，可以不完整"))
DraftBody = optional("Draft", FILING_FACTS, version=Version(required=False))


class Me(Behind):
    """The enterprise one speaks for or works at; which columns, by the posts held there."""

    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_me", responses=docs.answers(DossierSerializer))
    def get(self, request: Request) -> Response:
        enterprise = filing.own_enterprise(request.user)
        return Response(dossier(request.user, enterprise, columns_for(request.user, enterprise)))


@docs.ticket_list
class Grievances(TicketList):
    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_grievances_file", request=FilingBody, responses=docs.made(TicketSerializer))
    def post(self, request: Request) -> Response:
        raw = read(FilingBody, request.data)
        draft = bool(raw.pop("draft", False))
        return self.filed(filing.file(request.user, raw, at=self.at, draft=draft), raw)


@docs.one_ticket
class Grievance(OneTicket):
    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_grievances_revise", request=DraftBody, responses=docs.changed(TicketSerializer))
    def patch(self, request: Request, number: str) -> Response:
        """While it is a draft; only the facts named change."""
        grievance = self.found(number)
        if grievance.state != State.DRAFT:
            # Says why not (409), before anything is said about the body (400).
            filing.revise(grievance, request.user, {}, at=self.at)
        raw: dict[str, Any] = read(DraftBody, request.data)
        version = raw.pop("version", None)
        if version is not None and version != grievance.version:
            current = ticket(grievance.pk, request.user, self.door, self.at)
            raise Stale("这件诉求刚刚有了变化，请看过最新情况再修改。", current, code="stale")
        return self.answer(filing.revise(grievance, request.user, raw, at=self.at))


@docs.act(ENTERPRISE)
class Move(Act):
    door = ENTERPRISE


class Attachments(Upload):
    door = ENTERPRISE


class OneAttachment(Attachment):
    door = ENTERPRISE


class Catalogue(ServiceItems):
    door = ENTERPRISE
