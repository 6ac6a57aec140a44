"""The week as the solvers see it: numbers instead of keys, what each visit is worth in each seat, and what is fixed.

A *seat* is one half-day of one person; a trip fills one seat.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from visits.week.terms import Broken, Key, Person, Slot, Visit, Wish
from visits.week.weights import Weights

HALVES = ("上午", "下午")
#: What a trip beyond somebody's time costs: more than any plan is worth.
NEVER = 10**9


@dataclass(frozen=True, slots=True)
class Seat:
    person: int
    day: int
    half: int
    minutes: int


class Instance:
    def __init__(self, visits: Sequence[Visit], people: Sequence[Person], day_names: Sequence[str], weights: Weights) -> None:
        days = len(day_names)
        self.visits, self.people, self.days, self.day_names, self.weights = visits, people, days, day_names, weights
        self.seats = [Seat(n, slot.day, slot.half, slot.minutes) for n, person in enumerate(people) for slot in sorted(person.slots)]
        self.seats_of: list[list[int]] = [[] for _ in people]
        for number, seat in enumerate(self.seats):
            self.seats_of[seat.person].append(number)
        self.numbers = {person.key: n for n, person in enumerate(people)}
        self.building = [visit.building for visit in visits]
        self.minutes = [visit.minutes for visit in visits]
        self.by_day = [[sum(p for _, p in weights.daily(visit, day, days)) for day in range(days)] for visit in visits]
        self.by_person: list[dict[int, int]] = [
            {self.numbers[key]: sum(p for _, p in weights.personal(visit, key)) for key in visit.candidates if key in self.numbers}
            for visit in visits
        ]
        self.only_at: list[tuple[int, int] | None] = [None] * len(visits)
        self.fixed: dict[int, int] = {}
        self.broken: list[Broken] = []
        self._loads = [self._marginals(n) for n in range(len(people))]
        self._keep_wishes()
        self.values = [self._values(n) for n in range(len(visits))]
        self.in_building: dict[Key, list[int]] = defaultdict(list)
        for number, visit in enumerate(visits):
            self.in_building[visit.building].append(number)

    def _values(self, visit: int) -> dict[int, int]:
        """Points for making the visit in each seat where it is possible."""
        fixed, only = self.fixed.get(visit), self.only_at[visit]
        if fixed is not None:
            seat = self.seats[fixed]
            return {fixed: self.by_person[visit][seat.person] + self.by_day[visit][seat.day]}
        kept = self.weights.kept if only is not None else 0
        return {
            number: personal + self.by_day[visit][seat.day] + kept
            for person, personal in self.by_person[visit].items()
            for number in self.seats_of[person]
            if self.minutes[visit] <= (seat := self.seats[number]).minutes and only in (None, (seat.day, seat.half))
        }

    def score(self, trips: Mapping[int, Sequence[int]]) -> int:
        """What a plan is worth: seats with the visits made there."""
        counts = Counter(self.seats[seat].person for seat in trips)
        lines = sum(self.values[visit][seat] for seat, visits in trips.items() for visit in visits)
        return lines - self.weights.trip * len(trips) + sum(self.load_cost(person, count) for person, count in counts.items())

    def load_cost(self, person: int, trips: int) -> int:
        """What so many trips of the person cost altogether for fairness (not positive)."""
        return self._loads[person][trips]

    def marginal(self, person: int, trips: int) -> int:
        """What one trip more costs after `trips`."""
        return self._loads[person][trips + 1] - self._loads[person][trips]

    def most(self, person: int) -> int:
        """How many trips this person can make in what is left of the week."""
        most, seats = self.people[person].most, len(self.seats_of[person])
        return seats if most is None else min(most, seats)

    def capacity(self, person: int) -> int:
        return self.most(person) + self.people[person].done

    def release(self, visit: int) -> None:
        """The half-day named for this visit cannot be had: it goes wherever there is room, and the plan says so."""
        only = self.only_at[visit]
        assert only is not None
        told = self.visits[visit]
        wish = Wish.PIN if told.pin_slot is not None else Wish.APPOINTMENT
        self.broken.append(Broken(told, wish, f"{self._said(only)}能去的人都另有安排"))
        self.only_at[visit] = None
        self.values[visit] = self._values(visit)

    def _marginals(self, person: int) -> list[int]:
        done, capacity = self.people[person].done, self.capacity(person)
        sums = [0]
        for count in range(done + 1, capacity + 1):
            sums.append(sums[-1] + self.weights.load(count, capacity))
        spare = len(self.seats_of[person]) - self.most(person)
        return [*sums, *(sums[-1] - NEVER * more for more in range(1, spare + 1))]

    def _keep_wishes(self) -> None:
        """Pins and appointments become facts, the most urgent first; what cannot be kept is said."""
        room: dict[int, int] = {}
        where: dict[int, Key] = {}
        order = sorted(range(len(self.visits)), key=lambda n: (self.visits[n].due, -self.visits[n].weight, n))
        for number in order:
            visit = self.visits[number]
            slot = visit.pin_slot or visit.appointed
            if visit.appointed is not None and slot is not None and slot != visit.appointed:
                self.broken.append(Broken(visit, Wish.APPOINTMENT, f"已由工作人员改到{self._said(slot)}"))
            if visit.pin_person is not None:
                why = self._bind_person(number, visit)
                if why:
                    self.broken.append(Broken(visit, Wish.PIN, why))
            if slot is None:
                continue
            bound_to = self.numbers.get(visit.pin_person) if visit.pin_person is not None else None
            if bound_to is not None and bound_to in self.by_person[number]:
                why = self._fix(number, bound_to, slot, room, where)
            else:
                why = self._restrict(number, slot)
            if why:
                self.broken.append(Broken(visit, Wish.PIN if visit.pin_slot is not None else Wish.APPOINTMENT, why))

    def _bind_person(self, number: int, visit: Visit) -> str:
        person = self.numbers.get(visit.pin_person)
        if person is None or person not in self.by_person[number]:
            return "指定的人不能走访这家企业，或本周不在岗"
        if not self.seats_of[person]:
            return f"{self.people[person].name}本周没有可用的半天"
        if self.most(person) < 1:
            return f"{self.people[person].name}本周的走访半天已用完"
        self.by_person[number] = {person: self.by_person[number][person]}
        return ""

    def _fix(self, number: int, person: int, slot: tuple[int, int], room: dict[int, int], where: dict[int, Key]) -> str:
        name = self.people[person].name
        seat = next((s for s in self.seats_of[person] if (self.seats[s].day, self.seats[s].half) == slot), None)
        if seat is None:
            return f"{name}{self._said(slot)}没有空"
        taken = {held for held in where if self.seats[held].person == person}
        if seat not in taken and len(taken) >= self.most(person):
            return f"{name}本周的走访半天已用完"
        building = self.building[number]
        if where.get(seat, building) != building:
            return f"{name}{self._said(slot)}已固定去另一幢楼"
        left = room.get(seat, self.seats[seat].minutes)
        if self.minutes[number] > left:
            return f"{name}{self._said(slot)}的时间装不下"
        room[seat] = left - self.minutes[number]
        where[seat] = building
        self.fixed[number] = seat
        return ""

    def _restrict(self, number: int, slot: tuple[int, int]) -> str:
        for seat in self.seats:
            if (seat.day, seat.half) == slot and seat.person in self.by_person[number] and self.minutes[number] <= seat.minutes:
                self.only_at[number] = slot
                return ""
        return f"{self._said(slot)}能去的人都没有空"

    def _said(self, slot: tuple[int, int]) -> str:
        day, half = slot
        return (self.day_names[day] if 0 <= day < self.days else "那天") + HALVES[half]


def slot_of(seat: Seat) -> Slot:
    return Slot(seat.day, seat.half, seat.minutes)
