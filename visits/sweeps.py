"""Visits that are overdue climb: at once to the grid leader and whoever was to go, a working day later to the leader of the community.

One row a task, deadline and level decides who tells, so that two beats, a late one or a killed one change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

import notices
import workdays
from accounts.models import User
from community.kinds import PostKind
from community.models import Post
from enterprises.models import Tenancy
from visits.models import Escalation, Task

GRID, LEADER = "grid", "leader"
BATCH = 1000
WORKDAYS_TO_LEADER = 1


def escalate(at: datetime) -> int:
    """How many have been told of now."""
    today = timezone.localtime(at).date()
    told = 0
    for level in (GRID, LEADER):
        given = Escalation.objects.filter(task=OuterRef("pk"), due_on=OuterRef("due_on"), level=level)
        rows = Task.objects.overdue(today).filter(~Exists(given)).select_related("community").order_by("due_on", "pk")[:BATCH]
        for task in rows:
            last = workdays.calendar(task.community.hours()).workday_after(task.due_on, WORKDAYS_TO_LEADER)
            if level == GRID or today > last:
                told += _warn(task, level, at)
    return told


@transaction.atomic
def _warn(task: Task, level: str, at: datetime) -> int:
    """Asked again under lock: it may have been paid meanwhile, or be due another day."""
    rows = Task.objects.open().select_for_update(of=("self",), no_key=True).filter(pk=task.pk, due_on=task.due_on)
    still = rows.select_related("enterprise", "assignee").first()
    if still is None:
        return 0
    _, new = Escalation.objects.get_or_create(task=still, due_on=still.due_on, level=level, defaults={"at": at})
    if not new:
        return 0
    late = "超过 1 个工作日" if level == LEADER else ""
    body = (
        f"{still.enterprise.name}，应访止 {still.due_on:%m月%d日}，走访人{still.assignee.display_name if still.assignee else '还没有定'}。"
    )
    notices.tell(
        f"visit:{still.pk}:late:{still.due_on}:{level}", _told(still, level, at), title=f"有走访逾期{late}", body=body,
        link=f"/visits/tasks/{still.pk}/", kind="visit", at=at, urgent=True,
    )  # fmt: skip
    return 1


def _told(task: Task, level: str, at: datetime) -> Iterable[User]:
    posts = Post.objects.in_force(at).select_related("user").order_by("pk")
    if level == LEADER:
        return [post.user for post in posts.filter(community=task.community_id, kind=PostKind.LEADER)]
    grids = Tenancy.objects.open().filter(enterprise=task.enterprise_id).values("building__park__grid")
    people = [post.user for post in posts.filter(kind=PostKind.GRID_LEADER, grid__in=grids)]
    return people if task.assignee is None else [task.assignee, *people]
