"""Which units a ticket can be given to at all: usable, not in conflict, not on the other side. Asked one by one, or read at once for many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from community.models import Unit
from enterprises.models import Conflict
from grievances.models import Grievance
from grievances.sides import AGAINST_EMPLOYER, other_side, serves_other_side


class Reach:
    """Asks the database each time: for one ticket and a handful of rules."""

    def __init__(self, on: date) -> None:
        self.on = on

    def usable(self, unit: Unit) -> bool:
        return Unit.objects.usable(self.on).filter(pk=unit.pk).exists()

    def has_firms(self, window: Unit) -> bool:
        return Unit.objects.usable(self.on).filter(parent=window).exists()

    def in_conflict(self, unit: Unit, grievance: Grievance) -> bool:
        return Conflict.objects.filter(unit=unit, enterprise=grievance.enterprise_id).exists()

    def on_other_side(self, unit: Unit, grievance: Grievance) -> bool:
        return serves_other_side(unit, grievance)


class ReachOfMany(Reach):
    """The same answers for many tickets of one community: three queries, and one more for each ticket that is part of a dispute."""

    def __init__(self, on: date, tickets: Sequence[Grievance], community: int) -> None:
        super().__init__(on)
        units = list(Unit.objects.usable(on).filter(community=community).values_list("pk", "parent_id"))
        self._usable = {pk for pk, _ in units}
        self._windows = {parent for _, parent in units if parent is not None}
        enterprises = {ticket.enterprise_id for ticket in tickets}
        self._conflicts = set(Conflict.objects.filter(enterprise__in=enterprises).values_list("unit_id", "enterprise_id"))
        employers = Q(personal=True, service_item__code__in=AGAINST_EMPLOYER, enterprise__in=enterprises)
        disputes = Grievance.objects.filter(Q(counterparty__in=enterprises) | employers)
        self._disputed = {key for pair in disputes.values_list("counterparty_id", "enterprise_id") for key in pair}

    def usable(self, unit: Unit) -> bool:
        return unit.pk in self._usable

    def has_firms(self, window: Unit) -> bool:
        return window.pk in self._windows

    def in_conflict(self, unit: Unit, grievance: Grievance) -> bool:
        return (unit.pk, grievance.enterprise_id) in self._conflicts

    def on_other_side(self, unit: Unit, grievance: Grievance) -> bool:
        part_of_one = other_side(grievance) is not None or grievance.enterprise_id in self._disputed
        return part_of_one and super().on_other_side(unit, grievance)
