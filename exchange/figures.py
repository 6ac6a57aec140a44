"""Figures in and out: a row for an enterprise and a period, a column for each metric. 22,000 rows are decided and written as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS, PostKind
from enterprises import bulk, record
from enterprises.filters import FigureFilter
from enterprises.metrics import METRIC_OF, METRICS, check_value, period_label, read_period
from enterprises.models import Enterprise, Figure
from enterprises.uscc import compact
from exchange.cells import number, read_date, text_of
from exchange.columns import Column, Kind
from exchange.dossiers import NAME, SOURCE, USCC
from exchange.filtered import filtered
from exchange.plan import Row, Verdict
from exchange.table import Scope, Table
from exchange.undoing import UndoRefused
from wording.errors import StateConflict

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

#: (enterprise, period) → metric → (key, value, recorded at) of what stands.
Standing = dict[tuple[int, str], dict[str, tuple[int, Decimal, datetime]]]


def read_period_cell(cell: Any) -> str | None:
    words = text_of(cell)
    return read_period(words) if words else None


def _column(code: str) -> Column:
    metric = METRIC_OF[code]
    reader = number(least=metric.least, most=metric.most, places=metric.places, unit=metric.unit)
    return Column(code, metric.heading, metric.spellings, reader, lambda row: row.get(code), kind=Kind.NUMBER, width=14)


class Figures(Table):
    code, label = "figures", "企业指标"
    importers = (PostKind.SPECIALIST, PostKind.LEADER)
    exporters = (*COMMUNITY_WIDE_KINDS, PostKind.STREET, *ENTERPRISE_KINDS)
    models = (Figure,)
    note = "一家企业一个期间一行；空着的格子不改动。新的数值更替旧的，旧的仍可查。期间写 2025、2025Q3 或 2025-10。"
    columns = (
        NAME, USCC,
        Column("period", "期间", ("年度", "年份", "报告期", "所属期", "统计期"), read_period_cell, required=True, kind=Kind.CODE, width=10, example="2025"),
        *(_column(metric.code) for metric in METRICS),
        Column("dated_on", "数据日期", ("报表日期", "填报日期"), read_date, lambda row: row["dated_on"], kind=Kind.DATE, width=12, note="报表或证明上的日期。"),
        SOURCE,
    )  # fmt: skip

    def __init__(self) -> None:
        self._entries: dict[str, list[record.Entry]] = {}

    def decide(self, rows: Sequence[Row], scope: Scope, *, told: Callable[[int], None] = lambda done: None) -> list[str]:
        record.alone(scope.community)
        self._entries = {}
        self._today = timezone.localtime(scope.at).date()
        self._wrong: dict[tuple[str, str], str] = {}
        source = f"表格导入：{scope.source}"[:60]
        keys = self._keys(rows, scope)
        standing = self._standing(scope, {row.values["period"] for row in rows if "period" in row.values})
        firsts: dict[tuple[int, str], int] = {}
        for done, row in enumerate(rows):
            if done % 2000 == 0:
                told(done)
            where = self._where(row, keys, firsts)
            if where is not None:
                self._decide(row, where, standing.get(where, {}), row.values.get("source", source))
        return []

    def carry_out(self, rows: Sequence[Row], scope: Scope) -> None:
        for source, entries in self._entries.items():
            record.write(entries, by=scope.by, at=scope.at, source=source, batch=scope.batch)

    def undo(self, batch: UUID, at: datetime) -> None:
        """A figure that was known for a day stays known for that day: it is superseded, not deleted."""
        try:
            record.take_back(batch, at=at)
        except StateConflict as refused:
            raise UndoRefused(str(refused)) from refused

    @staticmethod
    def _keys(rows: Sequence[Row], scope: Scope) -> dict[str, int]:
        """Code as it was written → key of the enterprise."""
        codes = {row.values["uscc"] for row in rows if "uscc" in row.values}
        spelt = {code: compact(code) for code in codes}
        known = Enterprise.objects.filter(bulk.one_of("uscc", list(set(spelt.values()))), community=scope.community)
        keys = dict(known.values_list("uscc", "pk"))
        return {code: keys[plain] for code, plain in spelt.items() if plain in keys}

    @staticmethod
    def _standing(scope: Scope, periods: set[str]) -> Standing:
        found: Standing = {}
        rows = Figure.objects.standing().filter(period__in=periods, enterprise__community=scope.community)
        told = rows.values_list("enterprise_id", "period", "metric", "pk", "value", "recorded_at")
        for enterprise, period, metric, key, value, at in told.iterator(chunk_size=20_000):
            found.setdefault((enterprise, period), {})[metric] = (key, value, at)
        return found

    def _where(self, row: Row, keys: dict[str, int], firsts: dict[tuple[int, str], int]) -> tuple[int, str] | None:
        said = row.values
        row.key = f"{said.get('uscc', '')} {said.get('period', '')}"
        for code in ("uscc", "period"):
            if code not in said and not any(problem.column == code for problem in row.problems):
                row.refuse(code, f"「{self.find(code).label}」是必填的。")
        if row.wrong:
            return None
        if said["uscc"] not in keys:
            row.refuse("uscc", f"本社区没有信用代码为「{said['uscc'][:40]}」的企业，请先导入企业名录。")
            return None
        where = keys[said["uscc"]], said["period"]
        first = firsts.setdefault(where, row.number)
        if first != row.number:
            row.refuse("uscc", f"与第 {first} 行重复（同一企业同一期间），请删去一行。")
            return None
        return where

    def _decide(self, row: Row, where: tuple[int, str], stands: dict[str, tuple[int, Decimal, datetime]], source: str) -> None:
        said = row.values
        mine = [code for code in said if code in METRIC_OF]
        if not mine:
            row.refuse("", "这一行没有任何指标。")
            return
        for code in mine:
            why = self._wrong.get((code, where[1]))
            if why is None:
                why = self._refused(code, where[1], said[code])
            if why:
                row.refuse(code, why)
        if row.wrong:
            return
        dated_on: date | None = said.get("dated_on")
        entries = self._entries.setdefault(source, [])
        for code in mine:
            before = stands.get(code)
            if before is None:
                entries.append(record.Entry(where[0], code, where[1], said[code], dated_on))
                row.changes[code] = (None, said[code])
            elif before[1] != said[code]:
                entries.append(record.Entry(where[0], code, where[1], said[code], dated_on, before[0], before[2]))
                row.changes[code] = (before[1], said[code])
        row.verdict = Verdict.UPDATE if row.changes else Verdict.SAME
        if not stands:
            row.verdict, row.changes = Verdict.CREATE, {}

    def _refused(self, code: str, period: str, value: Decimal) -> str:
        """The bounds were the reader's business; whether the metric is said of such a period is asked once."""
        if (code, period) not in self._wrong:
            try:
                check_value(code, period, value, today=self._today)
                self._wrong[code, period] = ""
            except ValidationError as error:
                self._wrong[code, period] = "".join(error.messages)
        return self._wrong[code, period]

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(FigureFilter, params, Figure.objects.visible_to(user).standing(), user)
        named = {"enterprise_name": F("enterprise__name"), "uscc": F("enterprise__uscc")}
        rows = rows.order_by("enterprise__pinyin", "enterprise_id", "-period").values(
            "enterprise_id", "period", "metric", "value", "source", "dated_on", **named
        )
        for _, group in groupby(rows.iterator(chunk_size=5000), key=lambda row: (row["enterprise_id"], row["period"])):
            together = list(group)
            yield together[0] | {row["metric"]: row["value"] for row in together}


