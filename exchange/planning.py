"""From a file to a plan: which sheet, which row heads the columns, what each cell says, what each row would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from exchange.cells import seen, text_of
from exchange.columns import Column, Heading, find_heading
from exchange.containers import OPEN_FORMULA, SheetRefused
from exchange.plan import Plan, Row, dumps
from exchange.sheets import Sheet
from exchange.table import Scope, Table

Teller = Callable[[int], None]


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


def decide(plan: Plan, table: Table, scope: Scope, told: Teller = lambda done: None) -> Plan:
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


class Told(NamedTuple):
    """A column from top to bottom: its cells, their values (None where a cell is empty or wrong) and those as JSON, what is wrong by place."""

    cells: list[Any]
    values: list[Any]
    texts: list[str]
    wrong: dict[int, str]


def _column(column: Column, rows: Sequence[Sequence[Any]], place: int) -> Told:
    """Parks, sizes and dates repeat down a sheet: each spelling is understood once."""
    cells = [row[place] if place < len(row) else None for row in rows]
    # 1 and True are one key, but not one cell
    keys = [cell if cell.__class__ is str else (cell.__class__, cell) for cell in cells]
    values: dict[Any, Any] = {}
    texts: dict[Any, str] = {}
    wrong: dict[Any, str] = {}
    head = dumps(column.code) + ":"
    for key in dict.fromkeys(keys):
        values[key], reason = _read(column, key if key.__class__ is str else key[1])
        texts[key] = "" if values[key] is None else head + dumps(values[key])
        if reason:
            wrong[key] = reason
    reasons = {number: wrong[key] for number, key in enumerate(keys) if key in wrong} if wrong else {}
    return Told(cells, [values[key] for key in keys], [texts[key] for key in keys], reasons)


def _read(column: Column, cell: Any) -> tuple[Any, str]:
    """The value of a cell, or what is wrong with it."""
    assert column.read is not None
    if cell is None or cell == "":
        return None, ""
    if cell == OPEN_FORMULA:
        return None, "这一格是公式，还没有算出结果。请用表格软件打开、保存一次再传，或改成写好的值。"
    try:
        return column.read(cell), ""
    except ValidationError as error:
        return None, seen("".join(error.messages))


def _rows(columns: Sequence[Column], told: Sequence[Told], *, start: int) -> list[Row]:
    """All but those in which every cell of a known column is empty."""
    codes = tuple(column.code for column in columns)
    faults: dict[int, list[tuple[str, str]]] = {}
    for code, column in zip(codes, told, strict=True):
        for place, reason in column.wrong.items():
            faults.setdefault(place, []).append((code, reason))
    rows: list[Row] = []
    across = (zip(*each, strict=True) for each in zip(*((column.cells, column.values, column.texts) for column in told), strict=True))
    for place, (cells, values, texts) in enumerate(zip(*across, strict=True)):
        said = {code: value for code, value in zip(codes, values, strict=True) if value is not None}
        wrong = faults.get(place, ())
        if not said and not wrong:
            continue
        row = Row(start + place, codes, cells, said, as_json="{" + ",".join(filter(None, texts)) + "}")
        for code, reason in wrong:
            row.refuse(code, reason)
        rows.append(row)
    return rows


def shown(cell: Any) -> str:
    """A cell of the file in words, for the list of problems."""
    return seen(text_of(cell) or ("" if cell is None else str(cell).strip()))
