"""Accepting the privacy notice (个人信息保护法 art. 14 and 17): asked at the first sign-in, and again when its version changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import notice
from accounts.models import PrivacyAcceptance, User
from wording.errors import StateConflict


@transaction.atomic
def accept(user: User, *, version: str, at: datetime) -> bool:
    """Note that this person accepts `version`; returns whether that is news. Whoever calls writes the audit entry: `audit` lies above.

    Raises StateConflict for a version that is no longer the one in force: what was read is not what would be accepted.
    """
    if version != notice.VERSION:
        raise StateConflict("隐私说明刚刚更新，请读过新的一版再同意。", code="privacy_changed")
    _, new = PrivacyAcceptance.objects.get_or_create(user=user, version=version, defaults={"at": at})
    if new or user.privacy_version != version:
        user.privacy_version, user.privacy_accepted_at = version, at
        user.save(update_fields=["privacy_version", "privacy_accepted_at"])
    return new
