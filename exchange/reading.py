"""The reader of spreadsheets, as a program of its own: bytes on standard input, rows on standard output (`marshal`).

A hostile file can at worst end this process, which has limits on memory and time and no connection to anything (R23).
"""

from __future__ import annotations

import csv
import io
import marshal
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from exchange import containers
from exchange.containers import MAX_COLUMNS, MAX_ROWS, SheetRefused

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 40
DELIMITERS = (",", "\t", ";", "，")
#: What `marshal` carries as it stands.
CARRIED = frozenset({str, float, int, bool, type(None)})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: name, rows, numbers of hidden rows
Raw = tuple[str, list[list[Any]], list[int]]


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    content = sys.stdin.buffer.read()
    try:
        answer: dict[str, Any] = {"sheets": read(content)}
    except SheetRefused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "表格过大，读不下；请只保留名录所在的工作表后再导入。"}
    marshal.dump(answer, sys.stdout.buffer)


def read(content: bytes) -> list[Raw]:
    """All sheets of a workbook, or the one of a CSV. Raises SheetRefused."""
    if len(content) > containers.MAX_BYTES:
        raise SheetRefused(f"文件超过 {containers.MAX_BYTES // 1024 // 1024} MB，请拆分后再导入。")
    if not content.strip():
        raise SheetRefused("文件是空的，请重新选择。")
    if content[:2] == b"PK":
        kind = containers.kind_of_archive(content)
        if kind == "ods":
            containers.check_ods(content)
            return _workbook(content, {})
        return _workbook(content, containers.check_xlsx(content))
    if content[:8] == OLE:
        containers.check_xls(content)
        return _workbook(content, {})
    return [("", _read_csv(content), [])]


def _workbook(content: bytes, parts: dict[str, containers.Part]) -> list[Raw]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_sheet(workbook, name, parts) for name in workbook.sheet_names]
    # the reader panics on what it did not expect, and a panic is no Exception
    except (CalamineError, ValueError, OSError) as error:
        raise SheetRefused("文件不是可读的表格，或已加密、已损坏。请用表格软件打开，另存为 .xlsx 再试。") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SheetRefused("文件已损坏，无法打开。请用表格软件打开，另存为 .xlsx 再试。") from error


def _sheet(workbook: Any, name: str, parts: dict[str, containers.Part]) -> Raw:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        raise SheetRefused(f"工作表「{name[:40]}」超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，请删除多余的行列后再导入。")
    rows = [
        [cell if type(cell) in CARRIED else _plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)
    ]
    _fill(rows, sheet.merged_cell_ranges or [])
    # hidden rows are told apart by sheet only where there is one: which part is which sheet is not said in the part
    hidden = next(iter(parts.values())).hidden if len(parts) == 1 else []
    return name, rows, hidden


def _plain(cell: Any) -> str:
    """A date as 2026-03-04, a time as 09:00:00."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _fill(rows: list[list[Any]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A merged cell counts for all the cells it covers, in headings and in data alike."""
    for (top, left), (bottom, right) in ranges[:MAX_ROWS]:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])


def _read_csv(content: bytes) -> list[list[Any]]:
    text = _decode(content)
    return max((_parse(text, delimiter) for delimiter in DELIMITERS), key=_regularity)


def _regularity(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """The right delimiter cuts most rows into the same number of columns; a note with many commas above the table does not decide."""
    widths = Counter(len(row) for row in rows[:200] if len(row) > 1)
    if not widths:
        return 0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return count, width


def _parse(text: str, delimiter: str) -> list[list[Any]]:
    try:
        return list(_bounded(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise SheetRefused("CSV 无法读取，引号或换行不成对。请用表格软件另存为 CSV UTF-8 再试。") from error


def _bounded(rows: Iterator[list[str]]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise SheetRefused(f"CSV 超过 {MAX_ROWS} 行，请拆分后再导入。")
        if len(row) > MAX_COLUMNS:
            raise SheetRefused(f"CSV 第 {number} 行超过 {MAX_COLUMNS} 列，请检查分隔符。")
        yield row


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise SheetRefused("文件不是文本：编码既不是 UTF-8 也不是 GBK。请用表格软件另存为 .xlsx 或 CSV UTF-8 再试。")


if __name__ == "__main__":
    main()
