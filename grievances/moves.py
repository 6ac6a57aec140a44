"""The table of moves: which event leads from which states to which, by whom, with which facts.

Source: data/ticket_machine.json (T01–T23, O1–O8, requests). A move with `target=None` is an overlay: it leaves the state as it is.
What a move *does* beyond the state is found in `deeds`, keyed by the same event.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from grievances.states import (
    OPEN,
    Actor,
    Channel,
    Circle,
    CoResult,
    Outcome,
    Priority,
    RejectReason,
    ReopenSource,
    ResumeReason,
    Solved,
    State,
    ToldBy,
)


@dataclass(frozen=True)
class Fact:
    """One thing a move needs to be told.

    kind: text, choice, score, flag, date, moment, item, unit, units, person, ticket, files, evidence, lines, order.
    `needed` facts are refused when empty; `most` bounds the length of a text in characters; `by_system` ones only the system may give.
    """

    name: str
    label: str
    kind: str = "text"
    needed: bool = False
    most: int = 2000
    choices: type[TextChoices] | None = None
    help: str = ""
    by_system: bool = False


@dataclass(frozen=True)
class Move:
    event: str
    label: str
    sources: tuple[State, ...]
    target: State | None
    actors: tuple[Actor, ...]
    facts: tuple[Fact, ...] = ()
    code: str = ""

    @property
    def asked(self) -> tuple[Fact, ...]:
        """What a person is asked for."""
        return tuple(fact for fact in self.facts if not fact.by_system)

    @property
    def path(self) -> str:
        """The word used in URLs and in the API's `actions`: `feed-back` for `feed_back`."""
        return self.event.replace("_", "-")


E, S, G, H, P, L, ST, Y = (
    Actor.ENTERPRISE,
    Actor.SPECIALIST,
    Actor.GRID,
    Actor.HANDLER,
    Actor.PARTNER,
    Actor.LEADER,
    Actor.STREET,
    Actor.SYSTEM,
)
DRAFT, SUBMITTED, RETURNED, REJECTED = State.DRAFT, State.SUBMITTED, State.RETURNED, State.REJECTED
ACCEPTED, DISPATCHED, IN_PROGRESS = State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS
SUSPENDED, AWAITING_FEEDBACK, CLOSED, RATED = State.SUSPENDED, State.AWAITING_FEEDBACK, State.CLOSED, State.RATED
WITHDRAWN, MERGED = State.WITHDRAWN, State.MERGED

_REASON = Fact("reason", "理由", needed=True, most=1000)
_REASON_IF_ANY = Fact("reason", "理由", most=1000)
_FILES = Fact("attachments", "附件", "files")
# 自动受理、自动派单记规则号、命中条件、落选项.
_RULE = Fact("rule", "按规则", most=1000, by_system=True)

# `note` of the machine file's hand-over through the whole open life of a ticket.
_HAND_OVER = Move(
    "hand_over", "交接", OPEN, None, (S, L, Y),
    (Fact("to", "交接给", "person", needed=True), _REASON), code="O8",
)  # fmt: skip

