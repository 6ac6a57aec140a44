"""What a spreadsheet file is allowed to be, looked at before any reader lays out its cells (R23).

Plain Python without Django: it runs in a process of its own, with limits (`exchange.reading`).
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
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
#: Formulas without a value that are told cell by cell; with more of them the file as a whole wants opening once.
MAX_OPEN_FORMULAS = 50_000
CHUNK = 1 << 20

_SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$")
_FORBIDDEN = ("vbaproject", "externallinks/", "activex/", "embeddings/", "basic/", "scripts/")
# as every spreadsheet program writes a cell; the others are looked at one by one, only where there is any
_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_USUAL_ROW = re.compile(rb'<row r="([0-9]{1,7})"')
_UNUSUAL = (re.compile(rb'<c\b(?! r="[A-Z]{1,3}[0-9]{1,7}")'), re.compile(rb'<row\b(?! r="[0-9]{1,7}")'), re.compile(rb":(?:c|row)\b"))
_ATTRIBUTES = rb"((?:\s+[^\s=<>/\"']+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*(/?)>"
_CELL_OR_ROW = re.compile(rb"<(?:[^\s<>/!?:=]+:)?(c|row)" + _ATTRIBUTES)
_PERHAPS = re.compile(rb"<(?:[^\s<>/!?:=]+:)?(?:c|row)[\s/>]")
_ADDRESS = re.compile(rb"\sr\s*=\s*[\"']([^\"']*)")
_HIDDEN = re.compile(rb"<(?:\w+:)?row\b[^>]*?\shidden=[\"'](?:1|true)[\"'][^>]*")
_ROW = re.compile(rb"\sr=[\"'](\d{1,7})[\"']")
_CELL = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_NUMBER = re.compile(rb"[0-9]{1,7}")
_OPEN_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>\s*<f(?:\s[^<>]*)?(?:/>|>[^<>]*</f>)\s*(?:<v\s*/>|<v>\s*(0?)\s*</v>)?\s*</c>'
)
_WORKED_OUT_ON_OPENING = re.compile(rb"<(?:\w+:)?calcPr\s[^>]*fullCalcOnLoad=[\"'](?:1|true)[\"']")
_DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9_.\-]+)[\"']")
_DOCTYPE = (b"<!DOCTYPE", b"<!ENTITY")
_ODS = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)" + _ATTRIBUTES)
_ODS_PERHAPS = re.compile(rb"<table:(?:table|table-row|table-cell|covered-table-cell)[\s/>]")
_REPEATED = re.compile(rb"\stable:number-(?:rows|columns)-repeated\s*=\s*[\"']([^\"']*)")
_MANY_BLANKS = re.compile(rb"text:c\s*=\s*[\"'](?![0-9]{1,3}[\"'])")
_SHEET_NAMED = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)")
#: What such a cell is read as; no column takes it.
OPEN_FORMULA = "#公式未计算"
STRANGE = "行号或单元格的地址不合规范，无法导入；请用表格软件打开另存后再试。"


class SheetRefused(Exception):
    """The file as a whole cannot be read; the message is for whoever sent it."""


@dataclass
class Part:
    """What the markup of one sheet says about itself."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    hidden: list[int] = field(default_factory=list)
    #: Whether a program wrote the sheet that puts 0 where the value of a formula belongs.
    zero_is_open: bool = False
    #: Row and column, from 1, of formulas that no spreadsheet program has worked out.
    open_formulas: list[tuple[int, int]] = field(default_factory=list)
    #: A cell that went on beyond the piece looked at.
    rest: bytes = b""
    #: The last row and column seen; one without an address follows it.
    row: int = 0
    column: int = 0

    def take(self, row: int, column: int, cells: int = 1) -> None:
        """A cell, or as many as end here. Raises SheetRefused where that is out of bounds."""
        self.cells += cells
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        self.check()

    def check(self) -> None:
        if self.cells > MAX_CELLS:
            raise SheetRefused("工作表的单元格过多，请只保留名录。")
        if self.rows > MAX_ROWS:
            raise SheetRefused(f"第 {self.rows} 行远在名录之外（最多 {MAX_ROWS} 行），请删除多余的空行后再导入。")
        if self.columns > MAX_COLUMNS:
            raise SheetRefused(f"第 {self.columns} 列远在名录之外（最多 {MAX_COLUMNS} 列），请删除多余的列后再导入。")

    def check_rectangle(self) -> None:
        if self.rows * self.columns > self.cells + MAX_EMPTY:
            raise SheetRefused("有单元格远在名录之外，表格范围过大；请删除多余的空行空列后再导入。")


