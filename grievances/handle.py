"""处置, second half, and 反馈: suspending, extending, finishing, sending back, telling the enterprise; changing class or priority."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

import workdays
from grievances import clocks as lengths
from grievances.dispatch import co_rows, main_dispatch, recall_all, type_in
from grievances.evidence import keep_evidence
from grievances.intake import over
from grievances.states import ClockCode, DispatchState
from grievances.turn import Turn
from wording.errors import StateConflict

MAX_SUSPENSION_DAYS = 30


def check_suspension(turn: Turn) -> None:
    resume_on = turn.facts["resume_on"]
    if not turn.today < resume_on <= turn.today + timedelta(days=MAX_SUSPENSION_DAYS):
        raise turn.refuse("resume_on", f"须晚于今天，最长 {MAX_SUSPENSION_DAYS} 个自然日")


def suspend(turn: Turn) -> None:
    check_suspension(turn)
    keep_evidence(turn)
    day = turn.facts["resume_on"]
    if not turn.calendar.is_workday(day):
        day = workdays.nth_workday(day, 1, calendar=turn.calendar).on
    turn.grievance.resume_at = turn.calendar.opening(day)
    turn.clocks.pause(turn.at, turn.grievance.resume_at, turn.transition)


def resume(turn: Turn) -> None:
    turn.grievance.resume_at = None
    turn.clocks.resume(turn.at)


def check_extension(turn: Turn) -> None:
    """New deadline after the present one; the working days added since the first never exceed what the item allows."""
    grievance, due_at = turn.grievance, turn.facts["due_at"]
    told = turn.clocks.running[ClockCode.PROMISE]
    if not workdays.elapsed(max(told.due_at, turn.at), due_at, calendar=turn.calendar):
        raise turn.refuse("due_at", "须晚于现在的承诺期限，且加上的是工作时间")
    allowed = int(grievance.policy.get("extension_workdays", 0))
    if timezone.localtime(due_at).date() > turn.clocks.latest_extension(told, allowed):
        raise turn.refuse("due_at", f"这一事项累计最多延期 {allowed} 个工作日")


def extend(turn: Turn) -> None:
    check_extension(turn)
    turn.grievance.extended_times += 1
    turn.clocks.extend(turn.facts["due_at"])


def finish(turn: Turn) -> None:
    grievance = turn.grievance
    waiting = [row.unit.name for row in co_rows(grievance) if row.state not in (DispatchState.DONE, DispatchState.WAIVED)]
    if waiting:
        raise StateConflict(f"协办单位（{'、'.join(waiting)}）还没有完成；请等其答复，或逐个豁免。")
    row = main_dispatch(grievance)
    assert row is not None
    type_in(turn, row, final=True)
    row.state, row.ended_at, row.finished = DispatchState.DONE, turn.at, True
    row.save(update_fields=["state", "ended_at", "finished"])
    grievance.outcome = turn.facts["outcome"]
    keep_evidence(turn)
    turn.clocks.start_hours(ClockCode.FEEDBACK, turn.at, lengths.FEEDBACK_HOURS)


def send_back(turn: Turn) -> None:
    row = main_dispatch(turn.grievance)
    assert row is not None
    row.state, row.ended_at, row.finished = DispatchState.ACKNOWLEDGED, None, False
    row.save(update_fields=["state", "ended_at", "finished"])
    turn.grievance.outcome = ""
    turn.clocks.stop(turn.at, ClockCode.FEEDBACK)


def feed_back(turn: Turn) -> None:
    grievance = turn.grievance
    if grievance.self_handled and turn.by is not None and turn.by.pk == grievance.handler_id:
        grievance.spot_check = True
    grievance.reply = turn.facts["reply"]
    grievance.answered_at = turn.at
    over(turn)
    turn.clocks.start_days(ClockCode.RATING_WINDOW, turn.at, lengths.RATING_WORKDAYS)


def withdraw_late(turn: Turn) -> None:
    recall_all(turn)
    over(turn)


def reclassify(turn: Turn) -> None:
    """按新政策重算: a deadline may come forward; making it later is an extension, which a leader approves."""
    grievance, item = turn.grievance, turn.facts["service_item"]
    priority = turn.facts["priority"]
    if (item is None or item == grievance.service_item) and priority in ("", grievance.priority):
        raise turn.refuse("service_item", "请选一个新的事项或优先级")
    if priority:
        grievance.priority = priority
    if item is None:
        return
    grievance.service_item, grievance.window = item, item.window
    terms = lengths.terms_of(item, turn.at)
    grievance.policy = {**grievance.policy, **terms.as_policy()}
    told = turn.clocks.running.get(ClockCode.PROMISE)
    if told is not None:
        turn.clocks.tighten(ClockCode.PROMISE, lengths.promise(told.started_at, terms, calendar=turn.calendar))
    handle = turn.clocks.running.get(ClockCode.HANDLE)
    if handle is not None:
        turn.clocks.tighten(ClockCode.HANDLE, workdays.days_limit(handle.started_at, terms.workdays, calendar=turn.calendar))
