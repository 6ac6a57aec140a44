"""The objective, in one place: what a plan is worth.

A plan's score is the sum of its lines' and trips' parts. In this order of size, each far from being bought by the next:

1. *Must-visits on time.* A visit made on or before its day: `on_time` × weight. One that comes late: `late` × weight, less
   `late_per_day` for each day it comes after the deadline, or after the first day of the plan when it was overdue before; every day it
   has been overdue already adds `late_per_day` (up to `aged_days`), so that what is pushed back wins in the end.
2. *Trips.* Each costs `trip`. A visit whose deadline lies after this week may ride along (`early` × weight): alone it pays for no
   trip, three together do.
   What is agreed with the enterprise or put down by hand binds: where a whole seat is named nothing competes, where only the half-day
   is named keeping it adds `kept`.
3. *Whom the enterprise asked for* (`wanted`) weighs three trips, not a deadline.
4. *Continuity*: the person the firm knows: `familiar` × points (0–8). A whole half-day of it is worth less than a trip.
5. *A day in hand*: `in_hand` for each working day before the deadline, at most `in_hand_days`: a plan that does all on the last day breaks.
6. *Fair load*: the k-th trip of somebody with c half-days costs `fair` × (2k − 1) ÷ c, so that the sum is least where everybody is
   equally busy.
"""

from __future__ import annotations

from dataclasses import dataclass

from visits.week.terms import Part, Visit


@dataclass(frozen=True, slots=True)
class Weights:
    on_time: int = 1000
    late: int = 600
    late_per_day: int = 50
    aged_days: int = 10
    trip: int = 60
    early: int = 25
    kept: int = 3000
    wanted: int = 180
    familiar: int = 1
    in_hand: int = 1
    in_hand_days: int = 3
    fair: int = 4

    def deadline(self, visit: Visit, day: int, days: int) -> tuple[Part, int]:
        """The first part of a line: what it is worth to be there on `day`."""
        if visit.due >= days:
            return Part.EARLY, self.early * visit.weight
        if day <= visit.due:
            return Part.ON_TIME, self.on_time * visit.weight
        aged = min(max(-visit.due, 0), self.aged_days)
        waited = day - max(visit.due, 0)
        return Part.LATE, max(self.late + self.late_per_day * (aged - waited), self.trip + 1) * visit.weight

    def personal(self, visit: Visit, person: object) -> tuple[tuple[Part, int], ...]:
        """The parts that depend on who comes."""
        return (
            (Part.FAMILIAR, self.familiar * visit.candidates[person]),
            (Part.WANTED, self.wanted if visit.wanted is not None and visit.wanted == person else 0),
        )

    def daily(self, visit: Visit, day: int, days: int) -> tuple[tuple[Part, int], ...]:
        """The parts that depend on when."""
        spare = min(visit.due - day, self.in_hand_days) if day < visit.due < days else 0
        return self.deadline(visit, day, days), (Part.IN_HAND, self.in_hand * spare)

    def load(self, count: int, capacity: int) -> int:
        """What the `count`-th trip (from 1) of somebody with so many half-days costs for fairness."""
        return -(self.fair * (2 * count - 1) // max(capacity, 1))


WEIGHTS = Weights()
