"""The words that leave the house, by channel. Each of them lists every row of its bundle.

A mail carries title, text and link. An SMS and a group get title and link only: a locked phone shows the one, everybody in the room
reads the other (docs/decisions/0016). Titles hold what happened and a number, never what somebody wrote.
"""

from collections.abc import Sequence

from django.conf import settings

from accounts.passwords import reset_path
from notices.kinds import PASSWORD_LINK
from notices.models import Notice

SIGNATURE = "【梦创社区】"


def plain(title: str) -> str:
    """On one line."""
    return " ".join(title.split())


def address(notice: Notice) -> str:
    """The whole address of what a row points at; "" when it points nowhere. The secret link exists from here on."""
    if not notice.link:
        return ""
    link = notice.link
    if notice.kind == PASSWORD_LINK:
        uidb64, token = reset_path(notice.recipient)
        link = link.format(uidb64=uidb64, token=token)
    return f"{settings.PUBLIC_URL}{link}"


def subject(notices: Sequence[Notice]) -> str:
    more = f" 等 {len(notices)} 条提醒" if len(notices) > 1 else ""
    return f"{SIGNATURE}{plain(notices[0].title)}{more}"


def mail(notices: Sequence[Notice]) -> str:
    lines = [f"{notices[0].recipient.display_name}，您好：", ""]
    lines += [f"以下 {len(notices)} 条提醒合并为一封：", ""] if len(notices) > 1 else []
    for place, notice in enumerate(notices, 1):
        lines += [f"{place}. {plain(notice.title)}" if len(notices) > 1 else notice.title, ""]
        lines += [notice.body, ""] if notice.body else []
        lines += [f"查看详情：{address(notice)}", ""] if notice.link else []
    lines += [f"此邮件由梦创社区企业服务平台自动发出，请勿直接回复。调整接收方式：{settings.PUBLIC_URL}/notices/settings/"]
    return "\n".join(lines)


def sms(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        link = address(notices[0])
        return f"{SIGNATURE}{plain(notices[0].title)}{f' {link}' if link else ''}"
    titles = "；".join(f"{place}. {plain(notice.title)}" for place, notice in enumerate(notices, 1))
    return f"{SIGNATURE}{len(notices)} 条提醒：{titles} {settings.PUBLIC_URL}/notices/"


def group(notices: Sequence[Notice]) -> str:
    lines = [SIGNATURE + (f"{len(notices)} 条提醒" if len(notices) > 1 else plain(notices[0].title))]
    for place, notice in enumerate(notices, 1):
        lines += [f"{place}. {plain(notice.title)}"] if len(notices) > 1 else []
        lines += [address(notice)] if notice.link else []
    return "\n".join(lines)
