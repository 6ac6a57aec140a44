"""What a spreadsheet file is allowed to be, looked at before any reader lays out its cells (R23).

Plain Python without Django: it runs in a process of its own, with limits (`exchange.reading`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 150 * 1024 * 1024
MAX_ENTRIES = 200
MAX_RATIO = 200
MAX_ROWS = 100_000
MAX_COLUMNS = 256
MAX_SHEETS = 50
#: Cells written by nobody but a generator; 22,000 firms with 40 columns are 880,000.
MAX_CELLS = 3_000_000
#: The reader lays out the whole rectangle up to the furthest cell: so much of it may be empty.
MAX_EMPTY = 1_000_000
CHUNK = 1 << 20

_SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$")
_FORBIDDEN = ("vbaproject", "externallinks/", "activex/", "embeddings/", "basic/", "scripts/")
# as every spreadsheet program writes a cell; the others are looked for only where there is any
_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_USUAL_ROW = re.compile(rb'<row r="([0-9]{1,7})"')
# attribute values are taken as they stand, and one with an entity in it is refused
_ADDRESSES = re.compile(rb"<(?:\w+:)?(c|row)\b(?:[^>]*?\sr=[\"']([^\"']*)[\"'])?")
_UNUSUAL = (re.compile(rb'<c\b(?! r="[A-Z]{1,3}[0-9]{1,7}")'), re.compile(rb'<row\b(?! r="[0-9]{1,7}")'), re.compile(rb":(?:c|row)\b"))
_HIDDEN = re.compile(rb"<(?:\w+:)?row\b[^>]*?\shidden=[\"'](?:1|true)[\"'][^>]*")
_ROW = re.compile(rb"\sr=[\"'](\d{1,7})[\"']")
_CELL = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_NUMBER = re.compile(rb"[0-9]{1,7}")
_DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9_.\-]+)[\"']")
_DOCTYPE = (b"<!DOCTYPE", b"<!ENTITY")


class SheetRefused(Exception):
    """The file as a whole cannot be read; the message is for whoever sent it."""


@dataclass
class Part:
    """What the markup of one sheet says about itself."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    hidden: list[int] = field(default_factory=list)


def check_xlsx(content: bytes) -> dict[str, Part]:
    """Part name → what it holds. Raises SheetRefused."""
    with _opened(content) as archive:
        entries = _checked_entries(archive, len(content))
        sheets = [entry for entry in entries if _SHEET.match(entry.filename)]
        if not sheets or len(sheets) > MAX_SHEETS:
            raise SheetRefused(f"文件里没有工作表，或超过 {MAX_SHEETS} 张。")
        found: dict[str, Part] = {}
        for entry in entries:
            if entry.filename.casefold().endswith((".xml", ".rels")):
                part = Part() if entry in sheets else None
                _check_markup(archive, entry, part)
                if part is not None:
                    found[entry.filename] = part
    return found


def check_ods(content: bytes) -> None:
    """Raises SheetRefused."""
    with _opened(content) as archive:
        for entry in _checked_entries(archive, len(content)):
            if entry.filename.casefold().endswith(".xml"):
                _check_markup(archive, entry, None)


def check_xls(content: bytes) -> None:
    """An old workbook without macros. Raises SheetRefused."""
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise SheetRefused("文件含宏，请另存为不含宏的 .xlsx 再导入。")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise SheetRefused("文件加了密码，无法打开；请去掉密码后再导入。")


def kind_of_archive(content: bytes) -> str:
    """xlsx or ods, by what is inside. Raises SheetRefused."""
    with _opened(content) as archive:
        names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if any(name.startswith("xl/") for name in names):
        raise SheetRefused("这是二进制工作簿（.xlsb）或不完整的表格，请另存为 .xlsx 再导入。")
    raise SheetRefused("这不是表格文件。请上传 .xlsx、.xls、.ods 或 CSV。")


