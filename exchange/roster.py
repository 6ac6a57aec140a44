"""A roster of real enterprises (name, code, park, address) from a plain sheet: read, checked row by row, entered in one transaction.

Rows in error are listed and left out; the others are entered. A park nobody knows is reported and its enterprises wait under 「待核园区」, because a
misspelt park would otherwise become a park; `create_parks` enters them instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from community.models import Community
from enterprises.registry import accepted_uscc
from enterprises.roster import Entry, Outcome, enrol
from exchange.columns import find_heading
from exchange.enterprises import COLUMNS, READERS, text_of
from exchange.places import Places
from exchange.sheets import Sheet, SheetRefused, read

if TYPE_CHECKING:
    from accounts.models import User

LABELS = {column.code: column.label for column in COLUMNS}


@dataclass(frozen=True)
class Problem:
    """`row` as the spreadsheet numbers it. A fatal one keeps the row out; the others are remarks."""

    row: int
    column: str
    value: str
    reason: str
    fatal: bool = True


@dataclass
class Report:
    sheet: str
    rows: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    problems: list[Problem] = field(default_factory=list)
    created_parks: list[str] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.fatal]

    @property
    def remarks(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.fatal]

    @property
    def entered(self) -> int:
        return len(self.outcome.created) + len(self.outcome.updated) + len(self.outcome.unchanged)


def import_roster(
    path: Path,
    *,
    community: Community,
    at: datetime,
    by: User | None,
    sheet: str = "",
    accept_warnings: bool = False,
    create_parks: bool = False,
    check_only: bool = False,
) -> Report:
    """Raises SheetRefused when the file as a whole is of no use. With `check_only` everything is tried and nothing is kept."""
    chosen, heading, positions = _find(read(path), sheet)
    report = Report(sheet=chosen.name)
    with transaction.atomic():
        _take_your_time()
        places = Places(community, create=create_parks)
        reader = _Reader(report, positions, places, accept_warnings=accept_warnings)
        entries = list(reader.entries(chosen.rows[heading + 1 :], first=heading + 2))
        report.created_parks = places.created
        report.outcome = enrol(entries, community=community, at=at, by=by, source=f"名录导入：{path.name}"[:60])
        for uscc, name in report.outcome.elsewhere.items():
            row = reader.row_of[uscc]
            report.problems.append(Problem(row, LABELS["uscc"], uscc, f"已在「{name}」登记；请先由该社区办理迁出，再导入。"))
        if check_only:
            transaction.set_rollback(True)
    report.problems.sort(key=lambda problem: problem.row)
    return report


def _take_your_time() -> None:
    """The limits are those of a page; 100,000 rows on a busy machine need more, in this transaction alone."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '120s'; SET LOCAL idle_in_transaction_session_timeout = '300s'")


def _find(sheets: Sequence[Sheet], wanted: str) -> tuple[Sheet, int, dict[str, int]]:
    """The first sheet with a heading row (or the one named)."""
    if wanted and wanted not in {sheet.name for sheet in sheets}:
        raise SheetRefused(f"没有名为「{wanted}」的工作表；文件里有：{'、'.join(sheet.name for sheet in sheets)}。")
    for sheet in sheets:
        if wanted and sheet.name != wanted:
            continue
        found = find_heading(sheet.rows, COLUMNS)
        if found is not None:
            return sheet, *found
    raise SheetRefused(
        "没有找到表头：前 30 行里须有一行同时写明「企业名称」（或 单位名称、公司名称、名称）和「统一社会信用代码」（或 信用代码、社会信用代码）。"
    )


class _Reader:
    """Turns rows into entries, and what is wrong with them into problems."""

    def __init__(self, report: Report, positions: dict[str, int], places: Places, *, accept_warnings: bool) -> None:
        self.report, self.positions, self.places = report, positions, places
        self.accept_warnings = accept_warnings
        self.row_of: dict[str, int] = {}
        self.name_of: dict[str, str] = {}

    def entries(self, rows: Sequence[Sequence[Any]], *, first: int) -> Iterator[Entry]:
        for number, row in enumerate(rows, start=first):
            cells = {code: row[place] if place < len(row) else None for code, place in self.positions.items()}
            if not any(text_of(cell) for cell in cells.values()):
                continue
            self.report.rows += 1
            entry = self._entry(number, cells)
            if entry is not None:
                yield entry

    def _entry(self, number: int, cells: dict[str, Any]) -> Entry | None:
        facts: dict[str, str] = {}
        sound = True
        for code, cell in cells.items():
            try:
                facts[code] = READERS[code](cell)
            except ValidationError as error:
                self._note(number, code, cell, "".join(error.messages))
                sound = False
        if "name" in facts and not facts["name"]:
            self._note(number, "name", "", "企业名称是空的。")
            sound = False
        uscc, warning = self._code(number, facts)
        if not sound or uscc is None or self._repeated(number, uscc, facts["name"]):
            return None
        place = self.places.find(facts.get("park", ""), facts.get("building", ""), facts.get("address", ""))
        if place.remark:
            self._note(number, place.column, facts.get(place.column, ""), place.remark, fatal=False)
        return Entry(
            uscc=uscc,
            uscc_warning=warning,
            name=facts["name"],
            address=facts.get("address", ""),
            building=place.building,
            fallback=place.fallback,
            room=facts.get("room", ""),
        )

    def _code(self, number: int, facts: dict[str, str]) -> tuple[str | None, bool]:
        if "uscc" not in facts:
            return None, False
        try:
            uscc, warning = accepted_uscc(facts["uscc"], accept_warning=self.accept_warnings)
        except ValidationError as error:
            self._note(number, "uscc", facts["uscc"], "".join(error.messages))
            return None, False
        if warning:
            self._note(number, "uscc", facts["uscc"], "代码未通过校验，已收下并标为「待核」。", fatal=False)
        return uscc, warning

    def _repeated(self, number: int, uscc: str, name: str) -> bool:
        earlier = self.row_of.setdefault(uscc, number)
        if earlier == number:
            self.name_of[uscc] = name
            return False
        if self.name_of[uscc] == name:
            self._note(number, "uscc", uscc, f"与第 {earlier} 行重复，只取第 {earlier} 行。", fatal=False)
        else:
            self._note(number, "uscc", uscc, f"与第 {earlier} 行代码相同而名称不同（「{self.name_of[uscc]}」），请核对。")
        return True

    def _note(self, number: int, code: str, value: Any, reason: str, *, fatal: bool = True) -> None:
        self.report.problems.append(Problem(number, LABELS[code], str(value if value is not None else ""), reason, fatal))
