"""应访尽访率 through the doors of the community and the street; the list behind each number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.doors import COMMUNITY, STREET, Behind
from api.places import link
from api.street import PERIOD, day_of
from api.ticket import moment
from api.visit_shapes import CoverageSerializer, MatterSerializer
from visits import coverage, reasons
from visits.models import Reason
from wording.errors import NotYours

BY_DUE = pages.Order("due", "due_on", descending=True, read=date.fromisoformat)
_DAYS = [
    OpenApiParameter("from_on", date, description="应访止起（含），默认今年 1 月 1 日"),
    OpenApiParameter("until_on", date, description="应访止止（含），默认今天"),
]
_LISTED = docs.listed(MatterSerializer)
_BEHIND = [
    OpenApiParameter("measure", str, enum=list(coverage.MEASURES), description="哪个数字背后的清单，默认 owed"),
    OpenApiParameter("by", str, enum=list(coverage.BREAKDOWNS), description="哪种分组"),
    OpenApiParameter("key", str, description="分组里的一格；空为未登记、未安排"),
]


class NumbersBehind(Behind):
    door = COMMUNITY

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not coverage.may_read(request.user):
            raise NotYours("走访覆盖供社区专员、负责人、网格长和街道查看。")

    def period(self) -> coverage.Period:
        usual = coverage.year_to_date(self.at)
        asked = self.request.query_params
        first, last = (day_of(name, asked[name]) if asked.get(name) else None for name in PERIOD)
        period = coverage.Period(first or usual.first, last or usual.last)
        if period.first > period.last:
            raise ValidationError({"until_on": ["不能早于 from_on。"]})
        return period


class Coverage(NumbersBehind):
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request, beside=PERIOD)
        period, today = self.period(), timezone.localtime(self.at).date()
        days = {"from_on": period.first.isoformat(), "until_on": period.last.isoformat()}
        return Response({
            "as_of": moment(self.at),
            "period": days,
            "formula": coverage.FORMULA,
            "total": self._line(coverage.total(request.user, period, today), days),
            "breakdowns": [
                {
                    "code": code, "label": by.label,
                    "slices": [self._line(each, {**days, "by": code, "key": each.key}) for each in coverage.breakdown(request.user, code, period, today)],
                }
                for code, by in coverage.BREAKDOWNS.items()
            ],
        })  # fmt: skip

    def _line(self, row: coverage.Slice, asked: Mapping[str, str]) -> dict[str, Any]:
        name = f"api-{self.door.name}-visit-matters"
        figures = [
            {
                "code": each.code, "label": each.label, "formula": each.formula, "value": row.counts[each.code], "unit": "项",
                "list": link(self, name, measure=each.code, **asked),
            }
            for each in coverage.MEASURES.values()
        ]  # fmt: skip
        return {"key": row.key, "label": row.label, "rate": float(row.rate) if row.rate is not None else None, "figures": figures}


class Matters(NumbersBehind):
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request, beside=("measure", "by", "key", *PERIOD))
        asked = {name: request.query_params.get(name, "") for name in ("by", "key")}
        try:
            today = timezone.localtime(self.at).date()
            rows = coverage.behind(request.user, request.query_params.get("measure", "owed"), self.period(), today, **asked)
        except KeyError:
            raise ValidationError({"measure": ["没有这个数字，或没有这种分组。"]}) from None
        page = pages.page(request, rows, BY_DUE, ("pk",))
        keys = [each["pk"] for each in page.rows]
        found = {
            row.pk: row for row in Reason.objects.visible_to(request.user).filter(pk__in=keys).select_related("enterprise", "visit_class")
        }
        versions = reasons.standing(found.values())
        return Response(page.answer([_matter(found[key], versions) for key in keys if key in found]))


def _matter(row: Reason, versions: Mapping[Any, Any]) -> dict[str, Any]:
    line = reasons.line(row, versions.get((row.visit_class_id, row.since_on)))
    return {
        "id": row.pk, "enterprise": {"uscc": row.enterprise.uscc, "name": row.enterprise.name},
        "visit_class": {"code": line.code, "name": line.name}, "words": line.words, "since_on": row.since_on, "due_on": row.due_on,
        "ended_on": row.ended_on, "ending": row.ending, "ending_label": row.get_ending_display() if row.ending else "未了",
        "provisional": row.provisional,
    }  # fmt: skip


def _coverage(door: str) -> Any:
    """Both doors answer alike; the schema names them apart."""
    answers = docs.answers(CoverageSerializer) | docs.BAD
    return extend_schema_view(get=extend_schema(operation_id=f"{door}_visits_coverage", parameters=_DAYS, responses=answers))


def _matters(door: str) -> Any:
    parameters = [*_BEHIND, *_DAYS, docs.CURSOR, docs.SIZE]
    return extend_schema_view(get=extend_schema(operation_id=f"{door}_visit_matters_list", parameters=parameters, responses=_LISTED))


@_coverage("community")
class CommunityCoverage(Coverage):
    door = COMMUNITY


@_matters("community")
class CommunityMatters(Matters):
    door = COMMUNITY


@_coverage("street")
class StreetCoverage(Coverage):
    door = STREET


@_matters("street")
class StreetMatters(Matters):
    door = STREET
