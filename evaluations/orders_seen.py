"""Every order one may read, on tickets, visits and parks alike, for one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Max

from evaluations.models import Climb, Order
from evaluations.order_states import Rung
from evaluations.supervision import subject_of
from grievances.models import Clock, Grievance
from grievances.states import ClockCode

if TYPE_CHECKING:
    from accounts.models import User

MOST = 200
OPEN, LATE, ANSWERED = "open", "late", "answered"


@dataclass(frozen=True)
class Seen:
    kind: str
    subject: str
    link: str
    demand: str
    made_by: str
    made_at: datetime
    to: str
    due_at: datetime
    provisional: bool
    over_at: datetime | None
    how: str
    rung: int

    @property
    def rung_label(self) -> str:
        return Rung(self.rung).label if self.rung else ""

    def late(self, at: datetime) -> bool:
        return (self.over_at or at) > self.due_at


def seen_by(user: User, which: str, at: datetime) -> list[Seen]:
    """`open` and `late` by deadline, `answered` the newest first; at most 200 of each sort."""
    rows = [*_orders(user, which, at), *_tickets(user, which, at)]
    if which == ANSWERED:
        return sorted(rows, key=lambda row: row.over_at or row.made_at, reverse=True)
    return sorted(rows, key=lambda row: row.due_at)


def _orders(user: User, which: str, at: datetime) -> list[Seen]:
    rows = Order.objects.visible_to(user).select_related("task__enterprise", "park", "made_by", "addressee", "answered_by")
    match which:
        case "answered":
            rows = rows.exclude(answered_at__isnull=True, withdrawn_at__isnull=True).order_by("-made_at", "-pk")
        case "late":
            rows = rows.overdue(at).order_by("due_at", "pk")
        case _:
            rows = rows.open().order_by("due_at", "pk")
    found = list(rows[:MOST])
    rungs = dict(Climb.objects.filter(order__in=found).values_list("order").annotate(Max("rung")))
    return [
        Seen(
            "走访" if row.task_id else "园区", subject_of(row).split(" ", 1)[1], f"/supervision/{row.pk}/", row.demand, row.made_by.display_name,
            row.made_at, row.addressee.display_name, row.due_at, row.provisional, row.answered_at or row.withdrawn_at,
            "已撤销" if row.withdrawn_at else row.answer, rungs.get(row.pk, 0),
        )
        for row in found
    ]  # fmt: skip


def _tickets(user: User, which: str, at: datetime) -> list[Seen]:
    """The clock of each 督办; it ends with its answer, or with the ticket."""
    clocks = Clock.objects.filter(code=ClockCode.SUPERVISE, grievance__in=Grievance.objects.visible_to(user).values("pk"))
    match which:
        case "answered":
            clocks = clocks.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")
        case "late":
            clocks = clocks.filter(ended_at__isnull=True, due_at__lt=at).order_by("due_at", "pk")
        case _:
            clocks = clocks.filter(ended_at__isnull=True).order_by("due_at", "pk")
    found = list(clocks.select_related("grievance__assignee", "transition__by")[:MOST])
    rungs = dict(Climb.objects.filter(clock__in=found).values_list("clock").annotate(Max("rung")))
    return [
        Seen(
            "诉求", f"{clock.grievance.number} {clock.grievance.title}", f"/grievances/{clock.grievance.number}/",
            clock.transition.note if clock.transition else "",
            clock.transition.by.display_name if clock.transition and clock.transition.by else "",
            clock.started_at, clock.grievance.assignee.display_name if clock.grievance.assignee else "", clock.due_at, clock.provisional,
            clock.ended_at, "已答复或办结" if clock.ended_at else "", rungs.get(clock.pk, 0),
        )
        for clock in found
    ]  # fmt: skip


__all__ = ["ANSWERED", "LATE", "OPEN", "Seen", "seen_by"]