@dataclass
class Book:
    """What a reader will have to hold: `sheets` by the name of the sheet, `unpacked` bytes of markup."""

    sheets: dict[str, Part]
    unpacked: int

    @property
    def laid_out(self) -> int:
        """Cells of the largest sheet, the empty ones of its rectangle among them."""
        return max((max(part.cells, part.rows * part.columns) for part in self.sheets.values()), default=0)


def check_xlsx(content: bytes) -> Book:
    """Raises SheetRefused."""
    with _opened(content) as archive:
        entries = _checked_entries(archive, len(content))
        sheets = [entry for entry in entries if _SHEET.match(entry.filename)]
        if not sheets or len(sheets) > MAX_SHEETS:
            raise SheetRefused(f"文件里没有工作表，或超过 {MAX_SHEETS} 张。")
        with archive.open("xl/workbook.xml") as about:
            zero_is_open = _WORKED_OUT_ON_OPENING.search(about.read(CHUNK)) is not None
        parts: dict[str, Part] = {}
        for entry in entries:
            if entry in sheets:
                part = parts[entry.filename] = Part(zero_is_open=zero_is_open)
                for window in _markup(archive, entry):
                    _measure(window, part)
                part.check_rectangle()
            elif _holds_cells(archive, entry):  # wherever the relations point to, no sheet goes unmeasured
                raise SheetRefused("文件内部的路径不合规范，无法导入。")
        return Book(_sheets_by_name(archive, parts) or parts, sum(entry.file_size for entry in entries))


def check_ods(content: bytes) -> Book:
    """Raises SheetRefused."""
    with _opened(content) as archive:
        entries = _checked_entries(archive, len(content))
        tables: list[Part] = []
        for entry in entries:
            if _is_markup(entry):
                for window in _markup(archive, entry):
                    if entry.filename == "content.xml":
                        _measure_ods(window, tables)
        for table in tables:
            table.check_rectangle()
        return Book({str(number): table for number, table in enumerate(tables)}, sum(entry.file_size for entry in entries))


