"""收集: from submitting to accepting, and the ways out of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import workdays
from grievances import clocks as lengths
from grievances.evidence import attach
from grievances.models.record import Transition
from grievances.moves import FILING_FACTS
from grievances.owners import duty_specialist, still_or_next, window_of
from grievances.states import Circle, ClockCode, Priority, State
from grievances.turn import Turn
from wording.errors import FactsMissing, StateConflict

MAX_SUPPLEMENT_DAYS = 30
EMERGENCY_CASE = "应急"


def submit(turn: Turn) -> None:
    grievance = turn.grievance
    missing = {fact.name: "请填写" for fact in FILING_FACTS if fact.needed and not getattr(grievance, fact.name)}
    if missing:
        labels = "、".join(fact.label for fact in FILING_FACTS if fact.name in missing)
        raise FactsMissing(f"还不能提交，请先填写{labels}。", fields=missing)
    grievance.submitted_at = turn.at
    if grievance.priority == Priority.NORMAL:
        grievance.priority = _first_priority(grievance)
    start_promise(turn, _into_the_queue(turn))
    lengths.start_contact(turn.clocks, turn.at)


def _first_priority(grievance) -> str:
    if grievance.service_item is not None and grievance.service_item.case_type == EMERGENCY_CASE:
        return Priority.EMERGENCY
    return Priority.URGENT if grievance.urgent else Priority.NORMAL


def _into_the_queue(turn: Turn, *, but: int | None = None) -> lengths.Terms:
    grievance = turn.grievance
    grievance.window = window_of(grievance.community, grievance.service_item)
    grievance.assignee = duty_specialist(grievance.window, turn.at, but=but)
    return _wait_for_acceptance(turn)


def _wait_for_acceptance(turn: Turn) -> lengths.Terms:
    terms = lengths.terms_of(turn.grievance.service_item, turn.at)
    turn.clocks.start_hours(ClockCode.ACCEPT, turn.at, terms.accept_hours)
    return terms


def start_promise(turn: Turn, terms: lengths.Terms) -> None:
    turn.clocks.start(ClockCode.PROMISE, turn.at, lengths.promise(turn.at, terms, calendar=turn.calendar))


def accept(turn: Turn) -> None:
    """Claiming is accepting: whoever accepts becomes the responsible specialist; whoever rejected it before may not review himself."""
    grievance = turn.grievance
    if turn.by is not None:
        grievance.assignee = turn.by
    item = turn.facts["service_item"]
    changed = item != grievance.service_item
    grievance.service_item = item
    grievance.window = item.window
    if turn.facts["priority"]:
        grievance.priority = turn.facts["priority"]
    grievance.accepted_at = turn.at
    terms = lengths.terms_of(item, turn.at)
    grievance.policy = {**terms.as_policy(), "calendar": turn.calendar.version}
    turn.clocks.stop(turn.at, ClockCode.ACCEPT)
    handle = workdays.days_limit(turn.at, terms.workdays, calendar=turn.calendar)
    turn.clocks.start(ClockCode.HANDLE, turn.at, handle)
    turn.clocks.start_hours(ClockCode.DISPATCH, turn.at, lengths.DISPATCH_HOURS)
    if changed:
        told = turn.clocks.running.get(ClockCode.PROMISE)
        if told is not None:
            turn.clocks.tighten(ClockCode.PROMISE, lengths.promise(told.started_at, terms, calendar=turn.calendar))


def return_for_info(turn: Turn) -> None:
    grievance = turn.grievance
    grievance.returned_times += 1
    due_at = _supplement_due(turn)
    turn.clocks.stop(turn.at, ClockCode.ACCEPT, ClockCode.CONTACT)
    turn.clocks.start(ClockCode.SUPPLEMENT, turn.at, due_at)
    turn.clocks.pause(turn.at, due_at.at, turn.transition)


def _supplement_due(turn: Turn) -> workdays.Moment:
    until = turn.facts["until"]
    if until is None:
        return workdays.days_limit(turn.at, lengths.SUPPLEMENT_WORKDAYS, calendar=turn.calendar)
    if not turn.today < until <= turn.today + timedelta(days=MAX_SUPPLEMENT_DAYS):
        raise turn.refuse("until", f"须晚于今天，最长 {MAX_SUPPLEMENT_DAYS} 天")
    closing = turn.calendar.closing(until)
    return workdays.Moment(closing, not turn.calendar.published(until.year))


def resubmit(turn: Turn) -> None:
    """Back to the same specialist, who knows what was missing (首接负责)."""
    attach(turn, turn.facts["attachments"], Circle.ENTERPRISE)
    turn.clocks.stop(turn.at, ClockCode.SUPPLEMENT)
    turn.clocks.resume(turn.at)
    turn.grievance.assignee = still_or_next(turn.grievance, turn.at)
    _wait_for_acceptance(turn)


def supplement_timeout(turn: Turn) -> None:
    clock = turn.clocks.running.get(ClockCode.SUPPLEMENT)
    if clock is None or clock.due_at >= turn.at or clock.escalations.filter(level__startswith="remind").count() < 2:
        raise StateConflict("补正期限未过或提醒未满两次，不能按逾期处理。")
    over(turn)


def reject(turn: Turn) -> None:
    turn.grievance.answered_at = turn.at
    over(turn)


def appeal(turn: Turn) -> None:
    grievance = turn.grievance
    rejection = Transition.objects.filter(grievance=grievance, event="reject").order_by("-seq").first()
    grievance.ended_at = grievance.answered_at = None
    start_promise(turn, _into_the_queue(turn, but=rejection.by_id if rejection else None))
    lengths.start_contact(turn.clocks, turn.at)


def withdraw(turn: Turn) -> None:
    from grievances.dispatch import recall_all

    recall_all(turn)
    over(turn)


def over(turn: Turn) -> None:
    """Ends every clock and leaves nothing that could still warn or be late (INV09)."""
    grievance = turn.grievance
    # A pause with its end still to come would otherwise count against a clock that starts after an appeal or 撤销并案.
    turn.clocks.resume(turn.at)
    turn.clocks.stop_all(turn.at)
    grievance.ended_at = turn.at
    grievance.resume_at = None
    if grievance.state in (State.WITHDRAWN, State.MERGED, State.REJECTED):
        grievance.unit = None


def promise_for(community, item, at: datetime) -> workdays.Moment:
    """The promised time shown before submitting."""
    return lengths.promise(at, lengths.terms_of(item, at), calendar=lengths.calendar_of(community))
