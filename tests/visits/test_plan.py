"""The plan of the week over real rows: who is free, what is written, and what is changed by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

import community
from enterprises.models import Enterprise
from notices.models import Notice
from tests import make
from visits import adjust, capacity, mornings, planning
from visits.models import Allowance, Plan, PlanLine, PlanMiss, PlanTrip, Task
from visits.states import Hand
from visits.week import AM, PM
from wording.errors import NotFound, NotYours, StateConflict

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


def at(day: int = 0, hour: int = 7) -> datetime:
    """Of the week of 16 November 2026, an ordinary one."""
    return timezone.make_aware(datetime.combine(MONDAY + timedelta(days=day), time(hour)))


@pytest.fixture
def town():
    return make.scene(at=at() - timedelta(days=1))


@pytest.fixture
def owe(town):
    kind = make.visit_class(make.trigger(), community=town.community, who=["grid_staff", "window:JF"], weight=30)

    def owe(due: int = 2, firm: Enterprise | None = None, building=None, **facts) -> Task:
        firm = firm or make.enterprise(building=building) if building is not None else firm or make.enterprise(park=town.park)
        make.reason(enterprise=firm, visit_class=kind, on=MONDAY - timedelta(days=7), due_on=MONDAY + timedelta(days=due))
        return make.task(enterprise=firm, opened_on=MONDAY - timedelta(days=7), due_on=MONDAY + timedelta(days=due), **facts)

    return owe


def _where(plan: Plan) -> dict[object, tuple[int, date, str]]:
    return {line.task_id: (line.trip.person_id, line.trip.on, line.trip.half) for line in plan.lines.select_related("trip")}


def _free(town, user, span) -> list[tuple[int, int]]:
    people = capacity.people_in(town.community, span, capacity.posts_in(town.community, span), Counter())
    return [(slot.day, slot.half) for person in people if person.key == user.pk for slot in person.slots]


def test_who_is_away_has_no_half_day_and_neither_has_a_holiday_or_the_past(town):
    post = town.grid_staff.all_posts.get()
    make.absence(post, from_at=at(1, 0), until_at=at(1, 13))
    span = capacity.week_of(town.community, at(0, 11))

    free = _free(town, town.grid_staff, span)

    assert free == [(0, PM), (1, PM), (2, AM), (2, PM), (3, AM), (3, PM), (4, AM), (4, PM)]
    national_day = capacity.week_of(town.community, timezone.make_aware(datetime.combine(date(2026, 9, 30), time(19))))
    assert [day.isoformat() for day in national_day.days] == ["2026-10-08", "2026-10-09", "2026-10-10"]


def test_several_posts_leave_the_smallest_time_and_an_allowance_outranks_both(town):
    make.post(user=town.grid_staff, kind="specialist", community=town.community, unit=town.specialist_jf.all_posts.get().unit)
    span = capacity.week_of(town.community, at())

    def most() -> int | None:
        people = capacity.people_in(town.community, span, capacity.posts_in(town.community, span), Counter())
        return next(person.most for person in people if person.key == town.grid_staff.pk)

    assert most() == 4
    Allowance.objects.create(community=town.community, user=town.grid_staff, half_days=1, set_by=town.leader, set_at=at())
    assert most() == 1


def test_each_task_says_who_comes_when_and_the_plan_why(town, owe):
    building = make.building(park=town.park)
    tasks = [owe(2, building=building), owe(9, building=building)]

    plan = planning.plan(town.community, at(), effort=0.1)

    trip = plan.trips.get()
    assert {line.task_id for line in trip.lines.all()} == {task.pk for task in tasks}
    assert trip.building == building
    for task in tasks:
        task.refresh_from_db()
        assert (task.assignee_id, task.planned_on, task.planned_half) == (trip.person_id, trip.on, trip.half)
    parts = [points for row in (trip, *trip.lines.all()) for _, points in row.parts]
    assert sum(parts) == plan.score == plan.bound


def test_what_cannot_be_done_is_said_on_the_day_it_is_planned_with_the_half_days_it_takes(town, owe):
    for user in (town.grid_staff, town.specialist_jf):
        Allowance.objects.create(community=town.community, user=user, half_days=1, set_by=town.leader, set_at=at())
    for _ in range(4):
        owe(1, building=make.building(park=town.park))

    plan = planning.plan(town.community, at(), effort=0.1)

    assert plan.trips.count() == 2
    misses = list(plan.misses.all())
    assert len(misses) == 2
    assert {miss.why for miss in misses} == {"full"}
    assert {miss.load for miss in misses} == {1, 2}
    assert all(miss.by_on == MONDAY + timedelta(days=1) for miss in misses)


def test_planning_twice_writes_one_plan_and_what_is_settled_by_hand_stands(town, owe):
    task, other = owe(3), owe(3)
    plan = planning.plan(town.community, at(), effort=0.1)
    leader = community.attach(town.leader, at())
    to = {"person": town.specialist_jf.pk, "on": MONDAY + timedelta(days=3), "half": "pm"}

    moved = adjust.move(plan.pk, [task.pk], to=to, by=leader, at=at(0, 8), version=plan.version)
    again = planning.plan(town.community, at(1), effort=0.1)

    assert Plan.objects.count() == 1
    assert again.version == moved.version + 1
    assert _where(again)[task.pk] == (town.specialist_jf.pk, MONDAY + timedelta(days=3), "pm")
    assert again.lines.get(task=task).hand == Hand.MOVED
    assert other.pk in _where(again)
    task.refresh_from_db()
    assert task.assignee == town.specialist_jf
    assert Notice.objects.filter(recipient=town.specialist_jf, kind="visit").exists()


def test_a_trip_over_stays_in_the_plan_and_counts_and_an_open_task_of_it_is_planned_anew(town, owe):
    done, open_ = owe(0), owe(0)
    plan = planning.plan(town.community, at(), effort=0.1)
    before = _where(plan)
    Task.objects.filter(pk=done.pk).update(state="done", closed_on=MONDAY)

    again = planning.plan(town.community, at(3), effort=0.1)

    after = _where(again)
    assert after[done.pk] == before[done.pk]
    assert after[open_.pk][1] >= MONDAY + timedelta(days=3)
    assert again.misses.get(task=open_).why == "overdue"


def test_two_trips_change_places_and_one_building_a_half_day_is_kept(town, owe):
    one, two = owe(4, building=make.building(park=town.park)), owe(4, building=make.building(park=town.park))
    plan = planning.plan(town.community, at(), effort=0.1)
    leader = community.attach(town.leader, at())
    place = {key: {"person": person, "on": on, "half": half} for key, (person, on, half) in _where(plan).items()}

    with pytest.raises(StateConflict, match="另一幢楼"):
        adjust.move(plan.pk, [one.pk], to=place[two.pk], by=leader, at=at(), version=plan.version)
    swapped = adjust.swap(plan.pk, place[one.pk], place[two.pk], by=leader, at=at(), version=plan.version)

    assert _where(swapped) == {one.pk: tuple(place[two.pk].values()), two.pk: tuple(place[one.pk].values())}
    assert {line.hand for line in swapped.lines.all()} == {Hand.SWAPPED}
    with pytest.raises(StateConflict, match="刷新"):
        adjust.swap(plan.pk, place[one.pk], place[two.pk], by=leader, at=at(), version=plan.version)


def test_a_visit_handed_over_goes_to_the_first_half_day_that_fits_and_late_is_said(town, owe):
    task = owe(0)
    plan = planning.plan(town.community, at(), effort=0.1)
    make.absence(town.specialist_jf.all_posts.get(), from_at=at(0, 0), until_at=at(2, 0))
    leader = community.attach(town.leader, at())

    handed = adjust.hand_over(plan.pk, [task.pk], to=town.specialist_jf.pk, by=leader, at=at(), version=plan.version)

    assert _where(handed)[task.pk] == (town.specialist_jf.pk, MONDAY + timedelta(days=2), "am")
    assert handed.misses.get(task=task).on == MONDAY + timedelta(days=2)
    unpinned = adjust.pin(plan.pk, [task.pk], on=False, by=leader, at=at(), version=handed.version)
    assert unpinned.lines.get(task=task).hand == ""


def test_nobody_is_given_more_than_he_has_time_for_nor_a_half_day_he_is_away(town, owe):
    task, more = owe(4, building=make.building(park=town.park)), owe(4, building=make.building(park=town.park))
    plan = planning.plan(town.community, at(), effort=0.1)
    leader = community.attach(town.leader, at())
    make.absence(town.leader.all_posts.get(), from_at=at(4, 0), until_at=at(5, 0))
    Allowance.objects.create(community=town.community, user=town.leader, half_days=1, set_by=town.leader, set_at=at())

    def give(key, day, version):
        to = {"person": town.leader.pk, "on": MONDAY + timedelta(days=day), "half": "am"}
        return adjust.move(plan.pk, [key], to=to, by=leader, at=at(), version=version)

    with pytest.raises(StateConflict, match="没有空"):
        give(task.pk, 4, plan.version)
    given = give(task.pk, 2, plan.version)
    with pytest.raises(StateConflict, match="1 个走访半天"):
        give(more.pk, 3, given.version)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("grid_staff", NotYours),
        ("street", NotYours),
        ("steward", NotYours),
        ("manager", NotYours),
        ("partner", NotYours),
        ("grid_leader", None),
    ],
)
def test_specialists_the_leader_and_within_his_grid_the_grid_leader_change_the_plan(town, owe, who, refusal):
    task = owe(4)
    plan = planning.plan(town.community, at(), effort=0.1)
    person = community.attach(getattr(town, who), at())

    if refusal is None:
        adjust.pin(plan.pk, [task.pk], on=True, by=person, at=at(), version=plan.version)
        elsewhere = owe(4, firm=make.enterprise(park=make.park(community=town.community, grid=make.grid(community=town.community))))
        again = planning.plan(town.community, at(), effort=0.1)
        with pytest.raises((NotYours, NotFound)):
            adjust.hand_over(plan.pk, [elsewhere.pk], to=town.grid_staff.pk, by=person, at=at(), version=again.version)
    else:
        with pytest.raises(refusal):
            adjust.pin(plan.pk, [task.pk], on=True, by=person, at=at(), version=plan.version)


def test_early_on_the_first_working_day_everybody_is_told_once(town, owe):
    owe(2)

    told = [mornings.plan(town.community, moment) for moment in (at(0, 5), at(0, 7), at(0, 8), at(1, 7), at(5, 7))]

    assert told == [0, 1, 0, 0, 0]
    assert Plan.objects.get().made_at == at(1, 7)
    notice = Notice.objects.get(kind="visit", channel="app")
    assert notice.title == "本周走访：1 趟，1 家企业"


@pytest.mark.parametrize(
    "wrong", ["two buildings", "task twice", "line of another plan", "not a monday", "two plans", "bound", "hand", "load"]
)
def test_the_database_refuses_a_wrong_plan(town, owe, wrong):
    task = owe(3)
    plan = planning.plan(town.community, at(), effort=0.1)
    trip, line = plan.trips.get(), plan.lines.get()
    other = Plan(community=town.community, week_on=MONDAY + timedelta(days=7), made_at=at(), score=0, bound=0)

    def write() -> None:
        match wrong:
            case "two buildings":
                PlanTrip.objects.create(plan=plan, person=trip.person, on=trip.on, half=trip.half, building=None, minutes=9)
            case "task twice":
                PlanLine.objects.create(plan=plan, trip=trip, task=task, minutes=9, on_time=True)
            case "line of another plan":
                other.save()
                PlanLine.objects.create(plan=other, trip=trip, task=task, minutes=9, on_time=True)
            case "not a monday":
                other.week_on = MONDAY + timedelta(days=8)
                other.save()
            case "two plans":
                other.week_on = MONDAY
                other.save()
            case "bound":
                Plan.objects.filter(pk=plan.pk).update(score=plan.bound + 1)
            case "hand":
                PlanLine.objects.filter(pk=line.pk).update(hand=Hand.PINNED)
            case "load":
                PlanMiss.objects.create(plan=plan, task=task, why="full", load=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        write()
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
