"""Kinds of notice: what each is called, by which channels it comes unless somebody chose otherwise, and which cannot be switched off."""

from dataclasses import dataclass

EMAIL, SMS = "email", "sms"
#: Its link is made when it is sent: a table full of working links would be a table full of passwords.
PASSWORD_LINK = "password_link"
#: What a person may choose among; the bell is a row, makes no noise and stays on.
CHOSEN = (EMAIL, SMS)

OFFICE = ("specialist", "leader")


@dataclass(frozen=True)
class Kind:
    """`wanted`: channels besides the bell, unless a person chose otherwise. `fixed`: no choice, they come by every channel in `wanted`.

    `at_once`: somebody waits for it at the screen or must hear of it, so quiet hours do not hold it. `for_posts`: kinds of post that
    ever get one (all of them when empty).
    """

    code: str
    label: str
    note: str
    wanted: tuple[str, ...] = (EMAIL,)
    fixed: bool = False
    at_once: bool = False
    for_posts: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("grievance", "诉求进展", "提交、受理、派单、答复、留言、催办等"),
        Kind("deadline", "时限提醒", "将到期、已逾期、请补正、请评价", wanted=(EMAIL, SMS)),
        Kind("morning", "早间清单", "工作日 8:40：今日到期、超期、待我处理、被催办", for_posts=("specialist",)),
        Kind("follow_up", "回访抽查", "差评回访、当场办结抽查", for_posts=(*OFFICE, "street")),
        Kind("file", "企业档案", "数据更正的答复、档案久未更新", for_posts=("enterprise_manager", "enterprise_member", *OFFICE, "grid_leader", "grid_staff")),
        Kind("space", "园区空间", "企业入驻、离园待确认和确认结果", for_posts=(*OFFICE, "steward", "operator")),
        Kind("opening", "企业开通", "企业申请开通、开通码已使用", for_posts=OFFICE),
        Kind("risk", "风险预警", "企业被标为红、橙、黄，降级申请待复核", for_posts=(*OFFICE, "grid_leader", "grid_staff", "grid_part_time", "street")),
        Kind("visit", "走访安排", "本周走访、约好时间、改期、换人、同行邀请、走访逾期、失联"),
        Kind("evaluation", "园区评价", "评价公示、公布，异议与答复", for_posts=("leader", "operator")),
        Kind("system", "系统维护", "放假安排未录入等", for_posts=("admin",)),
        Kind("account", "账号安全", "密码修改、账号锁定", wanted=(EMAIL, SMS), fixed=True, at_once=True),
        Kind(PASSWORD_LINK, "找回密码", "重设密码的链接，只发邮箱", fixed=True, at_once=True),
        Kind("invitation", "开通邀请", "邀请您加入企业账号", wanted=(EMAIL, SMS), fixed=True, at_once=True),
    )
}  # fmt: skip


def kind_of(code: str) -> Kind:
    """The row of the table; a code of a later release is treated like news of a ticket."""
    return KINDS.get(code) or Kind(code, code, "")
