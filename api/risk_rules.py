"""预警规则 with how often each was right, and warnings on parks: for those who watch, at both doors."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.doors import STREET, Behind
from api.places import number
from api.risk_shapes import LEVELS
from api.risks import WATCHERS
from api.shapes import CodeNameSerializer, S
from api.ticket import moment
from community.models import Community
from risks import watch
from risks.kinds import Dimension, Verdict, level_code, level_label
from risks.models import ParkAlert
from risks.precision import Record, precision
from risks.rules import PARK, rule_label
from wording.errors import FactsMissing

_PARK = (
    "park__code", "park__name", "park__community__code", "park__community__name", "rule", "level", "reason", "figures", "owner__name", "opened_at",
    "asked_at", "verdict", "evidence", "ended_at",
)  # fmt: skip
_BY_TIME = pages.Order("newest", "opened_at", descending=True, read=pages.read_moment)
_STATES = {"open": {"ended_at__isnull": True}, "ended": {"ended_at__isnull": False}, "all": {}}
_STATE = OpenApiParameter("state", str, enum=list(_STATES), description="默认 open 未解除")
_COMMUNITY = OpenApiParameter("community", OpenApiTypes.STR, description="社区代码，默认第一个")


class RiskRuleSerializer(S):
    code = serializers.CharField()
    label = serializers.CharField()
    subject = serializers.ChoiceField(["enterprise", "park"])
    kind = serializers.CharField()
    dimension = serializers.ChoiceField([*Dimension.values, ""])
    level = serializers.ChoiceField(LEVELS)
    active = serializers.BooleanField()
    basis = serializers.CharField()
    thresholds = serializers.DictField()
    said = serializers.CharField(help_text="阈值的说法")
    from_on = serializers.DateField(allow_null=True, help_text="null 为初始设置")
    open = serializers.DictField(help_text="未解除的，value 与 list")
    true = serializers.IntegerField(help_text="属实，已消除")
    false = serializers.IntegerField(help_text="误报")
    precision = serializers.IntegerField(allow_null=True, help_text="属实率 %，没有核实过的为 null")


class RiskRulesSerializer(S):
    as_of = serializers.DateTimeField()
    community = CodeNameSerializer()
    results = RiskRuleSerializer(many=True)


class ParkAlertSerializer(S):
    id = serializers.IntegerField()
    park = CodeNameSerializer()
    community = CodeNameSerializer()
    rule = serializers.CharField()
    rule_label = serializers.CharField()
    level = serializers.ChoiceField(LEVELS)
    level_label = serializers.CharField()
    reason = serializers.CharField()
    figures = serializers.DictField()
    owner = serializers.CharField()
    opened_at = serializers.DateTimeField()
    pending = serializers.BooleanField(help_text="有解除申请待第二人复核")
    evidence = serializers.CharField()
    verdict = serializers.ChoiceField(Verdict.choices, allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class _Rules(Behind):
    def answer(self, request: Request) -> Response:
        unknown = set(request.query_params) - {"community"}
        if unknown:
            raise FactsMissing(f"没有“{min(unknown)[:40]}”这个参数。")
        communities = list(Community.objects.visible_to(request.user).order_by("code"))
        asked = request.query_params.get("community")
        here = next((row for row in communities if asked in (None, row.code)), None)
        if here is None:
            raise FactsMissing("没有这个社区，或您无权查看。", fields={"community": "没有这个社区"})
        known = precision(request.user, here.pk)
        rows = [
            self._row(each, known.get(each.rule.code, Record()), here)
            for each in watch.settings_of(here.pk, timezone.localtime(self.at).date())
        ]
        return Response({"as_of": moment(self.at), "community": {"code": here.code, "name": here.name}, "results": rows})

    def _row(self, setting: watch.Setting, record: Record, here: Community) -> dict[str, Any]:
        rule, park = setting.rule, setting.rule.subject == PARK
        name = f"api-{self.door.name}-risk-parks" if park else f"api-{self.door.name}-risks"
        filters = {} if park else {"rule": rule.code, "community": here.code}
        return {
            "code": rule.code, "label": rule.label, "subject": rule.subject, "kind": rule.kind, "dimension": "" if park else rule.dimension.value,
            "level": level_code(setting.level), "active": setting.active, "basis": rule.basis, "thresholds": dict(setting.params),
            "said": rule.said(setting.params), "from_on": setting.version.from_on if setting.version else None,
            "open": number(self, record.open, "个", name, **filters), "true": record.true, "false": record.false, "precision": record.percent,
        }  # fmt: skip


class CommunityRules(_Rules):
    door = WATCHERS

    @extend_schema(operation_id="community_risks_rules", parameters=[_COMMUNITY], responses=docs.answers(RiskRulesSerializer) | docs.BAD)
    def get(self, request: Request) -> Response:
        return self.answer(request)


class StreetRules(_Rules):
    door = STREET

    @extend_schema(operation_id="street_risks_rules", parameters=[_COMMUNITY], responses=docs.answers(RiskRulesSerializer) | docs.BAD)
    def get(self, request: Request) -> Response:
        return self.answer(request)


_LISTED = docs.listed(ParkAlertSerializer)


class _Parks(Behind):
    def answer(self, request: Request) -> Response:
        unknown = set(request.query_params) - {"state", *pages.PAGING}
        state = request.query_params.get("state", "open")
        if unknown or state not in _STATES:
            raise FactsMissing("筛选条件只有 state：open、ended 或 all。", fields={"state": "请填 open、ended 或 all"})
        rows = ParkAlert.objects.visible_to(request.user).filter(**_STATES[state])
        page = pages.page(request, rows, _BY_TIME, _PARK)
        return Response(page.answer([_alert(row) for row in page.rows]))


def _alert(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["pk"], "park": {"code": row["park__code"], "name": row["park__name"]},
        "community": {"code": row["park__community__code"], "name": row["park__community__name"]},
        "rule": row["rule"], "rule_label": rule_label(row["rule"]), "level": level_code(row["level"]), "level_label": level_label(row["level"]),
        "reason": row["reason"], "figures": row["figures"], "owner": row["owner__name"], "opened_at": moment(row["opened_at"]),
        "pending": row["asked_at"] is not None and row["ended_at"] is None, "evidence": row["evidence"], "verdict": row["verdict"],
        "ended_at": moment(row["ended_at"]),
    }  # fmt: skip


class CommunityParks(_Parks):
    door = WATCHERS

    @extend_schema(operation_id="community_risks_parks", parameters=[_STATE], responses=_LISTED)
    def get(self, request: Request) -> Response:
        return self.answer(request)


class StreetParks(_Parks):
    door = STREET

    @extend_schema(operation_id="street_risks_parks", parameters=[_STATE], responses=_LISTED)
    def get(self, request: Request) -> Response:
        return self.answer(request)
