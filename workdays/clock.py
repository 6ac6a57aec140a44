"""The working-time clock: how long something took, and when its time is up.

A limit in working hours runs at once. A limit of n working days runs from the opening of the next working day after the
*date* of the start — the first day never counts, whatever the hour — and ends at closing time of the n-th: filed on Monday
at 08:00, at 10:00 or at 23:59, one working day ends on Tuesday at closing time; filed on a Saturday, on Monday
(当日不计, ticket_machine.json "clock_rule").

Everything is closed-open and exact; a deadline is the earliest instant at which the budget is used up, so a budget that
fits exactly ends at closing time and not at the next opening, and a budget of nothing ends where it starts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from workdays.calendars import Calendar
from workdays.hours import SECOND, local


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to but not including `end`: a time during which a clock stands still.

    Raises `ValueError` for datetimes without a zone and for an end before the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if local(self.end) < local(self.start):
            raise ValueError(f"a span that ends before it starts: {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant; `provisional` when a year on the way is not announced yet (推定)."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A date; `provisional` when a year on the way is not announced yet (推定)."""

    on: date
    provisional: bool


def add(start: datetime, seconds: int, *, calendar: Calendar, pauses: Iterable[Span] = ()) -> Moment:
    """When `seconds` of working time after `start` are used up, standing still during `pauses`.

    Raises `ValueError` for a datetime without a zone or negative seconds, `OverflowError` beyond the year 9999.
    """
    wall = local(start)
    if seconds < 0:
        raise ValueError(f"a negative budget: {seconds}")
    if seconds == 0:
        return Moment(wall, calendar.provisional(wall.date(), wall.date()))
    begin = calendar.worked(start)
    target = begin + seconds * SECOND
    for paused_from, paused_until in _worked_pauses(pauses, calendar):
        if paused_from >= target:
            break
        target += max(paused_until - max(paused_from, begin), 0)
    at = calendar.reached(target)
    return Moment(at, calendar.provisional(wall.date(), at.date()))


def elapsed(start: datetime, end: datetime, *, calendar: Calendar, pauses: Iterable[Span] = ()) -> int:
    """Whole working seconds in [start, end) outside `pauses`; 0 when the end is not after the start.

    Raises `ValueError` for a datetime without a zone.
    """
    begin, finish = calendar.worked(start), calendar.worked(end)
    if finish <= begin:
        return 0
    stood_still = sum(
        max(min(paused_until, finish) - max(paused_from, begin), 0) for paused_from, paused_until in _worked_pauses(pauses, calendar)
    )
    return (finish - begin - stood_still) // SECOND


def nth_workday(day: date, n: int, *, calendar: Calendar) -> Day:
    """The n-th working day after `day` (before it for a negative n); `day` itself, worked or not, for 0."""
    on = calendar.workday_after(day, n)
    return Day(on, calendar.provisional(day, on))


def between(start: date, end: date, *, calendar: Calendar) -> int:
    """Working days in (start, end]; 0 when the end is not after the start."""
    return max(calendar.days.rank(end.toordinal()) - calendar.days.rank(start.toordinal()), 0)


def counting_from(start: datetime, *, calendar: Calendar) -> Moment:
    """When a limit in working days begins to run: the opening of the next working day after the date of `start`."""
    today = local(start).date()
    first = calendar.workday_after(today)
    return Moment(calendar.opening(first), calendar.provisional(today, first))


def hours_limit(start: datetime, hours: int, *, calendar: Calendar, pauses: Iterable[Span] = ()) -> Moment:
    """The end of a limit of `hours` working hours, which runs at once."""
    return add(start, hours * 3600, calendar=calendar, pauses=pauses)


def days_limit(start: datetime, n: int, *, calendar: Calendar, pauses: Iterable[Span] = ()) -> Moment:
    """The end of a limit of `n` working days, at least 1: without pauses, closing time of the n-th after `start`'s date.

    Pauses push it on by the working seconds they cost after the clock began to run.
    """
    if n < 1:
        raise ValueError(f"a limit of {n} working days")
    begin = counting_from(start, calendar=calendar)
    last = calendar.workday_after(local(begin.at).date(), n - 1)
    end = add(begin.at, elapsed(begin.at, calendar.closing(last), calendar=calendar), calendar=calendar, pauses=pauses)
    return Moment(end.at, begin.provisional or end.provisional)


def _worked_pauses(pauses: Iterable[Span], calendar: Calendar) -> list[tuple[int, int]]:
    """The pauses in working time, in order, overlapping ones as one; those outside working hours are gone."""
    merged: list[tuple[int, int]] = []
    for paused_from, paused_until in sorted((calendar.worked(pause.start), calendar.worked(pause.end)) for pause in pauses):
        if paused_from == paused_until:
            continue
        if merged and paused_from <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], paused_until))
        else:
            merged.append((paused_from, paused_until))
    return merged
