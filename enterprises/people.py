"""Who speaks for an enterprise, and who works there: posts with a `Representative` beside them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

import community
from community.kinds import REPRESENTATIVE_KINDS, PostKind
from community.models import Post
from enterprises.models import Enterprise, Representative
from wording.errors import StateConflict

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def join(
    enterprise: Enterprise,
    user: User,
    role: PostKind | str,
    *,
    at: datetime,
    by: User | None,
    title: str = "",
    from_at: datetime | None = None,
) -> Representative:
    """Give somebody a post at the enterprise. Raises StateConflict when it has a manager already or he holds this post."""
    if role not in REPRESENTATIVE_KINDS:
        raise ValidationError({"role": "身份只能是企业管理员、企业经办人或企业员工。"})
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    present = Representative.objects.in_force().filter(enterprise=enterprise)
    if role == PostKind.ENTERPRISE_MANAGER and present.filter(role=role).exists():
        raise StateConflict(f"「{enterprise.name}」已有管理员。如需更换，请先「移交管理员」。")
    if present.filter(role=role, post__user=user).exists():
        raise StateConflict(f"「{user.display_name}」已是「{enterprise.name}」的{PostKind(role).label}。")
    post = community.appoint(user, role, at=at, by=by, community=enterprise.community, title=title, from_at=from_at)
    return Representative.objects.create(post=post, enterprise=enterprise, role=role)


def remove(representative: Representative, *, at: datetime, by: User | None) -> None:
    """End the post this minute, and with it sight; open tickets are handed over by whoever registered with `community.successions`."""
    community.leave(representative.post, at=at, by=by)


@transaction.atomic
def hand_over_manager(enterprise: Enterprise, successor: User, *, at: datetime, by: User | None) -> Representative:
    """A member becomes manager and the manager a member, in one step: the enterprise is never without one."""
    Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    present = Representative.objects.in_force().filter(enterprise=enterprise).select_related("post__user")
    member = present.filter(role=PostKind.ENTERPRISE_MEMBER, post__user=successor).first()
    if member is None:
        raise StateConflict("新管理员须先是本企业的经办人。")
    manager = present.filter(role=PostKind.ENTERPRISE_MANAGER).first()
    remove(member, at=at, by=by)
    if manager is not None:
        remove(manager, at=at, by=by)
        join(enterprise, manager.post.user, PostKind.ENTERPRISE_MEMBER, at=at, by=by)
    return join(enterprise, successor, PostKind.ENTERPRISE_MANAGER, at=at, by=by)


def end_with_post(post: Post, at: datetime, by: User | None) -> None:
    """Registered with `community.successions`: the one row that mirrors the post ends with it."""
    if post.kind in REPRESENTATIVE_KINDS:
        Representative.objects.in_force().filter(post=post).update(ended_at=post.until_at)
