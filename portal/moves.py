"""What somebody may do with a ticket, as forms: one renderer for every move, made from the facts it needs.

Which moves there are comes from `workflow.available`, whether what was told is right from `workflow.apply`. This module only knows how
a move looks and what a form must ask.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.models import User
from enterprises import consents
from grievances import guards, workflow
from grievances.capacity import Standing, standing
from grievances.models import Grievance
from grievances.states import Actor
from portal.fact_forms import Ground, MoveForm, Told
from portal.proposals import explain
from portal.ticket_story import asked
from wording.errors import Refused


@dataclass(frozen=True)
class Look:
    """`rank`: the lowest of what is possible is the main button and opens by itself below 10; `key`: the shortcut of the queue."""

    picture: str
    rank: int = 50
    danger: bool = False
    key: str = ""
    say: str = ""
    # Asks the rules first: a page shows it a moment later rather than wait for it.
    later: bool = False


LOOKS: dict[str, Look] = {
    "accept": Look("check", 1, key="a", say="受理即认领：您就是这件的责任专员，承诺期限不因此改变。"),
    "acknowledge": Look("check", 1, key="a", say="签收后由您所在单位主办。"),
    "dispatch": Look("send", 2, key="t", say="派给窗口时，系统按“同一企业同一家、忙闲均衡”选定机构。", later=True),
    "feed_back": Look("message-dots", 2, key="r", say="告知企业结果并办结；须由主办人以外的专员来做。"),
    "finish": Look("circle-check", 3, key="t", say="附上佐证后转给专员向企业反馈。"),
    "resume": Look("rotate", 4),
    "approve": Look("rubber-stamp", 1, say="批准后立即生效。"),
    "decline": Look("circle-x", 11),
    "resubmit": Look("arrow-forward-up", 1),
    "rate": Look("star", 1),
    "co_done": Look("users-group", 6),
    "self_handle": Look("tool", 12, say="由您自己处置；办结后会抽查回访。"),
    "return_for_info": Look("arrow-back-up", 13, say="请一次说全缺什么；企业补正期间停止计时，最多退两次。"),
    "comment": Look("message-circle", 14, key="r"),
    "recall": Look("rotate", 20, say="收回后承办单位立即看不到这件，承诺期限不变。"),
    "return_dispatch": Look("corner-up-left", 21, say="派单后 1 个工作日内可以退单，请写明理由。"),
    "send_back": Look("corner-up-left", 22),
    "request_extend": Look("clock-exclamation", 23, say="须在到期前提出，由社区负责人批准；批准后企业会收到新期限和理由。"),
    "request_suspend": Look("player-pause", 24, say="须由社区负责人批准；挂起期间停止计时，到期自动恢复。"),
    "urge": Look("bell-ringing", 25, say="每个工作日一次，承办人会立即收到提醒。"),
    "reclassify": Look("tags", 26, say="期限只会提前，不会因此延后。"),
    "merge": Look("git-merge", 27, say="只并入办理中的件；本件的提交人会跟着主件收到进展。"),
    "unmerge": Look("transfer", 28),
    "hand_over": Look("user-plus", 29, say="责任专员换人，期限不变。"),
    "supervise": Look("eye", 30, say="督办要求会送达责任专员与承办单位。"),
    "appeal": Look("scale", 5, say="申诉一次，由另一位专员复核。"),
    "reopen": Look("refresh", 31, say="重开后按较短的期限再办一轮。"),
    "withdraw": Look("arrow-back-up", 40, danger=True, say="撤回后不再办理；如还需要，可以另提一件。"),
    "request_withdraw": Look("arrow-back-up", 41, danger=True, say="已在办理中，撤回须由专员同意。"),
    "reject": Look("ban", 42, danger=True, say="须写明依据和应找谁；“不归我们管”不是理由，请转办或按兜底事项受理。"),
    "submit": Look("send", 1),
}
OTHER = Look("arrow-right-circle")

# What the enterprise reads on its buttons.
PLAIN_WORDS = {
    "comment": "补充说明", "reopen": "没解决，重新办", "urge": "催办", "resubmit": "提交补正", "appeal": "申诉",
    "withdraw": "撤回诉求", "request_withdraw": "申请撤回", "rate": "评价", "submit": "提交",
}  # fmt: skip
PLAIN_SAY = {
    "comment": "承办的人都能看到，也会立即收到提醒。",
    "reopen": "请说说哪里还没解决；会按较短的期限重新办理，办的人和编号不变。",
    "urge": "每个工作日可以催一次，承办人和责任专员会立即收到提醒。",
    "resubmit": "补好之后重新进入受理，之前停止的计时接着走。",
}


@dataclass
class TicketMove:
    """One button, and the form behind it. The form is made, and its choices are read, only when a template asks for it."""

    action: workflow.Action
    ground: Ground
    plain: bool = False
    opened: bool = False
    told: Told | None = None
    refusal: Refused | None = None
    look: Look = field(default=OTHER)

    @property
    def code(self) -> str:
        return self.action.code

    @property
    def event(self) -> str:
        return self.action.event

    @property
    def label(self) -> str:
        return PLAIN_WORDS.get(self.event, self.action.label) if self.plain else self.action.label

    @property
    def say(self) -> str:
        return PLAIN_SAY.get(self.event, self.look.say) if self.plain else self.look.say

    @cached_property
    def form(self) -> MoveForm:
        return MoveForm(self.event, self.action.needs, self.ground, told=self.told, refusal=self.refusal)

    @property
    def at_once(self) -> bool:
        """Nothing has to be said: the button alone may do it."""
        return not any(fact.needed for fact in self.action.needs)

    @cached_property
    def explained(self) -> dict[str, Any]:
        """Where the rules would send it, and why."""
        return explain(self.ground.proposal, self.ground.grievance)

    @cached_property
    def consent(self) -> dict[str, Any]:
        """For a dispatch: whether a consent is missing, to which of the units it would matter, what was typed as the reason."""
        row = self.ground.grievance
        standing = consents.consent_of(row.enterprise, self.ground.at, number=row.number, filer=row.filed_by if row.personal else None)
        if standing.given:
            return {"missing": False}
        codes = self.ground.partner_codes
        return {
            "missing": bool(codes), "codes": " ".join(sorted(codes)), "proposed": self.ground.proposed_unit in codes, "personal": row.personal,
            "outdated": standing.outdated, "reason": self.told.data.get("consent_reason", "") if self.told is not None else "",
        }  # fmt: skip

    @cached_property
    def pending(self) -> dict[str, Any] | None:
        """The request that is decided upon."""
        row = guards.pending_request(self.ground.grievance)
        if row is None:
            return None
        return asked(row.kind, row.facts, reason=row.reason, by=row.asked_by.display_name, at=row.asked_at)


def forms_for(
    grievance: Grievance,
    user: User,
    at: datetime,
    *,
    opened: str | None = None,
    stands: Standing | None = None,
    told: Told | None = None,
    refusal: Refused | None = None,
    template: str = "",
) -> list[TicketMove]:
    """Everything this person may do now, the most likely first.

    `opened`: code of the move whose form is shown; None opens the main one for staff, "" none. `told` and `refusal` are what came back
    from a form that was refused.
    """
    stands = stands or standing(grievance, user)
    plain = Actor.ENTERPRISE in stands.posts
    ground = Ground(grievance, user, at, stands, template)
    found = [
        TicketMove(action, ground, plain=plain, look=LOOKS.get(action.event, OTHER))
        for action in workflow.available(grievance, user, at, stands=stands)
    ]
    found.sort(key=lambda move: move.look.rank)
    if opened is None:
        main = _main(found)
        opened = main.code if main is not None and not main.look.later and not plain else ""
    for move in found:
        if move.code == opened:
            move.opened, move.told, move.refusal = True, told, refusal
    return found


def _main(found: list[TicketMove]) -> TicketMove | None:
    return found[0] if found and found[0].look.rank < 10 else None


def panel(
    grievance: Grievance,
    user: User,
    at: datetime,
    *,
    opened: str | None = None,
    into: str = "page",
    stands: Standing | None = None,
    told: Told | None = None,
    refusal: Refused | None = None,
    but: tuple[str, ...] = (),
    template: str = "",
) -> dict[str, Any]:
    """What `grievances/_actions.html` shows. `into`: `page`, or `drawer` when the panel sits in the drawer of the queue. `template`: key of
    the reply template with which the open form begins.

    `but`: codes the page has a place of its own for; they are in `by_code` only.
    """
    every = forms_for(grievance, user, at, opened=opened, stands=stands, told=told, refusal=refusal, template=template)
    rows = [row for row in every if row.code not in but]
    open_move = next((row for row in every if row.opened), None)
    main = _main(every) if opened is None and open_move is None else None
    return {
        "grievance": grievance,
        "moves": rows,
        "by_code": {row.code.replace("-", "_"): row for row in every},
        "open_move": open_move if open_move in rows else None,
        "later": main if main is not None and main.look.later and not main.plain else None,
        "into": into,
        "refusal": refusal,
        # What was typed into a form that is no longer there must not be lost.
        "lost": told.words() if refusal is not None and told is not None and open_move is None else [],
    }
