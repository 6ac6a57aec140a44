"""本周走访 as a sheet: one row a visit of the plan, and one a visit it cannot make this week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Community
from exchange.columns import Column, Kind
from exchange.table import Table
from visits import sheet
from visits.states import Half

if TYPE_CHECKING:
    from accounts.models import User


class VisitPlans(Table):
    code, label = "visit-plans", "周走访计划"
    exporters = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET)
    columns = (
        Column("community", "社区", width=14),
        Column("on", "日期", kind=Kind.DATE, width=12),
        Column("half", "上下午", width=8),
        Column("person", "走访人", width=10),
        Column("building", "楼宇", width=18),
        Column("enterprise", "企业", width=30),
        Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=20),
        Column("reasons", "事由", width=30),
        Column("due_on", "应访止", kind=Kind.DATE, width=12),
        Column("on_time", "按期", width=8),
        Column("why", "不能按期的原因", width=20),
        Column("needs", "所缺半天编号", kind=Kind.NUMBER, width=10),
        Column("score", "得分", kind=Kind.NUMBER, width=8),
        Column("parts", "得分构成", width=40),
        Column("note", "说明", width=30),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        """`week` and `community` as on the page."""
        asked = {name: (values[0] if values else "") if isinstance(values, list) else values for name, values in params.items()}
        week, code = asked.pop("week", ""), asked.pop("community", "")
        monday = sheet.week_asked(week)
        if asked or (week and monday is None):
            raise ValidationError("没有这个筛选条件。")
        communities = Community.objects.visible_to(user).order_by("code")
        for here in communities.filter(code=code) if code else communities:
            yield from _rows(sheet.sheet(user, here, at, monday=monday), here)


def _rows(found: sheet.Sheet, here: Community) -> Iterator[dict[str, Any]]:
    late = {each.miss.task_id: each for each in found.late}
    trips = [cell.trip for row in found.rows for cell in row.cells if cell.trip is not None]
    for each in sorted(trips, key=lambda each: (each.trip.on, each.trip.half, each.trip.person_id)):
        place = each.trip.building.name if each.trip.building is not None else ""
        for row in each.lines:
            miss = late.get(row.line.task_id)
            yield _firm(row.line.task, row.reasons, here) | {
                "on": each.trip.on, "half": Half(each.trip.half).label, "person": each.trip.person.display_name, "building": place,
                "on_time": "是" if row.line.on_time else "否", "why": miss.why if miss is not None else "",
                "needs": miss.miss.load if miss is not None else None, "score": row.score,
                "parts": "，".join(f"{label} {points}" for label, points in row.parts), "note": row.line.note,
            }  # fmt: skip
    for miss in found.missed:
        yield _firm(miss.miss.task, miss.reasons, here) | {
            "on": None, "half": "", "person": "", "building": "", "on_time": "否", "why": miss.why, "needs": miss.miss.load, "score": None,
            "parts": "", "note": miss.miss.note,
        }  # fmt: skip


def _firm(task: Any, reasons: tuple[str, ...], here: Community) -> dict[str, Any]:
    firm = task.enterprise
    return {"community": here.name, "enterprise": firm.name, "uscc": firm.uscc, "reasons": "、".join(reasons), "due_on": task.due_on}
