"""What is answered about evaluations, for the schema; and what may be sent."""

from __future__ import annotations

from rest_framework import serializers

from api.bodies import Body, Flag, Text
from api.shapes import CodeNameSerializer, S
from evaluations.indicators import indicator_choices
from evaluations.states import Better, Dimension, Missing, RoundState, Scoring, Ties, Withheld

_EXACT = "精确小数，写成文字"


class GradeQuotaSerializer(S):
    label = serializers.CharField()
    quota = serializers.CharField(help_text="百分比，合计 100")


class SchemeIndicatorSerializer(S):
    code = serializers.ChoiceField(indicator_choices())
    label = serializers.CharField()
    dimension = serializers.ChoiceField(Dimension.choices)
    unit = serializers.CharField()
    basis = serializers.CharField()
    weight = serializers.CharField(help_text="合计 100")
    better = serializers.ChoiceField(Better.choices)
    scoring = serializers.ChoiceField(Scoring.choices)
    steps = serializers.ListField(child=serializers.ListField(child=serializers.CharField()), help_text="[[界限, 得分], …]，从易到难")
    missing = serializers.ChoiceField(Missing.choices)


class SchemeSerializer(S):
    id = serializers.IntegerField()
    community = CodeNameSerializer()
    name = serializers.CharField()
    note = serializers.CharField()
    from_on = serializers.DateField()
    ties = serializers.ChoiceField(Ties.choices)
    objection_workdays = serializers.IntegerField()
    indicators = SchemeIndicatorSerializer(many=True)
    grades = GradeQuotaSerializer(many=True)


class RoundSerializer(S):
    id = serializers.IntegerField()
    period = serializers.CharField()
    period_label = serializers.CharField()
    community = CodeNameSerializer()
    scheme = serializers.IntegerField()
    state = serializers.ChoiceField(RoundState.choices)
    state_label = serializers.CharField()
    measured_at = serializers.DateTimeField()
    shown_at = serializers.DateTimeField(allow_null=True)
    objections_until_at = serializers.DateTimeField(allow_null=True)
    provisional = serializers.BooleanField()
    published_at = serializers.DateTimeField(allow_null=True)
    waiting_objections = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField(), help_text="measure, show, publish, discard 中现在可做的")


class ValueSerializer(S):
    code = serializers.ChoiceField(indicator_choices())
    label = serializers.CharField()
    dimension = serializers.ChoiceField(Dimension.choices)
    unit = serializers.CharField()
    weight = serializers.CharField(help_text=_EXACT)
    raw = serializers.CharField(allow_null=True, help_text="没有数据，或为保护企业数据不显示时为 null")
    basis = serializers.CharField()
    withheld = serializers.ChoiceField(Withheld.choices, allow_blank=True)
    points = serializers.CharField(allow_null=True, help_text="权重分摊时为 null")
    weighted = serializers.CharField(allow_null=True)
    mean_points = serializers.CharField(allow_null=True)
    corrected = serializers.BooleanField()


class MoveSerializer(S):
    raw = serializers.CharField()
    change = serializers.CharField(allow_null=True)
    grade = serializers.CharField()
    score = serializers.CharField()


class WhatIfSerializer(S):
    code = serializers.ChoiceField(indicator_choices())
    label = serializers.CharField()
    unit = serializers.CharField()
    now = serializers.CharField(allow_null=True)
    next = MoveSerializer(allow_null=True, help_text="升一级最少要到多少")
    best = MoveSerializer(allow_null=True, help_text="单靠这一项最多能升到哪级，最少要到多少")


class CountedSerializer(S):
    label = serializers.CharField()
    count = serializers.IntegerField()


class DistributionSerializer(S):
    count = serializers.IntegerField()
    median = serializers.CharField(allow_null=True)
    grades = CountedSerializer(many=True)
    bands = CountedSerializer(many=True)


class ObjectionSerializer(S):
    id = serializers.IntegerField()
    park = CodeNameSerializer()
    indicator = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    filed_at = serializers.DateTimeField()
    upheld = serializers.BooleanField(allow_null=True)
    corrected = serializers.CharField(allow_null=True)
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class ResultRowSerializer(S):
    park = CodeNameSerializer()
    score = serializers.CharField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    of = serializers.IntegerField(help_text="参评园区数")
    grade = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class ParkEvaluationSerializer(ResultRowSerializer):
    id = serializers.IntegerField()
    round = RoundSerializer()
    values = ValueSerializer(many=True)
    what_if = WhatIfSerializer(many=True)
    distribution = DistributionSerializer(allow_null=True, help_text="其他园区不足 5 个时为 null")
    suppressed = serializers.CharField(help_text="为什么没有分布和推算；有则为空")
    objections = ObjectionSerializer(many=True)
    may_object = serializers.BooleanField()


class RoundDetailSerializer(RoundSerializer):
    results = ResultRowSerializer(many=True)
    objections = ObjectionSerializer(many=True)


class BeginBody(Body):
    community = Text(required=False, help_text="只负责一个社区时可不写")
    period = Text(required=True, help_text="2025 或 2025Q3")


class EmptyBody(Body):
    pass


class ObjectionBody(Body):
    indicator = Text(required=False, help_text="指标代码；不写为整体结果")
    reason = Text(required=True)


class EvaluationAnswerBody(Body):
    upheld = Flag(required=True, help_text="是否采纳")
    answer = Text(required=True)
    corrected = Text(required=False, help_text="更正为；写成文字的小数")