TRANSITIONS: tuple[Move, ...] = (
    # What is filed is on the ticket already (filing.py checks it); submitting it takes no further facts.
    Move("submit", "提交", (DRAFT,), SUBMITTED, (E, S, G), code="T01"),
    Move("accept", "受理", (SUBMITTED,), ACCEPTED, (S, Y), (
        Fact("service_item", "事项", "item", needed=True, help="可改为更合适的事项，期限随之确定"),
        Fact("priority", "优先级", "choice", choices=Priority),
        _RULE,
    ), code="T02"),
    Move("return_for_info", "退回补正", (SUBMITTED,), RETURNED, (S,), (
        Fact("missing", "缺什么", "lines", needed=True, help="一行一条，请一次说全"),
        Fact("until", "补正期限", "date", help="默认 5 个工作日"),
    ), code="T03"),
    Move("resubmit", "补正提交", (RETURNED,), SUBMITTED, (E,), (Fact("note", "补充说明", needed=True), _FILES), code="T04"),
    Move("supplement_timeout", "逾期未补正", (RETURNED,), WITHDRAWN, (Y,), code="T05"),
    Move("reject", "不予受理", (SUBMITTED,), REJECTED, (S,), (
        Fact("reason", "理由", "choice", needed=True, choices=RejectReason, help="“不归我们管”不是理由，请转办或按兜底事项受理"),
        Fact("basis", "依据", needed=True, most=1000),
        Fact("go_to", "应找谁", needed=True, most=500),
    ), code="T06"),
    Move("appeal", "申诉", (REJECTED,), SUBMITTED, (E,), (_REASON,), code="T07"),
    Move("dispatch", "派单", (ACCEPTED,), DISPATCHED, (S, L, Y), (
        Fact("unit", "主办单位", "unit", needed=True),
        Fact("co_units", "协办单位", "units"),
        Fact("note", "交办意见", most=1000),
        Fact("final", "领导定办", "flag", help="仅社区负责人可选，承办单位此后不得退单"),
        Fact("outside_due_on", "来函答复期限", "date", help="转办没有账号的部门时填写，默认不晚于承诺期限"),
        _RULE,
    ), code="T08"),
    Move("self_handle", "自办", (ACCEPTED,), IN_PROGRESS, (S,), (Fact("reason", "自办理由", most=1000),), code="T09"),
    Move("acknowledge", "签收", (DISPATCHED,), IN_PROGRESS, (H,), (
        Fact("expected_on", "预计完成", "date"),
        Fact("incoming", "来文", most=500, help="代没有账号的部门登记时必填：来文字号或来电记录"),
    ), code="T10"),
    Move("return_dispatch", "退单", (DISPATCHED,), ACCEPTED, (H,), (
        _REASON, Fact("suggest", "建议承办", "unit"), Fact("incoming", "来文", most=500),
    ), code="T11"),
    Move("recall", "收回改派", (DISPATCHED, IN_PROGRESS), ACCEPTED, (S, L), (_REASON,), code="T12"),
    Move("suspend", "挂起", (IN_PROGRESS,), SUSPENDED, (Y,), (
        _REASON,
        Fact("resume_on", "恢复日期", "date", needed=True, help="最长 30 个自然日"),
        Fact("evidence", "佐证", "evidence"),
    ), code="T13"),
    Move("resume", "恢复", (SUSPENDED,), IN_PROGRESS, (H, S, Y), (
        Fact("reason", "恢复原因", "choice", needed=True, choices=ResumeReason),
    ), code="T14"),
    Move("finish", "处置完成", (IN_PROGRESS,), AWAITING_FEEDBACK, (H,), (
        Fact("outcome", "结果", "choice", needed=True, choices=Outcome),
        Fact("note", "处置说明", needed=True),
        Fact("evidence", "佐证", "evidence", needed=True, help="附件、走访单或谈话记录，至少一项"),
        Fact("incoming", "来文", most=500),
    ), code="T15"),
    Move("send_back", "退回重办", (AWAITING_FEEDBACK,), IN_PROGRESS, (S,), (
        Fact("reason", "哪一条没做到", needed=True, most=1000),
    ), code="T16"),
    Move("feed_back", "反馈办结", (AWAITING_FEEDBACK,), CLOSED, (S,), (
        Fact("reply", "答复正文", needed=True, most=5000),
        Fact("told_by", "告知方式", "choice", needed=True, choices=ToldBy),
        Fact("told_to", "告知对象", needed=True, most=50),
    ), code="T17"),
    Move("rate", "评价", (CLOSED,), RATED, (E,), (
        Fact("solved", "问题解决了吗", "choice", needed=True, choices=Solved),
        Fact("result", "办理结果", "score", needed=True),
        Fact("speed", "办理速度", "score", needed=True),
        Fact("comment", "还想说点什么", most=1000),
    ), code="T18"),
    Move("reopen", "重开", (CLOSED, RATED), ACCEPTED, (E, S, L, Y), (
        _REASON, Fact("source", "来自", "choice", choices=ReopenSource),
    ), code="T19"),
    Move("withdraw", "撤回", (DRAFT, SUBMITTED, RETURNED, ACCEPTED, DISPATCHED), WITHDRAWN, (E,), (_REASON_IF_ANY,), code="T20"),
    Move("withdraw_late", "处置中撤回", (IN_PROGRESS, SUSPENDED), WITHDRAWN, (Y,), (_REASON,), code="T21"),
    Move("merge", "并案", (SUBMITTED, ACCEPTED, DISPATCHED, IN_PROGRESS, SUSPENDED), MERGED, (S,), (
        Fact("into", "并入", "ticket", needed=True), _REASON,
    ), code="T22"),
    Move("unmerge", "撤销并案", (MERGED,), ACCEPTED, (S,), (_REASON,), code="T23"),
)  # fmt: skip

