"""The morning list (早间清单): at 8:40 of a working day each specialist is told once what the day holds, if it holds anything.

Set-based: a handful of statements for all communities together, whatever the number of specialists and tickets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

import workdays
from accounts.models import User
from community.kinds import PostKind
from community.models import Post
from grievances import owners
from grievances.models import Grievance
from grievances.models.querysets import GrievanceQuerySet
from grievances.queues import end_of_day
from grievances.states import State
from notices.outbox import Group, first_time, tell_groups

#: A worker that was down makes up for it until noon; later the day has told its own news.
FROM, UNTIL = time(8, 40), time(12)
#: Tickets named in a section; the rest is a number, and the queue.
NAMED = 8
LONGEST_TITLE = 24

Rows = Callable[[GrievanceQuerySet, datetime], GrievanceQuerySet]
_WITH_SPECIALIST = (State.SUBMITTED, State.ACCEPTED, State.AWAITING_FEEDBACK)
_WITH_HANDLER = (State.DISPATCHED, State.IN_PROGRESS)


@dataclass(frozen=True)
class Section:
    """`of_assignee` and `of_handler`: which rows of somebody in that part; a ticket of which he is both counts once."""

    label: str
    short: str
    of_assignee: Rows
    of_handler: Rows


def _due_today(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    return rows.due_by(at, end_of_day(at))


def _overdue(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    return rows.overdue(at)


def _urged(rows: GrievanceQuerySet, at: datetime) -> GrievanceQuerySet:
    return rows.unanswered().filter(urges__gt=0)


SECTIONS = (
    Section("今日到期", "到期", _due_today, _due_today),
    Section("已超期", "超期", _overdue, _overdue),
    Section(
        "待我处理", "待处理",
        lambda rows, at: rows.filter(Q(state__in=_WITH_SPECIALIST) | Q(state__in=_WITH_HANDLER, handler=F("assignee"))),
        lambda rows, at: rows.filter(state__in=_WITH_HANDLER),
    ),
    Section("被催办", "催办", _urged, _urged),
)  # fmt: skip


@dataclass
class Part:
    """One section of one person's list: how many there are, and the most pressing of them."""

    count: int = 0
    tickets: list[dict[str, Any]] = field(default_factory=list)


Lists = dict[int, dict[str, Part]]


def lists(people: list[User], at: datetime) -> Lists:
    """Key of a person → label of a section → part; neither people nor sections without a ticket."""
    found: Lists = defaultdict(lambda: defaultdict(Part))
    for section in SECTIONS:
        for person, ticket in _most_pressing(section, [person.pk for person in people], at):
            part = found[person][section.label]
            if ticket["rank"] == 1:
                part.count += ticket["together"]
            part.tickets.append(ticket)
    for parts in found.values():
        for part in parts.values():
            part.tickets = sorted(part.tickets, key=lambda ticket: (ticket["next_due_at"], ticket["number"]))[:NAMED]
    return found


def _most_pressing(section: Section, people: list[int], at: datetime) -> Iterator[tuple[int, dict[str, Any]]]:
    handled = Grievance.objects.filter(handler__in=people).exclude(handler=F("assignee"))
    for rows, who in (
        (section.of_assignee(Grievance.objects.filter(assignee__in=people), at), "assignee"),
        (section.of_handler(handled, at), "handler"),
    ):
        ranked = rows.annotate(
            together=Window(Count("pk"), partition_by=F(who)),
            rank=Window(RowNumber(), partition_by=F(who), order_by=(F("next_due_at"), F("pk"))),
        ).filter(rank__lte=NAMED)
        for ticket in ranked.values(who, "number", "title", "next_due_at", "together", "rank"):
            yield ticket[who], ticket


def words(parts: dict[str, Part], at: datetime) -> tuple[str, str]:
    """Title and text of one person's list."""
    there = [(section, parts[section.label]) for section in SECTIONS if section.label in parts]
    title = "今日清单：" + "，".join(f"{section.short} {part.count}" for section, part in there)
    lines = []
    for section, part in there:
        lines.append(f"【{section.label}】{part.count} 件")
        lines += [f"{ticket['number']} {_short(ticket['title'])}，{_due(ticket['next_due_at'], at)}" for ticket in part.tickets]
        if part.count > len(part.tickets):
            lines.append(f"另有 {part.count - len(part.tickets)} 件，见办件队列。")
    return title, "\n".join(lines)


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"


def _due(due: datetime, at: datetime) -> str:
    wall = timezone.localtime(due)
    when = f"{wall:%H:%M}" if wall.date() == timezone.localtime(at).date() else f"{wall:%m月%d日 %H:%M}"
    return f"{when} 到期" if due >= at else f"{when} 已到期"


def send(at: datetime) -> int:
    """The lists of the day, once, however often this runs. Returns how many people had one."""
    wall = timezone.localtime(at)
    if not (FROM <= wall.time() < UNTIL and workdays.calendar().is_workday(wall.date())):
        return 0
    event = f"morning:{wall.date()}"
    with transaction.atomic():
        if not first_time(event, at):
            return 0
        people = owners.holders(Post.objects.on_duty(at).filter(kind=PostKind.SPECIALIST))
        found = lists(people, at)
        groups = [Group([person], *words(found[person.pk], at)) for person in people if person.pk in found]
        tell_groups(event, groups, link="/queue/?queue=mine", at=at, kind="morning")
    return len(groups)
