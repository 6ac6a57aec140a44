"""Workbooks and CSV that go out: the template, an export, the refused rows of an import. Text stays text, so that nothing becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from rustpy_xlsxwriter import Format, write_worksheet

from exchange.columns import Column, Kind
from exchange.plan import Level

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
PROBLEM = "问题说明"
#: Rows of a template that carry the drop-downs.
TEMPLATE_ROWS = 2000
#: What a spreadsheet program takes for the beginning of a formula, half and full width.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
#: A code of more digits, or with a nought before them, would be opened as a number from a CSV and lose some.
DIGITS_KEPT = 11
#: What would be a formula, or would lose the apostrophe it begins with (`reading` takes one away).
_NEEDS_MARK = re.compile(f"'*[{re.escape(''.join(DANGEROUS))}]|'+[0-9]")
#: A list written into the cell itself may have so many characters; a longer one stands on a sheet of its own.
LONGEST_LIST = 255
#: Of a cell.
LONGEST_TEXT = 32_767
BLUE, RED, AMBER = "#DCE6F2", "#F8B4B4", "#FDE9B8"


@dataclass(frozen=True)
class RefusedRow:
    """`cells` as the file had them, by column code; `problems` as (column, reason, level)."""

    number: int
    cells: dict[str, str]
    problems: Sequence[tuple[str, str, str]]


def as_xlsx(columns: Sequence[Column], rows: Iterable[dict[str, Any]], *, name: str, title: str) -> tuple[bytes, int]:
    """(bytes, number of rows). A first line says what this is, by whom and when; the heading stands below it.

    By the writer in Rust, which takes text for text; templates and refused rows, with their drop-downs and comments, by the other one.
    """
    out, number = io.BytesIO(), 0

    def lines() -> Iterator[dict[str, Any]]:
        nonlocal number
        for number, row in enumerate(rows, start=1):  # noqa: B007  the last number counts the rows
            yield {label: write(cell(row)) for label, cell, write in written}
        if not number:  # it learns the heading from the first row
            yield dict.fromkeys(labels)

    labels = [column.label for column in columns]
    written = [(column.label, column.cell, _number if column.kind is Kind.NUMBER else _written) for column in columns]
    as_text, day = Format().set_num_format("@"), Format().set_num_format("yyyy-mm-dd")
    write_worksheet(
        lines(), out, sheet_name=name[:31], header_row=1, freeze_row=2, freeze_col=1, autofilter=True,
        header_format=Format().set_bold().set_background_color(BLUE).set_border("thin"),
        merge_ranges=[(0, 0, 0, min(3, len(columns) - 1), title)], column_widths={column.label: column.width for column in columns},
        column_formats={
            column.label: day if column.kind is Kind.DATE else as_text for column in columns if column.kind is not Kind.NUMBER
        },
    )  # fmt: skip
    return out.getvalue(), number


def as_csv(columns: Sequence[Column], rows: Iterable[dict[str, Any]]) -> tuple[bytes, int]:
    """UTF-8 with a byte-order mark, which is how Excel and WPS know it. What would be a formula begins with an apostrophe."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([column.label for column in columns])
    number = 0
    for number, row in enumerate(rows, start=1):  # noqa: B007
        writer.writerow([_safe(column.cell(row), column.kind) for column in columns])
    return out.getvalue().encode(), number


def template(columns: Sequence[Column], *, name: str, note: str, options: dict[str, Sequence[str]]) -> bytes:
    """A sheet to fill in, with drop-downs and a frozen heading, and a sheet that says what each column wants."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**OPTIONS, "constant_memory": False}) as book:
        sheet, formats = book.add_worksheet(name[:31]), _formats(book)
        _widths(book, sheet, columns)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, ("* " if column.required else "") + column.label, formats["must" if column.required else "head"])
            if column.note:
                sheet.write_comment(0, place, column.note, {"x_scale": 2})
        sheet.freeze_panes(1, 1)
        notes = book.add_worksheet("填写说明")
        _write_notes(notes, columns, note, formats)
        _drop_downs(book, sheet, columns, options)
    return out.getvalue()


def refused(columns: Sequence[Column], rows: Iterable[RefusedRow], *, name: str) -> bytes:
    """The rows that were refused, to be mended and sent again: the cells at fault red with a comment, and a last column 问题说明."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**OPTIONS, "constant_memory": False}) as book:
        sheet, formats = book.add_worksheet(name[:31]), _formats(book)
        _widths(book, sheet, columns)
        sheet.set_column(len(columns), len(columns), 80)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.label, formats["must" if column.required else "head"])
        sheet.write_string(0, len(columns), PROBLEM, formats["head"])
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows, start=1):
            _refused_row(sheet, number, row, columns, formats)
    return out.getvalue()


