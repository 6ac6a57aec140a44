"""Tickets go out, never in: they come by filing. No name and no number of a person leaves with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.table import Table
from grievances.filters import GrievanceFilter
from grievances.models import Grievance
from grievances.states import Channel, Priority, State

if TYPE_CHECKING:
    from accounts.models import User

_JOINED = {
    "enterprise_name": F("enterprise__name"), "uscc": F("enterprise__uscc"), "item": F("service_item__name"), "item_code": F("service_item__code"),
    "window_name": F("window__name"), "unit_name": F("unit__name"), "assignee_name": F("assignee__name"), "park_name": F("park__name"),
    "grid_name": F("grid__name"),
}  # fmt: skip
_PLAIN = (
    "number", "title", "state", "priority", "channel", "cycle", "urges", "submitted_at", "promise_due_at", "answered_at", "next_due_at",
)  # fmt: skip


class Grievances(Table):
    code, label = "grievances", "诉求清单"
    exporters = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET, PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.OPERATOR)
    columns = (
        Column("number", "办件编号", kind=Kind.CODE, width=18),
        Column("title", "标题", width=36),
        Column("enterprise", "企业", value=lambda row: row["enterprise_name"], width=30),
        Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=22),
        Column("state", "状态", value=lambda row: State(row["state"]).label, width=10),
        Column("item_code", "事项代码", kind=Kind.CODE, width=10),
        Column("item", "事项", width=24),
        Column("priority", "优先级", value=lambda row: Priority(row["priority"]).label, width=8),
        Column("channel", "来源", value=lambda row: Channel(row["channel"]).label, width=10),
        Column("window", "窗口", value=lambda row: row["window_name"] or "", width=18),
        Column("unit", "主办单位", value=lambda row: row["unit_name"] or "", width=24),
        Column("assignee", "责任专员", value=lambda row: row["assignee_name"] or "", width=10),
        Column("park", "园区", value=lambda row: row["park_name"] or "", width=18),
        Column("grid", "网格", value=lambda row: row["grid_name"] or "", width=12),
        Column("submitted_at", "提交时间", kind=Kind.DATE, width=17),
        Column("promise_due_at", "承诺时间", kind=Kind.DATE, width=17),
        Column("answered_at", "答复时间", kind=Kind.DATE, width=17),
        Column("overdue", "是否超期", value=lambda row: row["overdue"], width=9),
        Column("urges", "催办次数", kind=Kind.NUMBER, width=9),
        Column("cycle", "第几轮", kind=Kind.NUMBER, width=8),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        asked = {name: values if isinstance(values, list) else [values] for name, values in params.items()}
        rows = Grievance.objects.visible_to(user, self.exporters).filed()
        # the list of a specialist with two windows names both
        if windows := [code for code in asked.pop("window", []) if code != "all"]:
            rows = rows.filter(window__code__in=windows)
        found = filtered(GrievanceFilter, asked, rows, user, user=user, now=at)
        by_due = asked.get("queue", ["to_rate"]) != ["to_rate"] or asked.get("state") == ["open"]
        late = set(found.overdue(at).values_list("number", flat=True))
        ordered = found.order_by("next_due_at", "pk") if by_due else found.newest()
        for row in ordered.values(*_PLAIN, **_JOINED).iterator(chunk_size=2000):
            row["overdue"] = "超期" if row["number"] in late else ""
            yield row
