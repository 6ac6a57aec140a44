"""Who speaks for an enterprise, and who works there: posts with a `Representative` beside them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

import audit
import community
from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS, REPRESENTATIVE_KINDS, PostKind
from community.models import Post
from community.posts import held
from enterprises.models import Enterprise, Representative
from wording.errors import FactsMissing, NotYours, StateConflict

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
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
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


def may_manage(enterprise: Enterprise, user: User) -> bool:
    """Its manager, and the office of its community."""
    if any(post.community_id == enterprise.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)):
        return True
    managed = Representative.objects.filter(enterprise=enterprise, post__in=[post.pk for post in held(user, PostKind.ENTERPRISE_MANAGER)])
    return managed.exists()


@transaction.atomic
def dismiss(representative: Representative, *, at: datetime, by: User, reason: str = "") -> None:
    """A manager removes a member, a member leaves, the office removes anybody. The enterprise never removes its only manager: it hands over
    first; the office may, and says why. Employees are nobody's to remove here. Raises NotYours, StateConflict, FactsMissing."""
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=representative.enterprise_id)
    found = Representative.objects.select_related("post__user").filter(pk=representative.pk, role__in=ENTERPRISE_KINDS).first()
    office = any(post.community_id == enterprise.community_id for post in held(by, *COMMUNITY_WIDE_KINDS))
    himself = found is not None and found.post.user_id == by.pk
    if found is None or not (himself or may_manage(enterprise, by)):
        raise NotYours("只有本企业的管理员或社区专员可以移除人员。")
    if found.ended_at is not None:
        raise StateConflict(f"{found.post.user.display_name}已不在本企业人员里。")
    if found.role == PostKind.ENTERPRISE_MANAGER and (himself or not office):
        raise StateConflict("企业不能没有管理员：请先把管理员移交给一位经办人，再移除。")
    if found.role == PostKind.ENTERPRISE_MANAGER and not reason.strip():
        raise FactsMissing("移除管理员须写明原因。", fields={"reason": ["请填写，如：已离职，企业来函。"]})
    remove(found, at=at, by=by)
    target = f"enterprise:{enterprise.uscc}"
    audit.record("representative_removed", by=by, at=at, target=target, detail={"role": found.role, "reason": reason.strip()[:300]})


@transaction.atomic
def hand_over(enterprise: Enterprise, successor: Representative, *, at: datetime, by: User) -> Representative:
    """移交管理员, asked for by the manager or the office. Raises NotYours, StateConflict."""
    if not may_manage(enterprise, by):
        raise NotYours("只有本企业的管理员或社区专员可以移交管理员。")
    if successor.role == PostKind.ENTERPRISE_MANAGER and successor.ended_at is None:
        raise StateConflict(f"{successor.post.user.display_name}已经是管理员。")
    made = hand_over_manager(enterprise, successor.post.user, at=at, by=by)
    audit.record("manager_handed_over", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"to": successor.post.user.username})
    return made


@transaction.atomic
def hand_over_manager(enterprise: Enterprise, successor: User, *, at: datetime, by: User | None) -> Representative:
    """A member becomes manager and the manager a member, in one step: the enterprise is never without one."""
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
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
