"""The plan of the week as one reads it: people × half-days, each trip with its visits, their reasons and what the score is made of.

Everything comes through `visible_to`: a grid's staff read the trips of their grids, and reasons are for whoever may read them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.dateparse import parse_date

import workdays
from community.models import Community
from visits.able import in_their_words
from visits.capacity import people_in, posts_in, week_of
from visits.models import Plan, PlanLine, PlanMiss, PlanTrip, Reason
from visits.planning import NUMBERS, made_before
from visits.states import Half
from visits.week import WEIGHTS
from visits.week.terms import Part, Why

if TYPE_CHECKING:
    from accounts.models import User

Parts = list[tuple[str, int]]


@dataclass(frozen=True)
class Shown:
    """A line with its reasons and its score in words."""

    line: PlanLine
    reasons: tuple[str, ...]
    parts: Parts
    score: int


@dataclass(frozen=True)
class ShownTrip:
    trip: PlanTrip
    lines: tuple[Shown, ...]
    parts: Parts
    score: int
    minutes: int
    ahead: bool
    late: bool


@dataclass(frozen=True)
class Cell:
    """One half-day of one person; `free`: a visit may be put here."""

    on: date
    half: str
    trip: ShownTrip | None
    free: bool


@dataclass(frozen=True)
class Row:
    person: int
    name: str
    cells: tuple[Cell, ...]
    trips: int
    visits: int
    most: int | None


@dataclass(frozen=True)
class ShownMiss:
    miss: PlanMiss
    why: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    plan: Plan | None
    monday: date
    days: tuple[date, ...]
    rows: tuple[Row, ...] = ()
    missed: tuple[ShownMiss, ...] = ()
    late: tuple[ShownMiss, ...] = ()
    half_days: int = 0
    current: bool = False
    ahead: tuple[tuple[date, str], ...] = field(default=())

    @property
    def trips(self) -> int:
        return sum(row.trips for row in self.rows)

    @property
    def visits(self) -> int:
        return sum(row.visits for row in self.rows)


def sheet(user: User, community: Community, at: datetime, *, monday: date | None = None) -> Sheet:
    """The plan of that week, of the current one where none is named, as far as this person sees it."""
    span = week_of(community, at)
    monday = monday or span.monday
    calendar = workdays.calendar(community.hours())
    days = tuple(day for day in (monday + timedelta(days=n) for n in range(7)) if calendar.is_workday(day))
    plan = Plan.objects.visible_to(user).filter(community=community, week_on=monday).select_related("made_by").first()
    if plan is None:
        return Sheet(None, monday, days, current=monday == span.monday)
    lines = list(PlanLine.objects.visible_to(user).filter(plan=plan).select_related("task__enterprise", "task__wanted", "hand_by"))
    misses = list(PlanMiss.objects.visible_to(user).filter(plan=plan).select_related("task__enterprise").order_by("task__due_on", "pk"))
    reasons = reasons_of(user, {row.task.enterprise_id for row in (*lines, *misses)})
    of_trip: dict[int, list[Shown]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.task.due_on, line.pk)):
        parts = said(line.parts)
        of_trip[line.trip_id].append(Shown(line, reasons[line.task.enterprise_id], parts, sum(points for _, points in parts)))
    trips = [
        _trip(trip, of_trip[trip.pk], (trip.on, trip.half) in span.open_halves)
        for trip in PlanTrip.objects.visible_to(user).filter(plan=plan).select_related("person", "building__park")
        if of_trip[trip.pk]
    ]
    current = monday == span.monday
    shown = [ShownMiss(miss, Why(miss.why).label, reasons[miss.task.enterprise_id]) for miss in misses]
    loads = {miss.load for miss in misses if miss.load is not None}
    ahead = tuple(sorted((day, half) for day, half in span.open_halves)) if current else ()
    return Sheet(
        plan, monday, days, _rows(community, at, days, trips, current), tuple(each for each in shown if each.miss.on is None),
        tuple(each for each in shown if each.miss.on is not None), len(loads), current, ahead,
    )  # fmt: skip


def week_asked(text: str) -> date | None:
    """The Monday of the week of a date that was typed; None for what is no date of this century."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day - timedelta(days=day.weekday()) if day is not None and date(2000, 1, 3) <= day < date(2099, 12, 25) else None


