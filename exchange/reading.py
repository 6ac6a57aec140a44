"""The reader of spreadsheets, as a program of its own: bytes on standard input, rows on standard output (`marshal`).

A hostile file can at worst end this process, which has limits on memory and time and no connection to anything (R23).
"""

from __future__ import annotations

import csv
import io
import marshal
import os
import re
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from exchange import containers
from exchange.containers import MAX_COLUMNS, MAX_ROWS, SheetRefused

MEMORY = 1536 * 1024 * 1024
#: On top of what the program has when it begins to read: so much in any case, and by what the file has been found to hold.
SPARE = 40 * 1024 * 1024
PER_CELL = 200
PER_BYTE = 3
PER_BYTE_OF_XLS = 40
CPU_SECONDS = 40
DELIMITERS = (",", "\t", ";", "，")
#: What `marshal` carries as it stands.
CARRIED = frozenset({str, float, int, bool, type(None)})
#: How a CSV says that a cell is text: '=1+1 as we write it (`workbook.as_csv`), ="0012" as Excel does.
_AS_TEXT = re.compile(r"""^'('*[-=+@\t\r＝＋－＠0-9].*)$|^="(.*)"$""", re.DOTALL)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: name, rows, numbers of hidden rows
Raw = tuple[str, list[list[Any]], list[int]]


def main() -> None:
    os.environ["RUST_BACKTRACE"] = "0"  # printing one within the limit on memory hangs
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
        if containers.kind_of_archive(content) == "ods":
            book = containers.check_ods(content)
            return _workbook(content, {}, _needed(book))
        book = containers.check_xlsx(content)
        return _workbook(content, book.sheets, _needed(book))
    if content[:8] == OLE:
        containers.check_xls(content)
        return _workbook(content, {}, len(content) * PER_BYTE_OF_XLS)
    return [("", _read_csv(content), [])]


def _needed(book: containers.Book) -> int:
    return book.laid_out * PER_CELL + book.unpacked * PER_BYTE


def _limit_memory(needed: int) -> None:
    """A file that takes many times what it seemed to hold is not worth the memory: one text in every cell, a cell at the end of an xls."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # not Linux
        return
    most = min(MEMORY, pages * resource.getpagesize() + SPARE + needed)
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _workbook(content: bytes, parts: dict[str, containers.Part], needed: int) -> list[Raw]:
    _limit_memory(needed)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            _sheet(workbook, about.name, parts.get(about.name, containers.Part())) for about in workbook.sheets_metadata if _is_seen(about)
        ]
    # the reader panics on what it did not expect, and a panic is no Exception
    except (CalamineError, ValueError, OSError) as error:
        raise SheetRefused("文件不是可读的表格，或已加密、已损坏。请用表格软件打开，另存为 .xlsx 再试。") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SheetRefused("文件已损坏，无法打开。请用表格软件打开，另存为 .xlsx 再试。") from error


def _is_seen(about: Any) -> bool:
    """A hidden sheet holds lists for drop-downs, or what somebody has put away; a chart has no cells."""
    return about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible


def _sheet(workbook: Any, name: str, part: containers.Part) -> Raw:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        raise SheetRefused(f"工作表「{name[:40]}」超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，请删除多余的行列后再导入。")
    rows = [
        [cell if type(cell) in CARRIED else _plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)
    ]
    for row, column in part.open_formulas:
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = containers.OPEN_FORMULA
    _fill(rows, sheet.merged_cell_ranges or [])
    return name, rows, part.hidden


def _plain(cell: Any) -> str:
    """A date as 2026-03-04, a time as 09:00:00."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _fill(rows: list[list[Any]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A merged cell counts for all the cells it covers, in headings and in data alike."""
    covered = 0
    for (top, left), (bottom, right) in ranges:
        covered += max(1, (min(bottom, len(rows)) - top + 1) * (min(right, MAX_COLUMNS) - left + 1))
        if covered > containers.MAX_EMPTY:
            raise SheetRefused("合并的单元格过多，请取消合并后再导入。")
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])


def _read_csv(content: bytes) -> list[list[Any]]:
    encoding = _encoding(content)
    delimiter = max(DELIMITERS, key=lambda each: _regularity(_rows(content, encoding, each)))
    try:
        return list(_bounded(_rows(content, encoding, delimiter)))
    except csv.Error as error:
        raise SheetRefused("CSV 无法读取，引号或换行不成对。请用表格软件另存为 CSV UTF-8 再试。") from error


def _rows(content: bytes, encoding: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""), delimiter=delimiter)


def _regularity(rows: Iterator[list[str]]) -> tuple[int, int]:
    """The right delimiter cuts most rows into the same number of columns; a note with many commas above the table does not decide."""
    widths: Counter[int] = Counter()
    with suppress(csv.Error):
        widths.update(len(row) for row in islice(rows, 200) if len(row) > 1)
    if not widths:
        return 0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return count, width


def _bounded(rows: Iterator[list[str]]) -> Iterator[list[Any]]:
    cells = 0
    for number, row in enumerate(rows, start=1):
        cells += len(row)
        if number > MAX_ROWS or cells > containers.MAX_CELLS:
            raise SheetRefused(f"CSV 超过 {MAX_ROWS} 行或 {containers.MAX_CELLS} 格，请拆分后再导入。")
        if len(row) > MAX_COLUMNS:
            raise SheetRefused(f"CSV 第 {number} 行超过 {MAX_COLUMNS} 列，请检查分隔符。")
        yield [_AS_TEXT.sub(_unmarked, cell) if cell[:1] in ("'", "=") else cell for cell in row]


def _unmarked(found: re.Match[str]) -> str:
    return found[1] if found[1] is not None else found[2].replace('""', '"')


def _encoding(content: bytes) -> str:
    encodings: tuple[str, ...]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    elif content[:3] == b"\xef\xbb\xbf":
        encodings = ("utf-8-sig",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return encoding
    raise SheetRefused("文件不是文本：编码既不是 UTF-8 也不是 GBK。请用表格软件另存为 .xlsx 或 CSV UTF-8 再试。")


if __name__ == "__main__":
    main()
