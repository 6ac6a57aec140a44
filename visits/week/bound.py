"""How good any plan could be: an upper bound, so that the gap of ours can be said.

Lagrange's way. Give every visit a price and let each half-day of each person earn, on its own, the most it can from the visits of one
building at (points − price). Whatever the prices, the sum of all prices and of what the seats earn is at least the score of every plan:
a plan's visit pays its price once, and each trip earns at most what the seat could. Prices are moved so that the sum falls: up where
several seats want the same visit, down where none does.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from visits.week.instance import Instance
from visits.week.loads import best_load

#: Rounds without a lower bound after which the steps are halved.
PATIENCE = 4


def upper_bound(
    instance: Instance, trips: dict[int, tuple[int, ...]], *, rounds: int, out_of_time: Callable[[], bool]
) -> tuple[int, list[float]]:
    """The bound and the prices that give it. `trips`: a good plan; where the prices start, and what the bound is aimed at."""
    score = instance.score(trips)
    prices = _first_prices(instance, trips)
    lowest, pace, waited, best = float("inf"), 1.0, 0, prices
    drift = [0.0] * len(prices)
    for _ in range(rounds):
        total, wanted = _earned(instance, prices)
        if total < lowest - 0.5:
            lowest, waited, best = total, 0, prices
        else:
            waited += 1
            if waited % PATIENCE == 0:
                pace /= 2
        if lowest - score < 1 or pace < 0.01 or out_of_time():
            break
        for visit, times in enumerate(wanted):
            drift[visit] = 0.5 * drift[visit] + (times - 1 if times or prices[visit] > 0 else 0)
        norm = sum(step * step for step in drift)
        if not norm:
            break
        step = pace * (total - score) / norm
        prices = [max(price + step * way, 0.0) for price, way in zip(prices, drift, strict=True)]
    return max(math.floor(lowest + 1e-6), score), best


def _first_prices(instance: Instance, trips: dict[int, tuple[int, ...]]) -> list[float]:
    """A visit is worth its points less its share of the trip; one that nobody makes is worth nothing."""
    prices = [0.0] * len(instance.visits)
    for seat, visits in trips.items():
        for visit in visits:
            prices[visit] = max(instance.values[visit][seat] - instance.weights.trip / len(visits), 0.0)
    for visit in instance.fixed:
        prices[visit] = 0.0
    return prices


def _earned(instance: Instance, prices: list[float]) -> tuple[float, list[int]]:
    """The bound at these prices, and how often each visit was wanted (fixed visits count as one)."""
    best = _best_of_seats(instance, prices)
    total = sum(prices)
    wanted = [0] * len(prices)
    locked: dict[int, list[int]] = {}
    for visit, seat in instance.fixed.items():
        locked.setdefault(seat, []).append(visit)
        wanted[visit] = 1
    for person, seats in enumerate(instance.seats_of):
        sure = [best[seat] for seat in seats if seat in locked]
        free = sorted((best[seat] for seat in seats if seat not in locked and seat in best), reverse=True)
        for count, (gain, visits) in enumerate([*sure, *free]):
            net = gain - instance.weights.trip + instance.marginal(person, count)
            if net <= 0 and count >= len(sure):
                break
            total += net
            for visit in visits:
                wanted[visit] += 1
    return total, wanted


def _best_of_seats(instance: Instance, prices: list[float]) -> dict[int, tuple[float, tuple[int, ...]]]:
    """What each seat earns at most, and with which visits; those fixed there are in the sum and not in the list."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    held: dict[int, list[int]] = {}
    for visit, seat in instance.fixed.items():
        held.setdefault(seat, []).append(visit)
    for building, members in instance.in_building.items():
        loads: dict[tuple[object, ...], tuple[float, tuple[int, ...]]] = {}
        items_of: dict[int, list[tuple[float, int, int]]] = {}
        for visit in members:
            price = prices[visit]
            if visit in instance.fixed:
                continue
            for seat, value in instance.values[visit].items():
                if value > price:
                    items_of.setdefault(seat, []).append((value - price, instance.minutes[visit], visit))
        here = {seat for seat, visits in held.items() if instance.building[visits[0]] == building}
        for seat in items_of.keys() | here:
            if seat in held and seat not in here:
                continue
            items, minutes, sure = items_of.get(seat, []), instance.seats[seat].minutes, 0
            for visit in held.get(seat, ()):
                minutes -= instance.minutes[visit]
                sure += instance.values[visit][seat]
            kind = (minutes, tuple(items))
            if kind not in loads:
                loads[kind] = best_load(items, minutes)
            gain, visits = loads[kind]
            if seat not in best or best[seat][0] < gain + sure:
                best[seat] = (gain + sure, visits)
    return best
