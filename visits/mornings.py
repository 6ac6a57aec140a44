"""The plan made anew early on each working day, and on the first of the week everybody told what is his."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

import workdays
from accounts.models import User
from community.models import Community
from notices.outbox import Group, first_time, tell_groups
from visits import planning
from visits.models import Plan, PlanTrip, VisitClass

#: Before anybody sets out. A worker that was down makes up for it until noon; later the day goes on as it was planned.
FROM, UNTIL, NIGHT = time(6, 30), time(12), time(22)
NAMED = 12


def unplanned(at: datetime) -> list[int]:
    """Communities with classes of must-visits whose week nobody has planned since this morning, until noon of a working day; that never had
    a plan, by day."""
    wall = timezone.localtime(at)
    rows = Community.objects.filter(pk__in=VisitClass.objects.values("community"))
    found = list(rows.exclude(pk__in=Plan.objects.values("community"))) if FROM <= wall.time() < NIGHT else []
    if FROM <= wall.time() < UNTIL:
        since = wall.replace(hour=FROM.hour, minute=FROM.minute, second=0, microsecond=0)
        planned = Plan.objects.filter(made_at__gte=since).values("community")
        found += [row for row in rows.exclude(pk__in=planned) if workdays.calendar(row.hours()).is_workday(wall.date())]
    return sorted({row.pk for row in found})


def plan(community: Community, at: datetime) -> int:
    """Plans, where that has not been done today, and tells. How many are told; again changes nothing."""
    if community.pk not in unplanned(at):
        return 0
    made = planning.plan(community, at)
    return tell(made, at)


def tell(made: Plan, at: datetime) -> int:
    """Once a week, each person his trips."""
    with transaction.atomic():
        if not first_time(f"visit-plan:{made.community_id}:{made.week_on}", at):
            return 0
        trips: dict[int, list[PlanTrip]] = defaultdict(list)
        rows = made.trips.select_related("building").prefetch_related("lines__task__enterprise").order_by("on", "half", "pk")
        for trip in rows:
            trips[trip.person_id].append(trip)
        users = {user.pk: user for user in User.objects.filter(pk__in=trips)}
        groups = [Group([users[key]], *_words(own)) for key, own in trips.items()]
        tell_groups(f"visit-plan:{made.pk}", groups, link="/visits/plan/", at=at, kind="visit")
    return len(groups)


def _words(trips: list[PlanTrip]) -> tuple[str, str]:
    visits = sum(len(trip.lines.all()) for trip in trips)
    lines = [
        f"{trip.on.month}月{trip.on.day}日{trip.get_half_display()} {trip.building.name if trip.building else '未登记楼宇'}："
        + "、".join(line.task.enterprise.name for line in trip.lines.all())
        for trip in trips[:NAMED]
    ]
    return f"本周走访：{len(trips)} 趟，{visits} 家企业", "\n".join(lines)
