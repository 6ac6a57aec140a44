"""进度链接: made by the enterprise (of a personal ticket by its filer alone), read by whoever holds it, 30 days, revocable.

What it shows is `Progress` and nothing else: no number to call, no text, nobody's name, not even which enterprise it is.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.crypto import salted_hmac

import audit
from community import held
from community.kinds import REPRESENTATIVE_KINDS
from community.models import Community
from enterprises.models import Representative
from grievances.models import Grievance, ProgressLink
from grievances.states import State
from wording.errors import NotYours, StateConflict
from wording.masks import mask_name

if TYPE_CHECKING:
    from accounts.models import User

VALID_FOR = timedelta(days=30)
#: 256 bits; nothing to guess, so nobody's guesses are counted.
TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: A run of digits that may be a telephone, an identity card or an account.
_DIGITS = re.compile(r"(?<!\d)(\d[\d\s-]{5,}\d)(?!\d)")
_CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
SECRET = "（保密诉求）"


def may_make(grievance: Grievance, user: User) -> bool:
    """Of a ticket in sight: from the enterprise's side, a personal one by its own filer alone, and only what has been submitted."""
    if grievance.submitted_at is None or not held(user, *REPRESENTATIVE_KINDS):
        return False
    if grievance.personal and (grievance.on_behalf or grievance.filed_by_id != user.pk):
        return False
    return Grievance.objects.visible_to(user, REPRESENTATIVE_KINDS).filter(pk=grievance.pk).exists()


@transaction.atomic
def make(grievance: Grievance, *, by: User, at: datetime) -> tuple[ProgressLink, str]:
    """A link and its token, which is told this once. A person's new link on a ticket ends the one before: sent twice, the second answer is
    the valid one. Raises NotYours, StateConflict for a draft."""
    locked = Grievance.objects.select_for_update(of=("self",), no_key=True).get(pk=grievance.pk)
    if locked.state == State.DRAFT or locked.submitted_at is None:
        raise StateConflict("草稿还没有进度；请先提交，再把进度发给别人看。")
    if not may_make(locked, by):
        raise NotYours("进度链接由提出诉求的企业生成；员工个人诉求只能由本人生成。")
    _end(ProgressLink.objects.unrevoked().filter(grievance=locked, made_by=by), by, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = ProgressLink.objects.create(grievance=locked, digest=_digest(token), made_by=by, made_at=at, expires_at=at + VALID_FOR)
    audit.record("progress_link_made", by=by, at=at, target=f"grievance:{locked.number}", detail={"progress_link": link.pk})
    return link, token


@transaction.atomic
def revoke(grievance: Grievance, *, by: User, at: datetime) -> int:
    """Ends every link on the ticket, whoever made it; said again it does nothing. Returns how many. Raises NotYours."""
    locked = Grievance.objects.select_for_update(of=("self",), no_key=True).get(pk=grievance.pk)
    if not may_make(locked, by):
        raise NotYours("进度链接由提出诉求的企业收回；员工个人诉求只能由本人收回。")
    ended = _end(ProgressLink.objects.unrevoked().filter(grievance=locked), by, at)
    if ended:
        audit.record("progress_link_revoked", by=by, at=at, target=f"grievance:{locked.number}", detail={"count": ended})
    return ended


def _end(links: Any, by: User, at: datetime) -> int:
    count: int = links.update(revoked_at=at, revoked_by=by)
    return count


def _digest(token: str) -> str:
    """Keyed, so that a leaked table opens nothing."""
    return salted_hmac("grievances.progress_link", token, algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Progress:
    """All that a stranger with the link is told."""

    title: str
    state: str
    step: int
    submitted_at: datetime
    accepted_at: datetime | None
    answered_at: datetime | None
    promise_due_at: datetime | None
    provisional: bool
    expires_at: datetime
    community: Community


def read(token: str, at: datetime) -> Progress | None:
    """None for a token that is unknown, run out or revoked, and for a ticket thrown away: they are answered alike. Two queries at most."""
    if not _TOKEN.fullmatch(token):
        return None
    rows = ProgressLink.objects.standing(at).select_related("grievance__community__street", "grievance__filed_by")
    link = rows.filter(digest=_digest(token), grievance__submitted_at__isnull=False).first()
    if link is None:
        return None
    row = link.grievance
    return Progress(
        title=SECRET if row.confidential else _masked(row), state=row.state, step=row.step or (2 if row.accepted_at else 1),
        submitted_at=row.submitted_at, accepted_at=row.accepted_at, answered_at=row.answered_at, promise_due_at=row.promise_due_at,
        provisional=row.provisional, expires_at=link.expires_at, community=row.community,
    )  # fmt: skip


def _masked(row: Grievance) -> str:
    """The title without numbers of people and without names: of the enterprise, of its people, of who filed."""
    people = Representative.objects.filter(enterprise=row.enterprise_id).values_list("post__user__name", "enterprise__name")
    known = {name for pair in people for name in pair} | {row.contact_name, row.filed_by.name}
    title = row.title
    for name in sorted((name for name in known if name and len(name) > 1), key=len, reverse=True):
        title = title.replace(name, mask_name(name))
    title = _CREDIT_CODE.sub(lambda found: found[0][:2] + "*" * 4, title)
    return _DIGITS.sub("****", title)
