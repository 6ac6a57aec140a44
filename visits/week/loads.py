"""What one person can do in one building in one half-day: the most valuable visits that fit its minutes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

#: Whole points when planning, fractions where prices are taken off.
Points = TypeVar("Points", int, float)


def best_load(items: Sequence[tuple[Points, int, int]], minutes: int) -> tuple[Points, tuple[int, ...]]:
    """`items`: (points, minutes, index), each worth something. Points and indices of the best choice that fits.

    Exact: a knapsack. Visits take few different lengths, and of equally long ones the most valuable go first, so it is a choice of how
    many of each length.
    """
    need = 0
    for item in items:
        need += item[1]
    if need <= minutes:
        return sum([item[0] for item in items]), tuple([item[2] for item in items])
    lengths: dict[int, list[tuple[Points, int, int]]] = {}
    for item in items:
        lengths.setdefault(item[1], []).append(item)
    reached: dict[int, tuple[Points, tuple[tuple[int, int], ...]]] = {0: (items[0][0] * 0, ())}
    counts: tuple[tuple[int, int], ...]
    *longer, shortest = sorted(lengths, reverse=True)
    for length in longer:
        sums = _sums(lengths[length], minutes // length)
        for used, (points, counts) in list(reached.items()):
            for count in range(1, min(len(sums) - 1, (minutes - used) // length) + 1):
                total, after = points + sums[count], used + count * length
                if after not in reached or reached[after][0] < total:
                    reached[after] = (total, (*counts, (length, count)))
    sums = _sums(lengths[shortest], minutes // shortest)
    most: Points = items[0][0] * 0
    best: tuple[tuple[tuple[int, int], ...], int] = ((), 0)
    for used, longer_ones in reached.items():
        count = min(len(sums) - 1, (minutes - used) // shortest)
        if longer_ones[0] + sums[count] > most:
            most, best = longer_ones[0] + sums[count], (longer_ones[1], count)
    chosen = (*best[0], (shortest, best[1]))
    return most, tuple([item[2] for length, count in chosen for item in lengths[length][:count]])


def _sums(items: list[tuple[Points, int, int]], most: int) -> list[Points]:
    """Points of the best 0, 1, 2 … of them; sorts `items`."""
    items.sort(reverse=True)
    return list(accumulate([item[0] for item in items[:most]], initial=items[0][0] * 0))
