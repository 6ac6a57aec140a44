"""Tables of columns: one table per subject serves import (spellings of a heading) and export (heading, value, width)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_REMARK = re.compile(r"[(\[【].*?[)\]】]")
_NOISE = re.compile(r"[\s*＊:：、,，./\\_\-#]+")


@dataclass(frozen=True)
class Column:
    """`label` heads the export and the template; `spellings` are other headings met in real sheets; `value` reads a model for export."""

    code: str
    label: str
    spellings: tuple[str, ...]
    value: Callable[[Any], Any]
    required: bool = False
    width: int = 16


def heading(text: Any) -> str:
    """A heading without blanks, stars, remarks in brackets and line breaks: 「* 企业名称\\n（必填）」 → 企业名称."""
    plain = unicodedata.normalize("NFKC", str(text or ""))
    return _NOISE.sub("", _REMARK.sub("", plain)).casefold()


def match(row: Sequence[Any], columns: Sequence[Column]) -> dict[str, int]:
    """Column code → position in this row; the leftmost heading wins, and the column's first spelling over later ones."""
    headings = [heading(cell) for cell in row]
    found: dict[str, int] = {}
    for column in columns:
        for spelling in (column.label, *column.spellings):
            wanted = heading(spelling)
            if wanted in headings:
                found[column.code] = headings.index(wanted)
                break
    return found


def find_heading(rows: Sequence[Sequence[Any]], columns: Sequence[Column], *, within: int = 30) -> tuple[int, dict[str, int]] | None:
    """(row index, positions) of the first row that heads every required column; title rows above it are passed over."""
    required = {column.code for column in columns if column.required}
    for place, row in enumerate(rows[:within]):
        positions = match(row, columns)
        if required <= positions.keys():
            return place, positions
    return None
