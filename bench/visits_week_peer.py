"""The same week and the same objective for OR-Tools CP-SAT; runs in the peer's own environment, which has no Django."""

from __future__ import annotations

import json
import time
from collections import defaultdict

from bench.visits_week import DAYS, week
from visits.week.instance import Instance
from visits.week.weights import WEIGHTS


def solve(load: float, seconds: float) -> None:
    from ortools.sat.python import cp_model

    visits, people = week(8, load)
    instance = Instance(visits, people, [str(day) for day in range(DAYS)], WEIGHTS)
    model, points = cp_model.CpModel(), []
    trips, in_seat = {}, defaultdict(list)
    for building, members in instance.in_building.items():
        going = defaultdict(list)
        for visit in members:
            choices = []
            for seat, value in instance.values[visit].items():
                going[seat].append((made := model.new_bool_var(""), instance.minutes[visit]))
                choices.append(made)
                points.append(value * made)
            model.add_at_most_one(choices)
        for seat, made in going.items():
            trip = trips[building, seat] = model.new_bool_var("")
            in_seat[seat].append(trip)
            points.append(-WEIGHTS.trip * trip)
            model.add(sum(variable * minutes for variable, minutes in made) <= instance.seats[seat].minutes * trip)
            for variable, _ in made:
                model.add_implication(variable, trip)
    for there in in_seat.values():
        model.add_at_most_one(there)
    for person, seats in enumerate(instance.seats_of):
        counted = [model.new_bool_var("") for _ in seats]
        for earlier, later in zip(counted, counted[1:], strict=False):
            model.add_implication(later, earlier)
        model.add(sum(counted) == sum(trip for seat in seats for trip in in_seat[seat]))
        points += [instance.marginal(person, count) * variable for count, variable in enumerate(counted)]
    model.maximize(sum(points))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    begun = time.perf_counter()
    solver.solve(model)
    found = {"score": int(solver.objective_value), "bound": int(solver.best_objective_bound), "seconds": time.perf_counter() - begun}
    print(json.dumps(found))
