"""What an enterprise is told about a visit: who comes, when, why in friendly words, and what it wants to talk about.

Nothing here may depend on a matter of a class that is for staff alone: neither a word, nor an order, nor a day on offer, nor a mark by
which a form tells that it is stale. A task whose only matter is a risk reads like one of 重点企业.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

import workdays
from community.kinds import PostKind
from community.models import Absence, Post
from visits.defaults import ROUND
from visits.models import ClassVersion, Reason, Task
from visits.states import MOST_MOVES, Half
from workdays import midnight

if TYPE_CHECKING:
    from accounts.models import User

#: The half-days of so many working days are on offer, however soon we must be there.
OFFERED_WORKDAYS = 5
#: What somebody who comes is called before the enterprise: never his window, which would tell what he comes for.
CALLED: dict[str, str] = {
    PostKind.SPECIALIST: "社区专员",
    PostKind.LEADER: "社区负责人",
    PostKind.GRID_LEADER: "网格长",
    PostKind.GRID_STAFF: "网格员",
    PostKind.GRID_PART_TIME: "网格员",
    PostKind.STEWARD: "园区长",
    PostKind.STREET: "街道",
    PostKind.PARTNER: "合作机构",
    PostKind.DEPARTMENT: "部门",
}


@dataclass(frozen=True)
class Slot:
    """A half-day on offer, or the one that is planned."""

    on: date
    half: str

    @property
    def code(self) -> str:
        return f"{self.on.isoformat()}-{self.half}"

    @property
    def label(self) -> str:
        return f"{self.on.month}月{self.on.day}日（周{'一二三四五六日'[self.on.weekday()]}）{Half(self.half).label}"


@dataclass(frozen=True)
class Announced:
    """A coming visit as the enterprise reads it. `at`: the hour, where one was agreed upon. `mark`: of everything it could have changed or
    seen change, for forms that are stale."""

    task: Task
    why: tuple[str, ...]
    who: str
    called: str
    along: tuple[str, ...]
    slot: Slot | None
    at: datetime | None
    mark: str

    @property
    def moves_left(self) -> int:
        return max(0, MOST_MOVES - self.task.moved)

    @property
    def when(self) -> str:
        slot = self.slot.label if self.slot is not None else ""
        return f"{slot} {timezone.localtime(self.at):%H:%M}" if self.at is not None else slot


def why(tasks: Iterable[Task]) -> dict[int, tuple[str, ...]]:
    """By enterprise, the words of its open matters, in the order of the classes. Two queries, however many tasks.

    Where no class that everybody may know of speaks the round words, they would give the others away: then everybody reads them.
    """
    rows = list(tasks)
    communities = {row.community_id for row in rows}
    versions = list(
        ClassVersion.objects.filter(visit_class__community__in=communities)
        .select_related("visit_class")
        .order_by("visit_class_id", "from_on")
    )
    matters = Reason.objects.open().filter(enterprise__in={row.enterprise_id for row in rows})
    said: dict[int, set[tuple[int, int, str]]] = {}
    for enterprise, visit_class, since in matters.values_list("enterprise_id", "visit_class_id", "since_on"):
        standing = [each for each in versions if each.visit_class_id == visit_class and each.from_on <= since]
        if standing and not standing[-1].staff_only:
            said.setdefault(enterprise, set()).add((standing[-1].visit_class.rank, visit_class, standing[-1].said))
    shared = _where_round_is_shared(versions)
    return {
        row.enterprise_id: _once(words for _, _, words in sorted(said.get(row.enterprise_id, ())))
        if row.community_id in shared and row.enterprise_id in said
        else (ROUND,)
        for row in rows
    }


def _where_round_is_shared(versions: Collection[ClassVersion]) -> set[int]:
    latest: dict[int, ClassVersion] = {row.visit_class_id: row for row in versions}
    return {row.visit_class.community_id for row in latest.values() if row.active and not row.staff_only and row.said == ROUND}


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def announced(tasks: Iterable[Task], at: datetime) -> list[Announced]:
    """`tasks` come from `Task.visible_to` of the enterprise, with assignee and community. Five queries, however many."""
    rows = list(tasks)
    reasons = why(rows)
    along = _along(rows)
    comers = {row.assignee_id for row in rows if row.assignee_id}
    called = calling({*comers, *(user.pk for users in along.values() for user in users)}, at)
    return [
        Announced(
            task=row,
            why=reasons[row.enterprise_id],
            who=row.assignee.display_name if row.assignee is not None else "",
            called=called.get(row.assignee_id, "") if row.assignee_id else "",
            along=tuple(f"{called.get(user.pk, '')} {user.display_name}".strip() for user in along.get(row.pk, ())),
            slot=slot_of(row),
            at=_hour_of(row),
            mark=mark_of(row),
        )
        for row in rows
    ]


def calling(users: Collection[int], at: datetime) -> dict[int, str]:
    """What these people are called before an enterprise; a firm or department by its name."""
    found: dict[int, str] = {}
    rows = Post.objects.in_force(at).filter(user__in=users, kind__in=list(CALLED)).select_related("unit").order_by("from_at", "pk")
    for post in rows:
        outside = post.kind in (PostKind.PARTNER, PostKind.DEPARTMENT) and post.unit is not None
        found.setdefault(post.user_id, post.unit.name if outside else CALLED[post.kind])
    return found


def _along(tasks: Collection[Task]) -> dict[Any, list[User]]:
    """Who has said that he comes along."""
    from visits.models import Companion

    found: dict[Any, list[User]] = {}
    for row in Companion.objects.filter(task__in=[task.pk for task in tasks], coming=True).select_related("user").order_by("pk"):
        found.setdefault(row.task_id, []).append(row.user)
    return found


def slot_of(task: Task) -> Slot | None:
    if task.planned_on is not None:
        return Slot(task.planned_on, task.planned_half)
    if task.appointed_at is not None:
        local = timezone.localtime(task.appointed_at)
        return Slot(local.date(), Half.AM if local.hour < 12 else Half.PM)
    return None


def _hour_of(task: Task) -> datetime | None:
    """A half-day that was chosen stands as its opening; nobody promised that hour."""
    slot = slot_of(task)
    if slot is None or task.appointed_at is None:
        return None
    return None if task.appointed_at == begin(slot, workdays.calendar(task.community.hours())) else task.appointed_at


def mark_of(task: Task) -> str:
    """The task's own `version` also counts what is for staff alone."""
    seen = [task.pk, task.planned_on, task.planned_half, task.appointed_at, task.assignee_id, task.moved, task.wanted_id, task.topics]
    return hashlib.sha256("|".join(str(each) for each in seen).encode()).hexdigest()[:16]


