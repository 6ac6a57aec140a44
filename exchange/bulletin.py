"""月报 as a sheet: the lines of the page, one a row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from dashboards import bulletin, measures
from exchange.columns import Column
from exchange.table import Table
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User


class Bulletin(Table):
    code, label = "bulletin", "月报"
    exporters = measures.READERS
    note = "一个月的数字，与上月、上年同月对照；没有写月份的，是上一个整月。"
    columns = (
        Column("month", "月份", width=10),
        Column("section", "部分", width=12),
        Column("label", "指标", width=18),
        Column("value", "本月", width=10),
        Column("unit", "单位", width=8),
        Column("before", "上月", width=10),
        Column("since_before", "比上月", width=22),
        Column("year_ago", "上年同月", width=10),
        Column("since_year_ago", "同比", width=22),
        Column("formula", "口径", width=60),
        Column("as_of", "截至", width=18),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        asked = {name: values[-1] if isinstance(values, list) else values for name, values in params.items()}
        if unknown := sorted(set(asked) - {"month"}):
            raise ValidationError(f"没有「{unknown[0][:40]}」这个筛选条件。")
        try:
            period = bulletin.month_of(asked.get("month", ""), timezone.localtime(at).date())
        except FactsMissing as refusal:
            raise ValidationError(refusal.message) from refusal
        made = bulletin.make(user, period, at)
        for line in made.lines:
            yield {
                "month": f"{period.first:%Y-%m}", "section": line.section, "label": line.label, "value": _shown(line.value), "unit": line.unit,
                "before": _shown(line.before) if line.compared else "", "since_before": line.since_before,
                "year_ago": _shown(line.year_ago) if line.compared else "", "since_year_ago": line.since_year_ago, "formula": line.formula,
                "as_of": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
            }  # fmt: skip


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
