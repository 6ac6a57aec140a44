"""走访: the task list, visits as they were recorded, the table of coverage and the list behind each of its numbers. They go out, never in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.table import Table
from visits import coverage, guests, reasons
from visits.filters import TaskFilter
from visits.models import Reason, Task, Visit, Visitor
from visits.querysets import staffed
from wording.masks import mask_name

if TYPE_CHECKING:
    from accounts.models import User

#: Whoever plans, pays or oversees visits; those who come along have a page of their own.
STAFF = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET)
CHUNK = 1000


def _chunks(rows: Any) -> Iterator[list[Any]]:
    found: list[Any] = []
    for row in rows.iterator(chunk_size=CHUNK):
        found.append(row)
        if len(found) == CHUNK:
            yield found
            found = []
    if found:
        yield found


class VisitTasks(Table):
    code, label = "visit-tasks", "走访任务"
    exporters = STAFF
    columns = (
        Column("enterprise", "企业", width=30),
        Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=22),
        Column("place", "地点", width=30),
        Column("state", "状态", width=10),
        Column("classes", "必访类别", width=24),
        Column("reasons", "事由", width=40),
        Column("due_on", "应访止", kind=Kind.DATE, width=12),
        Column("overdue", "是否逾期", width=9),
        Column("assignee", "走访人", width=10),
        Column("planned", "计划", width=16),
        Column("attempts", "未遇次数", kind=Kind.NUMBER, width=9),
        Column("moved", "企业改期", kind=Kind.NUMBER, width=9),
        Column("topics", "企业想谈的事", width=36),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(TaskFilter, params, staffed(Task.objects.visible_to(user), user), user, user=user, now=at)
        today = timezone.localtime(at).date()
        for chunk in _chunks(rows.select_related("enterprise", "assignee").order_by("due_on", "pk")):
            why = reasons.open_of({row.enterprise_id for row in chunk}, user)
            places = guests.place_of(chunk)
            for row in chunk:
                lines = why.get(row.enterprise_id, []) if row.state == "open" else []
                yield {
                    "enterprise": row.enterprise.name, "uscc": row.enterprise.uscc, "place": places.get(row.pk, ""),
                    "state": row.get_state_display(), "classes": "、".join(dict.fromkeys(each.name for each in lines)),
                    "reasons": "；".join(each.words for each in lines), "due_on": row.due_on,
                    "overdue": "逾期" if row.state == "open" and row.due_on < today else "",
                    "assignee": row.assignee.display_name if row.assignee else "",
                    "planned": f"{row.planned_on:%Y-%m-%d} {row.get_planned_half_display()}" if row.planned_on else "",
                    "attempts": row.attempts, "moved": row.moved, "topics": row.topics,
                }  # fmt: skip


class Visits(Table):
    code, label = "visits", "走访记录"
    exporters = STAFF
    columns = (
        Column("visited_at", "走访时间", kind=Kind.DATE, width=17),
        Column("enterprise", "企业", width=30),
        Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=22),
        Column("result", "结果", width=10),
        Column("place", "地点", width=24),
        Column("visitors", "走访人", width=24),
        Column("people", "见到谁", width=20, masked=True),
        Column("needs", "需求数", kind=Kind.NUMBER, width=8),
        Column("note", "情况", width=40),
        Column("told", "写给企业的话", width=30),
        Column("next_step", "下一步", width=24),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        if params:
            raise ValidationError("走访记录不分条件导出。")
        rows = staffed(Visit.objects.visible_to(user), user).select_related("enterprise").order_by("-visited_at", "-pk")
        for chunk in _chunks(rows):
            visitors: dict[Any, list[str]] = {}
            for each in Visitor.objects.visible_to(user).filter(visit__in=chunk).select_related("user").order_by("pk"):
                visitors.setdefault(each.visit_id, []).append(each.user.display_name)
            for row in chunk:
                yield {
                    "visited_at": row.visited_at, "enterprise": row.enterprise.name, "uscc": row.enterprise.uscc,
                    "result": row.get_result_display(), "place": row.place, "visitors": "、".join(visitors.get(row.pk, [])),
                    "people": "、".join(mask_name(str(each.get("name", ""))) for each in row.people), "needs": row.needs_count,
                    "note": row.note, "told": row.told, "next_step": row.next_step,
                }  # fmt: skip


def _period(asked: dict[str, str], at: datetime) -> coverage.Period:
    usual = coverage.year_to_date(at)
    return coverage.Period(date.fromisoformat(asked.get("from", str(usual.first))), date.fromisoformat(asked.get("to", str(usual.last))))


def _plain(params: dict[str, Any], *known: str) -> dict[str, str]:
    asked = {name: values[-1] if isinstance(values, list) else values for name, values in params.items()}
    if unknown := sorted(set(asked) - set(known)):
        raise ValidationError(f"没有「{unknown[0][:40]}」这个筛选条件。")
    return asked


class Coverage(Table):
    code, label = "visit-coverage", "走访覆盖表"
    exporters = coverage.READERS
    note = f"{coverage.FORMULA}。不经页面导出的，是今年以来。"
    columns = (
        Column("by", "分组", width=12),
        Column("label", "名称", width=24),
        *(Column(each.code, each.label, kind=Kind.NUMBER, width=12, note=each.formula) for each in coverage.MEASURES.values()),
        Column("rate", "应访尽访率（%）", kind=Kind.NUMBER, width=14),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        try:
            period = _period(_plain(params, "from", "to"), at)
        except ValueError as error:
            raise ValidationError("统计期不对；请回到走访覆盖重新导出。") from error
        today = timezone.localtime(at).date()
        groups = [("合计", [coverage.total(user, period, today)])]
        groups += [(by.label, coverage.breakdown(user, code, period, today)) for code, by in coverage.BREAKDOWNS.items()]
        for label, slices in groups:
            for each in slices:
                yield {"by": label, "label": each.label, "rate": each.rate, **each.counts}


class Matters(Table):
    code, label = "visit-matters", "走访覆盖清单"
    exporters = coverage.READERS
    note = "走访覆盖上某个数字背后的事由；不经页面导出的，是今年以来应访的全部。"
    columns = (
        Column("enterprise", "企业", width=30),
        Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=22),
        Column("class_name", "必访类别", width=18),
        Column("words", "事由", width=40),
        Column("since_on", "应访起", kind=Kind.DATE, width=12),
        Column("due_on", "应访止", kind=Kind.DATE, width=12),
        Column("ended_on", "了结", kind=Kind.DATE, width=12),
        Column("ending", "怎么了结的", width=14),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        asked = _plain(params, "from", "to", "measure", "by", "key")
        today = timezone.localtime(at).date()
        try:
            of = {name: asked.get(name, "") for name in ("by", "key")}
            rows = coverage.behind(user, asked.get("measure", "owed"), _period(asked, at), today, **of)
        except (ValueError, KeyError) as error:
            raise ValidationError("没有这个数字，或统计期不对；请回到走访覆盖重新导出。") from error
        for chunk in _chunks(rows.select_related("enterprise", "visit_class").order_by("-due_on", "-pk")):
            yield from _lines(chunk)


def _lines(rows: list[Reason]) -> Iterator[dict[str, Any]]:
    versions = reasons.standing(rows)
    for row in rows:
        line = reasons.line(row, versions.get((row.visit_class_id, row.since_on)))
        yield {
            "enterprise": row.enterprise.name, "uscc": row.enterprise.uscc, "class_name": line.name, "words": line.words,
            "since_on": row.since_on, "due_on": row.due_on, "ended_on": row.ended_on, "ending": row.get_ending_display() if row.ending else "未了",
        }  # fmt: skip
