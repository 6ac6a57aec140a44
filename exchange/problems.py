"""The list of problems of an import, as a sheet to work off."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from exchange.roster import Problem

HEADINGS = (("行号", 8), ("列", 18), ("原值", 30), ("级别", 8), ("问题", 80))


def write(path: Path, problems: Sequence[Problem]) -> None:
    """Text cells only, so that no value somebody sent becomes a formula. Raises OSError."""
    try:
        with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("导入问题")
            head = book.add_format({"bold": True, "bg_color": "#DCE6F2"})
            red = book.add_format({"bg_color": "#FDE2E2", "text_wrap": True})
            plain = book.add_format({"text_wrap": True})
            sheet.freeze_panes(1, 0)
            for place, (text, width) in enumerate(HEADINGS):
                sheet.set_column(place, place, width)
                sheet.write_string(0, place, text, head)
            for row, problem in enumerate(problems, start=1):
                style = red if problem.fatal else plain
                sheet.write_number(row, 0, problem.row, style)
                cells = (problem.column, problem.value, "错误" if problem.fatal else "提示", problem.reason)
                for place, text in enumerate(cells, start=1):
                    sheet.write_string(row, place, text, style)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error
