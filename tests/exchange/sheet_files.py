"""Spreadsheet files: ordinary ones of every kind, and pieces to make hostile ones from."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

HEADING = ("企业名称", "统一社会信用代码", "所属园区", "注册地址")


def xlsx(path: Path, *rows: tuple[Any, ...], heading: tuple[str, ...] = HEADING, titles: tuple[str, ...] = ()) -> Path:
    """Titles above are merged over the whole width, as real sheets have them."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("名录")
        for number, title in enumerate(titles):
            sheet.merge_range(number, 0, number, len(heading) - 1, title)
        for number, row in enumerate((heading, *rows), start=len(titles)):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell)
    return path


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def tampered(path: Path, name: str, content: bytes) -> Path:
    """The same workbook with one part replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    path.write_bytes(buffer.getvalue())
    return path


def book(parts: dict[str, bytes | str]) -> bytes:
    """A container of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def raw_xlsx(sheet: bytes | str, *, strings: str = "", target: str = "worksheets/sheet1.xml", **more: bytes | str) -> bytes:
    """A workbook of one sheet, written by hand: `sheet` is what stands between <worksheet> and </worksheet>, or a whole part in bytes."""
    whole = sheet if isinstance(sheet, bytes) else f'<worksheet xmlns="{_MAIN}">{sheet}</worksheet>'
    return book(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships><Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="名录" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="{target}"/>'
            f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
            f"xl/{target}": whole,
            **{name.replace("__", "/"): part for name, part in more.items()},
        }
    )


def ods(table: str | Sequence[Sequence[Any]]) -> bytes:
    """An OpenDocument sheet of these rows, or of this markup between <table:table> and </table:table>."""
    if not isinstance(table, str):
        table = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in table)
    names = " ".join(f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text"))
    content = f'<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="名录">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return book({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": manifest, "content.xml": content})


def _ods_cell(value: Any) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def xls(rows: Sequence[Sequence[Any]], *, at: Sequence[tuple[int, int, str]] = (), macros: bool = False) -> bytes:
    """An Excel 97 workbook (BIFF8) of these rows, and of texts at (row, column)."""
    cells = [(number, place, value) for number, row in enumerate(rows) for place, value in enumerate(row) if value not in (None, "")]
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, column, value in [*cells, *at]:
        if isinstance(value, int | float):
            sheet += _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
        else:
            text = str(value).encode("utf-16-le")
            sheet += _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)
    sheet += _record(0x000A, b"")
    name = "名录".encode("utf-16-le")
    beginning = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + _record(0x0042, struct.pack("<H", 1200))
    size = len(beginning) + 4 + 8 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IBBBB", size, 0, 0, 2, 1) + name)
    return _compound(beginning + bound + _record(0x000A, b"") + sheet, "_VBA_PROJECT" if macros else "")


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes, other: str) -> bytes:
    """An OLE container with the stream `Workbook`; sector 0 is the table of sectors, 1 the directory, the stream follows."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // 512)
    assert count <= 126
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *(chain + [0xFFFFFFFF] * (128 - len(chain))))
    directory = _entry("Root Entry", 5, child=1) + _entry("Workbook", 2, start=2, size=len(stream), right=2 if other else -1)
    directory += _entry(other, 2, size=0) if other else b"\0" * 128
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    )
    header += struct.pack("<109I", 0, *([0xFFFFFFFF] * 108))
    return header + table + (directory + b"\0" * 128) + stream.ljust(count * 512, b"\0")


def _entry(name: str, kind: int, *, start: int = 0xFFFFFFFE, size: int = 0, child: int = -1, right: int = -1) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return text.ljust(64, b"\0") + struct.pack("<HBBiii16xI16xIQ", len(text), kind, 1, -1, right, child, 0, start & 0xFFFFFFFF, size)
