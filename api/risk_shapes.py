"""What is answered about flags, for the schema; and what may be sent."""

from __future__ import annotations

from rest_framework import serializers

from api.bodies import Body, Flag, Key, Text
from api.shapes import CodeNameSerializer, EnterpriseRefSerializer, S
from risks.kinds import LEVEL_CODES, Dimension, LoweringState, Source, Verdict, kind_choices

LEVELS = list(LEVEL_CODES)


class RiskRowSerializer(S):
    id = serializers.IntegerField()
    enterprise = EnterpriseRefSerializer()
    community = CodeNameSerializer()
    kind = serializers.ChoiceField(kind_choices())
    kind_label = serializers.CharField()
    dimension = serializers.ChoiceField(Dimension.choices)
    dimension_label = serializers.CharField()
    level = serializers.ChoiceField(LEVELS, help_text="解除后为解除前的等级")
    level_label = serializers.CharField()
    evidence = serializers.CharField()
    source = serializers.ChoiceField(Source.choices)
    owner = serializers.CharField()
    raised_by = serializers.CharField(allow_null=True, help_text="规则标记的为 null")
    raised_at = serializers.DateTimeField()
    level_since_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    verdict = serializers.ChoiceField(Verdict.choices, allow_blank=True)
    pending = serializers.BooleanField(help_text="有降级申请待第二人复核")


class LevelStepSerializer(S):
    from_level = serializers.CharField(help_text="起始为 cleared")
    level = serializers.CharField(help_text="解除为 cleared")
    from_at = serializers.DateTimeField()
    evidence = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    confirmed_by = serializers.CharField(allow_null=True)


class FileRefSerializer(S):
    name = serializers.CharField()
    url = serializers.URLField()


class LoweringSerializer(S):
    id = serializers.IntegerField()
    from_level = serializers.ChoiceField(LEVELS)
    to_level = serializers.CharField(help_text="解除为 cleared")
    verdict = serializers.ChoiceField(Verdict.choices, allow_blank=True)
    evidence = serializers.CharField()
    file = FileRefSerializer(allow_null=True)
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    state = serializers.ChoiceField(LoweringState.choices)
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class FindingSerializer(S):
    rule = serializers.CharField()
    rule_label = serializers.CharField()
    level = serializers.ChoiceField(LEVELS)
    reason = serializers.CharField()
    figures = serializers.DictField(help_text="发现时的数据")
    thresholds = serializers.DictField(help_text="发现时的阈值")
    found_at = serializers.DateTimeField()


class RiskActionSerializer(S):
    code = serializers.CharField()
    label = serializers.CharField()


class RiskSerializer(RiskRowSerializer):
    levels = LevelStepSerializer(many=True)
    lowerings = LoweringSerializer(many=True)
    findings = FindingSerializer(many=True, help_text="规则预警的依据")
    actions = RiskActionSerializer(many=True)


class LevelCountSerializer(S):
    level = serializers.ChoiceField(LEVELS)
    label = serializers.CharField()
    value = serializers.IntegerField()
    unit = serializers.CharField()
    as_of = serializers.DateTimeField()
    list = serializers.URLField()


class StreetRisksSerializer(S):
    as_of = serializers.DateTimeField()
    counts = LevelCountSerializer(many=True, help_text="按等级计数，每个数字带清单")
    results = RiskRowSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class RaiseBody(Body):
    uscc = Text(required=True, help_text="企业的统一社会信用代码")
    kind = Text(required=True, help_text="、".join(f"{code} {label}" for code, label in kind_choices()))
    level = Text(required=True, help_text="red 红、orange 橙、yellow 黄")
    evidence = Text(required=True, help_text="依据")


class LowerBody(Body):
    to_level = Text(required=True, help_text="orange、yellow，或 cleared 解除")
    verdict = Text(help_text="解除时必填：resolved 属实已消除、false_alarm 误报")
    evidence = Text(required=True, help_text="依据")
    file = Text(help_text="佐证：先上传的附件 id")


class DecideBody(Body):
    approve = Flag(required=True)
    note = Text(help_text="复核意见；不同意须写")
    lowering = Key(help_text="您看到的那份申请的 id；与现在待复核的不是同一份则为 409")
