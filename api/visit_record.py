"""POST …/visits/{id}/record/: one submission of what was found at the door, as the phone's form sends it."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs
from api.bodies import Body, Flag, Strict, Text, Texts, Version, read
from api.doors import COMMUNITY, Behind
from api.ticket import moment
from risks.kinds import kinds_in_use
from visits.facts import FACTS
from visits.models import Visit
from visits.record import record
from visits.states import Result


def _rows_of(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": properties}}


_WORDS = {"type": "string"}


class _Rows(Strict):
    wanted, problem = (list,), "须是对象的列表"

    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not list or any(type(each) is not dict for each in data):
            self.refuse()
        return data


@extend_schema_field(_rows_of(name=_WORDS, title=_WORDS, phone=_WORDS))
class People(_Rows):
    pass


@extend_schema_field(_rows_of(service_item=_WORDS, title=_WORDS, body=_WORDS, urgent={"type": "boolean"}, confidential={"type": "boolean"}))
class Needs(_Rows):
    pass


@extend_schema_field(_rows_of(kind={"type": "string", "enum": [kind.code for kind in kinds_in_use()]}, note=_WORDS))
class Signs(_Rows):
    pass


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            code: {"type": "object", "properties": {"confirmed": {"type": "boolean"}, "said": {"type": "string"}}} for code in FACTS
        },
    }
)
class Facts(Strict):
    wanted, problem = (dict,), "须是 {项目: {confirmed: true}} 或 {项目: {said: 现场看到的}}"


@extend_schema_field({"type": "string", "enum": Result.values})
class ResultOf(Text):
    pass


class RecordBody(Body):
    key = Text(help_text="提交编号（UUID），在填写处生成；重复提交只登记一次。不写则取 Idempotency-Key")
    result = ResultOf(required=True, help_text="走访结果")
    visited_at = Text(help_text="走访时间，默认现在")
    place = Text(help_text="地点，默认企业的主要办公地")
    people = People(help_text="见到谁")
    colleagues = Texts(help_text="同去的人的用户名")
    no_needs = Flag(help_text="问过，无需求")
    needs = Needs(help_text="需求，每条成为一件诉求")
    facts = Facts(help_text="核对档案：属实，或现场看到的")
    signs = Signs(help_text="风险线索")
    photos = Texts(help_text="照片的附件号")
    tickets = Texts(help_text="这次也谈到的在办诉求")
    note = Text(help_text="情况，仅工作人员可见")
    told = Text(help_text="写给企业的话")
    next_step = Text(help_text="下一步")
    next_on = Text(help_text="下次走访的日期")
    anyway = Flag(help_text="这项走访已了结时，仍登记为另一次走访")
    version = Version(help_text="您看到的这项走访的 version；不写则不核对")


class RecordedSerializer(serializers.Serializer[Any]):
    """What became of it."""

    visit = serializers.UUIDField()
    result = serializers.ChoiceField(choices=Result.choices)
    visited_at = serializers.DateTimeField()
    task_state = serializers.CharField(allow_null=True)
    attempts = serializers.IntegerField(allow_null=True)
    tickets = serializers.ListField(child=serializers.CharField())


class Record(Behind):
    """POST: everything that came of the visit, or nothing."""

    door = COMMUNITY

    @extend_schema(
        operation_id="community_visits_record",
        request=RecordBody,
        responses=docs.made(RecordedSerializer)
        | {404: docs.refusal("没有这项走访，或不在您的查看范围内"), 409: docs.refusal("这项走访已由别人登记，或已有变化")},
    )
    def post(self, request: Request, key: UUID) -> Response:
        raw = read(RecordBody, request.data)
        if not raw.get("key"):
            raw["key"] = str(_key_of(request))
        visit = record(raw | {"task": str(key)}, by=request.user, at=self.at)
        return Response(_said(visit), status=201)


def _key_of(request: Request) -> UUID:
    """The same header, the same visit, even after its answer is forgotten; without one each call is a visit of its own."""
    header = request.headers.get("Idempotency-Key", "")
    if not header:
        return uuid.uuid4()
    try:
        return UUID(header)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"visits.record:{request.user.pk}:{header}")


def _said(visit: Visit) -> dict[str, Any]:
    task = visit.task
    if task is not None:
        task.refresh_from_db(fields=["state", "attempts"])
    return {
        "visit": str(visit.pk), "result": visit.result, "visited_at": moment(visit.visited_at),
        "task_state": task.state if task is not None else None, "attempts": task.attempts if task is not None else None,
        "tickets": list(visit.needs.order_by("place").values_list("grievance__number", flat=True)),
    }  # fmt: skip
