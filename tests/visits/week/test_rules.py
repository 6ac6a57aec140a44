"""What every plan keeps to, whatever the week."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.visits.week.weeks import ALL_WEEK, DAYS, person, placed, slots, visit
from visits.week import AM, PM, Person, Plan, Slot, Visit, Why, Wish, plan_week
from visits.week.terms import Part

HALF_DAYS = st.tuples(st.integers(0, DAYS - 1), st.sampled_from((AM, PM)))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[list[Visit], list[Person]]:
    names = [f"p{n}" for n in range(draw(st.integers(0, 4)))]
    staff = [
        Person(name, name, slots(*draw(st.sets(HALF_DAYS, max_size=5))), draw(st.integers(0, 3)), draw(st.none() | st.integers(0, 3)))
        for name in names
    ]
    anybody = st.sampled_from([*names, "离任"])
    owed = [
        visit(
            key, building=draw(st.sampled_from("ABC")), due=draw(st.integers(-12, 8)), weight=draw(st.integers(1, 9)),
            minutes=draw(st.sampled_from((20, 30, 45, 90, 170, 400))), candidates=draw(st.dictionaries(anybody, st.integers(0, 8), max_size=3)),
            pin_person=draw(st.none() | anybody), pin_slot=draw(st.none() | st.none() | HALF_DAYS),
            appointed=draw(st.none() | st.none() | HALF_DAYS), wanted=draw(st.none() | anybody),
        )
        for key in range(draw(st.integers(0, 18)))
    ]  # fmt: skip
    return owed, staff


@settings(max_examples=50, deadline=None)
@given(weeks())
def test_every_plan_keeps_the_rules(week: tuple[list[Visit], list[Person]]) -> None:
    owed, staff = week

    plan = plan_week(owed, staff, effort=0.05)

    people = {p.key: p for p in staff}
    for trip in plan.trips:
        assert trip.slot in people[trip.person].slots
        assert {line.visit.building for line in trip.lines} == {trip.building}
        assert trip.minutes <= trip.slot.minutes
        assert all(trip.person in line.visit.candidates for line in trip.lines)
        assert all(line.on_time == (trip.slot.day <= line.visit.due) for line in trip.lines)
    assert max(Counter((t.person, t.slot) for t in plan.trips).values(), default=0) <= 1
    for who, trips in Counter(t.person for t in plan.trips).items():
        assert people[who].most is None or trips <= people[who].most
    _nobody_is_forgotten(plan, owed)
    _what_was_put_down_is_kept_or_said(plan, owed)
    assert plan.score == sum(trip.score for trip in plan.trips) <= plan.bound


def _nobody_is_forgotten(plan: Plan, owed: list[Visit]) -> None:
    made = [line.visit.key for trip in plan.trips for line in trip.lines]
    left = [miss.visit.key for miss in plan.misses if miss.day is None]
    assert sorted([*made, *left, *(v.key for v in plan.waiting)]) == sorted(v.key for v in owed)
    late = {line.visit.key for trip in plan.trips for line in trip.lines if not line.on_time}
    assert late == {miss.visit.key for miss in plan.misses if miss.day is not None}
    assert all(v.due >= DAYS for v in plan.waiting)
    needed = {v.key for need in plan.needs for v in need.visits}
    helpless = {m.visit.key for m in plan.misses if m.why in (Why.APPOINTED, Why.TOO_LONG) or (m.day is not None and m.visit.due < 0)}
    assert needed | helpless == {m.visit.key for m in plan.misses}
    assert not needed & helpless


def _what_was_put_down_is_kept_or_said(plan: Plan, owed: list[Visit]) -> None:
    where = placed(plan)
    said = {(each.visit.key, each.wish) for each in plan.broken}
    assert all(each.why for each in plan.broken)
    for v in owed:
        if v.key not in where:
            continue
        who, slot = where[v.key]
        if v.appointed is not None:
            assert (slot.day, slot.half) == v.appointed or {(v.key, Wish.APPOINTMENT), (v.key, Wish.PIN)} & said
        if v.pin_slot is not None:
            assert (slot.day, slot.half) == v.pin_slot or (v.key, Wish.PIN) in said
        if v.pin_person is not None:
            assert who == v.pin_person or (v.key, Wish.PIN) in said
        if v.wanted is not None:
            assert who == v.wanted or (v.key, Wish.PERSON) in said


@settings(max_examples=25, deadline=None)
@given(weeks())
def test_the_half_days_it_asks_for_would_do(week: tuple[list[Visit], list[Person]]) -> None:
    owed, staff = week

    plan = plan_week(owed, staff, effort=0.05)

    shortest = min((slot.minutes for p in staff for slot in p.slots), default=180)
    for need in plan.needs:
        assert {v.building for v in need.visits} == {need.building}
        assert need.minutes == sum(v.minutes for v in need.visits) <= max(shortest, *(v.minutes for v in need.visits))
        assert all(need.by <= v.due or v.due < 0 for v in need.visits)


def test_what_is_due_first_goes_first_where_half_days_are_short() -> None:
    owed = [visit(1, building="A", due=0, weight=1), visit(2, building="B", due=4, weight=1)]

    plan = plan_week(owed, [person("李", (0, AM), (3, AM))])

    assert {key: slot.day for key, (_, slot) in placed(plan).items()} == {1: 0, 2: 3}


def test_what_weighs_more_is_on_time_and_the_other_is_said_today_with_what_it_takes() -> None:
    owed = [visit(1, building="A", due=1, weight=2), visit(2, building="B", due=1, weight=9)]

    plan = plan_week(owed, [person("李", (1, AM))])

    assert set(placed(plan)) == {2}
    assert [(miss.visit.key, miss.why, miss.day) for miss in plan.misses] == [(1, Why.FULL, None)]
    assert [(need.building, need.by) for need in plan.needs] == [("A", 1)]


def test_one_trip_serves_a_whole_building_and_takes_along_what_is_due_next_week() -> None:
    owed = [visit(1, due=2), visit(2, due=3), visit(3, due=7)]

    plan = plan_week(owed, [person("李")])

    assert [len(trip.lines) for trip in plan.trips] == [3]


def test_nobody_goes_out_for_one_visit_that_may_wait() -> None:
    plan = plan_week([visit(1, due=7, weight=1)], [person("李")])

    assert plan.trips == ()
    assert [v.key for v in plan.waiting] == [1]


def test_the_person_the_firm_knows_goes() -> None:
    plan = plan_week([visit(1, candidates={"李": 1, "王": 6})], [person("李"), person("王")])

    assert plan.trips[0].person == "王"


def test_equal_work_is_shared_by_how_much_time_each_has() -> None:
    owed = [visit(n, building=n, minutes=120, candidates={"李": 0, "王": 0}) for n in range(6)]
    staff = [Person("李", "李", ALL_WEEK), Person("王", "王", ALL_WEEK[:5])]

    plan = plan_week(owed, staff)

    assert Counter(trip.person for trip in plan.trips) == {"李": 4, "王": 2}


def test_what_is_overdue_for_long_comes_before_what_is_due_today() -> None:
    owed = [visit(1, building="A", due=-9), visit(2, building="B", due=0)]

    plan = plan_week(owed, [person("李", (0, AM))])

    assert set(placed(plan)) == {1}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"candidates": {}}, Why.NOBODY),
        ({"candidates": {"走": 0}}, Why.NOBODY),
        ({"candidates": {"休": 0}}, Why.AWAY),
        ({"minutes": 400}, Why.TOO_LONG),
        ({"due": 0}, Why.NO_TIME_LEFT),
        ({"due": 1, "appointed": (3, AM)}, Why.APPOINTED),
    ],
)
def test_a_miss_says_why(facts: dict[str, object], why: Why) -> None:
    staff = [person("李", (1, AM), (3, AM)), Person("休", "休", ())]

    plan = plan_week([visit(1, **facts)], staff)

    assert [miss.why for miss in plan.misses] == [why]
    assert why.label


def test_a_pinned_line_stays_where_it_was_put() -> None:
    owed = [visit(1, pin_person="李", pin_slot=(3, PM), candidates={"李": 0, "王": 8}), visit(2, candidates={"李": 0, "王": 8}, due=1)]

    plan = plan_week(owed, [person("李"), person("王")])

    where = placed(plan)
    assert where[1] == ("李", Slot(3, PM, 180))
    assert plan.broken == ()


def test_an_appointment_outweighs_the_rest_and_is_scored_as_kept() -> None:
    owed = [visit(1, building="A", weight=1, appointed=(1, AM)), visit(2, building="B", weight=2, due=1)]

    plan = plan_week(owed, [person("李", (1, AM))])

    assert set(placed(plan)) == {1}
    assert Part.KEPT in dict(plan.trips[0].lines[0].parts)


def test_two_appointments_at_once_in_two_buildings_cannot_both_be_kept_and_the_plan_says_so() -> None:
    owed = [visit(1, building="A", appointed=(1, AM)), visit(2, building="B", appointed=(1, AM), weight=1)]

    plan = plan_week(owed, [person("李")], day_names=("周一", "周二", "周三", "周四", "周五"))

    assert set(placed(plan)) == {1, 2}
    assert [(each.visit.key, each.wish, each.why) for each in plan.broken] == [(2, Wish.APPOINTMENT, "周二上午能去的人都另有安排")]
