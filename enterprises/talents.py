"""人才 by level (杭州市高层次人才分类 A–E): how many, and the enterprises whose numbers sum to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from enterprises.metrics import TALENT_LEVELS
from enterprises.models import Enterprise, Figure

if TYPE_CHECKING:
    from accounts.models import User

LEVELS = {code: (f"{code.upper()} 类", word) for code, word in TALENT_LEVELS}
#: What an enterprise reports of whom no level is told.
UNTOLD = "untold"
_TOTAL = "talents"


@dataclass(frozen=True)
class Row:
    """One enterprise: heads by level, those of no told level under UNTOLD."""

    enterprise: Enterprise
    heads: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.heads.values())


def by_enterprise(user: User, year: str, level: str = "") -> list[Row]:
    """Active enterprises with talents at the end of the year, the most first; with `level` those who have any of it, and only that counted.

    Where levels are told they are the total; a reported total above them leaves the rest without a level.
    """
    codes = {f"talents_{code}": code for code in LEVELS}
    rows = Figure.objects.visible_to(user).standing().filter(metric__in=[_TOTAL, *codes], period=year, enterprise__status="active")
    told: dict[Enterprise, dict[str, int]] = {}
    for row in rows.select_related("enterprise").order_by("pk"):
        told.setdefault(row.enterprise, {})[codes.get(row.metric, _TOTAL)] = int(row.value)
    found = [Row(enterprise, _only(_split(heads), level)) for enterprise, heads in told.items()]
    return sorted((row for row in found if row.total), key=lambda row: (-row.total, row.enterprise.pinyin, row.enterprise.pk))


def sums(rows: list[Row]) -> dict[str, int]:
    """By level, in their order; they add up to the total of the rows."""
    return {level: sum(row.heads.get(level, 0) for row in rows) for level in (*LEVELS, UNTOLD)}


def _split(heads: dict[str, int]) -> dict[str, int]:
    levels = {level: heads[level] for level in LEVELS if heads.get(level)}
    rest = max(0, heads.get(_TOTAL, 0) - sum(levels.values()))
    return levels | ({UNTOLD: rest} if rest else {})


def _only(heads: dict[str, int], level: str) -> dict[str, int]:
    return {level: heads[level]} if level and level in heads else {} if level else heads