def on_offer(task: Task, at: datetime) -> list[Slot]:
    """Half-days to which the enterprise may move the visit: working time of the coming days in which whoever comes is there.

    Cut short where a matter it knows of is due sooner; what is for staff alone cuts nothing, or the days would tell.
    """
    today = timezone.localtime(at).date()
    calendar = workdays.calendar(task.community.hours())
    days = [calendar.workday_after(today, step) for step in range(1, OFFERED_WORKDAYS + 1)]
    last = max(days[0], _known_due_on(task) or days[-1])
    away = _away(task, days)
    now = slot_of(task)
    offered = [Slot(day, half) for day in days if day <= last for half in Half.values]
    return [slot for slot in offered if slot != now and not any(start < _end(slot) and end > begin(slot, calendar) for start, end in away)]


def _known_due_on(task: Task) -> date | None:
    """When the first of the matters is due that the enterprise itself may know of."""
    rows = list(Reason.objects.open().filter(enterprise=task.enterprise_id).values_list("visit_class_id", "since_on", "due_on"))
    versions = _by_class({row[0] for row in rows})
    known = [
        due_on
        for visit_class, since, due_on in rows
        if (standing := [each for each in versions.get(visit_class, []) if each.from_on <= since]) and not standing[-1].staff_only
    ]
    return min(known, default=None)


def _by_class(classes: Collection[int]) -> dict[int, list[ClassVersion]]:
    found: dict[int, list[ClassVersion]] = {}
    for version in ClassVersion.objects.filter(visit_class__in=classes).order_by("from_on"):
        found.setdefault(version.visit_class_id, []).append(version)
    return found


def _away(task: Task, days: list[date]) -> list[tuple[datetime, datetime]]:
    if task.assignee_id is None:
        return []
    rows = Absence.objects.filter(
        post__user=task.assignee_id, until_at__gt=midnight(days[0]), from_at__lt=midnight(days[-1] + timedelta(days=1))
    )
    return list(rows.values_list("from_at", "until_at"))


def begin(slot: Slot, calendar: workdays.Calendar) -> datetime:
    """When the half-day opens: with the day, or with the first span of working time from noon on."""
    if slot.half == Half.AM:
        return calendar.opening(slot.on)
    later = next((start for start, _ in calendar.hours.spans if start.hour >= 12), time(13, 30))
    return datetime.combine(slot.on, later, timezone.get_default_timezone())


def _end(slot: Slot) -> datetime:
    return midnight(slot.on) + timedelta(hours=12 if slot.half == Half.AM else 24)
