"""Beside a ticket of law: claims one by one, the visit at the door, the other side and its invitations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.bodies import Body, Flag, Text, Version, read
from api.doors import COMMUNITY, ENTERPRISE, Behind
from api.shapes import EnterpriseRefSerializer, S, TicketSerializer
from api.ticket import exact, moment
from api.tickets import TicketsBehind
from exchange import line_items as sheet
from grievances import line_items, mediation, site_visits
from grievances.models import Grievance, LineItem, Mediation

_STATES = LineItem._meta.get_field("state").choices


class LineItemSerializer(S):
    """Amounts are yuan, as text: a JSON number would be read as a binary fraction."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    debtor = serializers.CharField()
    matter = serializers.CharField()
    amount_yuan = serializers.CharField()
    evidence = serializers.CharField()
    state = serializers.ChoiceField(_STATES)
    state_label = serializers.CharField()
    recovered_on = serializers.DateField(allow_null=True)
    recovered_yuan = serializers.CharField()
    updated_at = serializers.DateTimeField()


class LineItemsSerializer(S):
    count = serializers.IntegerField()
    recovered = serializers.IntegerField(help_text="状态为已追回的笔数")
    amount_yuan = serializers.CharField()
    recovered_yuan = serializers.CharField()
    results = LineItemSerializer(many=True)


class LineItemBody(Body):
    debtor = Text(required=True, help_text="债务人")
    matter = Text(required=False, help_text="事由")
    amount_yuan = Text(required=True, help_text="金额，元；如 386000 或 38.6万")
    evidence = Text(required=False, help_text="证据")
    state = Text(required=False, help_text="、".join(f"{value} {label}" for value, label in _STATES or ()))
    recovered_on = Text(required=False, help_text="追回日期")
    recovered_yuan = Text(required=False, help_text="追回金额，元")


@extend_schema_field(LineItemBody(many=True))
class Rows(serializers.Field):  # type: ignore[type-arg]
    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not list or not 1 <= len(data) <= sheet.MOST_PASTED:
            raise ValidationError(f"须是 1 到 {sheet.MOST_PASTED} 笔的列表")
        return [read(LineItemBody, row) for row in data]


class LineItemsBody(Body):
    rows = Rows(required=True, help_text="一次添加的各笔，全部收下或一笔不收")


class LineItemChangeBody(LineItemBody):
    version = Version(required=True, allow_null=False, help_text="您看到的这一笔的 version")


class LineItemRemoveBody(Body):
    version = Version(required=True, allow_null=False, help_text="您看到的这一笔的 version")


class SiteVisitBody(Body):
    made_at = Text(required=True, help_text="上门时间，如 2026-11-19T10:00:00+08:00")
    person = Text(required=True, help_text="见到谁")
    note = Text(required=True, help_text="情况，企业看得到")


class SiteVisitSerializer(S):
    due_at = serializers.DateTimeField()
    provisional = serializers.BooleanField()
    made_at = serializers.DateTimeField(allow_null=True)
    person = serializers.CharField()


class OtherSideBody(Body):
    uscc = Text(required=False, help_text="对方企业的统一社会信用代码；不填表示未定")
    disputed_on = Text(required=False, help_text="争议发生日")


class MediationBody(Body):
    subject = Text(required=True, help_text="告诉对方的事由")
    held_at = Text(required=True, help_text="调解时间")
    place = Text(required=True, help_text="地点")
    contact = Text(required=True, help_text="联系电话")
    agreed = Flag(required=True, help_text="诉求人已同意让对方知道")


class ResultBody(Body):
    result = Text(required=True, help_text="agreed 达成协议、failed 未达成、cancelled 取消")
    note = Text(required=True, help_text="说明")


class AnswerBody(Body):
    answer = Text(required=True, help_text="coming 参加、other_time 请求改期、declined 不参加")
    note = Text(required=False, help_text="说明，改期或不参加时必填")


class MediationSerializer(S):
    id = serializers.IntegerField()
    enterprise = EnterpriseRefSerializer()
    subject = serializers.CharField()
    held_at = serializers.DateTimeField()
    place = serializers.CharField()
    contact = serializers.CharField()
    invited_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answer_note = serializers.CharField()
    result = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)


