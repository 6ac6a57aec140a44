"""The plan of the week: what it reads, and how it is written, in one transaction, over whatever was planned before.

Planning takes seconds and holds no lock meanwhile. If somebody has changed the plan by then, it is thought through again: what is settled by
hand stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

import workdays
from community.models import Community
from visits import capacity, week
from visits.able import Owed, owed_by
from visits.capacity import HALVES, Week, half_of, week_of
from visits.models import Plan, PlanLine, PlanMiss, PlanTrip, Task
from visits.states import Half
from visits.week import AM, PM, Person, Visit
from wording.errors import StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: Minutes at the door: for one matter, for each further one, and at most.
FIRST_MINUTES, FURTHER_MINUTES, MOST_MINUTES = 45, 15, 90
#: Tasks due so many working days after the week may ride along; so many of them are looked at.
AHEAD_WORKDAYS, MOST_AHEAD = 10, 400
NUMBERS = {Half.AM: AM, Half.PM: PM}
ATTEMPTS = 3

#: How a line was settled by hand: (how, by, at).
By = tuple[str, int | None, datetime | None]


@dataclass
class Reading:
    """Everything a plan is made from. `version`: 0 where the week has no plan yet."""

    community: Community
    week: Week
    version: int
    visits: list[Visit]
    people: list[Person]
    tasks: dict[object, Owed]
    hands: dict[object, By] = field(default_factory=dict)

    def place(self, trip: week.Trip) -> tuple[int, date, str]:
        return trip.person, self.week.days[trip.slot.day], HALVES[trip.slot.half]

    def seat(self, line: PlanLine) -> tuple[int, int, int]:
        return line.trip.person_id, self.week.days.index(line.trip.on), NUMBERS[Half(line.trip.half)]


def read(community: Community, at: datetime) -> Reading:
    """A dozen statements, whatever the number of tasks."""
    span = week_of(community, at)
    plan = Plan.objects.filter(community=community, week_on=span.monday).first()
    lines = list(plan.lines.select_related("trip", "task")) if plan is not None else []
    posts = capacity.posts_in(community, span)
    people = capacity.people_in(community, span, posts, made_before(line.trip for line in lines if not is_ahead(line.trip, span)))
    tasks = _tasks(community, span)
    hands = {line.task_id: line for line in lines if line.hand and is_ahead(line.trip, span)}
    owed = {each.task.pk: each for each in owed_by(tasks, posts)}
    reading = Reading(community, span, plan.version if plan else 0, [], people, owed)
    reading.hands = {key: (line.hand, line.hand_by_id, line.hand_at) for key, line in hands.items()}
    reading.visits = [_visit(each, reading, hands.get(each.task.pk)) for each in owed.values()]
    return reading


def is_ahead(trip: PlanTrip, span: Week) -> bool:
    """Whether the half-day of the trip has not begun."""
    return (trip.on, trip.half) in span.open_halves


def made_before(trips: Iterable[PlanTrip]) -> Counter[int]:
    """By person, how many of these different trips."""
    return Counter(trip.person_id for trip in {trip.pk: trip for trip in trips}.values())


def _tasks(community: Community, span: Week) -> list[Task]:
    last = span.days[-1]
    calendar = workdays.calendar(community.hours())
    rows = Task.objects.open().filter(community=community).select_related("enterprise").by_urgency()
    owed = list(rows.filter(due_on__lte=last))
    ahead = rows.filter(due_on__gt=last, due_on__lte=calendar.workday_after(last, AHEAD_WORKDAYS))
    later = timezone.make_aware(datetime.combine(span.monday + timedelta(days=7), datetime.min.time()))
    return [*owed, *ahead.exclude(appointed_at__gte=later)[:MOST_AHEAD]]


def _visit(owed: Owed, reading: Reading, line: PlanLine | None) -> Visit:
    task, span = owed.task, reading.week
    familiar = {user: min(2 * owed.met.get(user, 0), 5) + (3 if place == 0 else 0) for user, place in owed.able.items()}
    pin_person = pin_slot = None
    if line is not None:
        pin_person, *slot = reading.seat(line)
        pin_slot = (slot[0], slot[1])
        familiar.setdefault(pin_person, min(2 * owed.met.get(pin_person, 0), 5))
    if task.wanted_id is not None and any(person.key == task.wanted_id for person in reading.people):
        familiar.setdefault(task.wanted_id, min(2 * owed.met.get(task.wanted_id, 0), 5))
    weight = max((version.weight for version in owed.versions), default=10)
    minutes = min(FIRST_MINUTES + FURTHER_MINUTES * max(len(owed.versions) - 1, 0), MOST_MINUTES)
    return Visit(
        key=task.pk, enterprise=task.enterprise_id, building=building_of(owed), due=_due(task.due_on, reading),
        weight=max(-(-weight // 10), 1), minutes=minutes, candidates=familiar, pin_person=pin_person, pin_slot=pin_slot,
        appointed=_appointed(task, span), wanted=task.wanted_id,
    )  # fmt: skip


def building_of(owed: Owed) -> object:
    """An enterprise without a place is a trip of its own."""
    return owed.seat.building_id if owed.seat is not None else f"enterprise:{owed.task.enterprise_id}"


def _due(due_on: date, reading: Reading) -> int:
    """As a number among the days planned; negative before the first, beyond the last where it lies after the week."""
    calendar, days = workdays.calendar(reading.community.hours()), reading.week.days
    if due_on < days[0]:
        return -max(workdays.between(due_on, days[0], calendar=calendar), 1)
    return sum(day <= due_on for day in days) - 1 + workdays.between(days[-1], due_on, calendar=calendar)


def _appointed(task: Task, span: Week) -> tuple[int, int] | None:
    """The half-day agreed with the enterprise; one that has passed binds nobody, one after the week cannot be kept in it."""
    if task.appointed_at is None or task.appointed_at < span.first_at:
        return None
    day = timezone.localtime(task.appointed_at).date()
    number = span.days.index(day) if day in span.days else len(span.days)
    return number, half_of(task.appointed_at)


def plan(community: Community, at: datetime, *, by: User | None = None, seconds: float = 20.0, effort: float = 1.0) -> Plan:
    """Plans what is left of the week. Raises StateConflict where people keep changing it meanwhile."""
    for _ in range(ATTEMPTS):
        reading = read(community, at)
        found = week.plan_week(
            reading.visits, reading.people, day_names=reading.week.day_names(), seconds=seconds / ATTEMPTS * 2, effort=effort
        )
        with transaction.atomic():
            row = locked(reading, at)
            if row is not None:
                return write(row, reading, found, at=at, by=by)
    raise StateConflict("计划正在被别人调整，这次没有重排。请稍后再试。")


def locked(reading: Reading, at: datetime) -> Plan | None:
    """The plan of the week, locked, if nobody has changed it since it was read."""
    facts = {"made_at": at, "score": 0, "bound": 0, "version": 0}
    made, _ = Plan.objects.get_or_create(community=reading.community, week_on=reading.week.monday, defaults=facts)
    row = Plan.objects.select_for_update(no_key=True).get(pk=made.pk)
    return row if row.version == reading.version else None


def write(row: Plan, reading: Reading, found: week.Plan, *, at: datetime, by: User | None) -> Plan:
    """Trips, lines and misses as found, and what each task is told of it. In the caller's transaction, with the plan locked."""
    still = set(Task.objects.select_for_update(no_key=True).filter(pk__in=list(reading.tasks), state="open").values_list("pk", flat=True))
    _clear(row, reading)
    trips, lines = _rows(row, reading, found, still)
    PlanTrip.objects.bulk_create(trips)
    PlanLine.objects.bulk_create(lines)
    PlanMiss.objects.bulk_create(_misses(row, reading, found, still))
    _tell_tasks(reading, lines, still)
    row.score, row.bound = found.score, max(found.bound, found.score)
    row.stopped_early, row.made_at, row.made_by, row.version = found.stopped_early, at, by, row.version + 1
    row.save()
    return row


