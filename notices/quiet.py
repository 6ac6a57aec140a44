"""Quiet hours (免打扰): from 20:00 to 8:00, and the whole of a day that is not worked (docs/decisions/0016)."""

from datetime import datetime, time

from workdays import SHANGHAI, Calendar

OPENS, CLOSES = time(8), time(20)


def is_quiet(at: datetime, calendar: Calendar) -> bool:
    """Whether nothing makes a noise at `at`: at 8:00 no longer, at 20:00 already."""
    wall = at.astimezone(SHANGHAI)
    return not (OPENS <= wall.time() < CLOSES and calendar.is_workday(wall.date()))


def opening(at: datetime, calendar: Calendar) -> datetime:
    """The first instant from `at` on that is not quiet: `at` itself, or 8:00 of a working day."""
    if not is_quiet(at, calendar):
        return at
    wall = at.astimezone(SHANGHAI)
    day = wall.date()
    if not (calendar.is_workday(day) and wall.time() < OPENS):
        day = calendar.workday_after(day)
    return datetime.combine(day, OPENS, SHANGHAI)
