"""How good the plan is: beside the best there is where that can be found by trying everything, and beside the bound where it cannot."""

from __future__ import annotations

import pytest

from tests.visits.week.weeks import exhaustive, some_week
from visits.week import Visit, plan_week


@pytest.mark.parametrize("seed", range(24))
def test_a_small_week_is_planned_as_well_as_can_be(seed: int) -> None:
    owed, staff = some_week(seed, visits=4 + seed % 6, people=1 + seed % 3)

    plan = plan_week(owed, staff)

    assert plan.score == plan.bound == exhaustive(owed, staff)


@pytest.mark.parametrize("seed", range(12))
def test_the_search_alone_is_within_two_hundredths_of_the_best(seed: int) -> None:
    owed, staff = some_week(seed, visits=9, people=1 + seed % 3)

    plan = plan_week(owed, staff, exact_up_to=0)

    best = exhaustive(owed, staff)
    assert 0.98 * best <= plan.score <= best <= plan.bound


@pytest.mark.parametrize("seed", range(2))
def test_a_large_week_says_how_far_it_is_from_the_best(seed: int) -> None:
    owed, staff = some_week(seed, visits=80, people=6, most_slots=8)

    plan = plan_week(owed, staff, effort=0.3)

    assert plan.score <= plan.bound
    assert plan.gap < 0.05


def test_the_same_week_gives_the_same_plan_in_whatever_order_people_and_visits_are_named() -> None:
    owed, staff = some_week(7, visits=40, people=4, most_slots=6)

    plans = [plan_week(owed, staff, effort=0.2), plan_week(owed, staff, effort=0.2), plan_week(owed[::-1], staff[::-1], effort=0.2)]

    assert plans[0] == plans[1]
    assert plans[0] == plans[2]


def test_parts_of_a_community_that_share_nobody_are_planned_apart() -> None:
    here, staff_here = some_week(1, visits=8, people=2)
    there, staff_there = some_week(2, visits=8, people=2)
    moved = [
        Visit(
            100 + v.key, 100 + v.enterprise, v.building + "2", v.due, v.weight, v.minutes, {f"x{who}": n for who, n in v.candidates.items()}
        )
        for v in there
    ]
    others = [type(p)(f"x{p.key}", p.name, p.slots) for p in staff_there]

    both = plan_week([*here, *moved], [*staff_here, *others])

    assert both.score == plan_week(here, staff_here).score + plan_week(there, staff_there).score
