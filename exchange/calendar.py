"""The arrangement of holidays as a sheet: the days the State Council's notice names, with its number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

import audit
from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from exchange.cells import choice, read_date, text
from exchange.columns import Column, Kind
from exchange.plan import Row, Verdict
from exchange.table import Scope, Table
from workdays.models import Workday
from workdays.table import Announced, CalendarRefused, publish

if TYPE_CHECKING:
    from accounts.models import User

WORDS = {"放假": False, "休息": False, "休": False, "上班": True, "调休上班": True, "补班": True, "班": True, "工作日": True}


class Calendar(Table):
    code, label = "calendar", "工作日历"
    importers, exporters = (PostKind.LEADER, PostKind.ADMIN), (*COMMUNITY_WIDE_KINDS, PostKind.STREET, PostKind.ADMIN)
    note = "填国务院办公厅通知里写明的每一天：放假的日子和调休上班的周末；其余日子按周一至周五上班。一张表一年。写入后，在办诉求的时限自动重算。"
    columns = (
        Column("date", "日期", ("日子",), read_date, required=True, kind=Kind.DATE, width=14, example="2027-01-01"),
        Column("is_workday", "安排", ("类型", "放假或上班", "是否上班"), choice(WORDS, called="安排（放假或上班）"), lambda row: "上班" if row["is_workday"] else "放假", required=True, width=10, options=("放假", "上班"), words={True: "上班", False: "放假"}, note="放假或上班。"),
        Column("name", "名称", ("节日", "假日名称"), text(40), width=14, example="元旦"),
        Column("notice_no", "文号", ("通知文号", "依据"), text(60), required=True, width=30, note="国务院办公厅通知的文号。", example="国办发明电〔2026〕×号"),
    )  # fmt: skip

    def decide(self, rows: Sequence[Row], scope: Scope, *, told: Callable[[int], None] = lambda done: None) -> list[str]:
        understood: list[Row] = []
        for row in rows:
            for column in self.columns:
                if column.required and column.code not in row.values and not row.wrong:
                    row.refuse(column.code, f"「{column.label}」是必填的。")
            if not row.wrong:
                day: date = row.values["date"]
                row.key = f"{day:%Y-%m-%d}"
                understood.append(row)
        if any(row.wrong for row in rows):
            self._refuse_rest(rows)
            return ["有一行不对，整张表都不能写入：漏掉一天，时限就会算错"]
        by_year: dict[int, list[Row]] = defaultdict(list)
        # days of the December before may stand in a notice; they are part of it
        named = {(row.values["date"].year, row.values["notice_no"]) for row in understood}
        for row in understood:
            day = row.values["date"]
            ahead = day.month == 12 and (day.year + 1, row.values["notice_no"]) in named
            by_year[day.year + ahead].append(row)
        last = max(by_year, default=0)
        remarks = [self._year(year, found, scope) for year, found in sorted(by_year.items())]
        return [remark for remark in remarks if remark] + ([f"写入后，{last} 年的时限不再是推定"] if last else [])

    @staticmethod
    def _refuse_rest(rows: Sequence[Row]) -> None:
        for row in rows:
            if not row.wrong:
                row.refuse("", "同一张表里有别的行不对，先改好再一起导入。")

    def _year(self, year: int, rows: Sequence[Row], scope: Scope) -> str:
        before = {row.date: row for row in Workday.objects.filter(date__in=[row.values["date"] for row in rows])}
        numbers = {row.values["notice_no"] for row in rows}
        for row in rows:
            _settle(row, before.get(row.values["date"]))
        if len(numbers) > 1 and all(row.verdict is Verdict.SAME for row in rows):
            return ""  # a second notice has added a day, as in 2015; so it stands on file already
        try:
            if len(numbers) > 1:
                raise CalendarRefused(f"{year} 年的安排里有 {len(numbers)} 个文号，请核对。")
            announced = [Announced(row.values["date"], row.values["is_workday"], row.values.get("name", "")) for row in rows]
            with transaction.atomic():
                publish(year, announced, notice_no=numbers.pop())
        except CalendarRefused as refused:
            for row in rows:
                row.changes = {}
                row.refuse("", str(refused))
            return ""
        changed = sum(row.verdict is not Verdict.SAME for row in rows)
        if changed:
            audit.record("configure", by=scope.by, at=scope.at, target=f"calendar:{year}", detail={"days": len(rows), "changed": changed})
        return f"{year} 年：{len(rows)} 天有安排，其余按周一至周五" if changed else ""

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        """The days a notice named, and any other that is not as its day of the week: of one year (`year`) or all."""
        year = str((params.get("year") or [""])[0] if isinstance(params.get("year"), list) else params.get("year", ""))
        rows = Workday.objects.exclude(
            Q(name="") & (Q(is_workday=True, date__iso_week_day__lt=6) | Q(is_workday=False, date__iso_week_day__gte=6))
        )
        rows = rows.order_by("date")
        if year.isdigit():
            rows = rows.filter(date__year=int(year))
        yield from rows.values("date", "is_workday", "name", "notice_no").iterator(chunk_size=2000)


def _settle(row: Row, before: Workday | None) -> None:
    if before is None:
        row.verdict = Verdict.CREATE
        return
    known = {"is_workday": before.is_workday, "name": before.name, "notice_no": before.notice_no}
    row.changes = {name: (known[name], row.values[name]) for name in known if name in row.values and known[name] != row.values[name]}
    row.verdict = Verdict.UPDATE if row.changes else Verdict.SAME
