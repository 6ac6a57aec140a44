"""Visits through the door of the community: tasks with their reasons for those who may read them, appointing, companions, classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api import docs, pages
from api.bodies import read
from api.doors import COMMUNITY, Behind
from api.ticket import moment
from api.tickets import Stale
from api.visit_shapes import AppointBody, ClassSerializer, CompanionAnswerBody, CompanionBody, HandOverBody, VisitTaskSerializer
from visits import appointing, columns, companions, filters, guests, people, reasons, triggers
from visits.models import ClassVersion, Companion, Task
from visits.states import TaskState
from wording.errors import NotYours, StateConflict

BY_DUE = pages.Order("due", "sort_on", nullable=True, read=date.fromisoformat, key=UUID)
BY_CLASS = pages.Order("class", "visit_class__rank", read=int)
_CLASS = OpenApiParameter("class", str, description="必访类别的代码")


def person(user: User | None) -> dict[str, Any] | None:
    return None if user is None else {"username": user.username, "name": user.display_name}


def named(thing: Any) -> dict[str, Any] | None:
    return None if thing is None else {"code": thing.code, "name": thing.name}


def task_rows(tasks: Iterable[Task], user: User, at: datetime) -> list[dict[str, Any]]:
    """Each as this person reads it. Seven queries, however many."""
    rows = list(tasks)
    read_as = columns.read_as(user, rows)
    staff = [row.enterprise_id for row in rows if read_as[row.pk] == columns.STAFF]
    why = reasons.open_of(staff, user)
    places = guests.place_of(rows)
    along: dict[UUID, list[Companion]] = {}
    for each in Companion.objects.visible_to(user).filter(task__in=rows).select_related("user", "unit").order_by("pk"):
        along.setdefault(each.task_id, []).append(each)
    today = timezone.localtime(at).date()
    return [
        _shared(row, places.get(row.pk, ""), along.get(row.pk, []))
        | (_for_staff(row, why.get(row.enterprise_id, []), today) if read_as[row.pk] == columns.STAFF else _FOR_GUESTS)
        for row in rows
    ]


def _shared(row: Task, place: str, along: list[Companion]) -> dict[str, Any]:
    return {
        "id": str(row.pk), "enterprise": {"uscc": row.enterprise.uscc, "name": row.enterprise.name}, "place": place,
        "planned_on": row.planned_on, "planned_half": row.planned_half or None, "appointed_at": moment(row.appointed_at),
        "assignee": person(row.assignee), "topics": row.topics,
        "companions": [{"id": each.pk, "person": person(each.user), "unit": named(each.unit), "coming": each.coming} for each in along],
    }  # fmt: skip


def _for_staff(row: Task, why: list[reasons.Line], today: date) -> dict[str, Any]:
    return {
        "state": row.state, "state_label": row.get_state_display(), "opened_on": row.opened_on, "due_on": row.due_on,
        "provisional": row.provisional, "overdue": row.state == TaskState.OPEN and row.due_on < today, "attempts": row.attempts,
        "lost_at": moment(row.lost_at), "moved": row.moved, "wanted": person(row.wanted), "next_step": row.next_step,
        "version": row.version, "reasons": [_reason(each, today) for each in why] if row.state == TaskState.OPEN else [],
    }  # fmt: skip


_FOR_GUESTS = dict.fromkeys(
    ("state", "state_label", "opened_on", "due_on", "provisional", "overdue", "attempts", "lost_at", "moved", "wanted", "next_step", "version", "reasons")
)  # fmt: skip


def _reason(each: reasons.Line, today: date) -> dict[str, Any]:
    return {
        "visit_class": {"code": each.code, "name": each.name}, "words": each.words, "occurred_on": each.occurred_on, "since_on": each.since_on,
        "due_on": each.due_on, "provisional": each.provisional, "overdue": each.due_on < today, "staff_only": each.staff_only, "key": each.key,
    }  # fmt: skip


class TasksBehind(Behind):
    door = COMMUNITY

    def sight(self) -> QuerySet[Task]:
        rows = Task.objects.visible_to(self.request.user)
        return rows.select_related("enterprise", "community__street", "assignee", "wanted")

    def found(self, key: UUID) -> Task:
        row = self.sight().filter(pk=key).first()
        if row is None:
            raise Http404
        return row

    def row(self, key: UUID) -> dict[str, Any] | None:
        return next(iter(task_rows(self.sight().filter(pk=key), self.request.user, self.at)), None)

    def body(self, kind: Any, row: Task) -> dict[str, Any]:
        """What was sent; whoever may not do it, or not now, is told so before what is wrong with it (DESIGN §4)."""
        if not appointing.planned_by(self.request.user).filter(pk=row.pk).exists():
            raise NotYours("走访由本社区的专员、负责人和网格人员安排。")
        if row.state != TaskState.OPEN:
            raise self.stale(StateConflict(f"这项走访{row.get_state_display()}，请刷新看最新情况。"), row.pk)
        found = dict(read(kind, self.request.data))
        if "version" in kind().fields and found.get("version") is None:
            raise ValidationError({"version": ["请带上您看到的这一项的 version。"]})
        return found

    def stale(self, conflict: StateConflict, key: UUID) -> Stale:
        return Stale(conflict.message, self.row(key), code=conflict.code)

    def who(self, username: str, name: str, among: Iterable[User]) -> int:
        found = next((each.pk for each in among if each.username == username), None)
        if found is None:
            raise ValidationError({name: ["没有这个人，或现在不能去。"]})
        return found


class Tasks(TasksBehind):
    """GET: the tasks in sight, what is due first. Without `state` the open ones."""

    @extend_schema(
        operation_id="community_visits_list",
        description="`due`：today、overdue、week 或日期；`assignee`：用户名、me、none；`state` 默认 open。事由只给工作人员，同行的人为 null。",
        parameters=[*docs.filters_of(filters.TaskFilter, skip=("class",)), _CLASS],
        responses=docs.listed(VisitTaskSerializer),
    )
    def get(self, request: Request) -> Response:
        asked = pages.narrowed(request, filters.TaskFilter, Task.objects.visible_to(request.user), user=request.user, now=self.at)
        if not pages.filter_data(request, filters.TaskFilter):
            asked = asked.open()
        page = pages.page(request, filters.ranked(asked, request.user), BY_DUE, ("pk",))
        rows = {row.pk: row for row in self.sight().filter(pk__in=[each["pk"] for each in page.rows])}
        return Response(page.answer(task_rows([rows[each["pk"]] for each in page.rows if each["pk"] in rows], request.user, self.at)))


class OneTask(TasksBehind):
    @extend_schema(operation_id="community_visits_read", responses=docs.found(VisitTaskSerializer))
    def get(self, request: Request, key: UUID) -> Response:
        found = self.row(key)
        if found is None:
            raise Http404
        return Response(found)


class Appoint(TasksBehind):
    @extend_schema(operation_id="community_visits_appoint", request=AppointBody, responses=docs.changed(VisitTaskSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        task = self.found(key)
        raw = self.body(AppointBody, task)
        to = self.who(raw["to"], "to", appointing.to_send(task, self.at)) if raw.get("to") else None
        when = moment_of(raw.get("when"), "when")
        try:
            appointing.appoint(task, when=when, to=to, by=request.user, at=self.at, version=raw["version"])
        except StateConflict as conflict:
            raise self.stale(conflict, key) from None
        return Response(self.row(key))


class HandOver(TasksBehind):
    @extend_schema(operation_id="community_visits_hand_over", request=HandOverBody, responses=docs.changed(VisitTaskSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        task = self.found(key)
        raw = self.body(HandOverBody, task)
        to = self.who(raw.get("to") or "", "to", appointing.to_send(task, self.at))
        try:
            appointing.hand_over(task, to=to, by=request.user, at=self.at, version=raw["version"])
        except StateConflict as conflict:
            raise self.stale(conflict, key) from None
        return Response(self.row(key))


class Companions(TasksBehind):
    """POST: somebody is asked along."""

    @extend_schema(operation_id="community_visits_companions_ask", request=CompanionBody, responses=docs.changed(VisitTaskSerializer))
    def post(self, request: Request, key: UUID) -> Response:
        task = self.found(key)
        raw = self.body(CompanionBody, task)
        guest = self.who(raw.get("person") or "", "person", [each.user for each in companions.guests(task, self.at)])
        companions.ask(task, user=guest, by=request.user, at=self.at)
        return Response(self.row(key))


class CompanionAnswer(TasksBehind):
    """POST: whether one comes along; by whoever was asked."""

    @extend_schema(
        operation_id="community_visits_companions_answer", request=CompanionAnswerBody, responses=docs.changed(VisitTaskSerializer)
    )
    def post(self, request: Request, key: UUID, companion: int) -> Response:
        task = self.found(key)
        row = Companion.objects.visible_to(request.user).filter(task=task, pk=companion).first()
        if row is None:
            raise Http404
        if row.user_id != request.user.pk:
            raise NotYours("能否同行由被邀请人自己答复。")
        coming = read(CompanionAnswerBody, request.data).get("coming")
        if coming is None:
            raise ValidationError({"coming": ["请填 true 或 false。"]})
        before = self.row(key)
        companions.answer(row, coming=coming, by=request.user, at=self.at)
        return Response(self.row(key) or before)


class CompanionDrop(TasksBehind):
    @extend_schema(operation_id="community_visits_companions_drop", request=None, responses=docs.changed(VisitTaskSerializer))
    def post(self, request: Request, key: UUID, companion: int) -> Response:
        row = Companion.objects.visible_to(request.user).filter(task=self.found(key), pk=companion).first()
        if row is None:
            raise Http404
        companions.drop(row, by=request.user, at=self.at)
        return Response(self.row(key))


class Classes(Behind):
    """GET: what each class says today."""

    door = COMMUNITY

    @extend_schema(operation_id="community_visit_classes_list", parameters=[docs.CURSOR, docs.SIZE], responses=docs.listed(ClassSerializer))
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request)
        now = ClassVersion.objects.visible_to(request.user).in_force(timezone.localtime(self.at).date())
        rows = ClassVersion.objects.visible_to(request.user).filter(pk__in=now.values("pk"))
        page = pages.page(request, rows, BY_CLASS, ("pk",))
        found = {row.pk: row for row in rows.select_related("visit_class__community")}
        return Response(page.answer([_class(found[each["pk"]]) for each in page.rows]))


def _class(row: ClassVersion) -> Mapping[str, Any]:
    return {
        "code": row.visit_class.code, "community": named(row.visit_class.community), "name": row.name,
        "origin": row.visit_class.get_origin_display(), "active": row.active, "from_on": row.from_on,
        "triggers": [each.label for each in triggers.on_file(row.triggers)], "who": [people.ROLES.get(role, role) for role in row.who],
        "closing": row.get_closing_display(), "absorb_workdays": row.absorb_workdays, "weight": row.weight, "staff_only": row.staff_only,
    }  # fmt: skip


def moment_of(text: str | None, name: str) -> datetime:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 2000 <= found.year < 2100:
        raise ValidationError({name: ["须是带时区的时间，如 2026-12-03T10:00:00+08:00。"]})
    return found