def _clear(row: Plan, reading: Reading) -> None:
    """What is over stays as it was, less what is planned anew; the rest is written again."""
    past = [trip.pk for trip in row.trips.all() if not is_ahead(trip, reading.week)]
    row.trips.exclude(pk__in=past).delete()
    row.lines.filter(task__in=list(reading.tasks), task__state="open").delete()
    row.trips.filter(lines__isnull=True).delete()
    row.misses.all().delete()


def _rows(row: Plan, reading: Reading, found: week.Plan, still: set[object]) -> tuple[list[PlanTrip], list[PlanLine]]:
    unmet = _unmet(found)
    trips, lines = [], []
    for each in found.trips:
        going = [line for line in each.lines if line.visit.key in still]
        if not going:
            continue
        person, on, half = reading.place(each)
        owed = reading.tasks[going[0].visit.key]
        building = owed.seat.building_id if owed.seat is not None else None
        parts = [[part.value, points] for part, points in each.parts]
        trip = PlanTrip(plan=row, person_id=person, on=on, half=half, building_id=building, minutes=each.slot.minutes, parts=parts)
        trips.append(trip)
        for line in going:
            how, who, when = reading.hands.get(line.visit.key, ("", None, None))
            facts = {"minutes": line.visit.minutes, "on_time": line.on_time, "note": unmet.get(line.visit.key, "")}
            parts = [[part.value, points] for part, points in line.parts]
            lines.append(
                PlanLine(plan=row, trip=trip, task_id=line.visit.key, parts=parts, hand=how, hand_by_id=who, hand_at=when, **facts)
            )
    return trips, lines


