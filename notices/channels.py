"""The ways out of the house: one row per channel. The relay knows no other difference between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from notices import mail, robots, sms, texts
from notices.bundle import MOST, Bundle
from notices.models import Channel, Notice


class Sender(Protocol):
    def send(self, bundle: Bundle, at: datetime) -> None:
        """Raises NotDelivered."""

    def close(self) -> None: ...


def _no_mailbox(notice: Notice) -> str:
    try:
        validate_email(notice.recipient.email)
    except ValidationError:
        return "收件人没有有效的邮箱地址。"
    return ""


def _no_mobile(notice: Notice) -> str:
    if not sms.is_on():
        return "平台没有开通短信。"
    return "" if sms.mobile(notice.recipient.phone) else "收件人没有登记手机号码。"


def _no_robot(notice: Notice) -> str:
    return "群机器人已停用。" if notice.robot.retired else ""


@dataclass(frozen=True)
class Way:
    """`twice`: whether a message may go out again when nobody knows whether it arrived (docs/decisions/0004 and 0017).

    `most_bytes`: the longest text in UTF-8, None without a limit. `why_not`: why this row can never be sent, "" when it can.
    """

    open: Callable[[], Sender]
    text: Callable[[Sequence[Notice]], str]
    why_not: Callable[[Notice], str]
    twice: bool = True
    most_bytes: int | None = None

    def fitting(self, notices: Sequence[Notice]) -> Bundle:
        """As many of the rows, in order, as one message holds; the first of them always."""
        taken = 1
        while taken < min(len(notices), MOST) and self._holds(notices[: taken + 1]):
            taken += 1
        return Bundle(notices[:taken])

    def _holds(self, notices: Sequence[Notice]) -> bool:
        return self.most_bytes is None or len(self.text(notices).encode()) <= self.most_bytes


WAYS: dict[str, Way] = {
    Channel.EMAIL: Way(mail.Sender, texts.mail, _no_mailbox),
    # 400 characters: longer ones are cut into pieces that are paid one by one, and some gateways refuse them.
    Channel.SMS: Way(sms.Sender, texts.sms, _no_mobile, twice=False, most_bytes=1200),
    # The limits of the two: 2,048 bytes and 20,000 bytes.
    Channel.WECOM: Way(robots.WeCom, texts.group, _no_robot, most_bytes=2000),
    Channel.DINGTALK: Way(robots.DingTalk, texts.group, _no_robot, most_bytes=12000),
}


def is_on(channel: str) -> bool:
    """Whether the site has this channel at all; the robots are rows, so there theirs is."""
    match channel:
        case Channel.SMS:
            return sms.is_on()
        case Channel.EMAIL:
            return bool(settings.EMAIL_BACKEND)
    return True
