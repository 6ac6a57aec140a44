"""What of a visit who reads: staff everything, the enterprise what it is told, whoever comes along what he needs to be there.

Whom a row is read as is asked of the row, not of the person: part-time grid staff are the enterprise to their own employer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from enterprises.models import Enterprise
from visits.models import Task, Visit
from visits.querysets import staffed

if TYPE_CHECKING:
    from accounts.models import User

STAFF, ENTERPRISE, GUEST = "staff", "enterprise", "guest"

#: No sign, no reason, no deadline, nobody's telephone.
_FOR_GUESTS = frozenset({"enterprise", "place", "when", "assignee", "topics", "companions"})
TASK_COLUMNS: dict[str, frozenset[str]] = {
    STAFF: _FOR_GUESTS
    | {
        "reasons",
        "due_on",
        "opened_on",
        "state",
        "attempts",
        "lost_at",
        "moved",
        "wanted",
        "next_step",
        "version",
        "contacts",
        "uscc",
        "consent",
    },
    ENTERPRISE: frozenset({"why", "when", "who", "topics", "moved", "companions"}),
    GUEST: _FOR_GUESTS,
}
VISIT_COLUMNS: dict[str, frozenset[str]] = {
    STAFF: frozenset({
        "enterprise", "place", "visited_at", "visitors", "result", "people", "note", "told", "needs", "checks", "photos", "next_step", "next_on",
        "settled", "notes_along",
    }),
    ENTERPRISE: frozenset({"visited_at", "visitors", "told", "needs"}),
    GUEST: frozenset({"enterprise", "place", "visited_at", "visitors", "own_note"}),
}  # fmt: skip


def read_as(user: User, rows: Iterable[Task | Visit]) -> dict[Any, str]:
    """By key, as whom somebody reads each of these rows, all of them in his sight. Two queries a kind of row."""
    shown = list(rows)
    keys = [row.pk for row in shown]
    model = type(shown[0]) if shown else Task
    staff = set(staffed(model.objects.filter(pk__in=keys), user).values_list("pk", flat=True))
    own = set(Enterprise.objects.represented_by(user).filter(pk__in={row.enterprise_id for row in shown}).values_list("pk", flat=True))
    return {row.pk: STAFF if row.pk in staff else ENTERPRISE if row.enterprise_id in own else GUEST for row in shown}


def task_columns(user: User, task: Task) -> frozenset[str]:
    return TASK_COLUMNS[read_as(user, [task])[task.pk]]


def visit_columns(user: User, visit: Visit) -> frozenset[str]:
    return VISIT_COLUMNS[read_as(user, [visit])[visit.pk]]
