"""What is answered about spaces, offers, moves and demands, and what is sent, for the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.bodies import Body
from api.shapes import CodeNameSerializer
from enterprises.models import MoveKind
from parks.models import SpaceKind, SpaceStage

S = serializers.Serializer[Any]


class OfferedSpaceSerializer(S):
    id = serializers.IntegerField()
    park = CodeNameSerializer()
    building = serializers.CharField()
    room = serializers.CharField()
    floor = serializers.IntegerField(allow_null=True)
    area_m2 = serializers.DecimalField(12, 2)
    kind = serializers.CharField()
    stage = serializers.CharField(allow_blank=True)
    price_yuan = serializers.DecimalField(8, 2, help_text="元/㎡·天")
    available_on = serializers.DateField()
    note = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True, help_text="运营方或社区的电话")


class MoveReportSerializer(S):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    kind_label = serializers.CharField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    park = CodeNameSerializer()
    building = serializers.CharField()
    room = serializers.CharField(allow_blank=True)
    on = serializers.DateField()
    place = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    reported_by = serializers.CharField()
    reported_at = serializers.DateTimeField()
    confirmed = serializers.BooleanField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class DemandSerializer(S):
    id = serializers.IntegerField()
    who = serializers.CharField(allow_blank=True, help_text="未同意公开名称的对运营方为空")
    area_from_m2 = serializers.DecimalField(12, 2)
    area_to_m2 = serializers.DecimalField(12, 2)
    price_most_yuan = serializers.DecimalField(8, 2, allow_null=True)
    stage = serializers.CharField(allow_blank=True)
    kind = serializers.CharField(allow_blank=True)
    industry_code = serializers.CharField(allow_blank=True)
    move_in_on = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField()
    unmet = serializers.BooleanField(help_text="现在没有完全符合的空间")
    outcome = serializers.CharField(allow_blank=True)


class MatchSerializer(S):
    fits = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    misses = serializers.ListField(child=serializers.CharField())
    space = OfferedSpaceSerializer()


class MatchedDemandSerializer(DemandSerializer):
    matches = MatchSerializer(many=True)


class PartBody(Body):
    room = serializers.CharField(max_length=40)
    area_m2 = serializers.DecimalField(12, 2)


class DeedBody(Body):
    """Which facts a deed wants: publish price_yuan, available_on, stage; reserve holder, until_on; let uscc, from_on; end-lease ended_on;
    split on, parts; retire on."""

    price_yuan = serializers.DecimalField(8, 2, required=False)
    available_on = serializers.DateField(required=False)
    stage = serializers.ChoiceField(SpaceStage.choices, required=False)
    holder = serializers.CharField(max_length=200, required=False)
    uscc = serializers.CharField(max_length=24, required=False)
    from_on = serializers.DateField(required=False)
    until_on = serializers.DateField(required=False, allow_null=True)
    annual_rent_wan = serializers.DecimalField(14, 4, required=False, allow_null=True)
    ended_on = serializers.DateField(required=False)
    on = serializers.DateField(required=False)
    parts = PartBody(many=True, required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class MergeBody(Body):
    spaces = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=50)
    room = serializers.CharField(max_length=40)
    on = serializers.DateField()
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class MoveBody(Body):
    kind = serializers.ChoiceField(MoveKind.choices)
    uscc = serializers.CharField(max_length=24)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    building = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    space = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    on = serializers.DateField()
    place = serializers.CharField(max_length=100, required=False, allow_blank=True)
    staff_count = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1_000_000)
    lease_until_on = serializers.DateField(required=False, allow_null=True)
    annual_rent_wan = serializers.DecimalField(14, 4, required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class VerdictBody(Body):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text="退回时必填")


class DemandBody(Body):
    area_from_m2 = serializers.DecimalField(12, 2)
    area_to_m2 = serializers.DecimalField(12, 2)
    price_most_yuan = serializers.DecimalField(8, 2, required=False, allow_null=True)
    stage = serializers.ChoiceField(SpaceStage.choices, required=False, allow_blank=True)
    kind = serializers.ChoiceField(SpaceKind.choices, required=False, allow_blank=True)
    industry_code = serializers.CharField(max_length=4, required=False, allow_blank=True)
    move_in_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    named = serializers.BooleanField(required=False)


class OutcomeBody(Body):
    outcome = serializers.ChoiceField([("found", "已找到"), ("dropped", "不再需要")])
