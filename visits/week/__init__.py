"""The plan of the week (本周走访) as a problem of its own: who goes when to which building. Knows no database and no clock.

`plan_week(visits, people, days=…)` answers a `Plan`; the words are in `terms`, the objective in `weights`.
"""

from visits.week.solve import Unplaceable, judge, plan_week
from visits.week.terms import AM, PM, Broken, Line, Miss, Need, Person, Plan, Slot, Trip, Visit, Why, Wish
from visits.week.weights import WEIGHTS, Weights

__all__ = [
    "AM",
    "PM",
    "WEIGHTS",
    "Broken",
    "Line",
    "Miss",
    "Need",
    "Person",
    "Plan",
    "Slot",
    "Trip",
    "Unplaceable",
    "Visit",
    "Weights",
    "Why",
    "Wish",
    "judge",
    "plan_week",
]
