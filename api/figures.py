"""Figures of an enterprise as JSON: what stands, what stood, what was known on a day, and what may be said of its neighbours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError as Wrong
from django.utils.dateparse import parse_date
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.bodies import Body, said_in
from api.doors import COMMUNITY, ENTERPRISE, STREET, Behind, Door
from api.ticket import exact, moment
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS, PostKind
from enterprises import record
from enterprises.benchmarks import benchmarks
from enterprises.completeness import completeness, freshness
from enterprises.filters import FigureProposalFilter
from enterprises.metrics import METRIC_OF, METRICS, last_year, read_period, span_of
from enterprises.models import Enterprise, Figure, FigureProposal
from enterprises.size_rule import MEASURED, classify
from grievances import filing
from wording.errors import NotYours
from workdays import SHANGHAI

if TYPE_CHECKING:
    from accounts.models import User

S = serializers.Serializer[Any]
READERS = (*COMMUNITY_WIDE_KINDS, *ENTERPRISE_KINDS, PostKind.STREET)
ASKED = ("metric", "period", "year", "as_of", "history")


class FigureValueSerializer(S):
    id = serializers.IntegerField()
    metric = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField()
    period = serializers.CharField(help_text="2025、2025Q3 或 2025-10")
    value = serializers.DecimalField(16, 2)
    source = serializers.CharField()
    dated_on = serializers.DateField(allow_null=True, help_text="报表或证明上的日期")
    recorded_at = serializers.DateTimeField()
    confirmed_by = serializers.CharField(allow_blank=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    superseded_at = serializers.DateTimeField(allow_null=True, help_text="被更替的时间；现行的为 null")


class BenchmarkSerializer(S):
    metric = serializers.CharField()
    period = serializers.CharField()
    group = serializers.CharField(help_text="industry 或 park")
    name = serializers.CharField()
    median = serializers.DecimalField(16, 2, allow_null=True, help_text="三位有效数字；不显示时为 null")
    members = serializers.IntegerField(allow_null=True)
    why = serializers.CharField(allow_blank=True, help_text="为什么不显示")


class SizeSerializer(S):
    period = serializers.CharField()
    size_class = serializers.CharField(allow_blank=True, help_text="无法判定时为空")
    label = serializers.CharField()
    why = serializers.CharField()


class FilledSerializer(S):
    filled = serializers.IntegerField()
    of = serializers.IntegerField()
    percent = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    fresh_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField()


class EnterpriseFiguresSerializer(S):
    uscc = serializers.CharField()
    name = serializers.CharField()
    as_of = serializers.DateTimeField()
    figures = FigureValueSerializer(many=True)
    benchmarks = BenchmarkSerializer(many=True)
    size = SizeSerializer()
    completeness = FilledSerializer()


class ProposalSerializer(S):
    id = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    metric = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField()
    period = serializers.CharField()
    value = serializers.DecimalField(16, 2)
    seen = serializers.DecimalField(16, 2, allow_null=True, help_text="提出时档案里的数")
    note = serializers.CharField(allow_blank=True)
    proposed_at = serializers.DateTimeField()
    accepted = serializers.BooleanField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class FigureBody(Body):
    metric = serializers.ChoiceField([(metric.code, metric.label) for metric in METRICS], help_text="指标")
    period = serializers.CharField(max_length=20)
    value = serializers.DecimalField(16, 2)
    dated_on = serializers.DateField(required=False, allow_null=True)
    source = serializers.CharField(max_length=60, required=False, help_text="社区登记时必填")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class DecisionBody(Body):
    value = serializers.DecimalField(16, 2, help_text="所看到的更正数；企业改过则 409")
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text="不采纳时必填")


NEWEST = pages.Order("newest", "proposed_at", descending=True, read=pages.read_moment)
_PARAMETERS = [
    OpenApiParameter("metric", str, enum=list(METRIC_OF), description="只看一个指标"),
    OpenApiParameter("period", str, description="只看一个期间"),
    OpenApiParameter("year", int, description="只看一年"),
    OpenApiParameter("as_of", str, description="按那一天结束时所知（2026-11-30），默认现在"),
    OpenApiParameter("history", bool, description="连同被更替的数"),
]


class FiguresOf(Behind):
    """Who sees the enterprise but not its figures (grid staff, steward, operator) is told so (403)."""

    def enterprise(self, uscc: str) -> Enterprise:
        found = Enterprise.objects.visible_to(self.request.user).filter(uscc=uscc.upper()[:18]).first()
        if found is None:
            raise NotFound("没有这家企业，或您无权查看。")
        self._read(found)
        return found  # type: ignore[no-any-return]

    def _read(self, found: Enterprise) -> None:
        if not held(self.request.user, *READERS) or not may_read(found, self.request.user):
            raise NotYours("经济指标只供企业自己、本社区和街道查看。")

    def answered(self, request: Request, enterprise: Enterprise) -> Response:
        pages.refuse_filters(request, beside=ASKED)
        rows = asked(Figure.objects.visible_to(request.user).filter(enterprise=enterprise), request, self.at)
        told = [_figure(row) for row in rows.select_related("confirmed_by").order_by("metric", "-period", "-recorded_at")]
        today = self.at.astimezone(SHANGHAI).date()
        period = last_year(today)
        known = dict(
            Figure.objects.visible_to(request.user)
            .standing()
            .filter(enterprise=enterprise, period=period, metric__in=MEASURED.values())
            .values_list("metric", "value")
        )
        verdict, filled, fresh = classify(enterprise.industry_code, known), completeness(enterprise, today), freshness(enterprise, self.at)
        return Response({
            "uscc": enterprise.uscc, "name": enterprise.name, "as_of": moment(self.at), "figures": told,
            "benchmarks": _benchmarks(enterprise, told),
            "size": {"period": period, "size_class": verdict.size, "label": verdict.label, "why": verdict.why},
            "completeness": {
                "filled": filled.filled, "of": filled.of, "percent": filled.percent, "missing": list(filled.missing),
                "fresh_at": moment(fresh.at), "stale": fresh.stale,
            },
        })  # fmt: skip


def may_read(enterprise: Enterprise, user: User) -> bool:
    return record.may_record(enterprise, user) or record.may_propose(enterprise, user) or _of_street(enterprise, user)


def _of_street(enterprise: Enterprise, user: User) -> bool:
    return any(post.street_id == enterprise.community.street_id for post in held(user, PostKind.STREET))


def asked(rows: Any, request: Request, at: datetime) -> Any:
    """Narrowed by what the address asks. Raises ValidationError at the parameter."""
    params = request.query_params
    if metric := params.get("metric"):
        if metric not in METRIC_OF:
            raise ValidationError({"metric": ["没有这个指标。"]})
        rows = rows.filter(metric=metric)
    if text := params.get("period"):
        rows = rows.filter(period=_period(text))
    if year := params.get("year"):
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise ValidationError({"year": ["请填写四位年份。"]})
        rows = rows.filter(period__startswith=year)
    if text := params.get("as_of"):
        return rows.known_at(_end_of(text))
    if params.get("history", "false") not in ("true", "false"):
        raise ValidationError({"history": ["只能是 true 或 false。"]})
    return rows if params.get("history") == "true" else rows.standing()


def _end_of(text: str) -> datetime:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1949 <= day.year <= 2100:
        raise ValidationError({"as_of": ["请按“2026-11-30”的格式填写日期。"]})
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1)


def _figure(row: Figure) -> dict[str, Any]:
    return {
        "id": row.pk, "metric": row.metric, "label": row.meaning.label, "unit": row.meaning.unit, "period": row.period, "value": exact(row.value),
        "source": row.source, "dated_on": row.dated_on, "recorded_at": moment(row.recorded_at),
        "confirmed_by": row.confirmed_by.display_name if row.confirmed_by else "", "confirmed_at": moment(row.confirmed_at),
        "superseded_at": moment(row.superseded_at),
    }  # fmt: skip


def _benchmarks(enterprise: Enterprise, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For the years that were answered, the three latest."""
    years = sorted({row["period"] for row in told if span_of(row["period"]) == "year"}, reverse=True)[:3]
    metrics = sorted({row["metric"] for row in told})
    found = benchmarks(enterprise, metrics, years) if years else {}
    return [
        {"metric": metric, "period": period, "group": each.group, "name": each.name, "median": exact(each.value), "members": each.members, "why": each.why}
        for (metric, period), groups in found.items() for each in groups
    ]  # fmt: skip


