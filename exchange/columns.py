"""Tables of columns: one table per subject serves the template, the import, the export and the field help of the API."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest
from typing import Any

_REMARK = re.compile(r"[(\[【].*?[)\]】]")
#: Units that are not those a column is read in: 注册资本（元） must not be taken for 注册资本（万元）.
_OTHER_UNIT = re.compile(
    r"^(?:单位[:：]?)?(?:(?:[十百千亿]?万?|亿|百万|千万)(?:元|美元|欧元|港元|日元)|亩|公顷|平方公里|[千万]平方米|[千万]人)$"
)
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z ./()_-]*")
_ENGLISH_HEADING = re.compile(
    r"(?:^|[ _./(-])(?:name|code|no|id|date|type|address|phone|title|kind|unit|status|area|room|park|building|uscc)(?:$|[ _./)-])", re.I
)
#: What a row of units below the heading says in a cell.
_UNIT = re.compile(
    r"^[(\[【]?(?:单位[:：]?)?(?:[十百千万亿]*(?:元|美元|欧元|港元|日元|人|家|个|件|项|户|吨|度|米|平方米|平方公里)|㎡|m2|m²|亩|公顷|间|台|年|月|日|天|%|％)[)\]】]?$",
    re.I,
)
_NOISE = re.compile(r"[\s*＊:：、,，./\\_\-#]+")
#: A heading stands among the first rows, below titles and notes.
WITHIN = 30


class Kind(StrEnum):
    """How a cell is written: codes as text, whatever they look like; numbers as numbers; dates as dates."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """`label` heads export and template; `spellings` are other headings met in real sheets.

    `read` turns a cell into a value (ValidationError says what is wrong with it); without it the column is for export only.
    `value` gives the cell of an exported row, a dict. `options` are the words of a drop-down; `note` tells people what to write.
    `needs` names the right without which the column is not exported; `masked` says that it leaves masked. `revive` turns a value
    back from JSON, where the kind does not say how; `words` are what values are called, `say` does it for what no table can hold.
    """

    code: str
    label: str
    spellings: tuple[str, ...] = ()
    read: Callable[[Any], Any] | None = None
    value: Callable[[dict[str, Any]], Any] | None = None
    required: bool = False
    kind: Kind = Kind.TEXT
    width: int = 16
    note: str = ""
    example: str = ""
    options: tuple[str, ...] = ()
    needs: str = ""
    masked: bool = False
    revive: Callable[[Any], Any] | None = None
    words: Mapping[Any, str] = field(default_factory=dict)
    say: Callable[[Any], str] | None = None

    def cell(self, row: dict[str, Any]) -> Any:
        return self.value(row) if self.value is not None else row[self.code]

    def shown(self, value: Any) -> str:
        """A value of the plan in words."""
        if self.say is not None:
            return self.say(value)
        if isinstance(value, list | tuple):
            return "、".join(str(each) for each in value)
        if isinstance(value, bool) and not self.words:
            return "是" if value else "否"
        return "" if value is None else str(self.words.get(value, value))

    @property
    def differs_in_json(self) -> bool:
        """Whether a value read from JSON may be another than the one written."""
        return self.revive is not None or self.kind in (Kind.DATE, Kind.NUMBER)

    def from_json(self, value: Any) -> Any:
        if self.revive is not None:
            return self.revive(value)
        if self.kind is Kind.DATE:
            return date.fromisoformat(value)
        return Decimal(value) if self.kind is Kind.NUMBER and isinstance(value, str) else value


@dataclass(frozen=True)
class Heading:
    """Where the columns stand: `first` is the index of the first row of data, `ignored` the headings nobody knows."""

    first: int
    positions: dict[str, int]
    ignored: tuple[str, ...] = field(default=())


@lru_cache(maxsize=4096)
def heading(text: str) -> str:
    """A heading without blanks, stars, remarks in brackets and line breaks: 「* 企业名称\\n（必填）」 → 企业名称."""
    plain = unicodedata.normalize("NFKC", text)
    return _NOISE.sub("", _REMARK.sub(_unit, plain) or plain).casefold()


def _unit(remark: re.Match[str]) -> str:
    inner = remark[0][1:-1].strip()
    return inner if inner != "万元" and _OTHER_UNIT.match(inner) else ""


def find_heading(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> Heading | None:
    """The first row, or pair of rows, that heads every required column; titles above it are passed over."""
    required = {column.code for column in columns if column.required}
    for place, row in enumerate(rows[:WITHIN]):
        below = rows[place + 1] if place + 1 < len(rows) else []
        single, under = (_match([[cell] for cell in each], columns) for each in (row, below))
        double = _match(_pairs(row, below), columns)
        # a title above adds nothing to the heading below it, nor a row of data to the heading above
        if (
            required <= double.keys()
            and not _is_data(below, single, columns)
            and (len(double) > max(len(single), len(under)) or _repeats(single, under))
        ):
            return Heading(place + 2, double, _ignored(_pairs(row, below), double))
        if required <= single.keys() and _is_units(below):
            headed = _with_units(row, below)
            found = _match(headed, columns)
            if required <= found.keys():
                return Heading(place + 2, found, _ignored(headed, found))
        if required <= single.keys():
            return Heading(place + 1 + _is_english(below), single, _ignored([[cell] for cell in row], single))
    return None


def _pairs(row: Sequence[Any], below: Sequence[Any]) -> list[list[Any]]:
    """What a column may be called that has a heading over a heading: 姓名 under 联系人 is 联系人姓名, or just 姓名."""
    pairs = []
    for place in range(max(len(row), len(below))):
        top = str(row[place]) if place < len(row) and row[place] is not None else ""
        under = str(below[place]) if place < len(below) and below[place] is not None else ""
        pairs.append([top + under, under, top] if top != under else [top])
    return pairs


def _repeats(above: dict[str, int], under: dict[str, int]) -> bool:
    """Whether the row below heads the same columns: merged downwards, or field names below the words."""
    return len(under.items() & above.items()) >= 2


def _is_data(below: Sequence[Any], single: dict[str, int], columns: Sequence[Column]) -> bool:
    """Something stands under the heading of a required column that heads no column itself."""
    known = {heading(name) for column in columns for name in (column.label, *column.spellings)}
    required = (single[column.code] for column in columns if column.required and column.code in single)
    cells = (str(below[place]).strip() for place in required if place < len(below) and below[place] is not None)
    return any(cell and heading(cell) not in known for cell in cells)


def _is_english(row: Sequence[Any]) -> bool:
    """A line that says the heading again in English."""
    cells = [cell.strip() if isinstance(cell, str) else cell for cell in row if cell not in (None, "")]
    english = all(isinstance(cell, str) and _ENGLISH.fullmatch(cell) for cell in cells)
    return english and sum(_ENGLISH_HEADING.search(cell) is not None for cell in cells) >= 2


def _is_units(row: Sequence[Any]) -> bool:
    """A line that says in which unit the columns are, and nothing else."""
    cells = [unicodedata.normalize("NFKC", str(cell)).strip() for cell in row if cell not in (None, "")]
    return any(cells) and all(_UNIT.match(cell) for cell in cells if cell)


def _with_units(row: Sequence[Any], below: Sequence[Any]) -> list[list[Any]]:
    """注册资本 over 元 is 注册资本（元）, which is not 注册资本（万元）."""
    units = [re.sub(r"[()（）\[\]【】\s]", "", str(cell or "")) for cell in below]
    return [[f"{cell}（{unit}）" if unit and cell not in (None, "") else cell] for cell, unit in zip_longest(row, units)]


def _match(candidates: Sequence[Sequence[Any]], columns: Sequence[Column]) -> dict[str, int]:
    """Column code → position; the leftmost heading wins, the column's own label over its other spellings, and no place serves two."""
    places: dict[str, int] = {}
    for rank in range(3):
        for place, texts in enumerate(candidates):
            if rank < len(texts) and (text := heading(str(texts[rank] if texts[rank] is not None else ""))):
                places.setdefault(text, place)
    found: dict[str, int] = {}
    for spelling_rank in range(1 + max(len(column.spellings) for column in columns)):
        for column in columns:
            names = (column.label, *column.spellings)
            if column.read is None or column.code in found or spelling_rank >= len(names):
                continue
            place = places.get(heading(names[spelling_rank]))
            if place is not None and place not in found.values():
                found[column.code] = place
    return found


def _ignored(candidates: Sequence[Sequence[Any]], positions: dict[str, int]) -> tuple[str, ...]:
    taken = set(positions.values())
    texts = (str(texts[0] or "").strip() for place, texts in enumerate(candidates) if place not in taken)
    return tuple(dict.fromkeys(text[:40] for text in texts if text))
