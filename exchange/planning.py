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
    read = [_column(column, below, found.positions[column.code]) for column in columns]
    rows: list[Row] = []
    for number, cells in enumerate(zip(*read, strict=True), start=found.first + 1):
        row = _row(number, columns, cells)
        if row is None:
            continue
        if number in sheet.hidden:
            row.remark("", "这一行在表格里是隐藏的，也已读入。")
        rows.append(row)
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


#: The cell, its value (None where it is empty or wrong), what is wrong with it.
Read = tuple[Any, Any, str]


def _column(column: Column, rows: Sequence[Sequence[Any]], place: int) -> list[Read]:
    """Parks, sizes and dates repeat down a sheet: each spelling is understood once."""
    cells = [row[place] if place < len(row) else None for row in rows]
    # 1 and True are one key, but not one cell
    keys = [cell if cell.__class__ is str else (cell.__class__, cell) for cell in cells]
    known: dict[Any, Read] = {}
    for key, cell in zip(keys, cells, strict=True):
        if key not in known:
            known[key] = _read(column, cell)
    return [known[key] for key in keys]


def _read(column: Column, cell: Any) -> Read:
    assert column.read is not None
    if cell is None or cell == "":
        return cell, None, ""
    try:
        return cell, column.read(cell), ""
    except ValidationError as error:
        return cell, None, seen("".join(error.messages))


def _row(number: int, columns: Sequence[Column], cells: Sequence[Read]) -> Row | None:
    """None where every cell of a known column is empty."""
    values = {column.code: value for column, (_, value, _) in zip(columns, cells, strict=True) if value is not None}
    wrong = [(column.code, reason) for column, (_, _, reason) in zip(columns, cells, strict=True) if reason]
    if not values and not wrong:
        return None
    row = Row(number, {column.code: cell for column, (cell, _, _) in zip(columns, cells, strict=True)}, values)
    for code, reason in wrong:
        row.refuse(code, reason)
    return row


def shown(cell: Any) -> str:
    """A cell of the file in words, for the list of problems."""
    return seen(text_of(cell) or ("" if cell is None else str(cell).strip()))
