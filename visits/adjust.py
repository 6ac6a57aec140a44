"""The plan of the week changed by hand: a visit or a trip moved, two trips swapped, handed to somebody else, fixed or let go.

Every change is scored anew and written as the planner writes; what it makes late is said at once. The next planning leaves it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community import held
from community.kinds import PostKind
from notices.outbox import Group, tell_groups
from visits import planning, week
from visits.models import Plan, Task
from visits.planning import NUMBERS, Reading, with_hand
from visits.states import Half, Hand
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: Whose hand counts; grid leaders within their grids.
ADJUSTERS = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.GRID_LEADER)
Seat = tuple[int, int, int]
WHERE = {Half.AM: "上午", Half.PM: "下午"}


@dataclass
class Desk:
    """The plan under change. `placed`: where each task stands; `touched`: those moved, and how."""

    row: Plan
    reading: Reading
    placed: dict[object, Seat]
    touched: dict[object, Hand | None]

    def visit(self, task: object) -> week.Visit:
        found = next((visit for visit in self.reading.visits if visit.key == task), None)
        if found is None:
            raise NotFound("没有这项走访任务，或它已办结。")
        return found

    def at(self, seat: Seat) -> list[object]:
        return [task for task, where in self.placed.items() if where == seat]

    def put(self, task: object, seat: Seat, how: Hand) -> None:
        self.placed[task] = seat
        self.touched[task] = how

    def words(self, seat: Seat) -> str:
        person, day, half = seat
        name = next((each.name for each in self.reading.people if each.key == person), "这位同事")
        return f"{name}{self.reading.week.day_names()[day]}{('上午', '下午')[half]}"


def move(plan: int, tasks: Iterable[Any], *, to: dict[str, Any], by: User, at: datetime, version: int) -> Plan:
    """These visits (of one building) to `to`: {person, on, half}. Where another building is served then, refuses.

    Raises NotFound, NotYours, StateConflict, FactsMissing, as all deeds here.
    """

    def deed(desk: Desk) -> None:
        seat = _seat(desk, to)
        for task in _keys(tasks):
            desk.visit(task)
            desk.put(task, seat, Hand.MOVED)
        _check(desk, seat)

    return _change(plan, deed, by=by, at=at, version=version)


def swap(plan: int, one: dict[str, Any], other: dict[str, Any], *, by: User, at: datetime, version: int) -> Plan:
    """Two trips change places: {person, on, half} each. To an empty half-day, or one spent in the same building, `one` just goes."""

    def deed(desk: Desk) -> None:
        first, second = _seat(desk, one), _seat(desk, other)
        going, coming = desk.at(first), desk.at(second)
        if not going:
            raise NotFound("这一趟已不在计划里，请刷新后再试。")
        same = {desk.visit(task).building for task in (*going, *coming)}
        trade = bool(coming) and len(same) > 1
        for task in going:
            desk.put(task, second, Hand.SWAPPED if trade else Hand.MOVED)
        for task in coming if trade else ():
            desk.put(task, first, Hand.SWAPPED)
        _check(desk, first)
        _check(desk, second)

    return _change(plan, deed, by=by, at=at, version=version)


def hand_over(plan: int, tasks: Iterable[Any], *, to: Any, by: User, at: datetime, version: int) -> Plan:
    """These visits to somebody else, at the first half-day of his in which they fit; in time if he can."""

    def deed(desk: Desk) -> None:
        person = _person(desk, to)
        for task in _keys(tasks):
            desk.put(task, _first_fit(desk, desk.visit(task), person), Hand.HANDED)

    return _change(plan, deed, by=by, at=at, version=version)


def pin(plan: int, tasks: Iterable[Any], *, on: bool, by: User, at: datetime, version: int) -> Plan:
    """Fixes these visits where they stand, or lets the next planning move them again."""

    def deed(desk: Desk) -> None:
        for task in _keys(tasks):
            if task not in desk.placed:
                raise NotFound("这项走访不在计划里，请刷新后再试。")
            desk.touched[task] = Hand.PINNED if on else None

    return _change(plan, deed, by=by, at=at, version=version)


def _change(plan: int, deed: Callable[[Desk], None], *, by: User, at: datetime, version: int) -> Plan:
    if not held(by, *ADJUSTERS):
        raise NotYours("周计划由专员、社区负责人和网格长调整。")
    seen = Plan.objects.visible_to(by).filter(pk=plan).select_related("community").first()
    if seen is None:
        raise NotFound("没有这份计划。")
    with transaction.atomic():
        reading = planning.read(seen.community, at)
        if reading.week.monday != seen.week_on:
            raise StateConflict("这一周已经过去，计划不能再改。")
        row = planning.locked(reading, at)
        if row is None or row.version != version:
            raise StateConflict("计划刚被更新过，请刷新后再调整。")
        lines = list(planning.lines_ahead(row, reading.week))
        before = {line.task_id: reading.seat(line) for line in lines if line.task_id in reading.tasks}
        desk = Desk(row, reading, dict(before), {})
        deed(desk)
        _only_in_sight(desk, by)
        changed = _written(desk, by=by, at=at)
        _tell(desk, before, by=by, at=at)
        what = ",".join(sorted({(how or "unpinned") for how in desk.touched.values()}))
        audit.record("visit_plan_changed", by=by, at=at, target=f"visit_plan:{row.pk}", detail={"deed": what, "tasks": len(desk.touched)})
    return changed


def _written(desk: Desk, *, by: User, at: datetime) -> Plan:
    reading = desk.reading
    for task, how in desk.touched.items():
        if how is None:
            reading.hands.pop(task, None)
        else:
            reading.hands[task] = (how.value, by.pk, at)
    visits = [_settled(visit, desk) for visit in reading.visits]
    found = _judged(desk, visits)
    most = desk.row.bound
    planning.write(desk.row, reading, found, at=desk.row.made_at, by=desk.row.made_by)
    if most > desk.row.bound:
        desk.row.bound = most
        desk.row.save(update_fields=["bound"])
    return desk.row


def _settled(visit: week.Visit, desk: Desk) -> week.Visit:
    """As the next planning will read it."""
    if visit.key not in desk.touched:
        return visit
    if desk.touched[visit.key] is None:
        return replace(visit, pin_person=None, pin_slot=None)
    return with_hand(visit, desk.placed[visit.key])


def _judged(desk: Desk, visits: list[week.Visit]) -> week.Plan:
    """What nobody has touched and can no longer be where it stood (somebody fell ill, an appointment was moved) falls out and is said."""
    reading = desk.reading
    while True:
        try:
            return week.judge(visits, reading.people, desk.placed, day_names=reading.week.day_names())
        except week.Unplaceable as refused:
            key = refused.visit.key
            if key in desk.touched:
                name = reading.tasks[key].task.enterprise.name
                raise StateConflict(f"{name}不能排在{desk.words(desk.placed[key])}：时间不够，或已去另一幢楼。") from None
            del desk.placed[key]


def _check(desk: Desk, seat: Seat) -> None:
    """Whether what stands in this half-day can be done in it; says what stands in the way."""
    person, day, half = seat
    who = next((each for each in desk.reading.people if each.key == person), None)
    slot = next((each for each in who.slots if (each.day, each.half) == (day, half)), None) if who is not None else None
    tasks = desk.at(seat)
    if not tasks:
        return
    if who is None or slot is None:
        raise StateConflict(f"{desk.words(seat)}没有空：请假、不在岗，或这半天已经过去。")
    visits = [desk.visit(task) for task in tasks]
    if len({visit.building for visit in visits}) > 1:
        raise StateConflict(f"{desk.words(seat)}已去另一幢楼。一趟只去一幢楼，可以先把两趟对换，或换个半天。")
    need = sum(visit.minutes for visit in visits)
    if need > slot.minutes:
        raise StateConflict(f"{desk.words(seat)}只有 {slot.minutes} 分钟，这些走访要 {need} 分钟。请分到两个半天。")
    taken = {where for where in desk.placed.values() if where[0] == person}
    if who.most is not None and len(taken) > who.most:
        raise StateConflict(f"{who.name}本周余下只有 {who.most} 个走访半天，已排满。可以交给别人，或请社区负责人调整其走访半天数。")


def _first_fit(desk: Desk, visit: week.Visit, person: week.Person) -> Seat:
    open_trips = {where for where in desk.placed.values() if where[0] == person.key}
    full = person.most is not None and len(open_trips) >= person.most
    fits = []
    for slot in sorted(person.slots):
        seat = (person.key, slot.day, slot.half)
        there = [desk.visit(task) for task in desk.at(seat) if task != visit.key]
        if any(each.building != visit.building for each in there) or (not there and full):
            continue
        if sum(each.minutes for each in there) + visit.minutes <= slot.minutes:
            fits.append((slot.day > visit.due, not there, slot.day, slot.half, seat))
    if not fits:
        raise StateConflict(f"{person.name}本周余下的半天排不下这项走访。可以换一个人，或先把他的别的走访移走。")
    return min(fits)[-1]


def _seat(desk: Desk, raw: dict[str, Any]) -> Seat:
    person, day, half = _person(desk, raw.get("person")), _day(raw.get("on")), str(raw.get("half", ""))
    if day is None or half not in NUMBERS:
        raise FactsMissing("请选日期和上午或下午。", fields={"on": "请选日期和上午或下午"})
    if day not in desk.reading.week.days:
        raise StateConflict("这一天不在本周余下的工作日里。")
    return person.key, desk.reading.week.days.index(day), NUMBERS[Half(half)]


def _person(desk: Desk, key: Any) -> week.Person:
    found = next((each for each in desk.reading.people if str(each.key) == str(key)), None)
    if found is None:
        raise FactsMissing("请选一位本社区负责走访的同事。", fields={"person": "请选一位本社区负责走访的同事"})
    return found


def _keys(tasks: Iterable[Any]) -> list[UUID]:
    keys = []
    for task in tasks:
        try:
            keys.append(task if isinstance(task, UUID) else UUID(str(task)))
        except ValueError:
            raise NotFound("没有这项走访任务，或它已办结。") from None
    if not keys:
        raise FactsMissing("请先选要调整的走访。", fields={"task": "请先选要调整的走访"})
    return keys


def _day(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else parse_date(str(value or ""))
    except ValueError:
        return None


def _only_in_sight(desk: Desk, by: User) -> None:
    """A grid leader moves what is of his grids and nobody else's."""
    touched = list(desk.touched)
    if Task.objects.visible_to(by).filter(pk__in=touched).count() != len(touched):
        raise NotYours("其中有不归您管的企业，请由专员或社区负责人调整。")


def _tell(desk: Desk, before: dict[object, Seat], *, by: User, at: datetime) -> None:
    """Whoever goes now, and whoever does not any more."""
    from accounts.models import User

    losing: dict[int, int] = {}
    gaining: dict[int, int] = {}
    for task in desk.touched:
        old, new = before.get(task), desk.placed.get(task)
        if old == new:
            continue
        if old is not None and (new is None or old[0] != new[0]):
            losing[old[0]] = losing.get(old[0], 0) + 1
        if new is not None:
            gaining[new[0]] = gaining.get(new[0], 0) + 1
    users = {user.pk: user for user in User.objects.filter(pk__in={*losing, *gaining})}
    groups = []
    for key, user in users.items():
        words = [f"新排或改排 {gaining[key]} 家" if key in gaining else "", f"移走 {losing[key]} 家" if key in losing else ""]
        groups.append(
            Group([user], f"本周走访有调整：{'，'.join(word for word in words if word)}", f"由{by.display_name}调整，请看本周走访。")
        )
    event = f"visit-plan:{desk.row.pk}:{desk.row.version}"
    tell_groups(event, groups, link="/visits/plan/", at=timezone.localtime(at), kind="visit", but=by)