class _Opened:
    """The archive, with what can go wrong in opening and unpacking said in Chinese."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __enter__(self) -> zipfile.ZipFile:
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(self.content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise SheetRefused("文件已损坏，无法打开。请用表格软件打开另存后再试。") from error
        return self.archive

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.archive.close()
        if isinstance(error, zipfile.BadZipFile | NotImplementedError | RuntimeError | EOFError) or type(error).__name__ == "error":
            raise SheetRefused("文件已损坏或加了密码，无法打开。") from error


def _opened(content: bytes) -> _Opened:
    return _Opened(content)


def _checked_entries(archive: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise SheetRefused(f"文件内部有 {len(entries)} 个部件，超过 {MAX_ENTRIES} 个，不像普通表格。")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED or total > max(size, 10_000) * MAX_RATIO:
        raise SheetRefused("文件解压后过大，请只保留名录所在的工作表后再导入。")
    for entry in entries:
        name = entry.filename.casefold()
        if name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise SheetRefused("文件内部的路径不合规范，无法导入。")
        if any(part in name for part in _FORBIDDEN):
            raise SheetRefused("文件含宏、外部链接或嵌入对象，请另存为不含这些内容的 .xlsx 再导入。")
    return entries


def _check_markup(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, part: Part | None) -> None:
    """UTF-8 without document type; in a sheet, no cell far beyond the others."""
    read = 0
    with archive.open(entry) as stream:
        for window, fresh in _windows(stream):
            read += fresh
            if read > MAX_UNPACKED:  # the directory of the archive may lie about sizes
                raise SheetRefused("文件解压后过大，请只保留名录所在的工作表后再导入。")
            if read == fresh:
                _check_encoding(window)
            if any(word in window for word in _DOCTYPE):
                raise SheetRefused("文件含有文档类型声明，不是普通表格，无法导入。")
            if part is not None:
                _measure(window, part)
    if part is not None and part.rows * part.columns > part.cells + MAX_EMPTY:
        raise SheetRefused("有单元格远在名录之外，表格范围过大；请删除多余的空行空列后再导入。")


def _windows(stream: object) -> Iterator[tuple[bytes, int]]:
    """The text in pieces that end with a whole tag, each with the number of bytes newly read."""
    rest = b""
    while chunk := stream.read(CHUNK):  # type: ignore[attr-defined]
        window = rest + chunk
        end = window.rfind(b">") + 1
        rest = window[end:]
        if len(rest) > CHUNK:
            raise SheetRefused("文件内部的标记过长，不像普通表格。")
        yield window[:end], len(chunk)
    if rest.strip():
        yield rest, 0


def _check_encoding(beginning: bytes) -> None:
    declared = _DECLARED.search(beginning[:200])
    named = declared[1].decode().casefold() if declared else "utf-8"
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in beginning[:100] or named not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise SheetRefused("文件内部不是 UTF-8 编码，不像普通表格；请用表格软件打开另存后再试。")


def _measure(window: bytes, part: Part) -> None:
    if any(pattern.search(window) for pattern in _UNUSUAL):
        cells, rows = _any_addresses(window)
    else:
        cells, rows = _USUAL_CELL.findall(window), _USUAL_ROW.findall(window)
    letters, numbers = {each[0] for each in cells}, {each[1] for each in cells}
    part.cells += len(cells)
    part.rows = max([part.rows, *map(int, numbers), *map(int, rows)])
    part.columns = max([part.columns, *(_column(each) for each in letters)])
    if b"hidden=" in window:
        part.hidden += [int(row[1]) for tag in _HIDDEN.findall(window) if (row := _ROW.search(tag))]
    if part.cells > MAX_CELLS:
        raise SheetRefused("工作表的单元格过多，请只保留名录。")
    if part.rows > MAX_ROWS:
        raise SheetRefused(f"第 {part.rows} 行远在名录之外（最多 {MAX_ROWS} 行），请删除多余的空行后再导入。")
    if part.columns > MAX_COLUMNS:
        raise SheetRefused(f"第 {part.columns} 列远在名录之外（最多 {MAX_COLUMNS} 列），请删除多余的列后再导入。")


def _any_addresses(window: bytes) -> tuple[list[tuple[bytes, bytes]], list[bytes]]:
    """Cells and rows with other prefixes, orders or without an address (they follow the one before)."""
    cells: list[tuple[bytes, bytes]] = []
    rows: list[bytes] = []
    for tag, address in _ADDRESSES.findall(window):
        found = _CELL.fullmatch(address or b"A1") if tag == b"c" else _NUMBER.fullmatch(address or b"1")
        if found is None:
            raise SheetRefused("行号或单元格的地址不合规范，无法导入；请用表格软件打开另存后再试。")
        if tag == b"c":
            cells.append((found[1], found[2]))
        else:
            rows.append(found[0])
    return cells, rows


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
