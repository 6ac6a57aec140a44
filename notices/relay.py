"""Sending what the outbox owes.

A row goes waiting → sending → sent. `sending` is committed before the mail server hears of it. Two relays never hold one row
(SKIP LOCKED), and a row left `sending` by a killed worker is taken up again after `LEASE`. So an e-mail is sent at least once: when the
worker dies between the server's 250 and our mark it goes out again under the same Message-ID, by which mailboxes drop
the copy. The other choice, at most once, would lose the deadline notice for which the mail is sent. The bell needs none of
this: its row is the delivery.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q

from accounts.passwords import reset_path
from notices.account import KIND_LINK
from notices.models import Channel, Notice, NoticeQuerySet, State

LEASE = timedelta(seconds=45)
# A run stops claiming after this, so that its last claim is marked well within the lease.
BUDGET_SECONDS = 20
MOST_ATTEMPTS = 5
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relayed:
    sent: int = 0
    put_off: int = 0
    dead: int = 0


def owed(at: datetime) -> Q:
    """Rows to be sent at `at`: due ones, and those whose worker died."""
    waiting = Q(state=State.WAITING, available_at__lte=at)
    abandoned = Q(state=State.SENDING, claimed_at__lt=at - LEASE)
    return Q(channel=Channel.EMAIL) & (waiting | abandoned)


def claim(at: datetime) -> Notice | None:
    """The next row owed, marked `sending` and committed; None when nothing is left or others hold it."""
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .filter(owed(at))
            .order_by("available_at", "id")
            .first()
        )
        if notice is None:
            return None
        notice.state, notice.claimed_at, notice.attempts = State.SENDING, at, notice.attempts + 1
        notice.save(update_fields=["state", "claimed_at", "attempts"])
        return notice


def _link(notice: Notice) -> str:
    if notice.kind == KIND_LINK:
        uidb64, token = reset_path(notice.recipient)
        return notice.link.format(uidb64=uidb64, token=token)
    return notice.link


def message_for(notice: Notice, connection: BaseEmailBackend) -> EmailMessage:
    host = settings.PUBLIC_URL.split("//", 1)[-1].split(":")[0].split("/")[0]
    lines = [f"{notice.recipient.display_name}，您好：", "", notice.title, ""]
    lines += [notice.body, ""] if notice.body else []
    lines += [f"查看详情：{settings.PUBLIC_URL}{_link(notice)}", ""] if notice.link else []
    lines += ["此邮件由梦创社区企业服务平台自动发出，请勿直接回复。"]
    return EmailMessage(
        subject=f"【梦创社区】{' '.join(notice.title.split())}",
        body="\n".join(lines),
        to=[notice.recipient.email],
        headers={"Message-ID": f"<{notice.key}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )


def _mark_sent(notice: Notice, at: datetime) -> None:
    Notice.objects.filter(pk=notice.pk, state=State.SENDING, attempts=notice.attempts).update(state=State.SENT, sent_at=at, error="")


def _mark_refused(notice: Notice, at: datetime, reason: str) -> bool:
    """Put the row off, or stop after the last attempt. Returns whether it is dead."""
    dead = notice.attempts >= MOST_ATTEMPTS
    wait = BACKOFF[min(notice.attempts, len(BACKOFF)) - 1]
    Notice.objects.filter(pk=notice.pk, state=State.SENDING, attempts=notice.attempts).update(
        state=State.DEAD if dead else State.WAITING,
        available_at=F("available_at") if dead else at + wait,
        error=reason[:300],
    )
    return dead


def _reason_not_to(notice: Notice) -> str:
    """Why this row can never be sent; what was true when it was written may have changed since."""
    if notice.attempts > MOST_ATTEMPTS:
        return "发送进程多次中断。"
    if not notice.recipient.is_active:
        return "收件人账号已停用。"
    try:
        validate_email(notice.recipient.email)
    except ValidationError:
        return "收件人没有有效的邮箱地址。"
    return ""


def _deliver(notice: Notice, at: datetime, connection: BaseEmailBackend) -> str:
    """Send one claimed row and mark it. Returns which counter of `Relayed` it belongs to."""
    if reason := _reason_not_to(notice):
        Notice.objects.filter(pk=notice.pk).update(state=State.DEAD, error=reason)
        logger.error("notice %s is dead: undeliverable", notice.pk)
        return "dead"
    try:
        message_for(notice, connection).send()
    except (SMTPException, OSError) as error:
        connection.close()
        dead = _mark_refused(notice, at, f"{type(error).__name__}: {error}")
        logger.log(logging.ERROR if dead else logging.WARNING, "notice %s not sent: %s", notice.pk, type(error).__name__)
        return "dead" if dead else "put_off"
    _mark_sent(notice, at)
    return "sent"


def relay(at: datetime, limit: int = 100) -> Relayed:
    """Send up to `limit` mails that are due at `at`. Safe to run twice, in parallel and after a crash."""
    counts = {"sent": 0, "put_off": 0, "dead": 0}
    started = time.monotonic()
    connection = get_connection()
    try:
        while sum(counts.values()) < limit and time.monotonic() - started < BUDGET_SECONDS:
            notice = claim(at)
            if notice is None:
                break
            counts[_deliver(notice, at, connection)] += 1
    finally:
        connection.close()
    return Relayed(**counts)


def rerun(notices: NoticeQuerySet, *, at: datetime) -> int:
    """Give dead rows of this queryset another five attempts. Returns how many."""
    return notices.filter(state=State.DEAD).update(state=State.WAITING, attempts=0, available_at=at, error="")
