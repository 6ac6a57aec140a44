"""Which days are worked, and how many there are before any instant.

Two facts carry all the arithmetic: the number of working days up to a date (prefix sums, so O(1)), and its inverse. Working
time is measured as one number, the microseconds worked from the beginning of the calendar to an instant; adding and
subtracting happen there, whatever lies between.
"""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from workdays.hours import DEFAULT_HOURS, SECOND, SHANGHAI, Hours, Spans, local, of_day, on_the_wall

# Outside these years a working day is Monday to Friday and nothing else, by formula
_FIRST: Final = date(1949, 10, 1).toordinal()
_LAST: Final = date(2099, 12, 31).toordinal()


def presumed(day: date) -> bool:
    """Whether `day` would be worked if nobody had announced anything (推定): Monday to Friday, public holidays or not."""
    return day.weekday() < 5


def _weekdays(ordinal: int) -> int:
    """Mondays to Fridays from 0001-01-01, a Monday, up to and including `ordinal`."""
    weeks, days = divmod(ordinal, 7)
    return weeks * 5 + min(days, 5)


class Days:
    """Every day of the calendar, worked or not."""

    __slots__ = ("_after", "_before", "_ordinals", "_ranks", "_total", "last_published_on", "years")

    def __init__(self, known: Mapping[date, bool], years: Iterable[int]) -> None:
        """`known` says which days are worked; `years` are those published, the rest is presumed."""
        self.years = frozenset(years)
        self.last_published_on = date(max(self.years), 12, 31) if self.years else date.min
        self._before = _weekdays(_FIRST - 1)
        self._ordinals = array("i")
        self._ranks = array("i")
        rank = self._before
        for ordinal in range(_FIRST, _LAST + 1):
            day = date.fromordinal(ordinal)
            worked = known.get(day)
            if presumed(day) if worked is None else worked:
                rank += 1
                self._ordinals.append(ordinal)
            self._ranks.append(rank)
        self._total = rank
        self._after = _weekdays(_LAST) - rank

    def rank(self, ordinal: int) -> int:
        """How many working days there are up to and including `ordinal`."""
        if ordinal < _FIRST:
            return _weekdays(ordinal)
        if ordinal > _LAST:
            return _weekdays(ordinal) - self._after
        return self._ranks[ordinal - _FIRST]

    def ordinal(self, rank: int) -> int:
        """The working day that is number `rank`; the inverse of `rank`."""
        if self._before < rank <= self._total:
            return self._ordinals[rank - self._before - 1]
        weeks, days = divmod((rank if rank <= self._before else rank + self._after) - 1, 5)
        return weeks * 7 + days + 1


@dataclass(frozen=True, slots=True)
class _Era:
    """While the same hours are kept: its first day, how many working days and microseconds worked lie before it."""

    first: int
    spans: tuple[tuple[int, int], ...]
    standard: int
    rank: int = 0
    worked: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days with the hours of one community. Make it with `workdays.calendar`."""

    days: Days = field(repr=False)
    hours: Hours = DEFAULT_HOURS
    version: str = ""
    _eras: tuple[_Era, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        eras = [_era(self.hours.spans)]
        for day, spans in self.hours.changes:
            last, first = eras[-1], day.toordinal()
            rank = self.days.rank(first - 1)
            eras.append(_era(spans, first, rank, last.worked + (rank - last.rank) * last.standard))
        object.__setattr__(self, "_eras", tuple(eras))

    def day_seconds(self, day: date) -> int:
        """Working seconds of a working day with the hours kept on `day`: 25,200 by default."""
        return self._era(day.toordinal()).standard // SECOND

    @property
    def standard_day_seconds(self) -> int:
        """Of a day before anybody changed the hours."""
        return self._eras[0].standard // SECOND

    @property
    def last_published_on(self) -> date:
        """The last day of the last year announced by the State Council; `date.min` when there is none."""
        return self.days.last_published_on

    def published(self, year: int) -> bool:
        """Whether the notice for `year` is on file; otherwise its days are presumed (推定)."""
        return year in self.days.years

    def missing_year(self, today: date) -> int | None:
        """The year that begins within 60 days and has no notice on file yet, or has begun without one (F25)."""
        soon = (today + timedelta(days=60)).year
        return next((year for year in range(today.year, soon + 1) if not self.published(year)), None)

    def provisional(self, start: date, end: date) -> bool:
        """Whether any year from `start` to `end`, either way round, is presumed."""
        if start.year == end.year:
            return start.year not in self.days.years
        first, last = sorted((start.year, end.year))
        return not self.days.years.issuperset(range(first, last + 1))

    def is_workday(self, day: date) -> bool:
        """Make-up Saturdays and Sundays are, holidays are not."""
        ordinal = day.toordinal()
        return self.days.rank(ordinal) > self.days.rank(ordinal - 1)

    def opening(self, day: date) -> datetime:
        """When work begins on `day`, worked or not."""
        return on_the_wall(day, self.hours.on(day).spans[0][0])

    def closing(self, day: date) -> datetime:
        """When work ends on `day`, worked or not."""
        return on_the_wall(day, self.hours.on(day).spans[-1][1])

    def is_working(self, at: datetime) -> bool:
        """Whether the clock runs at `at`: at the opening yes, at closing time no."""
        wall = local(at)
        clock = of_day(wall.time())
        return self.is_workday(wall.date()) and any(start <= clock < end for start, end in self._era(wall.toordinal()).spans)

    def workday_after(self, day: date, n: int = 1) -> date:
        """The n-th working day after `day`; before it when n is negative, `day` itself when 0.

        Raises `OverflowError` beyond the year 9999.
        """
        if n == 0:
            return day
        ordinal = day.toordinal()
        rank = self.days.rank(ordinal) if n > 0 else self.days.rank(ordinal - 1) + 1
        return _day(self.days.ordinal(rank + n))

    def worked(self, at: datetime) -> int:
        """Microseconds worked from the beginning of the calendar to `at`; never decreases as `at` grows."""
        wall = local(at)
        ordinal = wall.toordinal()
        era = self._era(ordinal)
        before = self.days.rank(ordinal - 1)
        microseconds = era.worked + (before - era.rank) * era.standard
        if self.days.rank(ordinal) > before:
            clock = of_day(wall.time())
            for start, end in era.spans:
                if clock <= start:
                    break
                microseconds += min(clock, end) - start
        return microseconds

    def reached(self, microseconds: int) -> datetime:
        """The earliest instant at which so much has been worked: closing time, not the next opening."""
        era = next(each for each in reversed(self._eras) if each.worked < microseconds or each is self._eras[0])
        rank, rest = divmod(microseconds - era.worked - 1, era.standard)
        rest += 1
        midnight = datetime.combine(_day(self.days.ordinal(era.rank + rank + 1)), time(), SHANGHAI)
        for start, end in era.spans:
            if rest <= end - start:
                return midnight + timedelta(microseconds=start + rest)
            rest -= end - start
        raise AssertionError("a working day is as long as its spans")

    def _era(self, ordinal: int) -> _Era:
        if len(self._eras) == 1:
            return self._eras[0]
        return next(era for era in reversed(self._eras) if era.first <= ordinal)


def _era(spans: Spans, first: int = 0, rank: int = 0, worked: int = 0) -> _Era:
    counted = tuple((of_day(start), of_day(end)) for start, end in spans)
    return _Era(first, counted, sum(end - start for start, end in counted), rank, worked)


def _day(ordinal: int) -> date:
    if not 1 <= ordinal <= date.max.toordinal():
        raise OverflowError(f"no such day in the calendar: {ordinal}")
    return date.fromordinal(ordinal)
