"""档案久未更新: first the enterprise is asked to look, two weeks later its grid. Each is asked once for one silence, whatever runs how often."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

import notices
from community.kinds import ENTERPRISE_KINDS, GRID_KINDS, PostKind
from community.models import Post
from enterprises.completeness import stale
from enterprises.models import Enterprise, Figure, FileCheck, Representative, Tenancy
from notices.outbox import first_time

#: How long the enterprise has before its grid is asked.
THEN_THE_GRID = timedelta(days=14)
MOST_AT_ONCE = 500


def remind_stale(at: datetime) -> int:
    """Returns how many enterprises and grids were asked; those asked before are not asked again."""
    return _ask_enterprises(at) + _ask_grids(at)


def _ask_enterprises(at: datetime) -> int:
    represented = Representative.objects.in_force().filter(role__in=ENTERPRISE_KINDS).values("enterprise_id")
    asked = 0
    rows = stale(Enterprise.objects.filter(pk__in=represented), at).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    people = _people(keys)
    for key, spoken_on in _last_spoken(keys).items():
        event = f"file-stale:{key}:{spoken_on:%Y%m%d}"
        if asked >= MOST_AT_ONCE or not first_time(event, at):
            continue
        uscc, users = people[key]
        notices.tell(
            event, users, title="请核对企业档案", link=f"/enterprises/{uscc}/figures/", kind="file", at=at,
            body=f"档案上次更新是 {spoken_on:%Y年%-m月%-d日}，已超过 180 天。数没变请点「核对无误」，有变请提出更正。",
        )  # fmt: skip
        asked += 1
    return asked


def _ask_grids(at: datetime) -> int:
    """Once a week a grid whose enterprises have said nothing for two weeks more."""
    silent = stale(Enterprise.objects.all(), at - THEN_THE_GRID).values("pk")
    week: date = timezone.localtime(at).date()
    label = f"{week.isocalendar().year}W{week.isocalendar().week:02d}"
    seats = Tenancy.objects.open().filter(is_main=True, enterprise__in=silent, building__park__grid__isnull=False)
    counted = dict(seats.values_list("building__park__grid").annotate(n=Count("enterprise", distinct=True)).order_by())
    posts = Post.objects.effective(at).filter(grid__in=counted, kind__in=GRID_KINDS, user__is_active=True).select_related("user", "grid")
    leaders: dict[Any, list[Any]] = defaultdict(list)
    for post in posts.order_by("pk"):
        if post.kind != PostKind.GRID_PART_TIME:
            leaders[post.grid].append(post.user)
    asked = 0
    for grid, users in leaders.items():
        event = f"file-stale-grid:{grid.pk}:{label}"
        if not first_time(event, at):
            continue
        body = f"{grid.name}有 {counted[grid.pk]} 家企业的档案半年没有更新，提醒两周后仍没有回音。走访时请一并核对。"
        notices.tell(
            event, users, title="企业档案久未更新", body=body, link=f"/enterprises/?grid={grid.code}&file=stale", kind="file", at=at
        )
        asked += 1
    return asked


def _last_spoken(keys: list[int]) -> dict[int, date]:
    """The day anybody last said something of each; two queries."""
    last: dict[int, datetime] = dict(
        Figure.objects.filter(enterprise__in=keys).values_list("enterprise").annotate(at=Max("recorded_at")).order_by()
    )
    for key, at in FileCheck.objects.filter(enterprise__in=keys).values_list("enterprise").annotate(at=Max("at")).order_by():
        last[key] = max(at, last.get(key, at))
    return {key: timezone.localtime(at).date() for key, at in sorted(last.items())}


def _people(keys: list[int]) -> dict[int, tuple[str, list[Any]]]:
    found: dict[int, tuple[str, list[Any]]] = {}
    rows = Representative.objects.in_force().filter(enterprise__in=keys, role__in=ENTERPRISE_KINDS)
    for row in rows.select_related("post__user", "enterprise").order_by("pk"):
        found.setdefault(row.enterprise_id, (row.enterprise.uscc, []))[1].append(row.post.user)
    return found
