"""From a file to a plan: which sheet, which row heads the columns, what each cell says, what each row would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from exchange.cells import seen, text_of
from exchange.columns import Column, Heading, find_heading
from exchange.containers import SheetRefused
from exchange.plan import Plan, Row
from exchange.sheets import Sheet
from exchange.table import Scope, Table

Told = Callable[[int], None]


def understood(table: Table, sheets: Sequence[Sheet], *, wanted: str = "") -> Plan:
    """The rows of the first sheet with a heading (or the one named), each cell read. Raises SheetRefused."""
    sheet, found = _find(table, sheets, wanted)
    below = sheet.rows[found.first :]
    columns = [column for column in table.imported if column.code in found.positions]
    rows = _rows(columns, [_column(column, below, found.positions[column.code]) for column in columns], start=found.first + 1)
    for row in rows:
        if row.number in sheet.hidden:
            row.remark("", "这一行在表格里是隐藏的，也已读入。")
    if not rows:
        raise SheetRefused(f"工作表「{sheet.name}」只有表头，没有数据。")
    return Plan(seen(sheet.name), rows, tuple(map(seen, found.ignored)))


def decide(plan: Plan, table: Table, scope: Scope, told: Told = lambda done: None) -> Plan:
    """Say what each row would do; in a transaction."""
    plan.remarks = table.decide(plan.rows, scope, told=told)
    return plan


def _find(table: Table, sheets: Sequence[Sheet], wanted: str) -> tuple[Sheet, Heading]:
    if wanted and wanted not in {sheet.name for sheet in sheets}:
        raise SheetRefused(f"没有名为「{wanted}」的工作表；文件里有：{'、'.join(sheet.name for sheet in sheets)}。")
    for sheet in sheets:
        if wanted and sheet.name != wanted:
            continue
        found = find_heading(sheet.rows, table.imported)
        if found is not None:
            return sheet, found
    needed = [column for column in table.imported if column.required]
    words = "和".join(f"「{column.label}」" + _also(column) for column in needed)
    raise SheetRefused(f"没有找到表头：前 30 行里须有一行（或上下两行）同时写明{words}。可先下载模板对照。")


def _also(column: Column) -> str:
    return f"（或 {'、'.join(column.spellings[:3])}）" if column.spellings else ""


#: The cells of a column from top to bottom, their values (None where a cell is empty or wrong), what is wrong by place.
Read = tuple[list[Any], list[Any], dict[int, str]]


def _column(column: Column, rows: Sequence[Sequence[Any]], place: int) -> Read:
    """Parks, sizes and dates repeat down a sheet: each spelling is understood once."""
    cells = [row[place] if place < len(row) else None for row in rows]
    # 1 and True are one key, but not one cell
    keys = [cell if cell.__class__ is str else (cell.__class__, cell) for cell in cells]
    known: dict[Any, tuple[Any, str]] = {}
    for key, cell in zip(keys, cells, strict=True):
        if key not in known:
            known[key] = _read(column, cell)
    wrong = {key: reason for key, (_, reason) in known.items() if reason}
    reasons = {number: wrong[key] for number, key in enumerate(keys) if key in wrong} if wrong else {}
    return cells, [known[key][0] for key in keys], reasons


def _read(column: Column, cell: Any) -> tuple[Any, str]:
    """The value of a cell, or what is wrong with it."""
    assert column.read is not None
    if cell is None or cell == "":
        return None, ""
    try:
        return column.read(cell), ""
    except ValidationError as error:
        return None, seen("".join(error.messages))


def _rows(columns: Sequence[Column], read: Sequence[Read], *, start: int) -> list[Row]:
    """All but those in which every cell of a known column is empty."""
    codes = [column.code for column in columns]
    faults: dict[int, list[tuple[str, str]]] = {}
    for code, (_, _, reasons) in zip(codes, read, strict=True):
        for place, reason in reasons.items():
            faults.setdefault(place, []).append((code, reason))
    rows: list[Row] = []
    across = zip(zip(*(cells for cells, _, _ in read), strict=True), zip(*(values for _, values, _ in read), strict=True), strict=True)
    for place, (cells, values) in enumerate(across):
        said = {code: value for code, value in zip(codes, values, strict=True) if value is not None}
        wrong = faults.get(place, ())
        if not said and not wrong:
            continue
        row = Row(start + place, dict(zip(codes, cells, strict=True)), said)
        for code, reason in wrong:
            row.refuse(code, reason)
        rows.append(row)
    return rows


def shown(cell: Any) -> str:
    """A cell of the file in words, for the list of problems."""
    return seen(text_of(cell) or ("" if cell is None else str(cell).strip()))
