"""走访安排 through the door of the enterprise: who comes, when and why, what it may change, what came of earlier visits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.bodies import read
from api.doors import ENTERPRISE, Behind
from api.ticket import moment
from api.tickets import Stale
from api.visit_shapes import (
    ChooseVisitorBody,
    ComingVisitSerializer,
    EnterpriseVisitsSerializer,
    MoveVisitBody,
    NeedAnswerBody,
    NeedAnswerSerializer,
    TopicsBody,
)
from api.visits import person
from visits import appointing, told, words
from visits.models import Task
from wording.errors import StateConflict

NEWEST = pages.Order("visited", "visited_at", descending=True, read=pages.read_moment, key=UUID)


class MyVisitsBehind(Behind):
    door = ENTERPRISE

    def found(self, key: UUID) -> Task:
        row: Task | None = told.coming(self.request.user).filter(pk=key).first()
        if row is None:
            raise Http404
        return row

    def shown(self, rows: Iterable[words.Announced]) -> list[dict[str, Any]]:
        return [_coming(each, words.on_offer(each.task, self.at), appointing.choices(each.task, self.at)) for each in rows]

    def row(self, key: UUID) -> dict[str, Any] | None:
        return next(iter(self.shown(words.announced(told.coming(self.request.user).filter(pk=key), self.at))), None)

    def changed(self, key: UUID, deed: Callable[[], Any]) -> Response:
        try:
            deed()
        except StateConflict as conflict:
            raise Stale(conflict.message, self.row(key), code=conflict.code) from None
        return Response(self.row(key))


def _coming(each: words.Announced, slots: list[words.Slot], people: list[appointing.Choice]) -> dict[str, Any]:
    task = each.task
    return {
        "id": str(task.pk), "enterprise": {"uscc": task.enterprise.uscc, "name": task.enterprise.name}, "when": each.when,
        "who": f"{each.called} {each.who}".strip(), "why": list(each.why), "along": list(each.along), "topics": task.topics,
        "wanted": person(task.wanted), "moves_left": each.moves_left,
        "slots": [{"code": slot.code, "label": slot.label} for slot in slots] if each.moves_left else [],
        "people": [
            {"username": row.user.username, "name": row.user.display_name, "role": row.called, "known": row.known} for row in people
        ],
        "version": each.mark,
    }  # fmt: skip


def _past(row: told.Past) -> dict[str, Any]:
    visit = row.visit
    return {
        "id": str(visit.pk), "enterprise": {"uscc": visit.enterprise.uscc, "name": visit.enterprise.name},
        "visited_at": moment(visit.visited_at), "visitors": row.visitors, "told": visit.told,
        "needs": [{"id": need.pk, "number": ticket.number, "title": ticket.title, "confirmed": need.confirmed} for need, ticket in row.needs],
    }  # fmt: skip


class Visits(MyVisitsBehind):
    """GET: visits to come, and those that were paid, newest first."""

    @extend_schema(
        operation_id="enterprise_visits_list",
        parameters=[docs.CURSOR, docs.SIZE],
        responses={200: EnterpriseVisitsSerializer, **docs.BAD, **docs.REFUSALS},
    )
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request)
        rows = told.paid(request.user)
        page = pages.page(request, rows, NEWEST, ("pk",))
        found = {row.pk: row for row in rows.filter(pk__in=[each["pk"] for each in page.rows])}
        past = told.told(request.user, [found[each["pk"]] for each in page.rows if each["pk"] in found], self.at)
        coming = self.shown(told.announced(request.user, self.at))
        return Response({"coming": coming, **page.answer([_past(row) for row in past])})


class Move(MyVisitsBehind):
    @extend_schema(operation_id="enterprise_visits_move", request=MoveVisitBody, responses=docs.changed(ComingVisitSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        task, raw = self.found(key), read(MoveVisitBody, request.data)
        facts = {"slot": raw.get("slot") or "", "mark": raw.get("version") or ""}
        return self.changed(key, lambda: appointing.move(task, by=request.user, at=self.at, **facts))


class Choose(MyVisitsBehind):
    @extend_schema(operation_id="enterprise_visits_choose", request=ChooseVisitorBody, responses=docs.changed(ComingVisitSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        task, raw = self.found(key), read(ChooseVisitorBody, request.data)
        among = {each.user.username: each.user.pk for each in appointing.choices(task, self.at)}
        if raw.get("person") not in among:
            raise ValidationError({"person": ["请从列出的人里选。"]})
        wanted, mark = among[raw["person"]], raw.get("version") or ""
        return self.changed(key, lambda: appointing.choose(task, person=wanted, by=request.user, at=self.at, mark=mark))


class Topics(MyVisitsBehind):
    @extend_schema(operation_id="enterprise_visits_topics", request=TopicsBody, responses=docs.changed(ComingVisitSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        task, raw = self.found(key), read(TopicsBody, request.data)
        facts = {"topics": raw.get("topics") or "", "mark": raw.get("version") or ""}
        return self.changed(key, lambda: appointing.add_topics(task, by=request.user, at=self.at, **facts))


class NeedAnswer(MyVisitsBehind):
    @extend_schema(operation_id="enterprise_visits_need_answer", request=NeedAnswerBody, responses=docs.changed(NeedAnswerSerializer))
    def post(self, request: Request, need: int) -> Response:
        row = told.needs_of(request.user).filter(pk=need).first()
        if row is None:
            raise Http404
        confirmed = read(NeedAnswerBody, request.data).get("confirmed")
        if confirmed is None:
            raise ValidationError({"confirmed": ["请填 true 或 false。"]})
        row = appointing.confirm_need(row, confirmed=confirmed, by=request.user, at=self.at)
        return Response({"id": row.pk, "confirmed": row.confirmed})
