"""The guided paths (上手五步): five steps for each kind of post. What a step means is said here; how far somebody is, is a row in `accounts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from community.kinds import PostKind


@dataclass(frozen=True)
class Step:
    """`page`: name of the address it leads to, one without arguments; `query` is put behind it."""

    code: str
    title: str
    words: str
    page: str
    query: str = ""


@dataclass(frozen=True)
class Guide:
    code: str
    kinds: tuple[PostKind, ...]
    label: str
    steps: tuple[Step, ...]


ENTERPRISE = Guide(
    "enterprise",
    (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER),
    "企业",
    (
        Step("who", "认识谁在服务您", "首页右侧是您的专员和网格员，点一下就能打电话。", "home"),
        Step("file", "提一件诉求", "说清什么事、希望怎么办；提交前就看得到承诺答复的时间。", "file"),
        Step("follow", "看办到哪一步", "五步进度，每一步都有人名和时间；着急可以催办。", "my-grievances"),
        Step("consent", "看看是否同意转交", "有些事要交给律师、人力等合作机构办；同意不同意由您定，随时可以改。", "consent"),
        Step("contact", "留好联系方式", "填上邮箱，能收提醒，也能自己找回密码。", "account-contact"),
    ),
)
EMPLOYEE = Guide(
    "employee",
    (PostKind.EMPLOYEE,),
    "企业员工",
    (
        Step("who", "认识谁在服务您", "您个人的诉求，单位看不到。", "home"),
        Step("find", "看看能办哪些事", "工资、社保、入学、落户，要什么材料、几天办完都写着。", "catalogue"),
        Step("file", "提一件自己的事", "选不准类别就点“帮我选”。", "file"),
        Step("follow", "看办到哪一步", "办完请打个分；没解决可以重新办。", "my-grievances"),
        Step("contact", "留好联系方式", "填上邮箱，能收提醒，也能自己找回密码。", "account-contact"),
    ),
)
STEWARD = Guide(
    "steward",
    (PostKind.STEWARD,),
    "园区长",
    (
        Step("park", "看看您的园区", "楼宇、空间和在这里的企业。", "parks"),
        Step("firms", "认一认园区里的企业", "一企一档；企业的电话和经营数字不在这里。", "enterprises"),
        Step("behalf", "替企业登记一件", "企业当面说的事，代它提上来，时限一样。", "register"),
        Step("mine", "看自己代提的办到哪", "办完了，顺口告诉企业一声。", "my-grievances"),
        Step("codes", "把开通函送到企业", "还没开通的企业在这里；送到后点“已送达”。", "codes"),
    ),
)
OPERATOR = Guide(
    "park",
    (PostKind.OPERATOR,),
    "园区运营方",
    (
        Step("park", "看看您的园区", "楼宇、空间、空置一目了然。", "parks"),
        Step("tenants", "核对入驻企业", "名单有出入的，告诉社区专员更正。", "enterprises"),
        Step("queue", "看派给您的诉求", "按最先到期的排；点开就能签收。", "queue", "queue=to_accept"),
        Step("sheets", "会用表格", "空间、租约可以成批导出。", "sheets"),
        Step("who", "知道有事找谁", "社区的专员、网格员都在这里。", "organisation"),
    ),
)
PARTNER = Guide(
    "partner",
    (PostKind.PARTNER, PostKind.DEPARTMENT),
    "承办单位",
    (
        Step("accept", "签收派来的诉求", "签收后由您主办；不该您办的，1 个工作日内可以退单。", "queue", "queue=to_accept"),
        Step("work", "看在办的", "按最先到期的排；来不及可以申请延期，须写理由。", "queue", "queue=mine"),
        Step("items", "查事项的时限和材料", "每一事项要什么、几天办完。", "catalogue"),
        Step("history", "看办过的和得分", "办结以后，这里留着结果和评价。", "queue-history"),
        Step("notices", "收提醒", "新派的、被催的、要到期的，都会提醒。", "notices"),
    ),
)
GRID = Guide(
    "grid",
    (PostKind.GRID_LEADER, PostKind.GRID_STAFF, PostKind.GRID_PART_TIME),
    "网格",
    (
        Step("firms", "认一认网格里的企业", "一企一档，走访前先看一眼。", "enterprises"),
        Step("behalf", "走访时替企业登记", "三十秒记一件，企业不用再说第二遍。", "register"),
        Step("queue", "办派给网格的诉求", "按最先到期的排，签收、办理、附佐证。", "queue"),
        Step("codes", "把开通函送上门", "还没开通的企业在这里；送到后点“已送达”。", "codes"),
        Step("who", "知道有事找谁", "专员、园区长、伙伴机构都在这里。", "organisation"),
    ),
)
SPECIALIST = Guide(
    "specialist",
    (PostKind.SPECIALIST,),
    "社区专员",
    (
        Step("accept", "受理一件", "“待受理”里挑一件，点受理：您就是责任专员。", "queue", "queue=unassigned"),
        Step("dispatch", "派给合适的单位", "规则会建议派给谁，并说清为什么；改派也可以。", "queue", "queue=mine"),
        Step("record", "记一个电话", "企业打来的事，三十秒登记，能当场办结的当场办结。", "register"),
        Step("open", "帮一家企业开通", "打印开通函，或核实企业自己交来的申请。", "openings"),
        Step("score", "看评价和回访", "差评 1 个工作日内要联系企业。", "follow-ups"),
    ),
)
LEADER = Guide(
    "leader",
    (PostKind.LEADER,),
    "社区负责人",
    (
        Step("numbers", "看今天的总账", "每个数字点开就是它的名单。", "numbers"),
        Step("approve", "批一件申请", "挂起、延期、撤回要您点头。", "requests"),
        Step("owner", "找没人管的", "没有责任人的件都在这里。", "ownerless"),
        Step("terms", "看时限和派单规则", "事项几天办完、派给谁，由您定。", "item-terms"),
        Step("opened", "看企业开通了多少", "按园区、按网格，未开通的点开就是名单。", "opened"),
    ),
)
STREET = Guide(
    "street",
    (PostKind.STREET,),
    "街道",
    (
        Step("numbers", "看各社区的总账", "每个数字点开就是它的名单。", "cockpit"),
        Step("late", "看超期的", "点开一件就可以督办。", "queue", "queue=overdue"),
        Step("approve", "批社区报上来的", "须街道批准的申请。", "requests"),
        Step("quality", "看底数清不清", "哪些园区、企业的信息缺项、过时。", "quality"),
        Step("opened", "看企业开通了多少", "按园区、按网格，未开通的点开就是名单。", "opened"),
    ),
)
AUDITOR = Guide(
    "auditor",
    (PostKind.AUDITOR,),
    "审计",
    (
        Step("read", "读一读操作日志", "谁在什么时候做了什么，只能看，谁也改不了。", "audit"),
        Step("unmask", "查谁看过完整号码", "每一次都写着理由。", "audit", "action=unmask"),
        Step("export", "查谁导出过名单", "筛选条件和行数都在。", "audit", "action=list_exported"),
        Step("who", "知道谁是什么岗位", "社区组织和在岗人员。", "organisation"),
        Step("account", "看自己的登录", "不认识的设备，可以让它退出。", "account"),
    ),
)
ADMIN = Guide(
    "admin",
    (PostKind.ADMIN,),
    "系统管理员",
    (
        Step("accounts", "会重置密码", "初始密码只显示一次，本人登录后须改。", "accounts"),
        Step("stuck", "看没发出去的通知", "停发的原因在这里，改好后重发。", "notices-dead"),
        Step("sheets", "会导入名录", "园区、事项、日历可以成批导入。", "sheets"),
        Step("rules", "看派单规则", "只看不动业务：规则由社区负责人定。", "dispatch-rules"),
        Step("account", "看自己的登录和令牌", "接口令牌 12 小时失效，可以随时撤销。", "account"),
    ),
)
GUIDES: tuple[Guide, ...] = (ENTERPRISE, EMPLOYEE, STEWARD, OPERATOR, PARTNER, GRID, SPECIALIST, LEADER, STREET, AUDITOR, ADMIN)
BY_CODE = {guide.code: guide for guide in GUIDES}
#: Whoever holds several posts is led along the one he works most by.
_ORDER = (SPECIALIST, LEADER, STREET, GRID, PARTNER, OPERATOR, STEWARD, ENTERPRISE, EMPLOYEE, AUDITOR, ADMIN)


def guide_for(kinds: Sequence[str] | frozenset[str]) -> Guide | None:
    """The path for somebody with posts of these kinds; None without a post."""
    return next((guide for guide in _ORDER if set(guide.kinds) & set(kinds)), None)
