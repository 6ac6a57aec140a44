"""Going there for nothing: each failed attempt counts, and the third in a row says that the enterprise cannot be reached (失联)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import notices
from community.kinds import PostKind
from community.models import Post
from enterprises.models import Tenancy
from grievances.owners import holders
from risks.kinds import Source
from risks.signs import record_sign
from visits.models import Task, Visit
from visits.states import LOST_AFTER, Result

if TYPE_CHECKING:
    from accounts.models import User

LOST = "lost"


def in_a_row(visit: Visit) -> int:
    """Failed attempts since somebody was last met, this one among them."""
    rows = Visit.objects.filter(enterprise=visit.enterprise)
    last = rows.met().filter(visited_at__lte=visit.visited_at).order_by("-visited_at").values_list("visited_at", flat=True).first()
    return rows.exclude(result=Result.MET).filter(visited_at__gt=last).count() if last else rows.exclude(result=Result.MET).count()


def count(visit: Visit, task: Task | None, by: User, at: datetime) -> None:
    """`task` is locked. Says once that the enterprise is lost."""
    row = in_a_row(visit)
    lost = row >= LOST_AFTER
    first = lost and (task.lost_at is None if task is not None else row == LOST_AFTER)
    if task is not None:
        task.attempts += 1
        task.version += 1
        # Planned for a half-day that has gone by for nothing.
        task.planned_on, task.planned_half = None, ""
        if first:
            task.lost_at = at
        task.save(update_fields=["attempts", "version", "lost_at", "planned_on", "planned_half"])
    if first:
        _say_lost(visit, task, by, at)


def _say_lost(visit: Visit, task: Task | None, by: User, at: datetime) -> None:
    enterprise = visit.enterprise
    words = f"连续 {LOST_AFTER} 次走访未遇，最近一次：{visit.visited_on:%m月%d日} {visit.get_result_display()}"
    record_sign(
        enterprise, LOST, source=Source.VISIT, key=f"visit:{visit.key}:{LOST}", at=visit.visited_at, recorded_at=at, note=words, by=by
    )
    grids = Tenancy.objects.open().filter(enterprise=enterprise, building__park__grid__isnull=False).values("building__park__grid")
    leaders = holders(Post.objects.in_force(at).filter(kind=PostKind.GRID_LEADER, grid__in=grids))
    notices.tell(
        f"visits:lost:{visit.pk}", leaders, title=f"失联：{enterprise.name}", body=f"{words}。请核实去向。", kind="visit", at=at,
        link=f"/visits/{task.pk}/" if task is not None else f"/enterprises/{enterprise.uscc}/", but=by,
    )  # fmt: skip
