"""The plan of an import, a page of rows at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from exchange.models import Import, PlannedRow
from exchange.plan import Verdict
from exchange.table import Table

PAGE = 50
#: Tab → label, the count it shows, which rows.
TABS = (
    ("refused", "退回", Q(wrong=True)),
    ("held", "待接受警告", Q(verdict=Verdict.REFUSED, wrong=False)),
    ("create", "新增", Q(verdict=Verdict.CREATE)),
    ("update", "更新", Q(verdict=Verdict.UPDATE)),
    ("warned", "有提示", Q(warned=True, wrong=False)),
    ("same", "无变化", Q(verdict=Verdict.SAME)),
)


@dataclass(frozen=True)
class Cell:
    label: str
    before: str = ""
    after: str = ""
    changed: bool = False


@dataclass(frozen=True)
class Note:
    label: str
    value: str
    reason: str
    level: str


@dataclass(frozen=True)
class Line:
    number: int
    verdict: str
    label: str
    key: str
    cells: list[Cell]
    notes: list[Note]


def preview(job: Import, table: Table, tab: str, after: str) -> dict[str, Any]:
    """`after` is the number of the last row shown. The tab with something to do comes first."""
    counts = job.counts
    tabs = [{"code": code, "label": label, "count": counts.get(code, 0)} for code, label, _ in TABS if counts.get(code)]
    chosen = next((row["code"] for row in tabs if row["code"] == tab), tabs[0]["code"] if tabs else "")
    rows = PlannedRow.objects.filter(of=job).filter(next((which for code, _, which in TABS if code == chosen), Q()))
    if after.isascii() and after.isdigit() and len(after) < 9:
        rows = rows.filter(number__gt=int(after))
    found = list(rows.order_by("number")[: PAGE + 1])
    return {
        "tabs": tabs, "chosen": chosen, "lines": [_line(row, table) for row in found[:PAGE]],
        "next": found[PAGE - 1].number if len(found) > PAGE else None, "gone": bool(tabs) and not found and not after,
    }  # fmt: skip


def _line(row: PlannedRow, table: Table) -> Line:
    columns = {column.code: column for column in table.columns}
    payload = json.loads(row.payload)
    if row.verdict == Verdict.UPDATE:
        cells = [
            Cell(columns[code].label if code in columns else "状态", _words(columns, code, before), _words(columns, code, after), True)
            for code, (before, after) in payload.get("c", {}).items()
        ]
    elif row.verdict == Verdict.CREATE:
        cells = [Cell(column.label, after=column.shown(payload["v"][code])) for code, column in columns.items() if code in payload["v"]]
    else:
        cells = []
    sent = payload.get("x", {})
    notes = [
        Note(columns[code].label if code in columns else "", sent.get(code, ""), reason, level)
        for code, reason, level in payload.get("p", ())
    ]
    held = row.verdict == Verdict.REFUSED and not row.wrong
    return Line(row.number, "warning" if held else row.verdict, "待接受" if held else Verdict(row.verdict).label, row.key, cells, notes)


def _words(columns: dict[str, Any], code: str, value: Any) -> str:
    return columns[code].shown(value) if code in columns else str(value or "")
