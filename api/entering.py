"""Getting in, at the desk of the specialists: employees who wait to be confirmed, firms that asked to be let in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

import audit
from accounts.address import client_address
from api import docs, pages
from api.bodies import Body, Text, read
from api.doors import COMMUNITY, Behind
from api.files import handed_out
from api.shapes import EnterpriseRefSerializer, S
from api.ticket import moment
from community import held
from community.kinds import PostKind
from enterprises import employees, openings
from enterprises.entrances import OpeningState
from enterprises.models import EmployeeIdentity, Enterprise, OpeningRequest
from grievances.models import Grievance
from wording.errors import FactsMissing, NotYours
from wording.masks import mask_name, mask_phone

#: What `state` of an employee may be asked for.
STATES = {"waiting": "待核实", "confirmed": "已核实"}


class EmployeeSerializer(S):
    id = serializers.IntegerField()
    person = serializers.CharField(help_text="已脱敏")
    phone = serializers.CharField(help_text="已脱敏")
    enterprise = EnterpriseRefSerializer()
    state = serializers.ChoiceField(list(STATES.items()))
    how = serializers.ChoiceField([("", "未核实"), *EmployeeIdentity.How.choices])
    registered_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    grievances = serializers.ListField(child=serializers.CharField(), help_text="他在办的个人诉求的编号")


class ConfirmEmployeeBody(Body):
    how = Text(required=True, help_text="、".join(f"{value} {label}" for value, label in EmployeeIdentity.How.choices))


class ReasonBody(Body):
    reason = Text(required=True, help_text="理由，申请人或员工会看到")


class OpeningSerializer(S):
    id = serializers.UUIDField()
    uscc = serializers.CharField(help_text="申请人写的代码")
    name = serializers.CharField(help_text="申请人写的名称")
    person = serializers.CharField(help_text="已脱敏")
    phone = serializers.CharField(help_text="已脱敏")
    state = serializers.ChoiceField(OpeningState.choices)
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    provisional = serializers.BooleanField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    enterprise = EnterpriseRefSerializer(allow_null=True)
    candidates = EnterpriseRefSerializer(many=True, help_text="档案里可能是它的企业，只在单份里给出")


class ConfirmOpeningBody(Body):
    uscc = Text(required=True, help_text="核实后对应的企业的统一社会信用代码")


class Desk(Behind):
    """For specialists only (403 for the others who come in by this door)."""

    door = COMMUNITY

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not held(request.user, PostKind.SPECIALIST):
            raise NotYours("员工核实和开通申请由社区专员办理。")


def _state(request: Request, known: Any) -> str:
    pages.refuse_filters(request, beside=("state",))
    text = request.query_params.get("state", "waiting")
    if text != "all" and text not in known:
        raise ValidationError({"state": [f"只能是 {'、'.join(known)} 或 all。"]})
    return str(text)


def _state_parameter(known: Any) -> list[OpenApiParameter]:
    return [OpenApiParameter("state", str, description="默认 waiting", enum=[*known, "all"]), docs.CURSOR, docs.SIZE]


BY_REGISTRATION = pages.Order("registered", "registered_at", read=pages.read_moment)
BY_DUE = pages.Order("due", "due_at", read=pages.read_moment, key=UUID)


class Employees(Desk):
    @extend_schema(operation_id="community_employees", parameters=_state_parameter(STATES), responses=docs.listed(EmployeeSerializer))
    def get(self, request: Request) -> Response:
        """Whoever registered as an employee of an enterprise here, the longest wait first."""
        rows, state = EmployeeIdentity.objects.visible_to(request.user), _state(request, STATES)
        if state == "waiting":
            rows = rows.waiting()
        elif state == "confirmed":
            rows = rows.filter(confirmed_at__isnull=False)
        page = pages.page(request, rows, BY_REGISTRATION, ())
        return Response(page.answer(_employees(request, [row["pk"] for row in page.rows])))


def _employees(request: Request, keys: list[int]) -> list[dict[str, Any]]:
    rows = EmployeeIdentity.objects.visible_to(request.user).filter(pk__in=keys)
    found = list(rows.select_related("representative__post__user", "representative__enterprise").order_by("registered_at", "pk"))
    people = [row.representative.post.user_id for row in found]
    filed: dict[int | None, list[str]] = {}
    tickets = Grievance.objects.visible_to(request.user).open().filter(personal=True, on_behalf=False, filed_by__in=people)
    for who, number in tickets.newest().values_list("filed_by", "number"):
        filed.setdefault(who, []).append(number)
    return [_employee(row, filed.get(row.representative.post.user_id, [])) for row in found]


def _employee(row: EmployeeIdentity, grievances: list[str]) -> dict[str, Any]:
    person, enterprise = row.representative.post.user, row.representative.enterprise
    return {
        "id": row.pk, "person": mask_name(person.display_name), "phone": mask_phone(person.phone),
        "enterprise": {"uscc": enterprise.uscc, "name": enterprise.name}, "state": "confirmed" if row.confirmed_at else "waiting", "how": row.how,
        "registered_at": moment(row.registered_at), "confirmed_at": moment(row.confirmed_at), "grievances": grievances,
    }  # fmt: skip


class OneEmployee(Desk):
    def decided(self, request: Request, identity: int) -> EmployeeIdentity:
        row = EmployeeIdentity.objects.visible_to(request.user).filter(pk=identity).first()
        if row is None:
            raise Http404("没有这位员工，或您无权查看。")
        return row

    def answer(self, request: Request, identity: int) -> Response:
        return Response(_employees(request, [identity])[0])


class ConfirmEmployee(OneEmployee):
    @extend_schema(operation_id="community_employees_confirm", request=ConfirmEmployeeBody, responses=docs.changed(EmployeeSerializer))
    def post(self, request: Request, identity: int) -> Response:
        row, raw = self.decided(request, identity), read(ConfirmEmployeeBody, request.data)
        employees.confirm(row, by=request.user, at=self.at, how=raw.get("how") or "")
        return self.answer(request, identity)


class RefuseEmployee(OneEmployee):
    @extend_schema(operation_id="community_employees_refuse", request=ReasonBody, responses=docs.changed(EmployeeSerializer))
    def post(self, request: Request, identity: int) -> Response:
        """He does not work there: he no longer files as somebody of this enterprise; what he filed stays."""
        row, raw = self.decided(request, identity), read(ReasonBody, request.data)
        employees.refuse(row, by=request.user, at=self.at, reason=raw.get("reason") or "")
        return self.answer(request, identity)


def _opening(row: OpeningRequest, candidates: list[Enterprise] | None = None) -> dict[str, Any]:
    enterprise = row.enterprise
    return {
        "id": str(row.pk), "uscc": row.uscc, "name": row.name, "person": mask_name(row.person), "phone": mask_phone(row.phone), "state": row.state,
        "asked_at": moment(row.asked_at), "due_at": moment(row.due_at), "provisional": row.provisional, "decided_at": moment(row.decided_at), "reason": row.reason,
        "enterprise": {"uscc": enterprise.uscc, "name": enterprise.name} if enterprise is not None else None,
        "candidates": [{"uscc": each.uscc, "name": each.name} for each in candidates or ()],
    }  # fmt: skip


class Openings(Desk):
    @extend_schema(
        operation_id="community_openings", parameters=_state_parameter(OpeningState.values), responses=docs.listed(OpeningSerializer)
    )
    def get(self, request: Request) -> Response:
        """What asks to be let in, what is due first on top."""
        rows, state = OpeningRequest.objects.visible_to(request.user), _state(request, OpeningState.values)
        page = pages.page(request, rows if state == "all" else rows.filter(state=state), BY_DUE, ())
        found = OpeningRequest.objects.visible_to(request.user).filter(pk__in=[row["pk"] for row in page.rows]).select_related("enterprise")
        return Response(page.answer([_opening(row) for row in found.order_by("due_at", "pk")]))


class OfOpening(Desk):
    def asked(self, request: Request, key: UUID) -> OpeningRequest:
        row = OpeningRequest.objects.visible_to(request.user).select_related("community", "enterprise", "licence").filter(pk=key).first()
        if row is None:
            raise Http404("没有这份申请，或您无权查看。")
        return row

    def answer(self, request: Request, key: UUID) -> Response:
        row = self.asked(request, key)
        return Response(_opening(row, openings.candidates(row) if row.state == OpeningState.WAITING else []))


class OneOpening(OfOpening):
    @extend_schema(operation_id="community_openings_read", responses=docs.found(OpeningSerializer))
    def get(self, request: Request, key: UUID) -> Response:
        return self.answer(request, key)


class Licence(OfOpening):
    @extend_schema(
        operation_id="community_openings_licence",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="执照的图片或 PDF"),
            **docs.REFUSALS,
            404: docs.refusal("没有，或不在您的查看范围内"),
        },
    )
    def get(self, request: Request, key: UUID) -> HttpResponseBase:
        """Reading it leaves a line in the trail."""
        row, asked = self.asked(request, key), request._request
        if row.licence is None:
            raise Http404("执照已按保存期限清除。")
        audit.record(
            "download", by=request.user, at=self.at, target=f"file:{row.licence_id}", detail={"door": self.door.name, "name": row.licence.name},
            request_id=getattr(asked, "id", ""), address=client_address(asked),
        )  # fmt: skip
        return handed_out(row.licence)


class ConfirmOpening(OfOpening):
    @extend_schema(operation_id="community_openings_confirm", request=ConfirmOpeningBody, responses=docs.changed(OpeningSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        """The applicant may open the enterprise, as its manager, within seven days. Said again it changes nothing."""
        row, raw = self.asked(request, key), read(ConfirmOpeningBody, request.data)
        found = Enterprise.objects.visible_to(request.user).filter(uscc=(raw.get("uscc") or "").strip().upper()[:18]).first()
        if found is None:
            raise FactsMissing("请先选定企业。", fields={"uscc": "档案里没有这个信用代码；新企业请先建档"})
        openings.confirm(row, found, by=request.user, at=self.at)
        return self.answer(request, key)


class DeclineOpening(OfOpening):
    @extend_schema(operation_id="community_openings_decline", request=ReasonBody, responses=docs.changed(OpeningSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        row, raw = self.asked(request, key), read(ReasonBody, request.data)
        openings.decline(row, (raw.get("reason") or "")[:500], by=request.user, at=self.at)
        return self.answer(request, key)