def _refused_row(sheet: Any, number: int, row: RefusedRow, columns: Sequence[Column], formats: dict[str, Any]) -> None:
    labels = {column.code: column.label for column in columns}
    faults: dict[str, list[tuple[str, str]]] = {}
    for code, reason, level in row.problems:
        faults.setdefault(code, []).append((reason, level))
    for place, column in enumerate(columns):
        text = row.cells.get(column.code, "")
        fault = faults.get(column.code)
        if fault is None:
            sheet.write_string(number, place, text)
            continue
        wrong = any(level == Level.ERROR for _, level in fault)
        sheet.write_string(number, place, text, formats["wrong" if wrong else "doubtful"])
        sheet.write_comment(number, place, "\n".join(reason for reason, _ in fault), {"x_scale": 2.5, "y_scale": 1.5})
    said = "；".join((f"{labels[code]}：" if code in labels else "") + reason for code, reason, _ in row.problems)
    sheet.write_string(number, len(columns), f"原第 {row.number} 行 {said}", formats["wrap"])


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bg_color": BLUE, "border": 1}),
        "must": book.add_format({"bold": True, "bg_color": BLUE, "border": 1, "font_color": "#B42318"}),
        "wrong": book.add_format({"bg_color": RED, "num_format": "@"}),
        "doubtful": book.add_format({"bg_color": AMBER, "num_format": "@"}),
        "wrap": book.add_format({"text_wrap": True}),
    }


def _widths(book: Any, sheet: Any, columns: Sequence[Column]) -> None:
    """Text and code columns are text throughout, so that what is typed below the last row keeps its digits."""
    as_text = book.add_format({"num_format": "@"})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, as_text if column.kind in (Kind.CODE, Kind.TEXT) else None)


def _written(value: Any) -> Any:
    if value.__class__ is str:
        return value[:LONGEST_TEXT] or None
    if value is None or value.__class__ is date:
        return value
    return (timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)[:LONGEST_TEXT]) or None


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float | Decimal) else _written(value)


def _safe(value: Any, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    text = str(value)
    if kind is Kind.NUMBER and isinstance(value, int | float | Decimal):
        return text
    if kind is Kind.CODE and text.isdecimal() and (len(text) > DIGITS_KEPT or text[0] == "0"):
        return f"'{text}"
    return f"'{text}" if _NEEDS_MARK.match(text) else text


def _write_notes(sheet: Any, columns: Sequence[Column], note: str, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 3, 60)
    sheet.write_string(0, 0, note or "按表头填写，列的先后不限，多余的列不影响导入。")
    for place, text in enumerate(("列名", "必填", "怎么填", "也认得的写法")):
        sheet.write_string(2, place, text, formats["head"])
    for number, column in enumerate(columns, start=3):
        example = f"例如：{column.example}" if column.example else ""
        options = f"可填：{'、'.join(column.options[:20])}" if column.options else ""
        cells = (
            column.label,
            "必填" if column.required else "",
            " ".join(filter(None, (column.note, options, example))),
            "、".join(column.spellings),
        )
        for place, text in enumerate(cells):
            sheet.write_string(number, place, text, formats["wrap"])


def _drop_downs(book: Any, sheet: Any, columns: Sequence[Column], options: dict[str, Sequence[str]]) -> None:
    lists = None
    for place, column in enumerate(columns):
        words = list(options.get(column.code) or column.options)
        if not words:
            continue
        if len(",".join(words)) <= LONGEST_LIST and not any("," in word for word in words):
            source: Any = words
        else:
            lists = lists or book.add_worksheet("选项")
            lists.write_column(0, place, words)
            source = f"=选项!${_letters(place)}$1:${_letters(place)}${len(words)}"
        message = {
            "error_type": "information",
            "error_title": "不在清单里",
            "error_message": f"{column.label}不在清单里，仍可填写，导入时会核对。",
        }
        sheet.data_validation(1, place, TEMPLATE_ROWS, place, {"validate": "list", "source": source, **message})
    if lists is not None:
        lists.hide()


def _letters(place: int) -> str:
    return xlsxwriter.utility.xl_col_to_name(place)