def _unmet(found: week.Plan) -> dict[object, str]:
    said: dict[object, list[str]] = {}
    for each in found.broken:
        said.setdefault(each.visit.key, []).append(f"{each.wish.label}未能照办：{each.why}")
    return {key: "；".join(words)[:200] for key, words in said.items()}


def _misses(row: Plan, reading: Reading, found: week.Plan, still: set[object]) -> list[PlanMiss]:
    loads = {visit.key: (number, need.by) for number, need in enumerate(found.needs, 1) for visit in need.visits}
    unmet, days = _unmet(found), reading.week.days
    rows = []
    for miss in found.misses:
        if miss.visit.key not in still:
            continue
        number, by = loads.get(miss.visit.key, (None, None))
        rows.append(PlanMiss(
            plan=row, task_id=miss.visit.key, why=miss.why.value, on=days[miss.day] if miss.day is not None else None, load=number,
            by_on=days[max(by, 0)] if by is not None else None, note=unmet.get(miss.visit.key, ""),
        ))  # fmt: skip
    return rows


def _tell_tasks(reading: Reading, lines: list[PlanLine], still: set[object]) -> None:
    """Each open task says who comes when; one that fell out of the week says so no more."""
    planned = {line.task_id: line.trip for line in lines}
    changed = []
    for key in still:
        task, trip = reading.tasks[key].task, planned.get(key)
        now = (trip.person_id, trip.on, trip.half) if trip is not None else (task.assignee_id, None, "")
        if (task.assignee_id, task.planned_on, task.planned_half) != now:
            task.assignee_id, task.planned_on, task.planned_half = now
            changed.append(task)
    Task.objects.bulk_update(changed, ["assignee", "planned_on", "planned_half"])
    Task.objects.filter(pk__in=[task.pk for task in changed]).update(version=F("version") + 1)


def with_hand(visit: Visit, seat: tuple[int, int, int]) -> Visit:
    """The same visit, put there by somebody."""
    person, day, half = seat
    candidates: Mapping[object, int] = {person: 0, **visit.candidates}
    return replace(visit, pin_person=person, pin_slot=(day, half), candidates=candidates)


def lines_ahead(row: Plan, span: Week) -> QuerySet[PlanLine]:
    rows = row.lines.select_related("trip__person", "trip__building", "task__enterprise").filter(task__state="open")
    return rows.filter(pk__in=[line.pk for line in rows if is_ahead(line.trip, span)])
