"""What is left, in words and in colour (ECOSYSTEM §3: 红黄灯倒计时). A day here is a working day of the calendar."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workdays.calendars import Calendar
from workdays.clock import elapsed
from workdays.hours import local


@dataclass(frozen=True, slots=True)
class Remaining:
    """Working time until a deadline.

    `seconds` are negative when it is over, and may be 0 then (Friday's deadline seen on Saturday), hence `overdue`;
    `workdays` are whole standard days, of what is left or of what is over.
    """

    seconds: int
    workdays: int
    label: str
    overdue: bool


class Level(StrEnum):
    """The lamp of a deadline; never shown without its words."""

    GREEN = "green"
    AMBER = "amber"
    ORANGE = "orange"
    RED = "red"
    GREY = "grey"

    @property
    def label(self) -> str:
        """The words beside the colour."""
        return _LABELS[self]


_LABELS = {
    Level.GREEN: "时间充裕",
    Level.AMBER: "不足一个工作日",
    Level.ORANGE: "今天到期",
    Level.RED: "已超期",
    Level.GREY: "停计时",
}


def remaining(now: datetime, due: datetime, *, calendar: Calendar) -> Remaining:
    """剩 2 天 3 小时 · 剩 2 小时 18 分 · 剩不足 1 分钟 · 现在到期 · 超期 4 小时 12 分 · 已超期 (no working time since)."""
    overdue = now > due
    seconds = elapsed(due, now, calendar=calendar) if overdue else elapsed(now, due, calendar=calendar)
    standard = calendar.day_seconds(local(now).date())
    if overdue:
        label = f"超期 {_phrase(seconds, standard)}" if seconds >= 60 else "已超期"
    elif now == due:
        label = "现在到期"
    else:
        label = f"剩 {_phrase(seconds, standard)}" if seconds >= 60 else "剩不足 1 分钟"
    return Remaining(-seconds if overdue else seconds, seconds // standard, label, overdue)


def level(now: datetime, due: datetime, budget: int | None = None, *, calendar: Calendar, paused: bool = False) -> Level:
    """Grey while paused, red after the deadline, orange on its date, amber within one working day of it, else green.

    `budget` are the working seconds the deadline had in all. A limit of at most one working day would be born orange and
    mean nothing, so until half of it is used (the first reminder, "escalation" in ticket_machine.json) it is amber.
    """
    if paused:
        return Level.GREY
    if now > due:
        return Level.RED
    left, standard = elapsed(now, due, calendar=calendar), calendar.day_seconds(local(now).date())
    if local(now).date() == local(due).date():
        short = budget is not None and budget <= standard
        return Level.AMBER if short and budget is not None and left * 2 > budget else Level.ORANGE
    return Level.AMBER if left <= standard else Level.GREEN


def _phrase(seconds: int, standard: int) -> str:
    """Two units at most, rounded down: 2 天 3 小时, 2 天, 3 小时 5 分, 18 分."""
    days, rest = divmod(seconds, standard)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    return f"{minutes} 分"
