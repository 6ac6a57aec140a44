"""What is answered, for the schema: every field of the promise written out. Rows are built as plain dictionaries elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from rest_framework import serializers

from community.kinds import UnitKind
from grievances.states import Channel, Circle, DispatchState, Outcome, Priority, RequestKind, Solved, State

S = serializers.Serializer[Any]


@cache
def page_of(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """{results, next, previous} of one kind of row."""
    fields = {
        "results": item(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
    }
    return type(f"{item.__name__.removesuffix('Serializer')}PageSerializer", (serializers.Serializer,), fields)


class ErrorSerializer(S):
    code = serializers.CharField()
    message = serializers.CharField()
    request_id = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["fields"] = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
        return fields


class CodeNameSerializer(S):
    code = serializers.CharField()
    name = serializers.CharField()


class PersonSerializer(S):
    name = serializers.CharField()
    username = serializers.CharField(required=False, help_text="只给工作人员")


class EnterpriseRefSerializer(S):
    uscc = serializers.CharField()
    name = serializers.CharField()


class BuildingRefSerializer(S):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PlaceSerializer(S):
    id = serializers.IntegerField(allow_null=True, help_text="提交诉求时 place 填它")
    text = serializers.CharField()
    park = CodeNameSerializer(allow_null=True)
    building = BuildingRefSerializer(allow_null=True)
    room = serializers.CharField(allow_blank=True)


class RatingSerializer(S):
    solved = serializers.ChoiceField(Solved.choices)
    result = serializers.IntegerField()
    speed = serializers.IntegerField()
    comment = serializers.CharField(allow_blank=True, required=False)
    at = serializers.DateTimeField(required=False)


class TicketRowSerializer(S):
    """A row of a list: the ticket without its heavy parts."""

    number = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    state_label = serializers.CharField()
    step = serializers.IntegerField(help_text="企业看到的五步：1–5；草稿、撤回、并案为 0")
    step_label = serializers.CharField()
    cycle = serializers.IntegerField()
    version = serializers.IntegerField()
    enterprise = EnterpriseRefSerializer()
    place = PlaceSerializer(allow_null=True)
    service_item = serializers.CharField(allow_null=True, help_text="事项代码")
    service_item_name = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    priority = serializers.ChoiceField(Priority.choices)
    channel = serializers.ChoiceField(Channel.choices)
    window = CodeNameSerializer(allow_null=True)
    unit = CodeNameSerializer(allow_null=True, help_text="主办单位，派单前为 null")
    assignee = PersonSerializer(allow_null=True, help_text="责任专员")
    handler = PersonSerializer(allow_null=True, help_text="签收或自办的人，此前为 null")
    promise_due_at = serializers.DateTimeField(allow_null=True)
    next_due_at = serializers.DateTimeField(allow_null=True)
    provisional = serializers.BooleanField(help_text="期限按推定的工作日历计算")
    overdue = serializers.BooleanField()
    pending = serializers.ChoiceField(RequestKind.choices, allow_null=True)
    urgent = serializers.BooleanField()
    confidential = serializers.BooleanField()
    personal = serializers.BooleanField()
    rating = RatingSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class ChoiceSerializer(S):
    value = serializers.CharField()
    label = serializers.CharField()


class NeedSerializer(S):
    name = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField()
    needed = serializers.BooleanField()
    max_length = serializers.IntegerField(allow_null=True)
    choices = ChoiceSerializer(many=True)
    help = serializers.CharField(allow_blank=True)


class ActionSerializer(S):
    code = serializers.CharField(help_text="路径里的词，如 feed-back")
    label = serializers.CharField()
    needs = NeedSerializer(many=True)


class AttachmentSerializer(S):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="字节")
    sha256 = serializers.CharField()
    circle = serializers.ChoiceField(Circle.choices)
    seq = serializers.IntegerField(allow_null=True, help_text="随哪一条流水添加；随提交添加的为 null")
    added_at = serializers.DateTimeField()


class TransitionSerializer(S):
    seq = serializers.IntegerField()
    event = serializers.CharField()
    label = serializers.CharField()
    to = serializers.ChoiceField(State.choices)
    by = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)
    circle = serializers.ChoiceField(Circle.choices)
    cycle = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["from"] = serializers.ChoiceField(State.choices)
        return fields


class EvidenceSerializer(S):
    kind = serializers.CharField()
    file = serializers.UUIDField(allow_null=True)
    key = serializers.CharField(allow_blank=True)
    talk = serializers.DictField(allow_null=True)
    cycle = serializers.IntegerField()


class CoUnitSerializer(CodeNameSerializer):
    state = serializers.ChoiceField(DispatchState.choices)
    state_label = serializers.CharField()


class PendingRequestSerializer(S):
    kind = serializers.ChoiceField(RequestKind.choices)
    label = serializers.CharField()
    reason = serializers.CharField()
    facts = serializers.DictField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()


class ContactSerializer(S):
    name = serializers.CharField()
    phone = serializers.CharField()


class TicketSerializer(TicketRowSerializer):
    """One ticket, as this caller may see it."""

    body = serializers.CharField(allow_blank=True)
    contact_name = serializers.CharField(allow_blank=True, help_text="默认脱敏")
    contact_phone = serializers.CharField(allow_blank=True, help_text="默认脱敏")
    on_behalf = serializers.BooleanField()
    basis = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(Outcome.choices, allow_null=True)
    reply = serializers.CharField(allow_blank=True)
    merged_into = serializers.CharField(allow_null=True)
    actions = ActionSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    evidence = EvidenceSerializer(many=True)
    co_units = CoUnitSerializer(many=True)
    pending_request = PendingRequestSerializer(allow_null=True)
    transitions = TransitionSerializer(many=True, help_text="从早到晚")


class UploadedSerializer(S):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="字节；照片在去除拍摄信息之后")
    sha256 = serializers.CharField()


class UnitSerializer(S):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(UnitKind.choices)
    kind_label = serializers.CharField()
    is_partner = serializers.BooleanField(help_text="伙伴窗口")
    parent = serializers.CharField(allow_null=True, help_text="所属伙伴窗口的代码")
    community = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    has_account = serializers.BooleanField(required=False, help_text="只给社区与街道人员")
    usable = serializers.BooleanField(help_text="今天可以派单：未停用，且协议在有效期内")


class PromiseSerializer(S):
    due_at = serializers.DateTimeField(help_text="现在提交，最晚何时答复")
    provisional = serializers.BooleanField()


class ServiceItemSerializer(S):
    code = serializers.CharField()
    name = serializers.CharField()
    community = serializers.CharField()
    plain_category = serializers.CharField(allow_blank=True)
    group = serializers.CharField()
    window = CodeNameSerializer()
    partner_window = CodeNameSerializer(allow_null=True)
    case_type = serializers.CharField()
    applicant = serializers.CharField()
    personal_by_default = serializers.BooleanField()
    site_visit = serializers.BooleanField()
    online = serializers.BooleanField()
    materials = serializers.CharField(allow_blank=True)
    result = serializers.CharField(allow_blank=True)
    accept_hours = serializers.IntegerField(help_text="受理时限，工作小时")
    workdays = serializers.IntegerField(help_text="办理时限，工作日")
    extension_workdays = serializers.IntegerField(help_text="可延期，工作日")
    promise = PromiseSerializer()


class FinishedSerializer(S):
    number = serializers.CharField()
    service_item = serializers.CharField(allow_null=True)
    service_item_name = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(Outcome.choices)
    outcome_label = serializers.CharField()
    rating = RatingSerializer(allow_null=True)
    closed_at = serializers.DateTimeField()
