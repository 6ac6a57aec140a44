"""From a file to a plan: which sheet, which row heads the columns, what each cell says, what each row would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from exchange.cells import text_of
from exchange.columns import Column, Heading, find_heading
from exchange.containers import SheetRefused
from exchange.plan import Plan, Row
from exchange.sheets import Sheet
from exchange.table import Scope, Table

Told = Callable[[int], None]


def understood(table: Table, sheets: Sequence[Sheet], *, wanted: str = "") -> Plan:
    """The rows of the first sheet with a heading (or the one named), each cell read. Raises SheetRefused."""
    sheet, found = _find(table, sheets, wanted)
    columns = [(column, found.positions[column.code], _remembering(column)) for column in table.imported if column.code in found.positions]
    rows: list[Row] = []
    for number, cells in enumerate(sheet.rows[found.first :], start=found.first + 1):
        row = _row(number, cells, columns)
        if row is None:
            continue
        if number in sheet.hidden:
            row.remark("", "这一行在表格里是隐藏的，也已读入。")
        rows.append(row)
    if not rows:
        raise SheetRefused(f"工作表「{sheet.name}」只有表头，没有数据。")
    return Plan(sheet.name, rows, found.ignored)


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


Reading = tuple[Column, int, Callable[[Any], Any]]


def _row(number: int, cells: Sequence[Any], columns: Sequence[Reading]) -> Row | None:
    """None where every cell of a known column is empty."""
    width = len(cells)
    taken = {column.code: cells[place] if place < width else None for column, place, _ in columns}
    values: dict[str, Any] = {}
    problems = []
    for column, place, read in columns:
        cell = cells[place] if place < width else None
        if cell is None or cell == "":
            continue
        found, reason = read(cell)
        if reason:
            problems.append((column.code, reason))
        elif found is not None:
            values[column.code] = found
    if not values and not problems:
        return None
    row = Row(number, taken, values)
    for code, reason in problems:
        row.refuse(code, reason)
    return row


def _remembering(column: Column) -> Callable[[Any], tuple[Any, str]]:
    """(value, "") or (None, what is wrong). Parks, sizes and dates repeat down a sheet: each is understood once."""
    read, known = column.read, {}  # type: ignore[var-annotated]
    assert read is not None

    def reading(cell: Any) -> tuple[Any, str]:
        key = cell if type(cell) is str else (type(cell), cell)
        if key not in known:
            try:
                known[key] = (read(cell), "")
            except ValidationError as error:
                known[key] = (None, "".join(error.messages))
        return known[key]  # type: ignore[no-any-return]

    return reading


def shown(cell: Any) -> str:
    """A cell of the file in words, for the list of problems."""
    return text_of(cell) or ("" if cell is None else str(cell).strip())
