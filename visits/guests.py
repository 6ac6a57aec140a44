"""What whoever comes along reads of a visit (`columns.GUEST`): where, when, with whom, what about; afterwards that he was there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from enterprises.models import Tenancy
from visits.models import Task, Visit, Visitor

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Been:
    visit: Visit
    visitors: list[str]
    note: str


def place_of(tasks: Iterable[Task]) -> dict[Any, str]:
    """By task, where one goes: the enterprise's main place. One query."""
    rows = list(tasks)
    seats = Tenancy.objects.open().filter(enterprise__in={row.enterprise_id for row in rows}).order_by("is_main", "-pk")
    found = {
        seat.enterprise_id: f"{seat.building.park.name} {seat.building.name}{f' {seat.room}' if seat.room else ''}"
        for seat in seats.select_related("building__park")
    }
    return {row.pk: found.get(row.enterprise_id, "") for row in rows}


def been_to(user: User, visits: Iterable[Visit]) -> list[Been]:
    """`visits` come from `Visit.visible_to`; those at which this person was, with his own note and nobody else's. Two queries."""
    rows = list(visits)
    visitors: dict[UUID, list[Visitor]] = {}
    for each in Visitor.objects.filter(visit__in=rows).select_related("user").order_by("pk"):
        visitors.setdefault(each.visit_id, []).append(each)
    found = []
    for row in rows:
        there = visitors.get(row.pk, [])
        own = next((each for each in there if each.user_id == user.pk), None)
        if own is not None:
            found.append(Been(row, [each.user.display_name for each in there], own.note))
    return found
