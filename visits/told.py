"""Visits as the enterprise reads them: those to come, and of those that were paid who came, what he left in writing, and which needs he took along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from community import held
from community.kinds import ENTERPRISE_KINDS
from enterprises.models import Enterprise
from grievances.models import Grievance
from visits import words
from visits.models import Need, Task, Visit, Visitor

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Past:
    """`needs`: pairs of the need and its ticket, where the reader sees it."""

    visit: Visit
    visitors: list[str]
    needs: list[tuple[Need, Grievance]]


def coming(user: User) -> Any:
    """Announced visits to the enterprises somebody speaks for, soonest first."""
    rows = Task.objects.visible_to(user).open().filter(enterprise__in=Enterprise.objects.represented_by(user))
    return rows.select_related("assignee", "community", "enterprise", "wanted").order_by("planned_on", "appointed_at", "pk")


def announced(user: User, at: datetime) -> list[words.Announced]:
    shown = words.announced(coming(user), at)
    return sorted(shown, key=lambda each: (each.slot.on, each.slot.half) if each.slot else (timezone.localtime(at).date(), ""))


def paid(user: User) -> Any:
    """Visits to the enterprises somebody speaks for, those where nobody was met left out."""
    return Visit.objects.visible_to(user).met().filter(enterprise__in=Enterprise.objects.represented_by(user)).select_related("enterprise")


def needs_of(user: User) -> Any:
    """What was taken down at those visits."""
    return Need.objects.filter(visit__in=paid(user)) if held(user, *ENTERPRISE_KINDS) else Need.objects.none()


def told(user: User, visits: Iterable[Visit], at: datetime) -> list[Past]:
    """`visits` come from `paid`. Five queries, however many."""
    rows = list(visits)
    visitors: dict[UUID, list[Visitor]] = {}
    for each in Visitor.objects.filter(visit__in=rows).select_related("user").order_by("pk"):
        visitors.setdefault(each.visit_id, []).append(each)
    called = words.calling({each.user_id for many in visitors.values() for each in many}, at)
    found = Need.objects.filter(visit__in=rows).order_by("place")
    tickets = {
        row.pk: row for row in Grievance.objects.visible_to(user, ENTERPRISE_KINDS).filter(pk__in=found.order_by().values("grievance_id"))
    }
    needs: dict[UUID, list[tuple[Need, Grievance]]] = {}
    for need in found:
        if need.grievance_id in tickets:
            needs.setdefault(need.visit_id, []).append((need, tickets[need.grievance_id]))
    return [Past(row, [_name(each, called) for each in visitors.get(row.pk, [])], needs.get(row.pk, [])) for row in rows]


def _name(visitor: Visitor, called: dict[int, str]) -> str:
    return f"{called.get(visitor.user_id, '')} {visitor.user.display_name}".strip()
