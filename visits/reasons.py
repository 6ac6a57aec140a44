"""Why somebody is visited, for those who may read it: matters with the name of their class and the words of their trigger."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from visits import triggers
from visits.models import ClassVersion, Reason

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Line:
    """`code` and `name` of the class, `words` of what happened, `key` of the row behind it (a ticket's number, `flag:7`)."""

    code: str
    name: str
    words: str
    occurred_on: date
    since_on: date
    due_on: date
    provisional: bool
    weight: int
    staff_only: bool
    key: str


def open_of(enterprises: Collection[int], user: User) -> dict[int, list[Line]]:
    """By enterprise, its open matters as far as this person sees them, what is due first. Two queries, however many."""
    rows = Reason.objects.visible_to(user).open().filter(enterprise__in=enterprises).order_by("due_on", "pk").select_related("visit_class")
    found: dict[int, list[Line]] = {}
    kept = list(rows)
    versions = standing(kept)
    for row in kept:
        found.setdefault(row.enterprise_id, []).append(line(row, versions.get((row.visit_class_id, row.since_on))))
    return found


def standing(rows: Iterable[Reason]) -> dict[tuple[int, date], ClassVersion]:
    """By class and day, the version under which a matter became owed. One query."""
    wanted = {(row.visit_class_id, row.since_on) for row in rows}
    by_class: dict[int, list[ClassVersion]] = {}
    for version in ClassVersion.objects.filter(visit_class__in={key for key, _ in wanted}).order_by("from_on"):
        by_class.setdefault(version.visit_class_id, []).append(version)
    found = {}
    for key, since in wanted:
        earlier = [version for version in by_class.get(key, []) if version.from_on <= since]
        if earlier:
            found[key, since] = earlier[-1]
    return found


def line(row: Reason, version: ClassVersion | None) -> Line:
    named = {each.code: each.label for each in triggers.on_file(version.triggers)} if version is not None else {}
    return Line(
        code=row.visit_class.code, name=version.name if version is not None else row.visit_class.code,
        words=named.get(row.trigger, row.trigger), occurred_on=row.occurred_on, since_on=row.since_on, due_on=row.due_on,
        provisional=row.provisional, weight=version.weight if version is not None else 0,
        staff_only=version.staff_only if version is not None else True, key=row.key,
    )  # fmt: skip
