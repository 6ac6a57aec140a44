"""Who sets up a community (units, hours, the calendar): its leader, and the admin of it or of its street."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from community.kinds import PostKind
from community.models import Community
from community.posts import held
from wording.errors import NotYours

KINDS = (PostKind.LEADER, PostKind.ADMIN)
#: Rows of a history that a page shows.
SHOWN = 60


def set_up_by(by: User) -> dict[str, Community]:
    """By code, the communities this person sets up. Raises NotYours."""
    posts = held(by, *KINDS)
    rows = Community.objects.filter(pk__in={post.community_id for post in posts if post.community_id})
    rows |= Community.objects.filter(street__in={post.street_id for post in posts if post.street_id})
    found = {row.code: row for row in rows.order_by("code")}
    if not found:
        raise NotYours("单位、工作时间和工作日历由社区负责人或系统管理员设置。")
    return found


def past(model: Any, **which: Any) -> list[Any]:
    """What happened to the rows of a tracked model, newest first; `by` of each is who did it, None for a task or a shell."""
    events = list(model.pgh_event_model.objects.filter(**which).select_related("pgh_context").order_by("-pgh_id")[:SHOWN])
    keys = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context is not None}
    people = {row.pk: row for row in User.objects.filter(pk__in=[key for key in keys if isinstance(key, int)])}
    for event in events:
        event.by = people.get(event.pgh_context.metadata.get("user")) if event.pgh_context is not None else None
    return events
