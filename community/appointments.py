"""Taking up a post, leaving it, being absent from it."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

import audit
import community
from community.kinds import GRID_KINDS, POST_RULES, PostKind
from community.models import Absence, Community, Grid, Post, Street, Unit
from wording.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)


@transaction.atomic
def appoint(
    user: User,
    kind: PostKind | str,
    *,
    at: datetime,
    by: User | None,
    community: Community | None = None,
    street: Street | None = None,
    unit: Unit | None = None,
    grid: Grid | None = None,
    title: str = "",
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> Post:
    """Give somebody a post, from now unless `from_at` says otherwise. Raises ValidationError.

    A grid post names the grid's unit by itself, so that tickets given to that unit find its people.
    """
    if kind in GRID_KINDS and unit is None and grid is not None:
        unit = Unit.objects.filter(grid=grid).first()
    post = Post(
        user=user,
        kind=kind,
        community=community,
        street=street,
        unit=unit,
        grid=grid,
        title=title,
        from_at=from_at or at,
        until_at=until_at,
    )
    _check(post)
    post.full_clean()
    post.save()
    audit.record(
        "post_appointed", by=by, at=at, target=f"post:{post.pk}", detail={"user": user.pk, "kind": str(kind), "unit": unit and unit.code}
    )
    return post


def _check(post: Post) -> None:
    """What a CHECK over one row cannot see: the kind of the unit, and that unit and grid lie in the community (also a foreign key of the table)."""
    if post.kind not in POST_RULES:
        raise ValidationError({"kind": "岗位类别不在清单里。"})
    rule = POST_RULES[PostKind(post.kind)]
    if post.unit is not None:
        if rule.unit_kinds and post.unit.kind not in rule.unit_kinds:
            wanted = "、".join(kind.label for kind in rule.unit_kinds)
            raise ValidationError({"unit": f"「{PostKind(post.kind).label}」的单位须是{wanted}，「{post.unit.name}」不是。"})
        if post.unit.community_id != post.community_id:
            raise ValidationError({"unit": f"「{post.unit.name}」不属于这个社区。"})
    if post.kind == PostKind.SPECIALIST and post.unit is not None and post.unit.is_partner:
        raise ValidationError({"unit": "社区专员的单位须是四个专员窗口之一，不是伙伴窗口。"})
    if post.kind in GRID_KINDS and post.unit is not None and post.unit.grid_id != post.grid_id:
        raise ValidationError({"unit": f"「{post.unit.name}」不是这个网格的单位。"})
    if post.grid is not None and post.grid.community_id != post.community_id:
        raise ValidationError({"grid": f"「{post.grid.name}」不属于这个社区。"})


@transaction.atomic
def leave(post: Post, *, at: datetime, by: User | None) -> Post:
    """End a post now (or complete one that has run out) and hand over what hangs on it, in one transaction; the second call does nothing.

    A post that already ended earlier keeps its `until_at`: leaving late must not lengthen it.
    """
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    if post.handed_over_at is not None:
        return post
    if post.until_at is None or post.until_at > at:
        post.until_at = max(at, post.from_at)
    post.handed_over_at = at
    post.save(update_fields=["until_at", "handed_over_at"])
    for succeed in community.successions:
        succeed(post, at, by)
    audit.record("post_left", by=by, at=at, target=f"post:{post.pk}", detail={"user": post.user_id, "kind": post.kind})
    return post


def end_expired(at: datetime, limit: int = 1000) -> int:
    """Hand over posts that have reached `until_at`; sight ended by itself at that second. Safe to run twice and side by side.

    One post whose things cannot be handed over is logged and tried again next time; it must not keep the others waiting.
    """
    ended = 0
    for post in Post.objects.expired(at).order_by("until_at", "pk")[:limit]:
        try:
            leave(post, at=at, by=None)
        except (Refused, ValidationError, DatabaseError):
            logger.exception("post %s has run out but could not be handed over", post.pk)
        else:
            ended += 1
    return ended


@transaction.atomic
def report_absence(
    post: Post, *, from_at: datetime, until_at: datetime, deputy: Post | None, by: User | None, at: datetime, reason: str = ""
) -> Absence:
    """Raises ValidationError when the deputy is somebody of another community or the same post."""
    if deputy is not None and deputy.community_id != post.community_id:
        raise ValidationError({"deputy": "代理人须在同一社区任职。"})
    absence = Absence(post=post, from_at=from_at, until_at=until_at, deputy=deputy, reason=reason)
    absence.full_clean()
    absence.save()
    audit.record("absence_reported", by=by, at=at, target=f"post:{post.pk}", detail={"absence": absence.pk})
    return absence
