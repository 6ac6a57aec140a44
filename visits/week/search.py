"""Large weeks: the best trip first, then take a few trips apart and put them together again, many times (ruin and recreate).

Worse plans are accepted now and then, less and less (simulated annealing), so that the search leaves what is only nearly good. The dice
are seeded and the number of rounds is fixed: the same week gives the same plan on every machine that is not stopped by the clock.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random

from visits.week.instance import Instance
from visits.week.loads import best_load
from visits.week.terms import Key

Trips = dict[int, tuple[int, ...]]
Item = tuple[int, int, int]
#: Points by which a plan may be worse at the beginning and at the end of the search.
HOT, COLD = 150.0, 1.0
#: How often the best next trip is passed over while putting together.
BLINK = 0.08
#: How often trips are put together by price.
PRICED = 0.6
#: Points for each day later when the first trips are chosen: the early half-days are kept for what is due early.
LATE_FIRST = 40
#: How often a part of what was taken apart is held back until the rest is placed: the fullest trip is not always the best one.
ASIDE = 0.5
#: Most trips taken apart at once.
MOST_SEATS = 8


class Desk:
    """A plan in the making: trips by seat, the pool of visits not placed, and what could be made of the pool (remembered)."""

    def __init__(self, instance: Instance, chance: Random, prices: Sequence[float] = (), share: float = 0.0) -> None:
        """`share` of the `prices` is taken off where trips are chosen by price."""
        self.instance, self.chance = instance, chance
        self.off = [int(share * price) for price in prices]
        self.trips: Trips = {}
        self.seats_in: dict[Key, set[int]] = defaultdict(set)
        self.count = [0] * len(instance.people)
        self.pool: dict[Key, set[int]] = defaultdict(set)
        self._touched: dict[Key, None] = {}
        self._loads: dict[Key, dict[tuple[int, ...], tuple[int, tuple[int, ...]]]] = defaultdict(dict)
        for building, members in instance.in_building.items():
            self.pool[building] = {visit for visit in members if instance.values[visit]}
        self.locked: Trips = {}
        for visit, seat in instance.fixed.items():
            self.locked[seat] = (*self.locked.get(seat, ()), visit)
        for seat, visits in self.locked.items():
            self.place(seat, visits)
        only = {instance.building[visit] for visit, slot in enumerate(instance.only_at) if slot is not None}
        self.by_the_half = only | {instance.building[visit] for visit in instance.fixed}

    def place(self, seat: int, visits: tuple[int, ...]) -> None:
        """Puts these visits in the seat, instead of whatever was there; none empties it."""
        before = self.trips.pop(seat, ())
        if before:
            old = self.instance.building[before[0]]
            self._change_pool(old).update(before)
            self.seats_in[old].discard(seat)
        if visits:
            building = self.instance.building[visits[0]]
            self.trips[seat] = visits
            self._change_pool(building).difference_update(visits)
            self.seats_in[building].add(seat)
        self.count[self.instance.seats[seat].person] += bool(visits) - bool(before)

    def load(self, building: Key, seat: int, priced: bool) -> tuple[int, tuple[int, ...]]:
        """The best that somebody could do of the pool in that building from that seat."""
        place = self.instance.seats[seat]
        kind = (priced, place.person, place.day, place.minutes, place.half if building in self.by_the_half else 0)
        found = self._loads[building].get(kind)
        if found is None:
            items = self._items(building, seat)
            if priced:
                items = [(points - self.off[visit], minutes, visit) for points, minutes, visit in items if points > self.off[visit]]
            found = self._loads[building][kind] = best_load(items, place.minutes)
        return found

    def restore(self, before: Trips) -> None:
        changed = [seat for seat in before.keys() | self.trips.keys() if before.get(seat) != self.trips.get(seat)]
        for seat in changed:
            self.place(seat, ())
        for seat in changed:
            self.place(seat, before.get(seat, ()))

    def set_aside(self, visits: list[int]) -> list[int]:
        """Takes some of these visits out of the pool for the moment."""
        share = self.chance.random()
        aside = [visit for visit in visits if visit in self.pool[self.instance.building[visit]] and self.chance.random() < share]
        for visit in aside:
            self._change_pool(self.instance.building[visit]).discard(visit)
        return aside

    def bring_back(self, visits: list[int]) -> None:
        for visit in visits:
            self._change_pool(self.instance.building[visit]).add(visit)

    def _change_pool(self, building: Key) -> set[int]:
        self._loads[building].clear()
        self._touched[building] = None
        return self.pool[building]

    def top_up(self) -> None:
        """Visits of the pool ride along in trips that have room, in the buildings where something has changed; where there is no room,
        the more valuable ones stay."""
        touched, self._touched = self._touched, {}
        for building in touched:
            for seat in sorted(self.seats_in[building]):
                pool = self._items(building, seat)
                if not pool:
                    continue
                visits, locked = self.trips[seat], self.locked.get(seat, ())
                values, minutes = self.instance.values, self.instance.minutes
                room = self.instance.seats[seat].minutes - sum(minutes[visit] for visit in locked)
                own: list[Item] = [(values[visit][seat], minutes[visit], visit) for visit in visits if visit not in locked]
                points, chosen = best_load([*own, *pool], room)
                if points > sum(item[0] for item in own):
                    self.place(seat, (*locked, *chosen))

    def fill(self, late_first: int = 0, priced: bool = False, blink: float = 0.0) -> None:
        """New trips in empty seats, the most valuable first, as long as one pays.

        `late_first`: points for each day a seat is later; `priced`: by what is gained beyond the prices, not in all; `blink`: how often
        the next trip is passed over.
        """
        instance, trip = self.instance, self.instance.weights.trip
        free = [seat for seat in range(len(instance.seats)) if seat not in self.trips]
        heap = [
            (-(gain + late_first * instance.seats[seat].day), self.chance.random(), seat, building)
            for building, members in self.pool.items()
            if members
            for seat in free
            if (gain := self.load(building, seat, priced)[0]) > trip
        ]
        heapq.heapify(heap)
        passed_over = []
        while heap:
            key, dice, seat, building = heapq.heappop(heap)
            if seat in self.trips:
                continue
            gain, visits = self.load(building, seat, priced)
            place = instance.seats[seat]
            net = gain - trip + instance.marginal(place.person, self.count[place.person])
            if net <= 0:
                continue
            now = -(gain + late_first * place.day)
            if now > key:
                heapq.heappush(heap, (now, dice, seat, building))
            elif blink and self.chance.random() < blink:
                passed_over.append((now, dice, seat, building))
            else:
                self.place(seat, visits)
            if not heap and passed_over:
                heap, passed_over = passed_over, []
                heapq.heapify(heap)

    def _items(self, building: Key, seat: int) -> list[Item]:
        values, minutes = self.instance.values, self.instance.minutes
        return [(values[visit][seat], minutes[visit], visit) for visit in sorted(self.pool[building]) if seat in values[visit]]


def first(instance: Instance, prices: Sequence[float] = (), share: float = 0.0) -> Desk:
    """A plan in one go; with prices, what is dear elsewhere is left to whoever can make it cheaply."""
    desk = Desk(instance, Random(0), prices, share)
    desk.top_up()
    if share:
        desk.fill(priced=True)
        desk.top_up()
    desk.fill(late_first=0 if share else LATE_FIRST)
    desk.top_up()
    return desk


def improve(desk: Desk, *, rounds: int, seed: int, out_of_time: Callable[[], bool]) -> tuple[Trips, bool]:
    """The best plan found from there, and whether the clock stopped the search."""
    desk.chance = Random(seed)
    best, best_score = dict(desk.trips), desk.instance.score(desk.trips)
    score = best_score
    for turn in range(rounds):
        if turn % 16 == 0 and out_of_time():
            return best, True
        heat = HOT * (COLD / HOT) ** (turn / rounds)
        score, kept = _round(desk, score, heat)
        if kept and score > best_score:
            best, best_score = dict(desk.trips), score
    return best, False


def _round(desk: Desk, score: int, heat: float) -> tuple[int, bool]:
    chance, before = desk.chance, dict(desk.trips)
    hit = _ruin(desk)
    for seat in hit:
        desk.place(seat, desk.locked.get(seat, ()))
    aside = desk.set_aside([visit for seat in hit for visit in before[seat]]) if chance.random() < ASIDE else []
    desk.top_up()
    if desk.off and chance.random() < PRICED:
        desk.fill(priced=True, blink=BLINK)
    else:
        desk.fill(late_first=chance.choice((0, 0, LATE_FIRST)), blink=BLINK)
    desk.bring_back(aside)
    desk.top_up()
    desk.fill(blink=BLINK)
    desk.top_up()
    after = desk.instance.score(desk.trips)
    if after >= score or chance.random() < math.exp((after - score) / heat):
        return after, True
    desk.restore(before)
    return score, False


def _ruin(desk: Desk) -> list[int]:
    """Which trips to take apart: of one building, of one person, of one day, or those in the way of a visit that is left over."""
    instance, chance = desk.instance, desk.chance
    taken = sorted(desk.trips)
    if not taken:
        return []
    most = chance.randint(1, min(MOST_SEATS, len(taken)))
    kind = chance.random()
    seed = chance.choice(taken)
    if kind < 0.35:
        left = [visit for members in desk.pool.values() for visit in members if instance.visits[visit].due < instance.days]
        if left:
            visit = chance.choice(sorted(left))
            way = [seat for seat in taken if seat in instance.values[visit]]
            return chance.sample(way, min(most, len(way)))
    if kind < 0.6:
        near = sorted(desk.seats_in[instance.building[desk.trips[seed][0]]])
    elif kind < 0.75:
        near = [seat for seat in taken if instance.seats[seat].person == instance.seats[seed].person]
    elif kind < 0.9:
        near = [seat for seat in taken if instance.seats[seat].day == instance.seats[seed].day]
    else:
        near = taken
    hit = chance.sample(near, min(most, len(near)))
    if len(hit) < most:
        hit += [seat for seat in chance.sample(taken, most - len(hit)) if seat not in hit]
    return hit
