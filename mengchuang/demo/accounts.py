"""The demo accounts: one per role, with fixed names, and their password.

They exist only with `settings.DEMO`. The password comes from DEMO_PASSWORD and is applied again at each start.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts.models import User

FIXED_PASSWORD = "mengchuang-demo"  # noqa: S105 - printed at every start of a demo, refused by production settings


@dataclass(frozen=True)
class DemoAccount:
    """`role` is what `make run` prints beside the username."""

    username: str
    name: str
    role: str


ACCOUNTS = (
    DemoAccount("enterprise", "沈知夏", "企业管理员（澄视数字视觉）"),
    DemoAccount("enterprise2", "顾行舟", "企业管理员（行健外骨骼）"),
    DemoAccount("employee", "陆小满", "企业员工（澄视数字视觉）"),
    DemoAccount("steward", "贾明岚", "园区长（梦想天地）"),
    DemoAccount("park", "熊以宁", "园区运营方（梦想天地）"),
    DemoAccount("partner", "钟若衡", "伙伴机构：律师事务所（财务法务之窗）"),
    DemoAccount("partner2", "姚安禾", "伙伴机构：人力资源公司（人才人力之窗）"),
    DemoAccount("grid", "邵子越", "专职网格员（第5网格）"),
    DemoAccount("gridleader", "龚海峰", "网格长（第5网格）"),
    DemoAccount("specialist", "叶书衡", "社区专员（经济发展）"),
    DemoAccount("specialist2", "孟清源", "社区专员（综合治理）"),
    DemoAccount("specialist3", "苏晓禾", "社区专员（公共事务）"),
    DemoAccount("specialist4", "方志坚", "社区专员（党群建设）"),
    DemoAccount("leader", "汪海宁", "社区负责人"),
    DemoAccount("street", "贺文博", "街道"),
    DemoAccount("auditor", "尹晓辰", "审计员"),
    DemoAccount("admin", "施明哲", "系统管理员"),
    DemoAccount("other", "谭亦航", "第二社区专员（栖湖社区）"),
)
NAMED = {account.username: account for account in ACCOUNTS}


def apply_passwords(password: str = FIXED_PASSWORD) -> int:
    """Give every demo account `password`; returns how many were changed.

    One hash serves all of them, so a start costs one round of Argon2 and an unchanged password none but the check.
    """
    usernames = [account.username for account in ACCOUNTS]
    with transaction.atomic():
        accounts = User.objects.select_for_update(no_key=True).filter(is_demo=True, username__in=usernames)
        stored = {account.password for account in accounts}
        if stored and len(stored) == 1 and check_password(password, stored.pop()):
            return 0
        return User.objects.filter(is_demo=True, username__in=usernames).update(password=make_password(password))


def demo_users(at: datetime) -> list[User]:
    """Unsaved users for the accounts; without a usable password until `apply_passwords`."""
    unusable = make_password(None)
    return [
        User(
            username=account.username,
            name=account.name,
            password=unusable,
            is_demo=True,
            privacy_accepted_at=at,
            password_changed_at=at,
            date_joined=at,
        )
        for account in ACCOUNTS
    ]
