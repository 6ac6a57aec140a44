"""Periods a board speaks of: named ones up to today, the one before and the same of the year before, day for day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.measures import Period

#: How many months back the period before lies; days where there are none.
_KINDS: dict[str, tuple[str, int]] = {
    "day": ("今日", 0),
    "week": ("本周", 0),
    "month": ("本月", 1),
    "quarter": ("本季度", 3),
    "year": ("今年以来", 12),
}
KINDS = {code: label for code, (label, _) in _KINDS.items()}
LAST = {"day": "较昨日", "week": "较上周同期", "month": "较上月同期", "quarter": "较上季度同期", "year": "较上年同期"}


@dataclass(frozen=True)
class Named:
    """`kind`: a code of KINDS, or empty for days somebody chose."""

    kind: str
    period: Period

    @property
    def label(self) -> str:
        return KINDS.get(self.kind, self.period.label)

    @property
    def before(self) -> Period:
        """As many days into the period before; of chosen days, as many days right before them."""
        months = _KINDS.get(self.kind, ("", 0))[1]
        if months:
            return shifted(self.period, -months)
        days = 7 if self.kind == "week" else (self.period.last - self.period.first).days + 1
        return Period(self.period.first - timedelta(days=days), self.period.last - timedelta(days=days))

    @property
    def year_before(self) -> Period:
        return shifted(self.period, -12)

    @property
    def against(self) -> str:
        return LAST.get(self.kind, "较前一同长时段")


def of_today(kind: str, today: date) -> Named:
    """From the beginning of the day, week, month, quarter or year until today. Raises KeyError."""
    first = {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "quarter": date(today.year, (today.month - 1) // 3 * 3 + 1, 1),
        "year": date(today.year, 1, 1),
    }[kind]
    return Named(kind, Period(first, today))


def shifted(period: Period, months: int) -> Period:
    """The same days so many months away; the last of a month stays the last of a month."""
    return Period(_moved(period.first, months), _moved(period.last, months, whole=_is_last(period.last)))


def _moved(day: date, months: int, *, whole: bool = False) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, last if whole else min(day.day, last))


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def months_of(period: Period) -> tuple[list[date], list[Period]]:
    """The first days of the whole months inside, and the days beside them."""
    first, after = period.first, period.last + timedelta(days=1)
    begin = first if first.day == 1 else _moved(first.replace(day=1), 1)
    end = after.replace(day=1)
    if begin >= end:
        return [], [period]
    whole = []
    month = begin
    while month < end:
        whole.append(month)
        month = _moved(month, 1)
    beside = [Period(first, begin - timedelta(days=1))] if first < begin else []
    return whole, [*beside, Period(end, period.last)] if end < after else beside


def figure_period(period: Period) -> str:
    """How enterprises' figures name it: 2025, 2025Q3, 2025-10; other days stand for the last whole year over by then."""
    first, after = period.first, period.last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if first.day == after.day == 1:
        if months == 12 and first.month == 1:
            return str(first.year)
        if months == 3 and first.month % 3 == 1:
            return f"{first.year}Q{first.month // 3 + 1}"
        if months == 1:
            return f"{first.year}-{first.month:02d}"
    return str(after.year - 1)
