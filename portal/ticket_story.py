"""The history of a ticket in sentences, as its reader may know it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_date, parse_datetime

from grievances.models import Transition
from grievances.states import GRADES, Actor, Circle, CoResult, Outcome, Priority, RequestKind, Solved
from grievances.story import tell
from portal.templatetags.mc import cn_date, cn_moment
from wording.masks import mask_name

if TYPE_CHECKING:
    from portal.ticket_page import Ticket

OK, NOW, WARN = "ok", "now", "warn"
TONES = {
    "accept": OK, "feed_back": OK, "finish": OK, "approve": OK, "rate": OK,
    "return_for_info": WARN, "reject": WARN, "urge": WARN, "supervise": WARN, "reopen": WARN, "return_dispatch": WARN, "recall": WARN,
    "send_back": WARN, "withdraw": WARN, "withdraw_late": WARN, "supplement_timeout": WARN, "suspend": WARN, "extend": WARN,
}  # fmt: skip
CIRCLE_WORDS = {Circle.PARTNERS: "社区与承办单位可见", Circle.INTERNAL: "仅社区内部可见"}

# What happened, after the name of who did it.
SAID = {
    "submit": "提交了诉求", "accept": "已受理", "return_for_info": "请补充材料", "resubmit": "补正并重新提交", "appeal": "提出申诉",
    "supplement_timeout": "补正期限已过，按撤回处理", "reject": "不予受理", "self_handle": "开始办理", "acknowledge": "已签收，开始办理",
    "return_dispatch": "退单", "recall": "收回，准备改派", "suspend": "挂起，暂停计时", "resume": "恢复办理", "finish": "处置完成",
    "send_back": "退回重办", "feed_back": "已答复并办结", "reopen": "重新办理", "withdraw": "撤回了诉求", "withdraw_late": "同意撤回，办理终止",
    "merge": "并入另一件一起办理", "unmerge": "撤销并案", "extend": "延长了期限", "urge": "催办", "supervise": "督办", "reclassify": "调整了事项或优先级",
    "comment": "留言", "co_done": "协办答复", "hand_over": "交接给同事", "request_suspend": "申请挂起", "request_extend": "申请延期",
    "request_withdraw": "申请撤回", "approve": "批准了申请", "decline": "没有批准申请",
}  # fmt: skip


def entries(ticket: Ticket) -> list[dict[str, Any]]:
    """Newest first. Each as `parts/timeline.html` wants it, with `files` and `own` beside."""
    found = []
    urges = 0
    for line in ticket.lines:
        told = tell(line, ticket.circles)
        urges += line.event == "urge"
        if told is None:
            continue
        found.append(
            {
                "seq": line.seq,
                "event": line.event,
                "at": line.at,
                "who": _who(line, ticket),
                "text": _text(line, ticket, urges),
                "say": told["note"],
                "tone": TONES.get(line.event, ""),
                "circle": CIRCLE_WORDS.get(Circle(line.circle), "") if told["note"] and ticket.staff else "",
                "cycle": line.cycle,
                "files": [file for file in ticket.files if file["seq"] == line.seq],
            }
        )
    if found and ticket.row.is_open and not found[-1]["tone"]:
        found[-1]["tone"] = NOW
    return found[::-1]


def asked(kind: str, facts: dict[str, Any], *, reason: str, by: str, at: datetime | None) -> dict[str, Any]:
    """A request that waits for a second person: who asked what, until when, and why."""
    day, due = parse_date(facts.get("resume_on", "")), parse_datetime(facts.get("due_at", ""))
    until = f"{cn_date(day)} 恢复" if day else f"延至 {cn_moment(due)}" if due else ""
    return {"label": RequestKind(kind).label, "until": until, "reason": reason, "asked_by": by, "asked_at": at}


def _who(line: Transition, ticket: Ticket) -> str:
    if line.by_id is None:
        return "系统"
    if line.by_id == ticket.user.pk:
        return "您"
    name = line.by.display_name
    if line.actor == Actor.ENTERPRISE and ticket.staff:
        return f"企业 {mask_name(name)}"
    if line.unit is not None and line.actor in (Actor.HANDLER, Actor.PARTNER):
        return f"{line.unit.name} · {name}"
    return name


def _text(line: Transition, ticket: Ticket, urges: int) -> str:
    words = _WITH_FACTS.get(line.event)
    if words is not None:
        return words(line, ticket)
    if line.event == "urge":
        return f"催办（第 {urges} 次），已提醒承办人" + ("和社区负责人" if urges > 1 else "")
    if line.event == "accept" and ticket.row.submitted_at is not None:
        return "已受理"
    return SAID.get(line.event, line.event)


def _dispatch(line: Transition, ticket: Ticket) -> str:
    """To whom: the dispatches carry the firm the window picked."""
    sent = [row for row in ticket.row.its_dispatches if parse_datetime(row["sent_at"]) == line.at]
    main = [row["unit"] for row in sent if row["is_main"]]
    rest = [row["unit"] for row in sent if not row["is_main"]]
    text = f"派单给 {'、'.join(main)}" if main else "派单"
    return f"{text}，{'、'.join(rest)} 协办" if rest else text


def _acknowledge(line: Transition, ticket: Ticket) -> str:
    day = parse_date(line.facts.get("expected_on", ""))
    return f"已签收，预计 {cn_date(day)}前完成" if day else "已签收，开始办理"


def _finish(line: Transition, ticket: Ticket) -> str:
    outcome = line.facts.get("outcome", "")
    return f"处置完成：{Outcome(outcome).label}" if outcome and ticket.staff else "处置完成，等待专员答复企业"


def _rate(line: Transition, ticket: Ticket) -> str:
    facts = line.facts
    return f"评价：{Solved(facts['solved']).label}，结果“{GRADES[facts['result']]}”，速度“{GRADES[facts['speed']]}”"


def _due(line: Transition, ticket: Ticket) -> str:
    moment: datetime | None = parse_datetime(line.facts.get("due_at", ""))
    words = {"extend": "延长期限至", "supervise": "督办，须在", "request_extend": "申请延期至"}[line.event]
    if moment is None:
        return SAID[line.event]
    return f"{words} {cn_moment(moment)}" + (" 前答复" if line.event == "supervise" else "")


def _until(line: Transition, ticket: Ticket) -> str:
    day = parse_date(line.facts.get("resume_on", ""))
    words = "挂起，暂停计时" if line.event == "suspend" else "申请挂起"
    return f"{words}，{cn_date(day)} 恢复" if day else words


def _co_done(line: Transition, ticket: Ticket) -> str:
    result = line.facts.get("result", "")
    return str(CoResult(result).label) if result else "协办答复"


def _reclassify(line: Transition, ticket: Ticket) -> str:
    parts = []
    if line.facts.get("service_item"):
        parts.append(f"事项改为 {line.facts['service_item']}")
    if line.facts.get("priority"):
        parts.append(f"优先级改为{Priority(line.facts['priority']).label}")
    return "，".join(parts) or SAID["reclassify"]


def _submit(line: Transition, ticket: Ticket) -> str:
    row = ticket.row
    return f"代企业提交了诉求（{row.get_channel_display()}）" if row.on_behalf else "提交了诉求"


_WITH_FACTS = {
    "submit": _submit, "dispatch": _dispatch, "acknowledge": _acknowledge, "finish": _finish, "rate": _rate, "extend": _due,
    "supervise": _due, "request_extend": _due, "suspend": _until, "request_suspend": _until, "co_done": _co_done, "reclassify": _reclassify,
}  # fmt: skip
