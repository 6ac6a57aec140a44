"""Weeks for the tests of planning, and the best plan of a small one by trying everything: it shares no code with the solvers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from visits.week import AM, PM, WEIGHTS, Person, Plan, Slot, Visit

DAYS = 5
MINUTES = {AM: 150, PM: 180}


def slots(*taken: tuple[int, int]) -> tuple[Slot, ...]:
    return tuple(Slot(day, half, MINUTES[half]) for day, half in taken)


ALL_WEEK = slots(*((day, half) for day in range(DAYS) for half in (AM, PM)))


def person(key: str, *taken: tuple[int, int]) -> Person:
    return Person(key, key, slots(*taken) if taken else ALL_WEEK)


def visit(key: int, **facts: object) -> Visit:
    given = {"enterprise": key, "building": "A", "due": 4, "weight": 2, "minutes": 45, "candidates": {"李": 0}} | facts
    return Visit(key, **given)  # type: ignore[arg-type]


def some_week(seed: int, *, visits: int = 9, people: int = 3, most_slots: int = 3) -> tuple[list[Visit], list[Person]]:
    chance = Random(seed)
    every = [(day, half) for day in range(DAYS) for half in (AM, PM)]
    staff = [person(f"p{n}", *chance.sample(every, chance.randint(1, most_slots))) for n in range(people)]
    owed = [
        visit(
            n, building=chance.choice("ABCD"), due=chance.randint(-3, 7), weight=chance.choice((1, 2, 3, 5)),
            minutes=chance.choice((30, 45, 60, 90)), candidates={p.key: chance.randint(0, 8) for p in staff if chance.random() < 0.7},
        )
        for n in range(visits)
    ]  # fmt: skip
    return owed, staff


def worth(owed: Visit, who: str, day: int) -> int:
    return sum(points for _, points in (*WEIGHTS.daily(owed, day, DAYS), *WEIGHTS.personal(owed, who)))


def exhaustive(owed: Sequence[Visit], staff: Sequence[Person]) -> int:
    """The highest score there is: each visit in each half-day of each person who may, or nowhere."""
    seats = [(p.key, slot) for p in staff for slot in p.slots]
    capacity = {p.key: len(p.slots) for p in staff}
    options = [
        [(worth(v, who, slot.day), n) for n, (who, slot) in enumerate(seats) if who in v.candidates and v.minutes <= slot.minutes]
        for v in owed
    ]
    order = sorted(range(len(owed)), key=lambda n: -max((points for points, _ in options[n]), default=0))
    hope = [0] * (len(owed) + 1)
    for place in reversed(range(len(owed))):
        hope[place] = hope[place + 1] + max((points for points, _ in options[order[place]]), default=0)
    where: dict[int, str] = {}
    left = {n: slot.minutes for n, (_, slot) in enumerate(seats)}
    trips: dict[str, int] = defaultdict(int)
    best = 0

    def go(place: int, score: int) -> None:
        nonlocal best
        best = max(best, score)
        if place == len(order) or score + hope[place] <= best:
            return
        number = order[place]
        tried = set()
        for points, seat in sorted(options[number], reverse=True):
            who, slot = seats[seat]
            new = seat not in where
            kind = (who, slot.day, slot.half, slot.minutes)
            if left[seat] < owed[number].minutes or (not new and where[seat] != owed[number].building) or kind in tried:
                continue
            tried.add(kind)
            cost = 0
            if new:
                where[seat] = owed[number].building
                trips[who] += 1
                cost = WEIGHTS.load(trips[who], capacity[who]) - WEIGHTS.trip
            left[seat] -= owed[number].minutes
            go(place + 1, score + points + cost)
            left[seat] += owed[number].minutes
            if new:
                del where[seat]
                trips[who] -= 1
        go(place + 1, score)

    go(0, 0)
    return best


def placed(plan: Plan) -> dict[int, tuple[object, Slot]]:
    return {line.visit.key: (trip.person, trip.slot) for trip in plan.trips for line in trip.lines}