def _is_markup(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.casefold().endswith((".xml", ".rels"))


def _holds_cells(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if _is_markup(entry):
        return any(b"sheetData" in window for window in _markup(archive, entry))
    with archive.open(entry) as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            if b"sheetData" in rest + chunk:
                return True
            rest = chunk[-9:]
    return False


def _sheets_by_name(archive: zipfile.ZipFile, parts: dict[str, Part]) -> dict[str, Part]:
    """Which part is which sheet, as the workbook says."""
    related = "xl/_rels/workbook.xml.rels"
    relations = _attributes(_RELATION, archive.read(related)) if related in archive.namelist() else []
    targets = {each.get("Id", ""): each.get("Target", "").removeprefix("/xl/").removeprefix("xl/") for each in relations}
    named = {}
    for sheet in _attributes(_SHEET_NAMED, archive.read("xl/workbook.xml")):
        key = next((value for name, value in sheet.items() if name.endswith(":id")), "")
        part = parts.get(f"xl/{targets.get(key, '')}")
        if part is not None:
            named[sheet.get("name", "")] = part
    return named


def _attributes(tag: re.Pattern[bytes], markup: bytes) -> list[dict[str, str]]:
    return [
        {name.decode(): html.unescape(value.decode(errors="replace")) for name, value in _ATTRIBUTE.findall(found)}
        for found in tag.findall(markup)
    ]


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
    kinds = {"xlsx": "xl/workbook.xml", "ods": "content.xml", "xlsb": "xl/workbook.bin"}
    found = [kind for kind, part in kinds.items() if part in names]
    if len(found) > 1:  # the reader might take it for the other one, which nobody has checked
        raise SheetRefused("文件内部的路径不合规范，无法导入。")
    if found in (["xlsx"], ["ods"]):
        return found[0]
    if any(name.startswith("xl/") for name in names):
        raise SheetRefused("这是二进制工作簿（.xlsb）或不完整的表格，请另存为 .xlsx 再导入。")
    raise SheetRefused("这不是表格文件。请上传 .xlsx、.xls、.ods 或 CSV。")


@contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive, with what can go wrong in opening and unpacking said in Chinese."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise SheetRefused("文件已损坏或加了密码，无法打开。请用表格软件打开另存后再试。") from error


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
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SheetRefused("文件的压缩方式不像普通表格，请用表格软件打开另存后再试。")
        if any(part in name for part in _FORBIDDEN):
            raise SheetRefused("文件含宏、外部链接或嵌入对象，请另存为不含这些内容的 .xlsx 再导入。")
    return entries


def _markup(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text of a part, UTF-8 without document type, in pieces that end with a whole tag. Raises SheetRefused."""
    read, rest = 0, b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            if not read:
                _check_encoding(chunk)
            read += len(chunk)
            if read > MAX_UNPACKED:  # the directory of the archive may lie about sizes
                raise SheetRefused("文件解压后过大，请只保留名录所在的工作表后再导入。")
            window = rest + chunk
            end = window.rfind(b">") + 1
            rest = window[end:]
            if len(rest) > CHUNK:
                raise SheetRefused("文件内部的标记过长，不像普通表格。")
            yield _without_doctype(window[:end])
    yield _without_doctype(rest)


def _without_doctype(window: bytes) -> bytes:
    if any(word in window for word in _DOCTYPE):
        raise SheetRefused("文件含有文档类型声明，不是普通表格，无法导入。")
    return window


def _check_encoding(beginning: bytes) -> None:
    declared = _DECLARED.search(beginning[:2000])
    named = declared[1].decode().casefold() if declared else "utf-8"
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in beginning[:100] or named not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise SheetRefused("文件内部不是 UTF-8 编码，不像普通表格；请用表格软件打开另存后再试。")


def _measure(window: bytes, part: Part) -> None:
    if b"hidden" in window:
        part.hidden += [int(row[1]) for tag in _HIDDEN.findall(window) if (row := _ROW.search(tag))]
    _note_formulas(window, part)
    if any(pattern.search(window) for pattern in _UNUSUAL):
        _one_by_one(window, part)
        return
    cells, rows = _USUAL_CELL.findall(window), _USUAL_ROW.findall(window)
    part.cells += len(cells)
    part.rows = max([part.rows, *map(int, {each[1] for each in cells}), *map(int, rows)])
    part.columns = max([part.columns, *(_column(each) for each in {each[0] for each in cells})])
    part.check()
    part.row = int(rows[-1]) if rows else part.row
    part.column = _column(cells[-1][0]) if cells else part.column


def _note_formulas(window: bytes, part: Part) -> None:
    """Programs that write sheets leave formulas without a value; the reader would take it for 0 or nothing."""
    window = part.rest + window
    last = max(window.rfind(b"<c "), 0)
    part.rest = window[last:] if window.find(b"</c>", last) < 0 else b""
    if b"<f" in window:
        part.open_formulas += [
            (int(row), _column(letters)) for letters, row, zero in _OPEN_FORMULA.findall(window) if not zero or part.zero_is_open
        ]
        if len(part.open_formulas) > MAX_OPEN_FORMULAS:
            raise SheetRefused("表格里的公式都还没有算出结果；请用表格软件打开、保存一次再导入。")


def _one_by_one(window: bytes, part: Part) -> None:
    """Cells and rows with other prefixes, orders or without an address: they follow the one before. Addresses are taken as they stand."""
    tags = _CELL_OR_ROW.findall(window)
    if len(tags) != len(_PERHAPS.findall(window)):
        raise SheetRefused(STRANGE)
    for tag, attributes, _ in tags:
        found = _ADDRESS.search(attributes)
        address = (_CELL if tag == b"c" else _NUMBER).fullmatch(found[1]) if found else None
        if found and address is None:
            raise SheetRefused(STRANGE)
        if tag == b"row":
            part.row, part.column = int(address[0]) if address else part.row + 1, 0
            part.take(part.row, 0, cells=0)
        else:
            part.column = _column(address[1]) if address else part.column + 1
            part.take(max(int(address[2]) if address else part.row, 1), part.column)


def _measure_ods(window: bytes, tables: list[Part]) -> None:
    """Rows and cells may stand for many: only those with something in them are laid out. `row` counts those before this one, `hidden`
    holds for how many this row stands."""
    if _MANY_BLANKS.search(window):
        raise SheetRefused("单元格里的空格多得不像普通表格，无法导入。")
    tags = _ODS.findall(window)
    if len(tags) != len(_ODS_PERHAPS.findall(window)):
        raise SheetRefused(STRANGE)
    for tag, attributes, closed in tags:
        if tag == b"table":
            tables.append(Part(hidden=[0]))
            continue
        if not tables:
            raise SheetRefused(STRANGE)
        table, times = tables[-1], _times(attributes)
        if tag == b"table-row":
            table.row, table.column, table.hidden = table.row + table.hidden[0], 0, [times]
            continue
        table.column += times
        if not closed or b" office:" in attributes or b"formula" in attributes:
            table.take(table.row + table.hidden[0], table.column, cells=times * max(table.hidden[0], 1))


def _times(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    if found is None:
        return 1
    if _NUMBER.fullmatch(found[1]) is None:
        raise SheetRefused(STRANGE)
    return int(found[1])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