def reasons_of(user: User, enterprises: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Of each enterprise, the names of the classes its open matters are of; nothing for whoever may not read them."""
    return in_their_words(Reason.objects.visible_to(user).open().filter(enterprise__in=list(enterprises)))


def said(parts: list[list[object]]) -> Parts:
    return [(Part(str(code)).label, int(str(points))) for code, points in parts]


def _trip(trip: PlanTrip, lines: list[Shown], ahead: bool) -> ShownTrip:
    parts = said(trip.parts)
    score = sum(points for _, points in parts) + sum(line.score for line in lines)
    late = any(not line.line.on_time for line in lines)
    return ShownTrip(trip, tuple(lines), parts, score, sum(line.line.minutes for line in lines), ahead, late)


def _rows(community: Community, at: datetime, days: tuple[date, ...], trips: list[ShownTrip], current: bool) -> tuple[Row, ...]:
    """Everybody with a trip; in the current week whoever could have one as well."""
    taken = {(each.trip.person_id, each.trip.on, each.trip.half): each for each in trips}
    names = {each.trip.person_id: each.trip.person.display_name for each in trips}
    free: set[tuple[int, date, str]] = set()
    most: dict[int, int | None] = {}
    if current:
        span = week_of(community, at)
        for person in people_in(community, span, posts_in(community, span), made_before(trip.trip for trip in trips if not trip.ahead)):
            names[person.key] = person.name
            most[person.key] = None if person.most is None else person.most + person.done
            free |= {
                (person.key, span.days[slot.day], half) for slot in person.slots for half in Half.values if NUMBERS[Half(half)] == slot.half
            }
    rows = []
    for key, name in sorted(names.items(), key=lambda row: (row[1], row[0])):
        cells = tuple(
            Cell(day, half, taken.get((key, day, half)), (key, day, half) in free)
            for day in days
            for half in (Half.AM.value, Half.PM.value)
        )
        own = [cell.trip for cell in cells if cell.trip is not None]
        rows.append(Row(key, name, cells, len(own), sum(len(trip.lines) for trip in own), most.get(key)))
    return tuple(sorted(rows, key=lambda row: (row.trips == 0, row.name)))


#: What each part of the score is, for the page that explains it.
EXPLAINED = (
    (Part.ON_TIME.label, f"在到期日或之前走访：{WEIGHTS.on_time} × 权重"),
    (
        Part.LATE.label,
        f"逾期才走访：{WEIGHTS.late} × 权重，晚一天少 {WEIGHTS.late_per_day}；此前每拖一天加 {WEIGHTS.late_per_day}，最多 {WEIGHTS.aged_days} 天",
    ),
    (Part.EARLY.label, f"下周才到期的顺路先走：{WEIGHTS.early} × 权重"),
    (Part.KEPT.label, f"守住与企业约好的半天：{WEIGHTS.kept}"),
    (Part.WANTED.label, f"企业点名的人去：{WEIGHTS.wanted}"),
    (Part.FAMILIAR.label, "责任人 3 分，此前见过一次 2 分，最多 8 分"),
    (Part.IN_HAND.label, f"比到期日早一天 {WEIGHTS.in_hand} 分，最多 {WEIGHTS.in_hand_days} 分"),
    (Part.TRIP.label, f"每趟 −{WEIGHTS.trip}：同一幢楼的尽量一趟走完"),
    (Part.FAIR.label, "走访半天用得越满的人，再多一趟扣得越多"),
)