class MyFigures(FiguresOf):
    door: ClassVar[Door] = ENTERPRISE

    @extend_schema(
        operation_id="enterprise_figures", parameters=_PARAMETERS, responses=docs.answers(EnterpriseFiguresSerializer) | docs.BAD
    )
    def get(self, request: Request) -> Response:
        """My figures over the years, what they are compared with, what is missing."""
        return self.answered(request, self._mine())

    @extend_schema(operation_id="enterprise_figures_propose", request=FigureBody, responses=docs.made(ProposalSerializer))
    def post(self, request: Request) -> Response:
        """Say what a figure should be; it counts once the community has confirmed it."""
        said = said_in(FigureBody, request)
        made = record.propose(self._mine(), said["metric"], _period(said["period"]), said["value"], by=request.user, at=self.at, note=said.get("note", ""), dated_on=said.get("dated_on"))  # fmt: skip
        return Response(_proposal(made), status=201)

    def _mine(self) -> Enterprise:
        found = filing.own_enterprise(self.request.user)
        self._read(found)
        return found


class CommunityFigures(FiguresOf):
    door: ClassVar[Door] = COMMUNITY

    @extend_schema(operation_id="community_figures", parameters=_PARAMETERS, responses=docs.answers(EnterpriseFiguresSerializer) | docs.BAD)
    def get(self, request: Request, uscc: str) -> Response:
        return self.answered(request, self.enterprise(uscc))

    @extend_schema(operation_id="community_figures_record", request=FigureBody, responses=docs.made(FigureValueSerializer))
    def post(self, request: Request, uscc: str) -> Response:
        """Record a value; the one that stood is superseded and stays readable."""
        enterprise = self.enterprise(uscc)
        said = said_in(FigureBody, request)
        row = record.record(enterprise, said["metric"], _period(said["period"]), said["value"], by=request.user, at=self.at, source=said.get("source", ""), dated_on=said.get("dated_on"))  # fmt: skip
        return Response(_figure(row), status=201)