def _line(item: LineItem) -> dict[str, Any]:
    plain = {name: getattr(item, name) for name in ("id", "version", "debtor", "matter", "evidence", "state")}
    return plain | {
        "state_label": item.get_state_display(),
        "amount_yuan": exact(item.amount_yuan),
        "recovered_yuan": exact(item.recovered_yuan),
        "recovered_on": item.recovered_on and item.recovered_on.isoformat(),
        "updated_at": moment(item.updated_at),
    }


def _invitation(row: Mediation) -> dict[str, Any]:
    """The ticket is not in it: the other side reads the same."""
    plain = {name: getattr(row, name) for name in ("id", "subject", "place", "contact", "answer", "answer_note", "result")}
    enterprise = {"uscc": row.enterprise.uscc, "name": row.enterprise.name}
    moments = {name: moment(getattr(row, name)) for name in ("held_at", "invited_at", "ended_at")}
    return plain | {"enterprise": enterprise} | moments


class Claims(TicketsBehind):
    def claims_of(self, number: str) -> Grievance:
        """404 for whoever does not read claims, too."""
        grievance = self.found(number)
        if not line_items.may_read(grievance, self.request.user):
            raise Http404
        return grievance


class Lines(Claims):
    """The claims of one ticket, oldest first, at most a thousand."""

    def whole(self, grievance: Grievance, status: int = 200) -> Response:
        rows = LineItem.objects.visible_to(self.request.user).filter(grievance=grievance).order_by("pk")
        totals = line_items.totals(grievance)
        sums = {"amount_yuan": exact(totals.amount_yuan), "recovered_yuan": exact(totals.recovered_yuan)}
        listed = [_line(item) for item in rows]
        return Response({"count": totals.count, "recovered": totals.recovered, **sums, "results": listed}, status=status)

    def get(self, request: Request, number: str) -> Response:
        pages.refuse_filters(request)
        return self.whole(self.claims_of(number))

    def post(self, request: Request, number: str) -> Response:
        """All rows or none."""
        grievance = self.claims_of(number)
        rows = read(LineItemsBody, request.data).get("rows")
        if rows is None:
            raise ValidationError({"rows": ["请写明要添加的各笔。"]})
        line_items.add(grievance, [sheet.read({"debtor": "", "amount_yuan": ""} | row) for row in rows], by=request.user, at=self.at)
        return self.whole(grievance, 201)


class OneLine(Claims):
    def item(self, number: str, line: int) -> LineItem:
        found = LineItem.objects.visible_to(self.request.user).filter(grievance=self.claims_of(number), pk=line).first()
        if found is None:
            raise Http404
        return found

    def patch(self, request: Request, number: str, line: int) -> Response:
        """Only the fields named change."""
        item = self.item(number, line)
        raw = read(LineItemChangeBody, request.data)
        version = _version(raw)
        return Response(_line(line_items.change(item, sheet.read(raw), by=request.user, at=self.at, version=version)))

    def delete(self, request: Request, number: str, line: int) -> Response:
        """What was entered by mistake and nobody has worked on."""
        item = self.item(number, line)
        line_items.remove(item, by=request.user, at=self.at, version=_version(read(LineItemRemoveBody, request.data)))
        return Response(status=204)


def _version(raw: dict[str, Any]) -> int:
    version = raw.pop("version", None)
    if version is None:
        raise ValidationError({"version": ["请带上您看到的这一笔的 version。"]})
    return int(version)


def _lines(view: Any) -> Any:
    name = view.door.name
    return extend_schema_view(
        get=extend_schema(operation_id=f"{name}_lines_list", responses=docs.found(LineItemsSerializer)),
        post=extend_schema(operation_id=f"{name}_lines_add", request=LineItemsBody, responses=docs.made(LineItemsSerializer)),
    )(view)


def _one_line(view: Any) -> Any:
    name = view.door.name
    gone = {204: None, **docs.REFUSALS}
    return extend_schema_view(
        patch=extend_schema(operation_id=f"{name}_lines_change", request=LineItemChangeBody, responses=docs.changed(LineItemSerializer)),
        delete=extend_schema(operation_id=f"{name}_lines_remove", request=LineItemRemoveBody, responses=gone),
    )(view)


@_lines
class EnterpriseLines(Lines):
    door = ENTERPRISE


@_one_line
class EnterpriseLine(OneLine):
    door = ENTERPRISE


@_lines
class CommunityLines(Lines):
    door = COMMUNITY


@_one_line
class CommunityLine(OneLine):
    door = COMMUNITY


