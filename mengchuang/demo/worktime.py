"""Working time around one moment: days and instants before and after it, on the community's own calendar."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import workdays

REACH_DAYS = 40


@dataclass(frozen=True)
class WorkTime:
    """`now` is when the demo is made; nothing that has happened is later."""

    calendar: workdays.Calendar
    now: datetime

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(workdays.SHANGHAI).date()

    @cached_property
    def reference(self) -> date:
        """Working day 0: today, or the next working day when today is none."""
        return self.day_after(self.today - timedelta(days=1), 1)

    def day(self, place: int) -> date:
        """The working day `place` days after the reference; negative ones lie before it."""
        if place > 0:
            return self.day_after(self.reference, place)
        return self._past[-place]

    @cached_property
    def _past(self) -> list[date]:
        found, day = [self.reference], self.reference
        while len(found) < REACH_DAYS:
            day -= timedelta(days=1)
            if self.calendar.is_workday(day):
                found.append(day)
        return found

    def day_after(self, day: date, count: int) -> date:
        return workdays.nth_workday(day, count, calendar=self.calendar).on

    def after(self, at: datetime, seconds: float) -> datetime:
        return workdays.add(at, max(0, round(seconds)), calendar=self.calendar).at

    def span(self, start: datetime, end: datetime) -> int:
        return workdays.elapsed(start, end, calendar=self.calendar) if end > start else 0

    def ago(self, seconds: float) -> datetime:
        """The instant that many working seconds before now; now counts as the last closing when nobody works."""
        left = round(seconds)
        for back in range(REACH_DAYS):
            day = self.today - timedelta(days=back)
            if not self.calendar.is_workday(day):
                continue
            opening = self.calendar.opening(day)
            worked = self.span(opening, min(self.now, self.calendar.closing(day)))
            if worked > left:
                return self.after(opening, worked - left)
            left -= worked
        raise ValueError(f"{seconds} working seconds reach too far back")

    def during(self, day: date, dice: random.Random, low: float = 0.0, high: float = 1.0) -> datetime:
        """Some instant of that working day, between two fractions of it, never later than now."""
        seconds = self.calendar.standard_day_seconds * dice.uniform(low, high)
        return min(self.after(self.calendar.opening(day), seconds), self.now)
