"""Inviting somebody to speak for an enterprise by a link that holds a secret and dies after 7 days."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

import audit
from accounts import privacy
from accounts.models import User as UserModel
from accounts.phones import open_account
from community.kinds import COMMUNITY_WIDE_KINDS, ORGANISATION_KINDS, REPRESENTATIVE_KINDS, PostKind
from community.posts import held
from enterprises.models import Enterprise, Invitation, Representative
from enterprises.people import join
from wording import clean
from wording.errors import NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

VALID_FOR = timedelta(days=7)


def may_invite(enterprise: Enterprise, user: User, role: PostKind | str) -> bool:
    """The manager invites members; specialist and leader of the community invite anybody, the first manager above all.

    Employees are nobody's to invite on the enterprise's side: who works there and has something to say is not for the employer to know.
    """
    if any(post.community_id == enterprise.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)):
        return True
    if role != PostKind.ENTERPRISE_MEMBER:
        return False
    managed = Representative.objects.filter(enterprise=enterprise, post__in=[post.pk for post in held(user, PostKind.ENTERPRISE_MANAGER)])
    return managed.exists()


@transaction.atomic
def invite(
    enterprise: Enterprise,
    *,
    by: User,
    at: datetime,
    name: str,
    phone: str = "",
    email: str = "",
    role: PostKind | str = PostKind.ENTERPRISE_MEMBER,
) -> tuple[Invitation, str]:
    """The invitation and the secret of its link, which is shown once and kept as a hash. Raises NotYours, ValidationError."""
    if role not in REPRESENTATIVE_KINDS:
        raise ValidationError({"role": "身份只能是企业管理员、企业经办人或企业员工。"})
    if not may_invite(enterprise, by, role):
        raise NotYours("只有本企业的管理员或社区专员可以邀请。")
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    name = clean(name, max_length=40)
    if Invitation.objects.waiting(at).filter(enterprise=enterprise, role=role, name=name, phone=phone).exists():
        raise StateConflict(f"已邀请过{name}，链接还没过期；如要重发，请先撤销原来的邀请。")
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        enterprise=enterprise,
        role=role,
        name=name,
        phone=phone,
        email=email,
        digest=_digest(secret),
        invited_by=by,
        created_at=at,
        expires_at=at + VALID_FOR,
    )
    invitation.full_clean()
    invitation.save()
    audit.record(
        "representative_invited",
        by=by,
        at=at,
        target=f"enterprise:{enterprise.uscc}",
        detail={"role": str(role), "invitation": str(invitation.pk)},
    )
    return invitation, secret


def find(secret: str, at: datetime) -> Invitation:
    """The invitation of a link. Raises StateConflict saying why it no longer works; an unknown one reads like an expired one."""
    invitation = Invitation.objects.select_related("enterprise").filter(digest=_digest(secret)).first()
    return _alive(invitation, at)


def _alive(invitation: Invitation | None, at: datetime) -> Invitation:
    if invitation is None or invitation.revoked_at is not None or at >= invitation.expires_at:
        raise StateConflict("邀请链接无效或已过期，请联系本企业管理员或社区专员重新邀请。", code="invitation_expired")
    if invitation.accepted_at is not None:
        raise StateConflict("这个邀请已经使用过，请直接登录。", code="invitation_used")
    return invitation


@transaction.atomic
def accept(secret: str, *, username: str, password: str, at: datetime) -> Representative:
    """Make the account and the post. Raises StateConflict (dead link, manager taken), ValidationError (name taken, weak password)."""
    invitation = _locked(secret, at)
    user = UserModel(username=username, name=invitation.name, phone=invitation.phone, email=invitation.email, password_changed_at=at)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    return _take_up(invitation, user, at)


@transaction.atomic
def enter(secret: str, *, name: str, phone: str, password: str, privacy_version: str, at: datetime) -> Representative:
    """The same for a stranger who will sign in with his mobile number and has accepted the privacy notice. Raises PhoneTaken besides."""
    invitation = _locked(secret, at)
    user = open_account(name=name, phone=phone, password=password, at=at, email=invitation.email)
    privacy.accept(user, version=privacy_version, at=at)
    return _take_up(invitation, user, at)


@transaction.atomic
def accept_as(secret: str, *, user: User, at: datetime) -> Representative:
    """The same for somebody who has an account and is signed in: one person, one account, several posts. Raises StateConflict, NotYours."""
    if held(user, *ORGANISATION_KINDS):
        raise NotYours("工作人员的账号不能接受企业的邀请；请交给企业的人自己打开。")
    return _take_up(_locked(secret, at), user, at)


def _locked(secret: str, at: datetime) -> Invitation:
    invitation = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "invited_by")
        .filter(digest=_digest(secret))
        .first()
    )
    return _alive(invitation, at)


def _take_up(invitation: Invitation, user: User, at: datetime) -> Representative:
    representative = join(invitation.enterprise, user, invitation.role, at=at, by=invitation.invited_by)
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    audit.record(
        "invitation_accepted", by=user, at=at, target=f"enterprise:{invitation.enterprise.uscc}", detail={"invitation": str(invitation.pk)}
    )
    return representative


@transaction.atomic
def revoke(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Raises NotYours, StateConflict when it has been used."""
    invitation = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related("enterprise").get(pk=invitation.pk)
    if not may_invite(invitation.enterprise, by, invitation.role):
        raise NotYours("只有本企业的管理员或社区专员可以撤销邀请。")
    if invitation.accepted_at is not None:
        raise StateConflict("这个邀请已被接受；如需停用，请移除这位人员。")
    if invitation.revoked_at is None:
        invitation.revoked_at = at
        invitation.save(update_fields=["revoked_at"])
        audit.record(
            "invitation_revoked", by=by, at=at, target=f"enterprise:{invitation.enterprise.uscc}", detail={"invitation": str(invitation.pk)}
        )
    return invitation


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash
    return hashlib.sha256(secret.encode()).hexdigest()


def taken_by(secret: str) -> int | None:
    """The key of whoever has used this link."""
    return Invitation.objects.filter(digest=_digest(secret)).values_list("accepted_by", flat=True).first()
