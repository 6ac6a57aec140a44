"""Overlays that talk: 补充沟通, 催办, 督办, 交接."""

from __future__ import annotations

import workdays
from grievances.evidence import attach
from grievances.guards import urge_day
from grievances.states import Actor, Circle, ClockCode
from grievances.turn import Turn
from wording.errors import NotYours

_USUAL_CIRCLE = {Actor.ENTERPRISE: Circle.ENTERPRISE, Actor.SPECIALIST: Circle.INTERNAL}


def circle_of(actor: str, asked: str) -> str:
    """The enterprise always speaks openly; the staff's default is the narrowest circle that includes themselves. Raises NotYours."""
    usual = _USUAL_CIRCLE.get(Actor(actor), Circle.PARTNERS)
    if not asked:
        return usual
    if actor == Actor.ENTERPRISE and asked != Circle.ENTERPRISE:
        raise NotYours("企业的留言承办人都能看到，不能选择内部范围。")
    if actor in (Actor.HANDLER, Actor.PARTNER) and asked == Circle.INTERNAL:
        raise NotYours("“仅社区内部”只供社区人员使用；请选“社区与承办单位”或“企业可见”。")
    return asked


def comment(turn: Turn) -> None:
    facts = turn.facts
    attach(turn, facts["attachments"], turn.transition.circle)
    if turn.actor != Actor.ENTERPRISE and turn.transition.circle == Circle.ENTERPRISE:
        turn.clocks.stop(turn.at, ClockCode.CONTACT)
    if facts["answers"] is not None:
        if turn.actor not in (Actor.SPECIALIST, Actor.HANDLER):
            raise NotYours("督办由责任专员或主办单位答复。")
        turn.clocks.stop_supervising(turn.at, facts["answers"])


def urge(turn: Turn) -> None:
    turn.grievance.urges += 1
    turn.grievance.urged_on = urge_day(turn.at, turn.calendar)


def supervise(turn: Turn) -> None:
    due_at = turn.facts["due_at"]
    if due_at <= turn.at:
        raise turn.refuse("due_at", "须晚于现在")
    turn.clocks.start(ClockCode.SUPERVISE, turn.at, workdays.Moment(due_at, False), transition=turn.transition)


def hand_over(turn: Turn) -> None:
    person = turn.facts["to"]
    if person.pk == turn.grievance.assignee_id:
        raise turn.refuse("to", "他已是责任专员")
    turn.grievance.assignee = person
