"""The plan of a week, from end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from visits.week import bound, exact
from visits.week.instance import Instance
from visits.week.parts import independent
from visits.week.search import first, improve
from visits.week.terms import Broken, Key, Miss, Person, Plan, Trip, Visit
from visits.week.verdict import misses_of, needs_of, trips_of, unmet_of
from visits.week.weights import WEIGHTS, Weights

#: Rounds of the search for each half-day that could be filled, and in all.
ROUNDS_PER_SEAT, FEWEST_ROUNDS, MOST_ROUNDS = 12, 500, 2000
BOUND_ROUNDS = 100
#: Shares of the prices with which first plans are tried.
SHARES = (0.8, 0.9, 0.95, 0.98)
WEEK = ("周一", "周二", "周三", "周四", "周五")


def plan_week(
    visits: Sequence[Visit],
    people: Sequence[Person],
    *,
    day_names: Sequence[str] = WEEK,
    weights: Weights = WEIGHTS,
    seconds: float = 20.0,
    seed: int = 6,
    effort: float = 1.0,
    exact_up_to: int = exact.MOST_VISITS,
) -> Plan:
    """The best plan that can be found, in at most about `seconds`; the same input gives the same plan unless the clock stopped it.

    Small weeks (a dozen visits) are solved exactly. `day_names`: one for each working day planned, in order. `effort` multiplies the
    rounds of the search.
    """
    start = monotonic()
    visits, people = sorted(visits, key=lambda each: str(each.key)), sorted(people, key=lambda each: str(each.key))
    found = []
    for some, able in independent(visits, people):
        instance = Instance(some, able, day_names, weights)
        share = len(some) / len(visits)
        found.append((instance, *_solve(instance, Limits(share, seed, start, seconds, effort, exact_up_to))))
    return _told(Instance(visits, people, day_names, weights), found)


def judge(
    visits: Sequence[Visit],
    people: Sequence[Person],
    placed: Mapping[Key, tuple[Key, int, int]],
    *,
    day_names: Sequence[str] = WEEK,
    weights: Weights = WEIGHTS,
) -> Plan:
    """A plan somebody has made by hand, scored, with its misses. `placed`: key of a visit → key of a person, day, half.

    Its bound is its own score. Raises `Unplaceable` where a visit cannot be made there.
    """
    instance = Instance(visits, people, day_names, weights)
    numbers = {(people[seat.person].key, seat.day, seat.half): number for number, seat in enumerate(instance.seats)}
    chosen: dict[int, tuple[int, ...]] = {}
    for number, visit in enumerate(visits):
        if visit.key not in placed:
            continue
        seat = numbers.get(placed[visit.key])
        if seat is None or seat not in instance.values[number]:
            raise Unplaceable(visit, "")
        chosen[seat] = (*chosen.get(seat, ()), number)
    for seat, members in chosen.items():
        if len({visits[number].building for number in members}) > 1:
            raise Unplaceable(visits[members[-1]], "one trip, one building")
        if sum(visits[number].minutes for number in members) > instance.seats[seat].minutes:
            raise Unplaceable(visits[members[-1]], "too long")
    return _told(instance, [(instance, chosen, False, instance.score(chosen))])


class Unplaceable(ValueError):
    """A visit that cannot be made in the half-day it was put in."""

    def __init__(self, visit: Visit, why: str) -> None:
        super().__init__(why)
        self.visit = visit


Found = tuple[Instance, dict[int, tuple[int, ...]], bool, int]


def _told(whole: Instance, found: Sequence[Found]) -> Plan:
    """The parts of a community put together, in words."""
    trips: list[Trip] = []
    misses: list[Miss] = []
    broken: list[Broken] = []
    waiting: list[Visit] = []
    for instance, chosen, _, _ in found:
        trips += trips_of(instance, chosen)
        misses += misses_of(instance, chosen, whole)
        made = {visit for numbers in chosen.values() for visit in numbers}
        waiting += [visit for number, visit in enumerate(instance.visits) if number not in made and visit.due >= instance.days]
        broken += [*instance.broken, *unmet_of(instance, chosen)]
    usual = min((seat.minutes for seat in whole.seats), default=180)
    needs = needs_of(misses, minutes=usual, days=whole.days)
    score = sum(instance.score(chosen) for instance, chosen, _, _ in found)
    most, stopped = sum(limit for _, _, _, limit in found), any(early for _, _, early, _ in found)
    return Plan(tuple(trips), tuple(misses), tuple(waiting), tuple(needs), tuple(broken), score, most, stopped)


@dataclass(frozen=True)
class Limits:
    share: float
    seed: int
    start: float
    seconds: float
    effort: float
    exact_up_to: int


def _solve(instance: Instance, limits: Limits) -> tuple[dict[int, tuple[int, ...]], bool, int]:
    """Trips, whether the clock stopped it, and an upper bound."""
    if exact.affordable(instance, limits.exact_up_to):
        chosen = _releasing(instance, lambda: exact.best(instance))
        return chosen, False, instance.score(chosen)
    rounds = int(min(max(ROUNDS_PER_SEAT * len(instance.seats), FEWEST_ROUNDS), MOST_ROUNDS) * limits.effort)
    begun = monotonic()
    until = min(begun + limits.seconds * limits.share, limits.start + limits.seconds)
    most, stopped = 0, False

    def found() -> dict[int, tuple[int, ...]]:
        nonlocal most, stopped
        plain = first(instance)
        most, prices = bound.upper_bound(
            instance,
            plain.trips,
            rounds=int(BOUND_ROUNDS * min(limits.effort * 2, 1)) + 1,
            out_of_time=lambda: monotonic() > begun + 0.5 * (until - begun),
        )
        desks = [plain, *(first(instance, prices, part) for part in SHARES)]
        desk = max(desks, key=lambda desk: instance.score(desk.trips))
        if not desk.off:
            desk.off = [int(price * SHARES[0]) for price in prices]
        trips, early = improve(desk, rounds=rounds, seed=limits.seed, out_of_time=lambda: monotonic() > until)
        stopped = stopped or early
        return trips

    chosen = _releasing(instance, found)
    return chosen, stopped, max(most, instance.score(chosen))


def _releasing(instance: Instance, found: Callable[[], dict[int, tuple[int, ...]]]) -> dict[int, tuple[int, ...]]:
    """Solves; where an agreed half-day could not be had, says so, lets the visit go elsewhere and solves again."""
    while True:
        chosen = found()
        made = {visit for visits in chosen.values() for visit in visits}
        lost = [visit for visit, slot in enumerate(instance.only_at) if slot is not None and visit not in made]
        if not lost:
            return chosen
        for visit in lost:
            instance.release(visit)
