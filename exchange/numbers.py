"""The list behind a number of the dashboards, or behind one slice of it: as many rows as the number says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F

from dashboards import measures
from exchange.columns import Column, Kind
from exchange.table import Table
from grievances.states import State

if TYPE_CHECKING:
    from accounts.models import User

_ASKED = {"measure", "part", "by", "key", "from", "to"}


class Numbers(Table):
    code, label = "numbers", "数据看板清单"
    exporters = measures.READERS
    note = "数据看板上某个数字背后的诉求；不经看板导出的，是今年以来收集的全部。"
    columns = (
        Column("number", "办件编号", kind=Kind.CODE, width=18),
        Column("title", "诉求", width=36),
        Column("enterprise", "企业", value=lambda row: row["enterprise_name"], width=30),
        Column("item", "事项", value=lambda row: row["item_name"] or "未选事项", width=24),
        Column("state", "状态", value=lambda row: State(row["state"]).label, width=10),
        Column("submitted_at", "提交", kind=Kind.DATE, width=17),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        asked = {name: values[-1] if isinstance(values, list) else values for name, values in params.items()}
        usual = measures.year_to_date(at)
        try:
            period = measures.Period(
                date.fromisoformat(asked.get("from", str(usual.first))), date.fromisoformat(asked.get("to", str(usual.last)))
            )
            rows = measures.behind(
                user,
                asked.get("measure", "collected"),
                period,
                at,
                part=asked.get("part", ""),
                by=asked.get("by", ""),
                key=asked.get("key", ""),
            )
        except (ValueError, KeyError) as error:
            raise ValidationError("没有这个数字，或统计期不对；请回到数据看板重新导出。") from error
        if unknown := sorted(set(asked) - _ASKED):
            raise ValidationError(f"没有「{unknown[0][:40]}」这个筛选条件。")
        ordered = rows.order_by("-submitted_at", "-pk").values(
            "number", "title", "state", "submitted_at", enterprise_name=F("enterprise__name"), item_name=F("service_item__name")
        )
        return ordered.iterator(chunk_size=2000)  # type: ignore[no-any-return]
