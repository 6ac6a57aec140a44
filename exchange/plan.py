"""The plan of an import: what every row would do, cell by cell. What is shown is what is committed; the hash says so."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"create": "新增", "update": "更新", "same": "无变化", "refused": "退回"}[self.value]


class Level(StrEnum):
    """An error keeps a row out. A warning does so until somebody accepts it. A remark only says what will happen."""

    ERROR = "error"
    WARNING = "warning"
    REMARK = "remark"

    @property
    def label(self) -> str:
        return {"error": "错误", "warning": "警告", "remark": "提示"}[self.value]


@dataclass(frozen=True)
class Problem:
    """`column` is the code of a column, or empty for the row as a whole."""

    column: str
    reason: str
    level: Level = Level.ERROR


@dataclass(slots=True)
class Row:
    """`number` as the spreadsheet counts. `sent`: the cells of `columns` as the file has them, `values` as they were understood (empty cells
    are absent).

    `changes`: column → (before, after), for an update. `key` names the thing in words. `as_json`: the values as `said` gives them.
    """

    number: int
    columns: Sequence[str] = ()
    sent: Sequence[Any] = ()
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    verdict: Verdict = Verdict.REFUSED
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    key: str = ""
    as_json: str | None = None

    @property
    def cells(self) -> dict[str, Any]:
        return dict(zip(self.columns, self.sent, strict=True))

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(Problem(column, reason))
        self.verdict = Verdict.REFUSED

    def warn(self, column: str, reason: str) -> None:
        self.problems.append(Problem(column, reason, Level.WARNING))

    def remark(self, column: str, reason: str) -> None:
        self.problems.append(Problem(column, reason, Level.REMARK))

    def said(self) -> str:
        """The values as JSON, in the order of the columns."""
        if self.as_json is None:
            self.as_json = dumps(self.values)
        return self.as_json

    def correct(self, column: str, value: Any) -> None:
        """Put the normal form in the place of what was written."""
        if self.values[column] != value:
            self.values[column], self.as_json = value, None

    @property
    def wrong(self) -> bool:
        return bool(self.problems) and any(problem.level is Level.ERROR for problem in self.problems)

    @property
    def doubtful(self) -> bool:
        return bool(self.problems) and any(problem.level is Level.WARNING for problem in self.problems)

    @property
    def warned(self) -> bool:
        return bool(self.problems) and any(problem.level is not Level.ERROR for problem in self.problems)


@dataclass
class Plan:
    """`sheet` is the sheet's name, `ignored` the headings nobody knows, `remarks` what concerns the file as a whole."""

    sheet: str
    rows: list[Row]
    ignored: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """`{create, update, same, warned, refused}`: rows written by verdict; rows refused for an error; rows with a warning or a remark,
        whether or not they count among the first three (one whose warning nobody accepted does not)."""
        counts = Counter(row.verdict for row in self.rows)
        return {
            "create": counts[Verdict.CREATE], "update": counts[Verdict.UPDATE], "same": counts[Verdict.SAME],
            "warned": sum(row.warned and not row.wrong for row in self.rows), "refused": sum(row.wrong for row in self.rows),
        }  # fmt: skip

    def held(self) -> int:
        """Rows that wait for somebody to accept their warning."""
        return sum(row.verdict is Verdict.REFUSED and not row.wrong for row in self.rows)

    def hash(self) -> str:
        """SHA-256 over every decision: rows, verdicts, values, and what stands in the database in the places that would change."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(f"{row.number} {row.verdict.value} {row.said()} {dumps(row.changes) if row.changes else ''}\n".encode())
        return digest.hexdigest()


dumps = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":")).encode