class SiteVisits(TicketsBehind):
    """POST: somebody of the firm has been at the enterprise's door."""

    door = COMMUNITY

    @extend_schema(operation_id="community_site_visit", request=SiteVisitBody, responses=docs.changed(SiteVisitSerializer))
    def post(self, request: Request, number: str) -> Response:
        grievance = self.found(number)
        raw = read(SiteVisitBody, request.data)
        made_at = _moment(raw.get("made_at"), "made_at")
        said = {name: raw.get(name) or "" for name in ("person", "note")}
        visit = site_visits.record(grievance, by=request.user, at=self.at, made_at=made_at, **said)
        moments = {"due_at": moment(visit.due_at), "made_at": moment(visit.made_at)}
        return Response({"provisional": visit.provisional, "person": visit.person, **moments})


class OtherSide(TicketsBehind):
    """POST: whom the dispute is with, and since when."""

    door = COMMUNITY

    @extend_schema(operation_id="community_other_side", request=OtherSideBody, responses=docs.changed(TicketSerializer))
    def post(self, request: Request, number: str) -> Response:
        grievance = self.found(number)
        raw = read(OtherSideBody, request.data)
        day = _day(raw.get("disputed_on"), "disputed_on")
        return self.answer(mediation.name_other_side(grievance, by=request.user, at=self.at, uscc=raw.get("uscc") or "", disputed_on=day))


class Mediations(TicketsBehind):
    """GET: whom a ticket invited to what. POST: an invitation to the other side."""

    door = COMMUNITY

    @extend_schema(operation_id="community_mediations_list", responses=docs.found(MediationSerializer(many=True)))
    def get(self, request: Request, number: str) -> Response:
        rows = Mediation.objects.visible_to(request.user).filter(grievance=self.found(number)).select_related("enterprise")
        return Response([_invitation(row) for row in rows.order_by("pk")])

    @extend_schema(operation_id="community_mediations_invite", request=MediationBody, responses=docs.made(MediationSerializer))
    def post(self, request: Request, number: str) -> Response:
        grievance = self.found(number)
        raw = read(MediationBody, request.data)
        raw["held_at"] = _moment(raw.get("held_at"), "held_at")
        agreed = bool(raw.pop("agreed", False))
        return Response(_invitation(mediation.invite(grievance, raw, by=request.user, at=self.at, agreed=agreed)), status=201)


class MediationResult(TicketsBehind):
    door = COMMUNITY

    @extend_schema(operation_id="community_mediations_conclude", request=ResultBody, responses=docs.changed(MediationSerializer))
    def post(self, request: Request, number: str, invitation: int) -> Response:
        row = Mediation.objects.visible_to(request.user).filter(grievance=self.found(number), pk=invitation).first()
        if row is None:
            raise Http404
        raw = read(ResultBody, request.data)
        said = {name: raw.get(name) or "" for name in ("result", "note")}
        return Response(_invitation(mediation.conclude(row, by=request.user, at=self.at, **said)))


class Invitations(Behind):
    """GET: what the enterprise is invited to as the other side of a dispute."""

    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_mediations_list", responses=docs.answers(MediationSerializer(many=True)))
    def get(self, request: Request) -> Response:
        rows = Mediation.objects.visible_to(request.user).received_by(request.user).select_related("enterprise")
        return Response([_invitation(row) for row in rows.order_by("-held_at", "-pk")[: pages.LARGEST_PAGE]])


class Answer(Behind):
    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_mediations_answer", request=AnswerBody, responses=docs.changed(MediationSerializer))
    def post(self, request: Request, invitation: int) -> Response:
        row = Mediation.objects.visible_to(request.user).received_by(request.user).filter(pk=invitation).first()
        if row is None:
            raise Http404
        raw = read(AnswerBody, request.data)
        said = {name: raw.get(name) or "" for name in ("answer", "note")}
        return Response(_invitation(mediation.answer(row, by=request.user, at=self.at, **said)))


def _day(text: str | None, name: str) -> date | None:
    try:
        found = parse_date(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise ValidationError({name: ["须是日期，如 2026-11-18。"]})
    return found


def _moment(text: str | None, name: str) -> datetime | None:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.tzinfo is None):
        raise ValidationError({name: ["须是带时区的时间，如 2026-11-19T10:00:00+08:00。"]})
    return found