OVERLAYS: tuple[Move, ...] = (
    Move("extend", "延期", (DISPATCHED, IN_PROGRESS), None, (Y,), (
        _REASON, Fact("due_at", "新期限", "moment", needed=True),
    ), code="O1"),
    Move("urge", "催办", (SUBMITTED, ACCEPTED, DISPATCHED, IN_PROGRESS, AWAITING_FEEDBACK), None, (E, S), (
        Fact("note", "想说的话", most=500),
    ), code="O2"),
    Move("supervise", "督办", OPEN, None, (L, ST), (
        Fact("demand", "督办要求", needed=True, most=1000),
        Fact("due_at", "答复时限", "moment", needed=True),
    ), code="O3"),
    Move("reclassify", "改类", (ACCEPTED, DISPATCHED, IN_PROGRESS, SUSPENDED), None, (S,), (
        Fact("service_item", "事项", "item"),
        Fact("priority", "优先级", "choice", choices=Priority),
        _REASON,
    ), code="O4"),
    Move("comment", "沟通", (
        SUBMITTED, RETURNED, REJECTED, ACCEPTED, DISPATCHED, IN_PROGRESS, SUSPENDED, AWAITING_FEEDBACK, CLOSED, RATED, WITHDRAWN,
    ), None, (E, S, H, P), (
        Fact("body", "内容", needed=True, most=5000),
        Fact("circle", "谁能看到", "choice", choices=Circle),
        _FILES,
        Fact("answers", "答复督办", "order"),
    ), code="O5"),
    Move("co_done", "协办答复", (DISPATCHED, IN_PROGRESS, SUSPENDED), None, (H, P), (
        Fact("result", "协办结论", "choice", needed=True, choices=CoResult),
        Fact("unit", "协办单位", "unit"),
        Fact("note", "说明", needed=True),
    ), code="O6"),
    _HAND_OVER,
)  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """A move that needs a second person: asked as `request_<kind>`, run by the system when approved."""

    kind: str
    label: str
    sources: tuple[State, ...]
    asked_by: tuple[Actor, ...]
    decided_by: tuple[Actor, ...]
    runs: str


ASKS: tuple[Ask, ...] = (
    Ask("suspend", "申请挂起", (IN_PROGRESS,), (H, S), (L,), "suspend"),
    Ask("extend", "申请延期", (DISPATCHED, IN_PROGRESS), (H, S), (L,), "extend"),
    Ask("withdraw", "申请撤回", (IN_PROGRESS, SUSPENDED), (E,), (S,), "withdraw_late"),
)
ASK: dict[str, Ask] = {ask.kind: ask for ask in ASKS}

_BY_EVENT: dict[str, Move] = {move.event: move for move in TRANSITIONS + OVERLAYS}

REQUESTS: tuple[Move, ...] = (
    *(Move(f"request_{ask.kind}", ask.label, ask.sources, None, ask.asked_by, _BY_EVENT[ask.runs].facts) for ask in ASKS),
    # Who may decide depends on what was asked; capacity.py narrows these two.
    Move("approve", "批准", OPEN, None, (S, L, ST), (Fact("note", "批准意见", most=1000),)),
    Move("decline", "不批准", OPEN, None, (S, L, ST), (_REASON,)),
)

MOVES: tuple[Move, ...] = TRANSITIONS + OVERLAYS + REQUESTS
MOVE: dict[str, Move] = {move.event: move for move in MOVES}
BY_PATH: dict[str, Move] = {move.path: move for move in MOVES}

FILING_FACTS: tuple[Fact, ...] = (
    Fact("service_item", "事项", "item"),
    Fact("title", "标题", needed=True, most=200),
    Fact("body", "情况说明", needed=True, most=5000),
    Fact("contact_name", "联系人", needed=True, most=50),
    Fact("contact_phone", "联系电话", "phone", needed=True, most=20),
    Fact("place", "地点", "place"),
    _FILES,
    Fact("urgent", "比较急", "flag"),
    Fact("confidential", "只让承办的人看到", "flag"),
    Fact("personal", "员工个人诉求", "flag"),
)
CHANNEL_FACT = Fact("channel", "来源", "choice", needed=True, choices=Channel)
BASIS_FACT = Fact("basis", "代提依据", needed=True, most=500)
