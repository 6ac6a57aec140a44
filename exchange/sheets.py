"""Reading a spreadsheet somebody sent, within bounds (R23): the container first, then the cells' addresses, and only then the cells."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

MAX_BYTES = 30 * 1024 * 1024
MAX_ENTRIES = 200
MAX_RATIO = 200
MAX_ROWS = 100_000
MAX_COLUMNS = 256
MAX_SHEETS = 50
#: Cells written by nobody but a generator; 8,000 firms with 40 columns are 320,000.
MAX_CELLS = 3_000_000
DELIMITERS = (",", "\t", ";", "，")
_SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$")
_ADDRESS = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")
_FORBIDDEN = ("vbaproject", "externallinks/", "activex/", "embeddings/")


class SheetRefused(Exception):
    """The file as a whole cannot be read; the message is for whoever sent it."""


@dataclass(frozen=True)
class Sheet:
    """Rows as they stand in the sheet, row 1 first, so that a row's number is its index plus one."""

    name: str
    rows: list[list[Any]]


def read(path: Path) -> list[Sheet]:
    """All sheets of an xlsx, or the one of a CSV. Raises SheetRefused, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise SheetRefused(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请拆分后再导入。")
    content = path.read_bytes()
    if content[:4] == b"PK\x03\x04":
        return _read_xlsx(content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise SheetRefused("这是旧版 .xls 文件（或加了密码的文件），请在表格软件里另存为 .xlsx 或 CSV 再导入。")
    return [Sheet(path.name, _read_csv(content))]


def _read_xlsx(content: bytes) -> list[Sheet]:
    _check_container(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            Sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MAX_ROWS)) for name in workbook.sheet_names
        ]
    except CalamineError as error:
        raise SheetRefused(f"文件不是可读的 .xlsx：{error}。请用表格软件打开另存后再试。") from error


def _check_container(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(content))
            sheets = [entry for entry in entries if _SHEET.match(entry.filename)]
            if not sheets or len(sheets) > MAX_SHEETS:
                raise SheetRefused(f"文件里没有工作表，或超过 {MAX_SHEETS} 张。")
            for entry in entries:
                if entry.filename.casefold().endswith((".xml", ".rels")):
                    _check_xml(archive, entry, cells=entry in sheets)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise SheetRefused("文件已损坏或加了密码，无法打开。") from error


def _check_entries(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise SheetRefused(f"文件内部有 {len(entries)} 个部件，超过 {MAX_ENTRIES} 个，不像普通表格。")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_BYTES or total > max(size, 10_000) * MAX_RATIO:
        raise SheetRefused("文件解压后过大，请只保留名录所在的工作表后再导入。")
    for entry in entries:
        name = entry.filename.casefold()
        if name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise SheetRefused("文件内部的路径不合规范，无法导入。")
        if any(part in name for part in _FORBIDDEN):
            raise SheetRefused("文件含宏、外部链接或嵌入对象，请另存为不含这些内容的 .xlsx 再导入。")


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, cells: bool) -> None:
    """No DOCTYPE; in a sheet, no cell beyond the bounds, since the reader lays out the whole rectangle up to the furthest one."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if cells:
        parser.StartElementHandler = _CellCounter()
    read = 0
    try:
        with archive.open(entry) as part:
            while chunk := part.read(1 << 16):
                read += len(chunk)
                if read > MAX_BYTES:  # the directory of the archive may lie about sizes
                    raise SheetRefused("文件解压后过大，请只保留名录所在的工作表后再导入。")
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SheetRefused(f"文件内部的 {entry.filename} 已损坏，无法打开。") from error


def _refuse_doctype(*_: object) -> None:
    raise SheetRefused("文件含有文档类型声明，不是普通表格，无法导入。")


class _CellCounter:
    def __init__(self) -> None:
        self.cells = 0

    def __call__(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self.cells += 1
            if self.cells > MAX_CELLS:
                raise SheetRefused("工作表的单元格过多，请只保留名录。")
            self._check(attributes.get("r", ""))
        elif tag == "row" and attributes.get("r", "0").isdigit():
            self._check_row(int(attributes.get("r", "0")))

    def _check(self, address: str) -> None:
        parts = _ADDRESS.match(address)
        if parts is None:
            return
        column = 0
        for letter in parts[1]:
            column = column * 26 + ord(letter) - 64
        if column > MAX_COLUMNS:
            raise SheetRefused(f"单元格 {address} 远在名录之外（最多 {MAX_COLUMNS} 列），请删除多余的列后再导入。")
        self._check_row(int(parts[2]))

    def _check_row(self, row: int) -> None:
        if row > MAX_ROWS:
            raise SheetRefused(f"第 {row} 行远在名录之外（最多 {MAX_ROWS} 行），请删除多余的空行后再导入。")


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
        raise SheetRefused(f"CSV 无法读取：{error}。请用表格软件另存为 CSV UTF-8 再试。") from error


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
