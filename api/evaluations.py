"""园区评价 through its doors: operators their own parks, the office and the street every round; the leader's deeds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.bodies import read
from api.doors import PARK, STREET, Behind, Door
from api.evaluation_shapes import (
    BeginBody,
    EmptyBody,
    EvaluationAnswerBody,
    ObjectionBody,
    ParkEvaluationSerializer,
    RoundDetailSerializer,
    RoundSerializer,
    SchemeSerializer,
)
from api.ticket import exact, moment
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from evaluations import objections, reading, rounds
from evaluations.models import Objection, Result, Round, Scheme
from evaluations.states import RoundState
from evaluations.what_if import Move, Option
from wording.errors import NotFound

OFFICE = Door("community", "社区专员和负责人", COMMUNITY_WIDE_KINDS)
#: One page for both doors: the schema knows it by name.
ROUNDS = docs.listed(RoundSerializer)
BY_PERIOD = pages.Order("newest", "period", descending=True)
BY_ROUND = pages.Order("newest-round", "round__period", descending=True)
_ACTIONS = {RoundState.DRAFT: ["measure", "show", "discard"], RoundState.SHOWN: ["publish"], RoundState.PUBLISHED: []}


class RoundFilter(django_filters.FilterSet):
    period = django_filters.CharFilter(label="期间", max_length=7)
    state = django_filters.ChoiceFilter(label="状态", choices=RoundState.choices)
    community = django_filters.CharFilter(label="社区代码", field_name="community__code", max_length=20)


class ResultFilter(django_filters.FilterSet):
    period = django_filters.CharFilter(label="期间", field_name="round__period", max_length=7)
    park = django_filters.CharFilter(label="园区代码", field_name="park__code", max_length=20)


def named(row: Any) -> dict[str, str]:
    return {"code": row.code, "name": row.name}


def plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def round_row(row: Round, leads: set[int], waiting: int) -> dict[str, Any]:
    return {
        "id": row.pk, "period": row.period, "period_label": row.period_label, "community": named(row.community), "scheme": row.scheme_id,
        "state": row.state, "state_label": row.get_state_display(), "measured_at": moment(row.measured_at), "shown_at": moment(row.shown_at),
        "objections_until_at": moment(row.objections_until_at), "provisional": row.provisional, "published_at": moment(row.published_at),
        "waiting_objections": waiting, "actions": _ACTIONS[RoundState(row.state)] if row.community_id in leads else [],
    }  # fmt: skip


def objection_row(row: Objection) -> dict[str, Any]:
    return {
        "id": row.pk, "park": named(row.park), "indicator": row.indicator.code if row.indicator else None, "reason": row.reason,
        "filed_at": moment(row.filed_at), "upheld": row.upheld, "corrected": plain(row.corrected), "answer": row.answer,
        "answered_at": moment(row.answered_at),
    }  # fmt: skip


def result_row(row: Result, count: int) -> dict[str, Any]:
    grade = row.grade.label if row.grade else None
    return {"park": named(row.park), "score": exact(row.score), "rank": row.rank, "of": count, "grade": grade, "reason": row.reason}


def _value(line: reading.Line) -> dict[str, Any]:
    indicator = line.value.indicator
    meaning = indicator.meaning
    return {
        "code": indicator.code, "label": meaning.label, "dimension": meaning.dimension.value, "unit": meaning.unit, "weight": plain(indicator.weight),
        "raw": plain(line.raw), "basis": line.why or line.said, "withheld": line.value.withheld if line.why else "", "points": exact(line.value.points),
        "weighted": exact(line.weighted), "mean_points": exact(line.mean), "corrected": line.value.objection_id is not None,
    }  # fmt: skip


def _move(move: Move | None, grades: list[str]) -> dict[str, Any] | None:
    if move is None:
        return None
    return {"raw": plain(move.raw), "change": plain(move.change), "grade": grades[move.standing.grade], "score": exact(move.standing.score)}


def _option(each: Option, grades: list[str]) -> dict[str, Any]:
    told = {"code": each.rule.code, "label": each.indicator.label, "unit": each.indicator.unit, "now": plain(each.now)}
    return told | {"next": _move(each.next, grades), "best": _move(each.best, grades)}


def _spread(spread: reading.Spread | None) -> dict[str, Any] | None:
    if spread is None:
        return None
    grades, bands = ([{"label": label, "count": count} for label, count in rows] for rows in (spread.grades, spread.bands))
    return {"count": spread.count, "median": exact(spread.middle), "grades": grades, "bands": bands}


class EvaluationsBehind(Behind):
    def leads(self) -> set[int]:
        return {post.community_id for post in held(self.request.user, PostKind.LEADER) if post.community_id}

    def waiting(self, keys: list[int]) -> dict[int, int]:
        rows = Objection.objects.visible_to(self.request.user).waiting().filter(round__in=keys)
        return dict(rows.values_list("round").annotate(n=Count("pk")).order_by())

    def objections(self, **which: Any) -> list[dict[str, Any]]:
        rows = Objection.objects.visible_to(self.request.user).filter(**which).select_related("park", "indicator")
        return [objection_row(row) for row in rows.order_by("filed_at", "pk")]


class ParkEvaluation(EvaluationsBehind):
    """The operator's own: every park of its own in every round that is shown or published, newest period first."""

    door = PARK

    @extend_schema(
        operation_id="park_evaluation", parameters=docs.filters_of(ResultFilter), responses=docs.listed(ParkEvaluationSerializer)
    )
    def get(self, request: Request) -> Response:
        page = pages.page(request, pages.narrowed(request, ResultFilter, Result.objects.visible_to(request.user)), BY_ROUND, ("pk",))
        keys = [row["pk"] for row in page.rows]
        return Response(page.answer([self.whole(key) for key in keys]))

    def found(self, key: int) -> Result:
        rows = Result.objects.visible_to(self.request.user).select_related("round__community", "park", "grade")
        row: Result | None = rows.filter(pk=key).first()
        if row is None:
            raise Http404
        return row

    def whole(self, key: int) -> dict[str, Any]:
        row = self.found(key)
        card, round_ = reading.card(row, self.request.user), row.round
        until = round_.objections_until_at
        return result_row(row, card.count) | {
            "id": row.pk, "round": round_row(round_, set(), self.waiting([round_.pk]).get(round_.pk, 0)),
            "values": [_value(line) for line in card.lines], "what_if": [_option(each, card.grades) for each in card.options],
            "distribution": _spread(card.spread), "suppressed": card.alone, "objections": self.objections(round=round_, park=row.park),
            "may_object": round_.state == RoundState.SHOWN and until is not None and self.at <= until,
        }  # fmt: skip


