"""What is answered about visits, for the schema; and what may be sent. `null` where a column is not the caller's (`visits.columns`)."""

from __future__ import annotations

from rest_framework import serializers

from api.bodies import Body, Flag, Text, Version
from api.shapes import CodeNameSerializer, EnterpriseRefSerializer, S, page_of
from visits.states import Ending, Half, TaskState


class VisitPersonSerializer(S):
    username = serializers.CharField()
    name = serializers.CharField()


class VisitReasonSerializer(S):
    visit_class = CodeNameSerializer()
    words = serializers.CharField()
    occurred_on = serializers.DateField()
    since_on = serializers.DateField()
    due_on = serializers.DateField()
    provisional = serializers.BooleanField(help_text="期限落在未公布放假安排的年份，按周一至周五推定")
    overdue = serializers.BooleanField()
    staff_only = serializers.BooleanField()
    key = serializers.CharField(help_text="依据：办件编号，或 flag:7、lease:3 等")


class CompanionSerializer(S):
    id = serializers.IntegerField()
    person = VisitPersonSerializer()
    unit = CodeNameSerializer(allow_null=True)
    coming = serializers.BooleanField(allow_null=True, help_text="未答复为 null")


class VisitTaskSerializer(S):
    id = serializers.UUIDField()
    enterprise = EnterpriseRefSerializer()
    place = serializers.CharField()
    planned_on = serializers.DateField(allow_null=True)
    planned_half = serializers.ChoiceField(Half.choices, allow_null=True)
    appointed_at = serializers.DateTimeField(allow_null=True)
    assignee = VisitPersonSerializer(allow_null=True)
    topics = serializers.CharField()
    companions = CompanionSerializer(many=True)
    state = serializers.ChoiceField(TaskState.choices, allow_null=True)
    state_label = serializers.CharField(allow_null=True)
    opened_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    provisional = serializers.BooleanField(allow_null=True)
    overdue = serializers.BooleanField(allow_null=True)
    attempts = serializers.IntegerField(allow_null=True)
    lost_at = serializers.DateTimeField(allow_null=True)
    moved = serializers.IntegerField(allow_null=True)
    wanted = VisitPersonSerializer(allow_null=True)
    next_step = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    reasons = VisitReasonSerializer(many=True, allow_null=True)


class ClassSerializer(S):
    code = serializers.CharField()
    community = CodeNameSerializer()
    name = serializers.CharField()
    origin = serializers.CharField()
    active = serializers.BooleanField()
    from_on = serializers.DateField()
    triggers = serializers.ListField(child=serializers.CharField())
    who = serializers.ListField(child=serializers.CharField())
    closing = serializers.CharField()
    absorb_workdays = serializers.IntegerField()
    weight = serializers.IntegerField()
    staff_only = serializers.BooleanField()


class MatterSerializer(S):
    id = serializers.IntegerField()
    enterprise = EnterpriseRefSerializer()
    visit_class = CodeNameSerializer()
    words = serializers.CharField()
    since_on = serializers.DateField()
    due_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    ending = serializers.ChoiceField([*Ending.choices, ("", "未了")])
    ending_label = serializers.CharField()
    provisional = serializers.BooleanField()


class CoverageNumberSerializer(S):
    code = serializers.CharField()
    label = serializers.CharField()
    formula = serializers.CharField()
    value = serializers.IntegerField()
    unit = serializers.CharField()
    list = serializers.URLField()


class CoverageLineSerializer(S):
    key = serializers.CharField()
    label = serializers.CharField()
    rate = serializers.FloatField(allow_null=True, help_text="应访尽访率，%；没有到期的为 null")
    figures = CoverageNumberSerializer(many=True)


class CoverageBreakdownSerializer(S):
    code = serializers.CharField()
    label = serializers.CharField()
    slices = CoverageLineSerializer(many=True)


class CoveragePeriodSerializer(S):
    from_on = serializers.DateField()
    until_on = serializers.DateField()


class CoverageSerializer(S):
    as_of = serializers.DateTimeField()
    period = CoveragePeriodSerializer()
    formula = serializers.CharField()
    total = CoverageLineSerializer()
    breakdowns = CoverageBreakdownSerializer(many=True)


class SlotSerializer(S):
    code = serializers.CharField()
    label = serializers.CharField()


class VisitorChoiceSerializer(S):
    username = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    known = serializers.IntegerField(help_text="来过几次")


class ComingVisitSerializer(S):
    id = serializers.UUIDField()
    enterprise = EnterpriseRefSerializer()
    when = serializers.CharField()
    who = serializers.CharField()
    why = serializers.ListField(child=serializers.CharField())
    along = serializers.ListField(child=serializers.CharField())
    topics = serializers.CharField()
    wanted = VisitPersonSerializer(allow_null=True)
    moves_left = serializers.IntegerField()
    slots = SlotSerializer(many=True)
    people = VisitorChoiceSerializer(many=True)
    version = serializers.CharField(help_text="改动时原样带回")


class VisitNeedSerializer(S):
    id = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    confirmed = serializers.BooleanField(allow_null=True)


class PastVisitSerializer(S):
    id = serializers.UUIDField()
    enterprise = EnterpriseRefSerializer()
    visited_at = serializers.DateTimeField()
    visitors = serializers.ListField(child=serializers.CharField())
    told = serializers.CharField()
    needs = VisitNeedSerializer(many=True)


class EnterpriseVisitsSerializer(page_of(PastVisitSerializer)):  # type: ignore[misc]
    coming = ComingVisitSerializer(many=True)


class VersionOfShown(Text):
    """The `version` the enterprise read: a text that depends on nothing it may not know."""


class AppointBody(Body):
    version = Version(required=True, allow_null=False)
    when = Text(required=True, help_text="和企业约好的时间，如 2026-12-03T10:00:00+08:00")
    to = Text(required=False, help_text="谁去，用户名；不填不变，还没有人时为自己")


class HandOverBody(Body):
    version = Version(required=True, allow_null=False)
    to = Text(required=True, help_text="交给谁，用户名")


class CompanionBody(Body):
    person = Text(required=True, help_text="请谁一起去，用户名")


class CompanionAnswerBody(Body):
    coming = Flag(required=True)


class MoveVisitBody(Body):
    version = VersionOfShown(required=True)
    slot = Text(required=True, help_text="slots 里的 code")


class ChooseVisitorBody(Body):
    version = VersionOfShown(required=True)
    person = Text(required=True, help_text="people 里的 username")


class TopicsBody(Body):
    version = VersionOfShown(required=True)
    topics = Text(required=True, help_text="想谈的事，最多 1000 字；空为删去")


class NeedAnswerBody(Body):
    confirmed = Flag(required=True, help_text="true 确认，false 不是这样")


class NeedAnswerSerializer(S):
    id = serializers.IntegerField()
    confirmed = serializers.BooleanField()
