"""Tasks as the list and the card show them: where, why, by when. Why is read by staff alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from enterprises.models import Tenancy
from visits.models import ClassVersion, Reason, Task

if TYPE_CHECKING:
    from accounts.models import User


@dataclass
class Row:
    """`reasons`: names of classes, in order of their last day; empty for who may not know them."""

    task: Task
    park: str
    place: str
    today: date
    reasons: list[str] = field(default_factory=list)

    @property
    def days_left(self) -> int:
        return (self.task.due_on - self.today).days

    @property
    def level(self) -> str:
        return "red" if self.days_left < 0 else "orange" if self.days_left == 0 else "amber" if self.days_left <= 2 else "gray"

    @property
    def due_words(self) -> str:
        days = self.days_left
        return f"超期 {-days} 天" if days < 0 else "今天到期" if days == 0 else f"还有 {days} 天"

    @property
    def missed_words(self) -> str:
        return f"未遇 {self.task.attempts} 次"

    @property
    def when_words(self) -> str:
        """The appointment, else the half-day planned."""
        if self.task.appointed_at is not None:
            at = timezone.localtime(self.task.appointed_at)
            return f"{_day(at.date(), self.today)} {at:%H:%M}"
        if self.task.planned_on is not None:
            return f"{_day(self.task.planned_on, self.today)}{self.task.get_planned_half_display()}"
        return ""


def _day(day: date, today: date) -> str:
    return {0: "今天", 1: "明天"}.get((day - today).days, f"{day.month}月{day.day}日")


def rows_of(tasks: Iterable[Task], user: User, now: datetime) -> list[Row]:
    """Two queries more, whatever the number of tasks."""
    tasks = list(tasks)
    today = timezone.localtime(now).date()
    keys = [task.enterprise_id for task in tasks]
    seats = Tenancy.objects.open().filter(enterprise__in=keys).order_by("is_main", "-pk")
    places = {
        row["enterprise_id"]: (row["building__park__name"], f"{row['building__name']} {row['room']}".strip())
        for row in seats.values("enterprise_id", "building__park__name", "building__name", "room")
    }
    why = reasons_of(keys, user, today)
    return [Row(task, *places.get(task.enterprise_id, ("", "")), today, why.get(task.enterprise_id, [])) for task in tasks]


def reasons_of(enterprises: Iterable[int], user: User, today: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Reason.objects.visible_to(user).open().filter(enterprise__in=enterprises).order_by("due_on", "pk")
    pairs = list(rows.values_list("enterprise_id", "visit_class_id"))
    versions = ClassVersion.objects.in_force(today).filter(visit_class__in={key for _, key in pairs}) if pairs else []
    names = {row.visit_class_id: row.name.removesuffix("必访").removesuffix("企业") or row.name for row in versions}
    for enterprise, visit_class in pairs:
        name = names.get(visit_class, "")
        if name and name not in found.setdefault(enterprise, []):
            found[enterprise].append(name)
    return found