class FileObjection(ParkEvaluation):
    """异议 against one result, while it is shown."""

    http_method_names = ["post", "options"]

    @extend_schema(operation_id="park_evaluation_object", request=ObjectionBody, responses=docs.made(ParkEvaluationSerializer) | docs.changed(ParkEvaluationSerializer))  # fmt: skip
    def post(self, request: Request, result: int) -> Response:
        raw = read(ObjectionBody, request.data)
        objections.file(self.found(result), raw, by=request.user, at=self.at)
        return Response(self.whole(result), status=201)


class RoundsBehind(EvaluationsBehind):
    def sight(self) -> QuerySet[Round]:
        return Round.objects.visible_to(self.request.user).select_related("community")

    def listed(self, request: Request) -> Response:
        rows = self.sight()
        page = pages.page(request, pages.narrowed(request, RoundFilter, rows), BY_PERIOD, ("pk",))
        keys = [row["pk"] for row in page.rows]
        found, waiting, leads = rows.in_bulk(keys), self.waiting(keys), self.leads()
        return Response(page.answer([round_row(found[key], leads, waiting.get(key, 0)) for key in keys]))

    def found(self, key: int) -> Round:
        row = self.sight().filter(pk=key).first()
        if row is None:
            raise Http404
        return row

    def whole(self, key: int) -> dict[str, Any]:
        row = self.found(key)
        results = list(Result.objects.visible_to(self.request.user).filter(round=row).by_rank().select_related("park", "grade"))
        count = sum(each.score is not None for each in results)
        return round_row(row, self.leads(), self.waiting([key]).get(key, 0)) | {
            "results": [result_row(each, count) for each in results], "objections": self.objections(round=row),
        }  # fmt: skip


