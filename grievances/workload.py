"""Who has how much in hand (工作量): per specialist what is open, due today, overdue, and answered this week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from accounts.models import User
from community.kinds import COMMUNITY_WIDE_KINDS
from grievances.models import Grievance
from grievances.queues import end_of_day
from grievances.states import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from community.models import Post


@dataclass(frozen=True)
class Load:
    """Tickets of which `person` is the responsible specialist."""

    person: User
    open: int = 0
    due_today: int = 0
    overdue: int = 0
    answered: int = 0


def week_began(at: datetime) -> datetime:
    """Monday, midnight."""
    tomorrow = end_of_day(at)
    return tomorrow - timedelta(days=1 + (tomorrow - timedelta(days=1)).weekday())


def workload(user: User, at: datetime, posts: Iterable[Post]) -> list[Load]:
    """One row for each holder of these posts and for whoever else still answers for something, most open first. Two queries."""
    rows = Grievance.objects.visible_to(user, COMMUNITY_WIDE_KINDS).filter(Q(state__in=OPEN) | Q(answered_at__gte=week_began(at)))
    counted = rows.filter(assignee__isnull=False).values("assignee").order_by("assignee").annotate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        due_today=Count("pk", filter=Q(state__in=OPEN, next_due_at__gte=at, next_due_at__lt=end_of_day(at))),
        overdue=Count("pk", filter=Q(state__in=OPEN, answered_at__isnull=True, promise_due_at__lt=at)),
        answered=Count("pk", filter=Q(answered_at__gte=week_began(at))),
    )  # fmt: skip
    found = {row.pop("assignee"): row for row in counted}
    people = {person.pk: person for person in (post.user for post in posts)}
    people |= {person.pk: person for person in User.objects.filter(pk__in=[pk for pk in found if pk not in people])}
    loads = [Load(person, **found.get(pk, {})) for pk, person in people.items()]
    return sorted(loads, key=lambda load: (-load.open, load.person.name, load.person.pk))
