"""Bringing a roster in, as the command does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from exchange import planning
from exchange.plan import Level, Plan, Verdict
from exchange.sheets import read
from exchange.subjects import table_named
from exchange.table import Scope
from tests import make


@dataclass(frozen=True)
class Said:
    row: int
    column: str
    reason: str
    fatal: bool


@dataclass(frozen=True)
class Brought:
    plan: Plan

    def _codes(self, verdict: Verdict) -> list[str]:
        return [row.values["uscc"] for row in self.plan.rows if row.verdict is verdict]

    @property
    def created(self) -> list[str]:
        return self._codes(Verdict.CREATE)

    @property
    def updated(self) -> list[str]:
        return self._codes(Verdict.UPDATE)

    @property
    def unchanged(self) -> list[str]:
        return self._codes(Verdict.SAME)

    @property
    def problems(self) -> list[Said]:
        labels = {column.code: column.label for column in table_named("enterprises").columns}
        return [
            Said(
                row.number,
                labels.get(problem.column, ""),
                problem.reason,
                row.verdict is Verdict.REFUSED and problem.level is not Level.REMARK,
            )
            for row in self.plan.rows
            for problem in row.problems
        ]

    @property
    def errors(self) -> list[Said]:
        return [said for said in self.problems if said.fatal]


def bring(
    path: Path, place: Any, *, at: datetime = make.WEDNESDAY, by: Any = None, accept_warnings: bool = False, create_parks: bool = False,
    check_only: bool = False, table: str = "enterprises",
) -> Brought:  # fmt: skip
    """Raises SheetRefused."""
    subject = table_named(table)
    scope = Scope(place, by, at, accept_warnings, create_parks, path.name)
    plan = planning.understood(subject, read(path.read_bytes()))
    with transaction.atomic():
        planning.decide(plan, subject, scope)
        if not check_only:
            subject.carry_out(plan.rows, scope)
        transaction.set_rollback(check_only)
    return Brought(plan)
