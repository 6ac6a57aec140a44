"""What the pages of risks show of a flag, and what its reader may do with it. `risks.flags` has the last word and says why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from files.models import File
from risks import people
from risks.kinds import CLEARED, Level, Verdict, kinds_in_use
from risks.models import Finding, Flag, Lowering, Sign
from risks.querysets import watched_by
from risks.rules import RULES, rule_label

if TYPE_CHECKING:
    from accounts.models import User
    from enterprises.models import Enterprise

COLOURS = {CLEARED: "green", Level.YELLOW: "amber", Level.ORANGE: "orange", Level.RED: "red"}
SIGNS = 5
FINDINGS = 50


@dataclass
class Typed:
    """What came back when a form was refused: of which deed, the words, the files, and why."""

    deed: str = ""
    values: dict[str, str] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    problem: str = ""


@dataclass
class Row:
    """`may_ask`: to lower it, or to hand it over; `decides`: whether its reader is the second person of what is pending."""

    flag: Flag
    pending: Lowering | None = None
    may_ask: bool = False
    decides: bool = False
    asked: bool = False
    typed: Typed = field(default_factory=Typed)

    @property
    def colour(self) -> str:
        return COLOURS[self.flag.level]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """What one may ask for: the levels below, and cleared with either verdict."""
        lower = [(level.code, f"降为{level.label}色") for level in reversed(Level) if level < self.flag.level]
        return [*lower, *((verdict.value, f"解除：{verdict.label}") for verdict in Verdict)]


def aim_of(outcome: str) -> tuple[int, str]:
    """The level and the verdict that a choice of `Row.outcomes` stands for; (-1, "") for none."""
    levels = {level.code: level.value for level in Level}
    if outcome in levels:
        return levels[outcome], ""
    return (CLEARED, outcome) if outcome in Verdict.values else (-1, "")


def rows_of(flags: list[Flag], user: User, at: datetime, *, deeds: bool = False) -> list[Row]:
    """With `deeds` what its reader may do, which asks for each enterprise; without only whether a request is pending."""
    waiting = Lowering.objects.visible_to(user).pending().filter(flag__in=[flag.pk for flag in flags]).select_related("asked_by", "file")
    pending = {row.flag_id: row for row in waiting}
    rows = [Row(flag, pending.get(flag.pk)) for flag in flags]
    if deeds:
        may = {
            key: people.may_set_for(user, enterprise) for key, enterprise in {flag.enterprise_id: flag.enterprise for flag in flags}.items()
        }
        for row in rows:
            _may(row, user, at, may[row.flag.enterprise_id])
    return rows


def _may(row: Row, user: User, at: datetime, sets: bool) -> None:
    row.may_ask = sets and row.flag.ended_at is None
    if row.pending is not None:
        row.asked = row.pending.asked_by_id == user.pk
        row.decides = people.may_decide(user, row.flag.enterprise, row.pending.asked_by_id, at)


def related(flags: Any) -> Any:
    return flags.select_related("enterprise__community", "owner", "raised_by")


def panel(enterprise: Enterprise, user: User, at: datetime) -> dict[str, Any] | None:
    """For the file of an enterprise; None, and not an empty panel, for whoever does not watch it."""
    if not watched_by(user).filter(pk=enterprise.pk).exists():
        return None
    flags = list(related(Flag.objects.visible_to(user).open().filter(enterprise=enterprise)).gravest_first())
    ended = Flag.objects.visible_to(user).filter(enterprise=enterprise, ended_at__isnull=False).order_by("-ended_at", "-pk")
    return {
        "rows": rows_of(flags, user, at, deeds=True),
        "ended": list(ended[:SIGNS]),
        "signs": signs_of(enterprise, user),
        "may_set": people.may_set_for(user, enterprise),
        **choices(),
    }


def signs_of(enterprise: Enterprise, user: User) -> list[Sign]:
    rows = Sign.objects.visible_to(user).filter(enterprise=enterprise).select_related("recorded_by")
    return list(rows.order_by("-at", "-pk")[:SIGNS])


def findings_of(flag: Flag, user: User) -> list[dict[str, Any]]:
    """Of rules that are gone the code is shown."""
    rows = Finding.objects.visible_to(user).filter(flag=flag).order_by("-found_at", "-pk")[:FINDINGS]
    return [{"row": row, "rule": rule_label(row.rule), "said": _said(row)} for row in rows]


def _said(row: Finding) -> str:
    rule = RULES.get(row.rule)
    return rule.said(rule.complete(row.params)) if rule else ""


def choices() -> dict[str, Any]:
    return {"kinds": kinds_in_use(), "levels": [(level.code, level.label, COLOURS[level]) for level in reversed(Level)]}
