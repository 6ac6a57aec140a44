"""指标 through the street's door: each with its formula, what it is compared with, and the list it counts, as of one moment."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.doors import STREET, Behind
from api.places import link
from api.street import PERIOD, day_of
from api.ticket import moment
from community.models import Community
from dashboards import indicators, periods, sums
from dashboards.indicators import INDICATORS, Ask, Reading
from dashboards.measures import Period
from dashboards.periods import Named
from dashboards.sums import Scope

ASKED = ("community", "period", "by", "as_of", *PERIOD)
_PARAMETERS = [
    OpenApiParameter("community", str, description="社区代码；空为全街道"),
    OpenApiParameter(
        "period", str, enum=list(periods.KINDS), description="截至 as_of 的日、周、月、季、年，默认 month；给了 from_on、until_on 时不用"
    ),
    OpenApiParameter("from_on", str, description="统计期起（含）"),
    OpenApiParameter("until_on", str, description="统计期止（含）"),
    OpenApiParameter("by", str, enum=["grid", "park", "window", "unit", "item"], description="按什么分组；不能这样分的指标不列分组"),
    OpenApiParameter("as_of", str, description="截至时刻，默认最近一次汇总"),
]


class SliceOfIndicatorSerializer(serializers.Serializer[Any]):
    key = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    counted = serializers.FloatField()
    base = serializers.FloatField(allow_null=True)
    list = serializers.URLField()


class IndicatorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField()
    formula = serializers.CharField()
    source = serializers.CharField()
    better = serializers.ChoiceField(["up", "down", ""])
    value = serializers.FloatField(allow_null=True)
    counted = serializers.FloatField()
    base = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(allow_null=True)
    year_before = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    as_of = serializers.DateTimeField()
    list = serializers.URLField()
    base_list = serializers.URLField(allow_null=True)
    slices = SliceOfIndicatorSerializer(many=True)


class SpanOfIndicatorsSerializer(serializers.Serializer[Any]):
    from_on = serializers.DateField()
    until_on = serializers.DateField()


class IndicatorsSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField()
    waiting = serializers.IntegerField(help_text="还没有汇总进来的变动")
    period = SpanOfIndicatorsSerializer()
    indicators = IndicatorSerializer(many=True)


class RowBehindSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    label = serializers.CharField()


def _number(value: Decimal | int | None) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value


class Numbers(Behind):
    door = STREET

    def asked(self) -> tuple[Ask, Named, dict[str, str]]:
        """Raises ValidationError."""
        given = self.request.query_params
        seen = dict(Community.objects.worked_by(self.request.user).values_list("code", "pk"))
        code = given.get("community", "")
        if code and code not in seen:
            raise ValidationError({"community": ["本街道没有这个社区。"]})
        last = sums.moment()
        usual = last.at if last else self.at
        at = self._moment(given.get("as_of", ""), usual)
        named = self._period(timezone.localtime(at).date())
        scope = Scope((seen[code],) if code else tuple(sorted(seen.values())), at=None if last and at == last.at else at)
        days = {"from_on": named.period.first.isoformat(), "until_on": named.period.last.isoformat(), "as_of": at.isoformat()}
        return Ask(self.request.user, scope, named.period, at), named, days | ({"community": code} if code else {})

    def _period(self, today: Any) -> Named:
        given = self.request.query_params
        days = [day_of(name, given[name]) for name in PERIOD if given.get(name)]
        if days:
            if len(days) != 2 or days[0] > days[1]:
                raise ValidationError({"until_on": ["from_on 与 until_on 须一起给，且不能倒过来。"]})
            return Named("", Period(*days))
        kind = given.get("period", "month")
        if kind not in periods.KINDS:
            raise ValidationError({"period": [f"可填：{'、'.join(periods.KINDS)}。"]})
        return periods.of_today(kind, today)

    @staticmethod
    def _moment(words: str, usual: datetime) -> datetime:
        if not words:
            return usual
        try:
            at = pages.read_moment(words.replace(" ", "+"))
        except (ValueError, OverflowError):
            raise ValidationError({"as_of": ["请写成 2026-11-30T09:00:00+08:00。"]}) from None
        if at > usual:
            raise ValidationError({"as_of": ["这一刻还没有汇总到。"]})
        return at


class Indicators(Numbers):
    @extend_schema(operation_id="street_indicators", parameters=_PARAMETERS, responses=docs.answers(IndicatorsSerializer) | docs.BAD)
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request, beside=ASKED)
        ask, named, days = self.asked()
        by, last = request.query_params.get("by", ""), sums.moment()
        if by and by not in ("grid", "park", "window", "unit", "item"):
            raise ValidationError({"by": ["没有这种分组。"]})
        rows = [self._row(each, ask, by, days) for each in indicators.read_all(ask, named)]
        span = {"from_on": named.period.first, "until_on": named.period.last}
        return Response({"as_of": moment(ask.at), "waiting": last.waiting if last else 0, "period": span, "indicators": rows})

    def _row(self, reading: Reading, ask: Ask, by: str, days: dict[str, str]) -> dict[str, Any]:
        row = reading.indicator
        slices = indicators.cut(ask, row, by) if by and by in row.by else []
        return {
            "code": row.code, "label": row.label, "unit": row.unit, "formula": row.formula, "source": row.source,
            "better": {1: "up", -1: "down"}.get(row.better, ""), "value": _number(reading.value), "counted": _number(reading.counted),
            "base": _number(reading.base), "before": _number(reading.before), "year_before": _number(reading.year_before),
            "target": _number(reading.target), "as_of": moment(ask.at), "list": self._list(row.code, days),
            "base_list": self._list(row.code, days, part="base") if row.is_rate else None,
            "slices": [
                {"key": each.key, "value": _number(each.value), "counted": _number(each.counted), "base": _number(each.base), "list": self._list(row.code, days, by=by, key=str(each.key))}
                for each in slices
            ],
        }  # fmt: skip

    def _list(self, code: str, days: dict[str, str], **beside: str) -> str:
        return link(self, "api-street-indicator-rows", indicator=code, **beside, **days)


class IndicatorRows(Numbers):
    """The rows one number counts: tickets, enterprises, events, figures, spaces, parks or matters, by key and name."""

    @extend_schema(
        operation_id="street_indicator_rows_list",
        parameters=[
            OpenApiParameter("indicator", str, enum=list(INDICATORS), required=True), OpenApiParameter("part", str, enum=["counted", "base"]),
            OpenApiParameter("key", int), *_PARAMETERS, docs.CURSOR, docs.SIZE,
        ],
        responses=docs.listed(RowBehindSerializer),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request, beside=("indicator", "part", "key", *ASKED))
        ask, _, _ = self.asked()
        given = request.query_params
        key = given.get("key", "0")
        try:
            if not (key.isascii() and key.isdigit() and len(key) < 19):
                raise KeyError(key)
            rows = indicators.behind(
                ask, given.get("indicator", ""), part=given.get("part", "counted"), by=given.get("by") or "all", key=int(key)
            )
        except KeyError:
            raise ValidationError({"indicator": ["没有这个指标，或没有这一部分、这种分组。"]}) from None
        page = pages.page(request, rows, BY_KEY, ("pk",))
        named = rows.model._default_manager.in_bulk([row["pk"] for row in page.rows])
        return Response(page.answer([{"id": row["pk"], "label": str(named[row["pk"]])} for row in page.rows if row["pk"] in named]))


BY_KEY = pages.Order("key", "pk", descending=True, read=int)
