"""A deadline as a page shows it: words, lamp, and what the browser needs to count on by the minute."""

from dataclasses import dataclass
from datetime import datetime

import workdays
from workdays import Calendar


@dataclass(frozen=True, slots=True)
class Clockface:
    """`left` working seconds run down until `stops_at` (end of this stretch of working time); None while the clock stands."""

    level: str
    label: str
    due_at: datetime | None = None
    provisional: bool = False
    left: int | None = None
    stops_at: datetime | None = None
    day: int = 25200


def clockface(
    due_at: datetime | None,
    *,
    at: datetime,
    calendar: Calendar,
    budget: int | None = None,
    provisional: bool = False,
    paused: bool = False,
    answered_at: datetime | None = None,
) -> Clockface:
    """The face of a deadline seen at `at`.

    Answered: 按时办结 or how late it was. Paused: 停计时 and what is left. No deadline: 无时限.
    """
    if due_at is None:
        return Clockface("grey", "无时限")
    if answered_at is not None:
        late = answered_at > due_at
        return Clockface("late" if late else "done", "超期办结" if late else "按时办结", due_at, provisional)
    rest = workdays.remaining(at, due_at, calendar=calendar)
    lamp = workdays.level(at, due_at, budget, calendar=calendar, paused=paused)
    if paused:
        return Clockface("grey", f"停计时 {rest.label.removeprefix('剩 ')}", due_at, provisional)
    label = f"今日 · {rest.label}" if lamp == workdays.Level.ORANGE else rest.label
    stops_at = _stops_at(at, calendar)
    day = calendar.day_seconds(at.astimezone(workdays.SHANGHAI).date())
    return Clockface(str(lamp), label, due_at, provisional, rest.seconds if stops_at else None, stops_at, day)


def _stops_at(at: datetime, calendar: Calendar) -> datetime | None:
    """The end of the stretch of working time that contains `at`; None outside working hours."""
    if not calendar.is_working(at):
        return None
    wall = at.astimezone(workdays.SHANGHAI)
    return next(
        datetime.combine(wall.date(), end, workdays.SHANGHAI) for _, end in calendar.hours.on(wall.date()).spans if wall.time() < end
    )
