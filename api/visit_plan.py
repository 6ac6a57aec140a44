"""本周走访 for the people who plan, pay or oversee visits: trips with their visits, reasons and score, and what cannot be done in time."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import pages
from api.doors import Behind, Door
from api.shapes import CodeNameSerializer, EnterpriseRefSerializer, S
from api.ticket import moment
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Community
from visits import sheet
from visits.sheet import Sheet, Shown, ShownMiss, ShownTrip, week_asked
from visits.states import Half, Hand
from visits.week import Why
from wording.errors import FactsMissing, NotFound

PLANNERS = Door("community", "社区专员、负责人、网格人员和街道", (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET))


class PartSerializer(S):
    label = serializers.CharField()
    points = serializers.IntegerField()


class PlanPersonSerializer(S):
    id = serializers.IntegerField()
    name = serializers.CharField()


class LineSerializer(S):
    task = serializers.UUIDField()
    enterprise = EnterpriseRefSerializer()
    due_on = serializers.DateField()
    on_time = serializers.BooleanField()
    minutes = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(help_text="没能照办的约定、固定或点名，以及为什么")
    hand = serializers.ChoiceField(Hand.choices, allow_blank=True, help_text="空：系统排的")
    parts = PartSerializer(many=True)
    score = serializers.IntegerField()


class TripSerializer(S):
    person = PlanPersonSerializer()
    on = serializers.DateField()
    half = serializers.ChoiceField(Half.choices)
    building = serializers.CharField(allow_null=True)
    park = CodeNameSerializer(allow_null=True)
    minutes = serializers.IntegerField(help_text="这半天可用的分钟，已扣路上")
    visits = LineSerializer(many=True)
    parts = PartSerializer(many=True, help_text="这一趟本身的分项；与各行的分项相加是 score")
    score = serializers.IntegerField()


class MissSerializer(S):
    task = serializers.UUIDField()
    enterprise = EnterpriseRefSerializer()
    due_on = serializers.DateField()
    reasons = serializers.ListField(child=serializers.CharField())
    why = serializers.ChoiceField([(why.value, why.label) for why in Why])
    why_label = serializers.CharField()
    on = serializers.DateField(allow_null=True, help_text="晚到的那天；null：本周排不下")
    needs = serializers.IntegerField(allow_null=True, help_text="所缺半天的编号，同号的合用一个")
    by_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()


class VisitPlanSerializer(S):
    community = CodeNameSerializer()
    week_on = serializers.DateField()
    made_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    score = serializers.IntegerField()
    bound = serializers.IntegerField(help_text="任何计划都超不过的得分")
    gap = serializers.FloatField(help_text="(bound − score) ÷ bound")
    half_days_short = serializers.IntegerField(help_text="再有这么多个半天，缺口就没有了")
    trips = TripSerializer(many=True)
    misses = MissSerializer(many=True)


class VisitPlan(Behind):
    """The published plan of a week, as far as the caller sees its enterprises."""

    door = PLANNERS

    @extend_schema(
        operation_id="community_visit_plan", responses=VisitPlanSerializer,
        parameters=[
            OpenApiParameter("week", OpenApiTypes.DATE, description="这一周的任意一天；默认本周"),
            OpenApiParameter("community", str, description="社区代码；默认自己的"),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request, beside=("week", "community"))
        asked = request.query_params
        communities = Community.objects.visible_to(request.user).order_by("code")  # type: ignore[arg-type]
        here = communities.filter(code=asked["community"]).first() if "community" in asked else communities.first()
        if here is None:
            raise NotFound("没有这个社区，或不在您的范围内。")
        monday = week_asked(asked.get("week", ""))
        if "week" in asked and monday is None:
            raise FactsMissing("week 要写成日期，如 2026-11-16。", fields={"week": "写成日期，如 2026-11-16"})
        found = sheet.sheet(request.user, here, self.at, monday=monday)  # type: ignore[arg-type]
        if found.plan is None:
            raise NotFound("这一周还没有排计划。")
        return Response(_plan(found, here))


def _plan(found: Sheet, here: Community) -> dict[str, Any]:
    plan = found.plan
    assert plan is not None
    trips = sorted((cell.trip for row in found.rows for cell in row.cells if cell.trip is not None), key=_order)
    return {
        "community": {"code": here.code, "name": here.name}, "week_on": plan.week_on, "made_at": moment(plan.made_at), "version": plan.version,
        "score": plan.score, "bound": plan.bound, "gap": round(plan.gap, 4), "half_days_short": found.half_days,
        "trips": [_trip(trip) for trip in trips], "misses": [_miss(each) for each in (*found.missed, *found.late)],
    }  # fmt: skip


def _order(each: ShownTrip) -> tuple[Any, ...]:
    return each.trip.on, each.trip.half, each.trip.person_id


def _trip(each: ShownTrip) -> dict[str, Any]:
    trip, building = each.trip, each.trip.building
    return {
        "person": {"id": trip.person_id, "name": trip.person.display_name}, "on": trip.on, "half": trip.half,
        "building": building.name if building is not None else None,
        "park": {"code": building.park.code, "name": building.park.name} if building is not None else None,
        "minutes": trip.minutes, "visits": [_line(row) for row in each.lines], "parts": _parts(each.parts), "score": each.score,
    }  # fmt: skip


def _line(row: Shown) -> dict[str, Any]:
    line, firm = row.line, row.line.task.enterprise
    return {
        "task": str(line.task_id), "enterprise": {"uscc": firm.uscc, "name": firm.name}, "due_on": line.task.due_on, "on_time": line.on_time,
        "minutes": line.minutes, "reasons": list(row.reasons), "note": line.note, "hand": line.hand, "parts": _parts(row.parts),
        "score": row.score,
    }  # fmt: skip


def _miss(each: ShownMiss) -> dict[str, Any]:
    miss, firm = each.miss, each.miss.task.enterprise
    return {
        "task": str(miss.task_id), "enterprise": {"uscc": firm.uscc, "name": firm.name}, "due_on": miss.task.due_on,
        "reasons": list(each.reasons), "why": miss.why, "why_label": each.why, "on": miss.on, "needs": miss.load, "by_on": miss.by_on,
        "note": miss.note,
    }  # fmt: skip


def _parts(parts: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"label": label, "points": points} for label, points in parts]
