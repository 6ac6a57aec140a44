"""Spreadsheet files for the tests of the roster."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

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