class FigureHistory(Table):
    """Every value there ever was, one a row: what a figure was on any day can be worked out from it."""

    code, label = "figure-history", "企业指标明细（含历史）"
    exporters = (*COMMUNITY_WIDE_KINDS, PostKind.STREET, *ENTERPRISE_KINDS)
    columns = (
        NAME,
        Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=22),
        Column("period", "期间", value=lambda row: period_label(row["period"]), width=16),
        Column("metric", "指标", value=lambda row: METRIC_OF[row["metric"]].label, width=12),
        Column("value", "数值", kind=Kind.NUMBER, width=14),
        Column("unit", "单位", value=lambda row: METRIC_OF[row["metric"]].unit, width=10),
        Column("source", "来源", width=20),
        Column("dated_on", "数据日期", kind=Kind.DATE, width=12),
        Column("recorded_at", "登记时间", kind=Kind.DATE, width=17),
        Column("confirmed_by", "确认人", value=lambda row: row["confirmed_name"] or "", width=12),
        Column("confirmed_at", "确认时间", kind=Kind.DATE, width=17),
        Column("superseded_at", "更替时间", kind=Kind.DATE, width=17),
    )  # fmt: skip

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(FigureFilter, params, Figure.objects.visible_to(user), user)
        named = {"enterprise_name": F("enterprise__name"), "uscc": F("enterprise__uscc"), "confirmed_name": F("confirmed_by__name")}
        plain = ("period", "metric", "value", "source", "dated_on", "recorded_at", "confirmed_at", "superseded_at")
        rows = rows.order_by("enterprise__pinyin", "enterprise_id", "-period", "metric", "-recorded_at")
        return rows.values(*plain, **named).iterator(chunk_size=5000)  # type: ignore[no-any-return]
