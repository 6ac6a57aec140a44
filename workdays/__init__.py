"""Working days and the working-time clock. Knows nothing of the rest of the house.

Everything takes the calendar as an argument: `calendar = workdays.calendar(community.hours())`. Datetimes carry a zone,
answers are in Asia/Shanghai. Tables: `workdays.models`.
"""

from workdays.calendars import Calendar
from workdays.clock import (
    Day,
    Moment,
    Span,
    add,
    between,
    counting_from,
    days_limit,
    elapsed,
    hours_limit,
    nth_workday,
)
from workdays.countdown import Level, Remaining, level, remaining
from workdays.hours import DEFAULT_HOURS, SHANGHAI, Hours, HoursRefused, midnight
from workdays.periods import Period, PeriodKind, date_of, period
from workdays.table import Announced, CalendarRefused, Foreseen, calendar, foresee, publish

__all__ = [
    "DEFAULT_HOURS",
    "SHANGHAI",
    "Announced",
    "Calendar",
    "CalendarRefused",
    "Day",
    "Foreseen",
    "Hours",
    "HoursRefused",
    "Level",
    "Moment",
    "Period",
    "PeriodKind",
    "Remaining",
    "Span",
    "add",
    "between",
    "calendar",
    "counting_from",
    "date_of",
    "days_limit",
    "elapsed",
    "foresee",
    "hours_limit",
    "level",
    "midnight",
    "nth_workday",
    "period",
    "publish",
    "remaining",
]
