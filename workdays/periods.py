"""Days, weeks, months, quarters and years of the wall calendar in Shanghai: the one place that says where a period begins (F22, R39).

A period is closed-open in instants, so the periods of a kind leave no gap and count nothing twice; dates are inclusive.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from workdays.hours import local, on_the_wall

_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """A week is an ISO week, Monday to Sunday, and belongs to the year of its Thursday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the beginning of `first_on` to the end of `last_on`. Make it with `period`."""

    kind: PeriodKind
    first_on: date
    last_on: date

    @property
    def start(self) -> datetime:
        """Midnight at the beginning; the instant belongs to the period."""
        return on_the_wall(self.first_on, time())

    @property
    def end(self) -> datetime:
        """Midnight at the end; the instant belongs to the next period."""
        return on_the_wall(self.last_on + _DAY, time())

    @property
    def label(self) -> str:
        """2026 年 11 月 21 日 · 2026 年第 47 周 · 2026 年 11 月 · 2026 年第四季度 · 2026 年."""
        first = self.first_on
        match self.kind:
            case PeriodKind.DAY:
                return f"{first.year} 年 {first.month} 月 {first.day} 日"
            case PeriodKind.WEEK:
                year, week, _ = first.isocalendar()
                return f"{year} 年第 {week} 周"
            case PeriodKind.MONTH:
                return f"{first.year} 年 {first.month} 月"
            case PeriodKind.QUARTER:
                return f"{first.year} 年第{'一二三四'[first.month // 3]}季度"
            case PeriodKind.YEAR:
                return f"{first.year} 年"

    def __contains__(self, at: datetime | date) -> bool:
        return self.first_on <= date_of(at) <= self.last_on

    def before(self) -> "Period":
        """The period of the same kind just before (环比)."""
        return period(self.kind, self.first_on - _DAY)

    def after(self) -> "Period":
        """The period of the same kind just after."""
        return period(self.kind, self.last_on + _DAY)

    def year_before(self) -> "Period":
        """The same period a year earlier (同比): the 29th of February meets the 28th, week 53 meets week 52."""
        if self.kind is PeriodKind.WEEK:
            year, week, _ = self.first_on.isocalendar()
            last_week = date(year - 1, 12, 28).isocalendar().week
            return period(self.kind, date.fromisocalendar(year - 1, min(week, last_week), 1))
        first = self.first_on
        leap_day = (first.month, first.day) == (2, 29)
        return period(self.kind, first.replace(year=first.year - 1, day=28 if leap_day else first.day))


def date_of(at: datetime | date) -> date:
    """The date on the wall in Shanghai; raises `ValueError` for a datetime without a zone."""
    return local(at).date() if isinstance(at, datetime) else at


def period(kind: PeriodKind | str, at: datetime | date) -> Period:
    """The period of a kind that `at` lies in; raises `ValueError` for a datetime without a zone or an unknown kind."""
    kind, on = PeriodKind(kind), date_of(at)
    match kind:
        case PeriodKind.DAY:
            return Period(kind, on, on)
        case PeriodKind.WEEK:
            monday = on - timedelta(days=on.weekday())
            return Period(kind, monday, monday + timedelta(days=6))
        case PeriodKind.MONTH:
            return Period(kind, on.replace(day=1), _end_of_month(on.year, on.month))
        case PeriodKind.QUARTER:
            month = on.month - (on.month - 1) % 3
            return Period(kind, date(on.year, month, 1), _end_of_month(on.year, month + 2))
        case PeriodKind.YEAR:
            return Period(kind, date(on.year, 1, 1), date(on.year, 12, 31))


def _end_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - _DAY
