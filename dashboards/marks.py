"""For which counts a ticket or an enterprise counts. Marks of tickets are the measures themselves, so that the two cannot part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Least
from django.utils import timezone

from cultivation.models import TierHolding
from cultivation.tiers import TIERS
from dashboards import measures
from dashboards.counted import EnterpriseTally, TicketTally
from enterprises.kinds import QUALIFICATION_KINDS
from enterprises.models import Enterprise, EnterpriseStatus, Qualification, Tenancy
from grievances.models import Clock, Grievance, Rating, SiteVisit, Transition
from grievances.states import DONE, GRADES, OVER, ClockCode
from workdays import SHANGHAI, midnight

Rows = Callable[[QuerySet[Any], datetime], QuerySet[Any]]
#: What is true of a ticket or an enterprise and where it is summed: attnames of its tally, but for `from_at` and `until_at`.
Facts = dict[str, Any]


def _state(state: str) -> Rows:
    return lambda rows, at: rows.filter(state=state)


def _graded(grade: int, field: str) -> Rows:
    return lambda rows, at: rows.filter(Exists(_ratings().filter(**{field: grade})))


def _ratings() -> QuerySet[Rating]:
    return Rating.objects.filter(grievance=OuterRef("pk"), cycle=OuterRef("cycle"))


def _sent_back(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    return rows.filter(Exists(Transition.objects.filter(grievance=OuterRef("pk"), event="send_back")))


TICKET_MARKS: dict[str, Rows] = {
    **{row.code: row.rows for row in measures.MEASURES.values()},
    **{row.base_code: row.base for row in measures.MEASURES.values() if row.base is not None},
    **{f"state_{state}": _state(state) for state in OVER},
    **{f"grade_{grade}": _graded(grade, "result") for grade in GRADES},
    **{f"speed_{grade}": _graded(grade, "speed") for grade in GRADES},
    "sent_back": _sent_back,
}


def _in_force(rows: QuerySet[Any], on: str, at: datetime) -> QuerySet[Any]:
    today = timezone.localtime(at).date()
    return rows.filter(Q(valid_until_on__isnull=True) | Q(valid_until_on__gte=today), **{f"{on}__lte": today}, enterprise=OuterRef("pk"))


def _active(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(status=EnterpriseStatus.ACTIVE)


def _qualified(kind: str) -> Rows:
    return lambda rows, at: _active(rows).filter(Exists(_in_force(Qualification.objects.filter(kind=kind), "issued_on", at)))


def _in_tier(tier: str) -> Rows:
    return lambda rows, at: _active(rows).filter(Exists(_in_force(TierHolding.objects.filter(tier=tier), "gained_on", at)))


ENTERPRISE_MARKS: dict[str, Rows] = {
    "on_file": lambda rows, at: rows,
    "active": lambda rows, at: _active(rows),
    **{f"q_{kind.code}": _qualified(kind.code) for kind in QUALIFICATION_KINDS},
    **{f"t_{tier.code}": _in_tier(tier.code) for tier in TIERS},
}


def _marked(rows: QuerySet[Any], marks: Mapping[str, Rows], at: datetime) -> dict[int, list[str]]:
    """Key → its marks in the order of the alphabet. One statement; every row counts for something."""
    parts = [select(rows, at).order_by().values_list("pk", Value(code)) for code, select in marks.items()]
    found: dict[int, list[str]] = {}
    for key, mark in parts[0].union(*parts[1:], all=True):
        found.setdefault(key, []).append(mark)
    return {key: sorted(codes) for key, codes in found.items()}


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _running(rows: QuerySet[Any], at: datetime) -> Subquery:
    """The earliest of these deadlines that has not passed."""
    return Subquery(rows.filter(due_at__gte=at).values("key").annotate(first=Min("due_at")).values("first"))


def of_tickets(keys: Iterable[int], at: datetime) -> dict[int, Facts]:
    """What each filed one of these tickets counts for at that moment; drafts and unknown keys are left out."""
    rows = Grievance.objects.filed().filter(pk__in=list(keys))
    marks = _marked(rows, TICKET_MARKS, at)
    clocks = Clock.objects.filter(grievance=OuterRef("pk"), ended_at__isnull=True, cycle=1, code__in=(ClockCode.PROMISE, ClockCode.CONTACT))
    visits = SiteVisit.objects.filter(dispatch__grievance=OuterRef("pk"), made_at__isnull=True)
    wakes = {
        "clock": _running(clocks.annotate(key=F("grievance")), at),
        "visit": _running(visits.annotate(key=F("dispatch__grievance")), at),
    }
    told = rows.order_by().annotate(wakes=Least(*wakes.values())).values(
        "pk", "community_id", "grid_id", "park_id", "window_id", "unit_id", "service_item_id", "state", "submitted_at", "ended_at",
        "answered_at", "promise_due_at", "wakes",
    )  # fmt: skip
    return {row["pk"]: _ticket_facts(row, marks[row["pk"]], at) for row in told}


def _ticket_facts(row: Mapping[str, Any], marks: list[str], at: datetime) -> Facts:
    waits = row["ended_at"] is None and row["answered_at"] is None and row["promise_due_at"] is not None and row["promise_due_at"] >= at
    moments = [moment for moment in (row["wakes"], row["promise_due_at"] if waits else None) if moment is not None]
    return {
        "marks": marks, "community_id": row["community_id"], "grid_id": row["grid_id"], "park_id": row["park_id"],
        "window_id": row["window_id"], "unit_id": row["unit_id"], "item_id": row["service_item_id"], "filed_on": _day(row["submitted_at"]),
        "done_on": _day(row["ended_at"]) if row["state"] in DONE else None, "wakes_at": min(moments, default=None),
    }  # fmt: skip


def of_enterprises(keys: Iterable[int], at: datetime) -> dict[int, Facts]:
    """What each of these enterprises counts for on that day; one that has left still counts as on file, where it last sat."""
    rows = Enterprise.objects.filter(pk__in=list(keys))
    marks = _marked(rows, ENTERPRISE_MARKS, at)
    seats = Tenancy.objects.filter(enterprise=OuterRef("pk"), is_main=True).order_by(F("until_on").desc(nulls_first=True), "-pk")
    told = rows.order_by().annotate(
        park=Subquery(seats.values("building__park")[:1]), grid=Subquery(seats.values("building__park__grid")[:1])
    )
    days = _days_that_change(list(marks), _day(at))
    return {
        row["pk"]: {
            "marks": marks[row["pk"]], "community_id": row["community_id"], "grid_id": row["grid"], "park_id": row["park"],
            "wakes_at": midnight(days[row["pk"]]) if row["pk"] in days else None,
        }
        for row in told.values("pk", "community_id", "park", "grid") if row["pk"] in marks
    }  # fmt: skip


def _days_that_change(keys: list[int], today: date) -> dict[int, date]:
    """Enterprise → the next day on which something it holds begins, or no longer holds."""
    found: dict[int, date] = {}
    for model, on in ((Qualification, "issued_on"), (TierHolding, "gained_on")):
        rows = model._default_manager.filter(enterprise__in=keys)
        begins = rows.filter(**{f"{on}__gt": today}).values_list("enterprise_id").annotate(day=Min(on)).order_by()
        ends = rows.filter(valid_until_on__gte=today).values_list("enterprise_id").annotate(day=Min("valid_until_on")).order_by()
        for key, day in [*begins, *((key, last + timedelta(days=1)) for key, last in ends)]:
            found[key] = min(day, found.get(key, day))
    return found


@dataclass(frozen=True)
class Counted:
    """A subject that is tallied: whose key the tally carries, how it is counted, and where it is summed."""

    subject: str
    tally: type[TicketTally] | type[EnterpriseTally]
    owner: str
    facts: Callable[[Iterable[int], datetime], dict[int, Facts]]
    columns: tuple[str, ...]
    dimensions: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str], ...]


TICKETS = Counted(
    "ticket", TicketTally, "grievance_id", of_tickets,
    ("marks", "community_id", "grid_id", "park_id", "window_id", "unit_id", "item_id", "filed_on", "done_on"),
    (("grid", "grid_id"), ("park", "park_id"), ("window", "window_id"), ("unit", "unit_id"), ("item", "item_id")),
    (("filed", "filed_on"), ("done", "done_on")),
)  # fmt: skip
ENTERPRISES = Counted(
    "enterprise", EnterpriseTally, "enterprise_id", of_enterprises, ("marks", "community_id", "grid_id", "park_id"),
    (("grid", "grid_id"), ("park", "park_id")), (),
)  # fmt: skip
COUNTED = {each.subject: each for each in (TICKETS, ENTERPRISES)}
#: The day of what has none.
EVER = date(1, 1, 1)
#: community, basis, span, first day, dimension, key, mark
Cell = tuple[int, str, str, date, str, int, str]


def cells(counted: Counted, facts: Facts) -> Iterator[Cell]:
    """Every sum in which a tally counts one: by month for each dimension, by day for the community as a whole."""
    community = facts["community_id"]
    places = [("all", 0), *((name, facts[column] or 0) for name, column in counted.dimensions)]
    if not counted.days:
        yield from ((community, "stock", "ever", EVER, name, key, mark) for name, key in places for mark in facts["marks"])
    for basis, column in counted.days:
        day = facts[column]
        if day is None:
            continue
        for mark in facts["marks"]:
            yield community, basis, "day", day, "all", 0, mark
            for name, key in places:
                yield community, basis, "month", day.replace(day=1), name, key, mark
