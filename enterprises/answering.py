"""The answer to an opening request, by mail to whoever left an address. He has no account, so the outbox of `notices` cannot hold it.

At least once, as there: the row is marked tried before the server hears of it, and sent after.
"""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from enterprises.models import OpeningRequest, OpeningState
from enterprises.openings import link_token

MOST_TRIES = 5
_WORDS = {
    OpeningState.CONFIRMED: "社区已核实您的申请。请在 7 天内打开下面的链接，设置密码后即可使用。",
    OpeningState.OPENED: "您的申请已核实并开通，请直接登录。",
    OpeningState.DECLINED: "您的申请没有通过：{reason}",
}

logger = logging.getLogger(__name__)


def answer_applicants(at: datetime, limit: int = 50) -> int:
    """Mail what was decided and not mailed yet. Returns how many went out; safe to run twice."""
    sent = 0
    for _ in range(limit):
        row = _claim()
        if row is None:
            break
        try:
            _message(row).send()
        except (SMTPException, OSError) as error:
            logger.warning("answer to opening request %s not sent: %s", row.pk, type(error).__name__)
            continue
        OpeningRequest.objects.filter(pk=row.pk).update(mailed_at=at)
        sent += 1
    return sent


def _claim() -> OpeningRequest | None:
    """The one tried least, one try dearer."""
    with transaction.atomic():
        owed = OpeningRequest.objects.exclude(state=OpeningState.WAITING).exclude(email="").filter(mailed_at__isnull=True)
        row = (
            owed.filter(mail_tries__lt=MOST_TRIES)
            .select_for_update(skip_locked=True, no_key=True)
            .order_by("mail_tries", "decided_at")
            .first()
        )
        if row is not None:
            row.mail_tries += 1
            row.save(update_fields=["mail_tries"])
        return row


def _message(row: OpeningRequest) -> EmailMessage:
    link = f"{settings.PUBLIC_URL}/activate/asked/{link_token(row)}/"
    words = _WORDS[OpeningState(row.state)].format(reason=row.reason)
    body = f"{row.person}，您好：\n\n您为「{row.name}」申请开通企业账号。{words}\n\n查看办理情况：{link}\n\n请勿转发这个链接。此邮件由系统自动发出，请勿直接回复。"
    host = settings.PUBLIC_URL.split("//", 1)[-1].split(":")[0].split("/")[0]
    headers = {"Message-ID": f"<opening-{row.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject="【梦创社区】您的开通申请有了答复", body=body, to=[row.email], headers=headers)
