"""News about one's own account. These go by e-mail even where the bell cannot be reached: one is signed out."""

from datetime import datetime, timedelta
from typing import Any

from notices.kinds import PASSWORD_LINK
from notices.models import Channel, Notice
from notices.outbox import tell

KIND = "account"
FORGOTTEN_EVERY = timedelta(minutes=5)


def tell_locked(user: Any, *, until: datetime, at: datetime, clock: str) -> None:
    """`clock` is `until` as people read it."""
    body = f"有人多次输错您的密码，账号已暂停登录，{clock} 后自动恢复。如果不是您本人操作，请在恢复后修改密码，并联系社区工作人员。"
    tell(f"account:{user.pk}:locked:{until.isoformat()}", [user], title="您的账号已暂停登录", body=body, kind=KIND, at=at)


def tell_password_set(user: Any, *, by: Any, at: datetime) -> None:
    """The owner hears of every change, above all of those by somebody else."""
    if by is None or by.pk == user.pk:
        body = "您的登录密码刚刚修改，其他设备上的登录已全部退出。如果不是您本人操作，请立即联系社区工作人员。"
    else:
        body = f"{by.display_name} 为您重置了登录密码，请用工作人员告知的初始密码登录并立即修改。如果您没有提出过，请联系社区。"
    tell(f"account:{user.pk}:password:{at.isoformat()}", [user], title="您的登录密码已修改", body=body, kind=KIND, at=at)


def tell_forgotten(user: Any, *, link: str, at: datetime) -> bool:
    """Owe a mail with a link to choose a new password; asked for again within five minutes, none. Returns whether it is new.

    `link` holds `{uidb64}` and `{token}`.
    """
    if Notice.objects.filter(recipient=user, kind=PASSWORD_LINK, created_at__gt=at - FORGOTTEN_EVERY).exists():
        return False
    body = "您申请了重新设置登录密码。请在一小时内打开下面的链接；链接只能用一次。如果不是您本人申请，不必理会，密码不会改变。"
    facts = {"title": "重新设置登录密码", "body": body, "link": link, "kind": PASSWORD_LINK}
    tell(f"account:{user.pk}:forgotten:{at.isoformat()}", [user], at=at, channels=(Channel.EMAIL,), **facts)
    return True