class StreetFigures(FiguresOf):
    door: ClassVar[Door] = STREET

    @extend_schema(operation_id="street_figures", parameters=_PARAMETERS, responses=docs.answers(EnterpriseFiguresSerializer) | docs.BAD)
    def get(self, request: Request, uscc: str) -> Response:
        return self.answered(request, self.enterprise(uscc))


class Proposals(Behind):
    door: ClassVar[Door] = COMMUNITY

    @extend_schema(
        operation_id="community_proposals", parameters=docs.filters_of(FigureProposalFilter), responses=docs.listed(ProposalSerializer)
    )
    def get(self, request: Request) -> Response:
        found = pages.narrowed(request, FigureProposalFilter, FigureProposal.objects.visible_to(request.user))
        page = pages.page(request, found, NEWEST, ("pk",))
        rows = FigureProposal.objects.visible_to(request.user).select_related("enterprise").in_bulk([row["pk"] for row in page.rows])
        return Response(page.answer([_proposal(rows[row["pk"]]) for row in page.rows]))


class DecideProposal(Behind):
    door: ClassVar[Door] = COMMUNITY

    @extend_schema(operation_id="community_proposals_decide", request=DecisionBody, responses=docs.changed(ProposalSerializer))
    def post(self, request: Request, id: int, verdict: str) -> Response:
        found = FigureProposal.objects.visible_to(request.user).filter(pk=id).first()
        if found is None or verdict not in ("accept", "decline"):
            raise NotFound("没有这条更正，或您无权查看。")
        if not record.may_record(found.enterprise, request.user):
            raise NotYours("数据更正由本社区的专员或负责人审核。")
        said = said_in(DecisionBody, request)
        made = record.decide(
            found, accepted=verdict == "accept", by=request.user, at=self.at, reason=said.get("reason", ""), seen=said["value"]
        )
        return Response(_proposal(made))


def _period(text: Any) -> str:
    try:
        return read_period(text)
    except Wrong as wrong:
        raise ValidationError({"period": wrong.messages}) from wrong


def _proposal(row: FigureProposal) -> dict[str, Any]:
    return {
        "id": row.pk, "uscc": row.enterprise.uscc, "name": row.enterprise.name, "metric": row.metric, "label": row.meaning.label,
        "unit": row.meaning.unit, "period": row.period, "value": exact(row.value), "seen": exact(row.seen), "note": row.note,
        "proposed_at": moment(row.proposed_at), "accepted": row.accepted, "decided_at": moment(row.decided_at), "reason": row.reason,
    }  # fmt: skip
