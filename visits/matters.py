"""The matters of every trigger as SQL: which versions are asked, for which days, and by when a visit is due.

Everything here depends on the rows and the day alone, so that a pass that runs late or again finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import workdays
from community.models import Community
from visits import triggers
from visits.models import ClassVersion
from visits.states import Closing
from visits.triggers import PERIODS, Trigger

#: A pass finds what arose in so many days before it; nights missed for longer than this are for people to mend.
HORIZON_DAYS = 120


@dataclass(frozen=True)
class Asked:
    """A trigger of a version with the days on which it is asked, `first` to `last` inclusive. `over_on`: when a later version takes over.

    Two that ask the same are equal, whatever rows they were read from.
    """

    version: ClassVersion = field(compare=False)
    trigger: Trigger
    first: date
    last: date
    over_on: date | None
    says: tuple[int, date, str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        version = self.version
        says = (version.visit_class_id, version.from_on, str(version.closing), version.absorb_workdays)
        object.__setattr__(self, "says", says)

    @property
    def current(self) -> bool:
        return self.over_on is None

    @property
    def term(self) -> str:
        """Its line in the table of deadlines."""
        return f"{self.trigger.term}/{self.version.absorb_workdays}"

    @property
    def may_be_gone(self) -> bool:
        return self.version.closing == Closing.VISITED_OR_GONE

    @property
    def watched(self) -> bool:
        """What it finds no more is gone: all that stands is found at every pass."""
        return self.current and self.may_be_gone and self.trigger.selector.standing


def asked_of(community: Community, today: date) -> tuple[list[Asked], list[ClassVersion]]:
    """The triggers of each version that was in force within the horizon, and the versions in force, switched off or not."""
    rows = list(ClassVersion.objects.filter(visit_class__community=community, from_on__lte=today).order_by("visit_class_id", "from_on"))
    asked: list[Asked] = []
    current: list[ClassVersion] = []
    for place, version in enumerate(rows):
        later = rows[place + 1] if place + 1 < len(rows) else None
        over_on = later.from_on if later is not None and later.visit_class_id == version.visit_class_id else None
        if over_on is None:
            current.append(version)
        if version.active and (over_on is None or over_on > today - timedelta(days=HORIZON_DAYS)):
            asked += asked_by(version, today, over_on)
    return asked, current


def asked_by(version: ClassVersion, today: date, over_on: date | None = None) -> Iterator[Asked]:
    """`today` may be before the version's first day: then it is asked as if that day had come, for a preview."""
    last = max(today, version.from_on) if over_on is None else over_on - timedelta(days=1)
    for trigger in triggers.on_file(version.triggers):
        back = version.from_on - timedelta(days=trigger.selector.back(trigger.params))
        yield Asked(version, trigger, max(back, today - timedelta(days=HORIZON_DAYS)), last, over_on)


def sql_of(asked: Asked, *, all_at_once: bool = True) -> tuple[str, list[Any]]:
    """(enterprise_id, occurred_on, until_on, key) as one trigger finds them. Not `all_at_once`: to be narrowed to a few enterprises, which
    PostgreSQL pushes down into the selector; else each column is worked out once and not wherever it is compared."""
    trigger = asked.trigger
    sql, found = trigger.selector.select(trigger.params, asked.first, asked.last).query.sql_with_params()
    fence = " OFFSET 0" if all_at_once else ""
    sql, params = f"SELECT * FROM ({sql}{fence}) AS matter(enterprise_id, occurred_on, until_on, key)", list(found)
    if trigger.every:
        sql, params = _turns(sql, params, asked)
    # What was over before it could be owed is no matter.
    sql = f"SELECT * FROM ({sql}) AS turn WHERE occurred_on <= %s AND (until_on IS NULL OR until_on > GREATEST(occurred_on, %s))"
    params += [asked.last, asked.version.from_on]
    if not trigger.selector.standing:
        sql, params = f"{sql} AND occurred_on >= %s", [*params, asked.first]
    if trigger.selector.many:
        sql = (
            "SELECT enterprise_id, occurred_on, CASE WHEN bool_or(until_on IS NULL) THEN NULL ELSE max(until_on) END AS until_on,"
            f" min(key) AS key FROM ({sql}) AS each GROUP BY enterprise_id, occurred_on"
        )
    return sql, params


def _turns(sql: str, params: list[Any], asked: Asked) -> tuple[str, list[Any]]:
    """Each time a standing matter comes round: every so many days from the day it arose, or with each period of the calendar. The turn
    under way on the first day is one of them."""
    if days := asked.trigger.every_days:
        steps = "generate_series(GREATEST(0, (%s::date - occurred_on) / %s), GREATEST(0, (%s::date - occurred_on) / %s)) AS step"
        day, given = "occurred_on + step * %s", [asked.first, days, asked.last, days]
        lead: list[Any] = [days]
        join = ""
    else:
        # A period has a turn where it begins, in the middle of one that is under way when the matter arises.
        steps = "unnest(%s::date[], %s::date[]) AS step(begins, ends)"
        day, given = "GREATEST(occurred_on, step.begins)", list(_periods(asked))
        lead, join = [], "WHERE step.ends > occurred_on"
    return f"SELECT enterprise_id, {day} AS occurred_on, until_on, key FROM ({sql}) AS matter, LATERAL {steps} {join}", [
        *lead,
        *params,
        *given,
    ]


def _periods(asked: Asked) -> tuple[list[date], list[date]]:
    """First days of the calendar's periods from that of the first day to that of the last, and the first day after each."""
    months = PERIODS[asked.trigger.every][1]
    begins = [date(asked.first.year, (asked.first.month - 1) // months * months + 1, 1)]
    while begins[-1] <= asked.last:
        begins.append(_later(begins[-1], months))
    return begins[:-1], begins[1:]


def _later(day: date, months: int) -> date:
    """The first of the month so many months after that of `day`."""
    return date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)


def deadline(term: str, day: date, calendar: workdays.Calendar) -> date:
    """The last day for what is owed since `day`: the n-th working day after it, or the last working day of its period, never before it."""
    if term not in PERIODS:
        return workdays.nth_workday(day, int(term[1:]), calendar=calendar).on
    months = PERIODS[term][1]
    begins = date(day.year, (day.month - 1) // months * months + 1, 1)
    return max(day, calendar.workday_after(_later(begins, months), -1))


@dataclass(frozen=True, eq=False)
class Terms:
    """The table of deadlines, one a calendar and day, a column each: since when a visit is owed → by when, whether presumed, and from when one may have been paid."""

    names: list[str]
    days: list[date]
    due: list[date]
    presumed: list[bool]
    covered_since: list[date]


def terms_for(asked: list[Asked], today: date) -> Terms:
    return _terms(frozenset(each.term for each in asked), min(each.version.from_on for each in asked), today, workdays.calendar())


@lru_cache(maxsize=16)
def _terms(names: frozenset[str], first: date, today: date, calendar: workdays.Calendar) -> Terms:
    table = Terms([], [], [], [], [])
    for name in sorted(names):
        term, absorbed = name.split("/")
        for step in range((today - first).days + 1):
            day = first + timedelta(days=step)
            due = deadline(term, day, calendar)
            table.names.append(name)
            table.days.append(day)
            table.due.append(due)
            table.presumed.append(calendar.provisional(day, due))
            table.covered_since.append(calendar.workday_after(day, -int(absorbed)) if int(absorbed) else day)
    return table
