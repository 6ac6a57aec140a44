"""Small weeks, exactly: the best value of every set of visits, seat after seat (dynamic programming over subsets)."""

from __future__ import annotations

from itertools import combinations

from visits.week.instance import Instance

Trips = dict[int, tuple[int, ...]]
Reached = dict[int, tuple[int, tuple[tuple[int, int], ...]]]
#: About a second of work; beyond it the search is nearly as good and much faster.
MOST_VISITS, MOST_STEPS = 12, 15_000_000


def affordable(instance: Instance, most: int = MOST_VISITS) -> bool:
    count = len(instance.visits)
    if count > most:
        return False
    largest = max((len(members) for members in instance.in_building.values()), default=0)
    steps: int = len(instance.seats) * min(len(instance.seats), count) * 2 ** (count - largest) * 3**largest
    return steps <= MOST_STEPS


def best(instance: Instance) -> Trips:
    """`reached[set of visits made]` = (points, how), grown seat by seat; within a person also by the number of trips."""
    reached: Reached = {0: (0, ())}
    for person, seats in enumerate(instance.seats_of):
        layers = {0: reached}
        for seat in seats:
            layers = _after(instance, person, seat, layers)
        reached = {}
        for layer in layers.values():
            for made, found in layer.items():
                if made not in reached or reached[made][0] < found[0]:
                    reached[made] = found
    _, how = max(reached.values())
    return {seat: tuple(n for n in range(len(instance.visits)) if chosen >> n & 1) for seat, chosen in how}


def _after(instance: Instance, person: int, seat: int, layers: dict[int, Reached]) -> dict[int, Reached]:
    options, must = _options(instance, seat)
    after: dict[int, Reached] = {} if must else {count: dict(layer) for count, layer in layers.items()}
    for count, layer in layers.items():
        cost = instance.marginal(person, count) if options else 0
        target = after.setdefault(count + 1, {})
        for made, (points, how) in layer.items():
            for chosen, worth in options:
                if made & chosen:
                    continue
                total, both = points + worth + cost, made | chosen
                if both not in target or target[both][0] < total:
                    target[both] = (total, (*how, (seat, chosen)))
    return after


def _options(instance: Instance, seat: int) -> tuple[list[tuple[int, int]], bool]:
    """Every trip that could fill the seat, as (set of visits, points), and whether one must (something is fixed there)."""
    must = sum(1 << visit for visit, fixed in instance.fixed.items() if fixed == seat)
    minutes, options = instance.seats[seat].minutes, []
    for members in instance.in_building.values():
        here = [visit for visit in members if seat in instance.values[visit]]
        for size in range(1, len(here) + 1):
            for chosen in combinations(here, size):
                if sum(instance.minutes[visit] for visit in chosen) > minutes:
                    continue
                bits = sum(1 << visit for visit in chosen)
                if bits & must == must:
                    options.append((bits, sum(instance.values[visit][seat] for visit in chosen) - instance.weights.trip))
    return options, bool(must)
