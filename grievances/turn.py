"""One move in the making: what every deed is handed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wording.errors import FactsMissing

if TYPE_CHECKING:
    import workdays
    from accounts.models import User
    from community.models import Post
    from grievances.clocks import Clocks
    from grievances.models import Grievance, Transition
    from grievances.moves import Move


@dataclass
class Turn:
    """`grievance` is locked and already in its new state; `before` is the old one. `by` is None for the system."""

    grievance: Grievance
    move: Move
    facts: dict[str, Any]
    by: User | None
    actor: str
    post: Post | None
    proxy: bool
    at: datetime
    clocks: Clocks
    transition: Transition
    before: str

    @property
    def today(self) -> date:
        return timezone.localtime(self.at).date()

    @property
    def calendar(self) -> workdays.Calendar:
        return self.clocks.calendar

    def refuse(self, name: str, problem: str) -> FactsMissing:
        """A fact that is well formed but cannot be: returned, for the deed to raise."""
        label = next((fact.label for fact in self.move.facts if fact.name == name), name)
        return FactsMissing(f"{label}：{problem}", fields={name: problem})
