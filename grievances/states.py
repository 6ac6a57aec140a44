"""The words of a ticket (诉求): states, roles, and every closed list a fact may choose from.

Source: data/ticket_machine.json; tests/grievances/test_machine_file.py holds the two against each other.
"""

from django.db.models import TextChoices


class State(TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待受理"
    RETURNED = "returned", "退回补正"
    REJECTED = "rejected", "不予受理"
    ACCEPTED = "accepted", "已受理"
    DISPATCHED = "dispatched", "已派单"
    IN_PROGRESS = "in_progress", "处置中"
    SUSPENDED = "suspended", "挂起"
    AWAITING_FEEDBACK = "awaiting_feedback", "待反馈"
    CLOSED = "closed", "已办结"
    RATED = "rated", "已评价"
    WITHDRAWN = "withdrawn", "已撤回"
    MERGED = "merged", "已并案"


OPEN = (
    State.SUBMITTED,
    State.RETURNED,
    State.ACCEPTED,
    State.DISPATCHED,
    State.IN_PROGRESS,
    State.SUSPENDED,
    State.AWAITING_FEEDBACK,
)
DONE = (State.CLOSED, State.RATED)
FINAL = (State.REJECTED, State.WITHDRAWN, State.MERGED)
OVER = DONE + FINAL
WITH_MAIN_UNIT = (State.DISPATCHED, State.IN_PROGRESS, State.SUSPENDED, State.AWAITING_FEEDBACK)


class Actor(TextChoices):
    """In which capacity somebody acts; the letters are the machine file's."""

    ENTERPRISE = "E", "企业"
    SPECIALIST = "S", "专员"
    GRID = "G", "网格与园区长"
    HANDLER = "H", "主办单位"
    PARTNER = "P", "协办单位"
    LEADER = "L", "社区负责人"
    STREET = "街道", "街道"
    SYSTEM = "Y", "系统"


class Channel(TextChoices):
    WEB = "web", "网页"
    PHONE = "phone", "电话"
    COUNTER = "counter", "窗口"
    VISIT = "visit", "走访"
    WECHAT = "wechat", "微信"
    TRANSFER = "transfer", "转办"
    STEWARD = "steward", "园区长代提"


class Priority(TextChoices):
    NORMAL = "normal", "一般"
    URGENT = "urgent", "紧急"
    EMERGENCY = "emergency", "应急"


class Circle(TextChoices):
    """Who may read a message. `partners` are the community's staff and the handling units."""

    ENTERPRISE = "enterprise", "企业可见"
    PARTNERS = "partners", "社区与承办单位"
    INTERNAL = "internal", "仅社区内部"


class RejectReason(TextChoices):
    OUTSIDE = "outside_community", "不属于本社区范围的企业或场所"
    UNLAWFUL = "unlawful", "诉求内容违反法律法规"
    IN_COURT = "in_court_or_petition", "已进入诉讼、仲裁或信访程序"
    DUPLICATE = "duplicate", "与在办诉求重复"


class Outcome(TextChoices):
    SOLVED = "solved", "已解决"
    PARTLY = "partly_solved", "部分解决"
    EXPLAINED = "explained", "解释说明"
    OUT_OF_SCOPE = "out_of_scope", "超出职责"


class Solved(TextChoices):
    YES = "yes", "已解决"
    PARTLY = "partly", "部分解决"
    NO = "no", "没解决"


class ToldBy(TextChoices):
    PHONE = "phone", "电话"
    VISIT = "visit", "上门"
    MESSAGE = "message", "短信或微信"
    PORTAL = "portal", "本平台"


class ResumeReason(TextChoices):
    DUE = "due", "挂起到期"
    REPLIED = "enterprise_replied", "企业已回复"
    MANUAL = "manual", "人工恢复"


class ReopenSource(TextChoices):
    ENTERPRISE = "enterprise", "企业"
    CALLBACK = "callback", "回访"
    LOW_RATING = "low_rating", "差评"


class CoResult(TextChoices):
    DONE = "done", "协办完成"
    RETURNED = "returned", "协办退回"
    WAIVED = "waived", "豁免协办"


class DispatchState(TextChoices):
    SENT = "sent", "待签收"
    ACKNOWLEDGED = "acknowledged", "已签收"
    DONE = "done", "已完成"
    RETURNED = "returned", "已退回"
    RECALLED = "recalled", "已收回"
    WAIVED = "waived", "已豁免"


LIVE_DISPATCH = (DispatchState.SENT, DispatchState.ACKNOWLEDGED, DispatchState.DONE)


class ClockCode(TextChoices):
    PROMISE = "promise", "承诺"
    CONTACT = "contact", "首次联系"
    ACCEPT = "accept", "受理"
    SUPPLEMENT = "supplement", "补正"
    DISPATCH = "dispatch", "派单"
    ACK = "ack", "签收"
    HANDLE = "handle", "办理"
    FEEDBACK = "feedback", "反馈"
    RATING_WINDOW = "rating_window", "评价与重开窗口"
    SUPERVISE = "supervise", "督办"


class RequestKind(TextChoices):
    SUSPEND = "suspend", "申请挂起"
    EXTEND = "extend", "申请延期"
    WITHDRAW = "withdraw", "申请撤回"


class RequestState(TextChoices):
    PENDING = "pending", "待批"
    APPROVED = "approved", "已批准"
    DECLINED = "declined", "未批准"
    LAPSED = "lapsed", "已失效"


class LineItemState(TextChoices):
    """How far one claim of a ticket has come (DOMAIN B11)."""

    UNVERIFIED = "unverified", "待核"
    SECURED = "secured", "已固证"
    DEMANDED = "demanded", "已催告"
    MEDIATION = "mediation", "调解"
    SUED = "sued", "起诉"
    RECOVERED = "recovered", "已追回"
    DROPPED = "dropped", "放弃"


# 好差评: GB/T 39735-2020 and the provincial specifications; the last two are 差评.
GRADES: dict[int, str] = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
POOR_GRADES = (1, 2)

# What the enterprise is shown instead of the machine's words.
STEPS = ("已提交", "已受理", "办理中", "已答复", "已评价")
_STEP_OF: dict[str, int] = {
    State.SUBMITTED: 1,
    State.RETURNED: 1,
    State.REJECTED: 1,
    State.ACCEPTED: 2,
    State.DISPATCHED: 3,
    State.IN_PROGRESS: 3,
    State.SUSPENDED: 3,
    State.AWAITING_FEEDBACK: 3,
    State.CLOSED: 4,
    State.RATED: 5,
}


def step_of(state: str) -> int:
    """How many of the five steps are reached (1–5); 0 for a draft, a withdrawn or a merged ticket."""
    return _STEP_OF.get(state, 0)