class CommunityRounds(RoundsBehind):
    door = OFFICE

    @extend_schema(operation_id="community_evaluations_list", parameters=docs.filters_of(RoundFilter), responses=ROUNDS)
    def get(self, request: Request) -> Response:
        return self.listed(request)

    @extend_schema(operation_id="community_evaluations_measure", request=BeginBody, responses=docs.made(RoundDetailSerializer) | docs.changed(RoundDetailSerializer))  # fmt: skip
    def post(self, request: Request) -> Response:
        """测算一期；草稿可以反复测算。"""
        made = rounds.begin(read(BeginBody, request.data), by=request.user, at=self.at)
        return Response(self.whole(made.pk), status=201)


class CommunityRound(RoundsBehind):
    door = OFFICE

    @extend_schema(operation_id="community_evaluations_read", responses=docs.found(RoundDetailSerializer))
    def get(self, request: Request, round: int) -> Response:
        return Response(self.whole(round))


class CommunityRoundAct(RoundsBehind):
    door = OFFICE

    @extend_schema(
        operation_id="community_evaluations_act",
        parameters=[OpenApiParameter("action", str, OpenApiParameter.PATH, enum=list(rounds.DEEDS))],
        request=EmptyBody,
        responses=docs.changed(RoundDetailSerializer),
    )
    def post(self, request: Request, round: int, action: str) -> Response:
        """show 公示，publish 公布，discard 删除草稿（答复为删除前的样子）。"""
        row = self.found(round)
        if action not in rounds.DEEDS:
            raise NotFound("没有这个操作。")
        read(EmptyBody, request.data)
        before = self.whole(round) if action == "discard" else {}
        rounds.DEEDS[action](row, by=request.user, at=self.at)
        return Response(before or self.whole(round))


class AnswerObjection(RoundsBehind):
    door = OFFICE

    @extend_schema(operation_id="community_evaluations_answer", request=EvaluationAnswerBody, responses=docs.changed(RoundDetailSerializer))
    def post(self, request: Request, objection: int) -> Response:
        row = Objection.objects.visible_to(request.user).filter(pk=objection).first()
        if row is None:
            raise Http404
        answered = objections.answer(row, read(EvaluationAnswerBody, request.data), by=request.user, at=self.at)
        return Response(self.whole(answered.round_id))


class StreetRounds(RoundsBehind):
    door = STREET

    @extend_schema(operation_id="street_evaluations_list", parameters=docs.filters_of(RoundFilter), responses=ROUNDS)
    def get(self, request: Request) -> Response:
        return self.listed(request)


class StreetRound(RoundsBehind):
    door = STREET

    @extend_schema(operation_id="street_evaluations_read", responses=docs.found(RoundDetailSerializer))
    def get(self, request: Request, round: int) -> Response:
        return Response(self.whole(round))


class Schemes(Behind):
    """Every version, the newest first."""

    door = OFFICE
    order = pages.Order("from", "from_on", descending=True)

    @extend_schema(
        operation_id="community_evaluation_schemes", parameters=[docs.CURSOR, docs.SIZE], responses=docs.listed(SchemeSerializer)
    )
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request)
        rows = Scheme.objects.visible_to(request.user)
        page = pages.page(request, rows, self.order, ("pk",))
        found = rows.select_related("community").whole().in_bulk([row["pk"] for row in page.rows])
        return Response(page.answer([_scheme(found[row["pk"]]) for row in page.rows]))


def _scheme(row: Scheme) -> dict[str, Any]:
    return {
        "id": row.pk, "community": named(row.community), "name": row.name, "note": row.note, "from_on": row.from_on, "ties": row.ties,
        "objection_workdays": row.objection_workdays,
        "indicators": [
            {
                "code": each.code, "label": each.meaning.label, "dimension": each.meaning.dimension.value, "unit": each.meaning.unit,
                "basis": each.meaning.basis, "weight": plain(each.weight), "better": each.better, "scoring": each.scoring, "steps": each.steps,
                "missing": each.missing,
            }
            for each in sorted(row.indicators.all(), key=lambda each: each.rank)
        ],
        "grades": [{"label": each.label, "quota": plain(each.quota)} for each in sorted(row.grades.all(), key=lambda each: each.place)],
    }  # fmt: skip
