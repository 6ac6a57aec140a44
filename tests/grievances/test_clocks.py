"""The ten clocks: when each starts, how long it is, when it stops; the promise shown is the promise kept."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

import grievances as subject
from grievances import filing, intake
from grievances.clocks import calendar_of
from grievances.models import ServiceTerm
from grievances.states import ClockCode, State
from tests import make
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh, latest, local, running
from wording.errors import FactsMissing, StateConflict

FILE = json.loads((Path(subject.__file__).parent / "data" / "ticket_machine.json").read_text(encoding="utf-8"))
NEXT_DAY = "2026-11-19 10:00"

# By hand on the calendar of the notice: 4 working hours to accept, then the item's days, the first of which is the next working day.
PROMISES = [
    ("an ordinary morning", "2026-11-18 10:00", "ZL02", "2026-12-02 17:30", False),
    ("over lunch", "2026-11-18 12:45", "ZL02", "2026-12-02 17:30", False),
    ("late enough to be accepted tomorrow", "2026-11-18 15:00", "ZL02", "2026-12-03 17:30", False),
    ("Saturday night", "2026-11-21 23:00", "ZL05", "2026-11-26 17:30", False),
    ("a make-up Saturday", "2026-10-10 09:00", "ZL05", "2026-10-14 17:30", False),
    ("the evening before the Spring Festival's make-up Saturday", "2026-02-13 23:59", "ZL02", "2026-03-06 17:30", False),
    ("23:59 on the eve of the Spring Festival", "2026-02-14 23:59", "ZL02", "2026-03-09 17:30", False),
    ("23:59 on the eve of the National Day", "2026-09-30 23:59", "ZL02", "2026-10-21 17:30", False),
    ("into a year nobody has announced", "2026-12-28 10:00", "ZL02", "2027-01-11 17:30", True),
    ("one working hour in an emergency", "2026-11-18 10:00", "ZL12", "2026-11-19 17:30", False),
    ("without an item: the catch-all's", "2026-11-18 10:00", None, "2026-11-25 17:30", False),
]


@pytest.mark.parametrize(("filed_at", "item", "due", "provisional"), [row[1:] for row in PROMISES], ids=[row[0] for row in PROMISES])
def test_the_promise_shown_before_submitting_is_the_one_kept_after(filed_at, item, due, provisional, here):
    shown = intake.promise_for(here.community, here.item(item) if item else None, at(filed_at))
    ticket = filing.file(here.manager, {**make.FILED, "service_item": item}, at=at(filed_at))

    assert ticket.promise_due_at == shown.at
    assert (local(shown.at), shown.provisional) == (due, provisional)
    assert ticket.provisional == provisional


def test_the_limits_of_the_day_of_filing_hold_whatever_is_set_later(here):
    ServiceTerm.objects.create(item=here.item("ZL02"), in_force_on=at("2026-11-20 00:00").date(), accept_hours=2, workdays=3)
    before, after = (make.grievance(scene=here, at=at(day)) for day in ("2026-11-18 10:00", "2026-11-20 10:00"))

    assert local(before.promise_due_at) == "2026-12-02 17:30"
    assert local(after.promise_due_at) == "2026-11-25 17:30"


@pytest.mark.parametrize("state", [row["code"] for row in FILE["states"]])
def test_in_every_state_just_the_clocks_of_the_machine_file_run(state, here):
    ticket = make.grievance(state, scene=here)
    expected = set(next(row["clocks"] for row in FILE["states"] if row["code"] == state))

    own = running(ticket) - {ClockCode.PROMISE, ClockCode.CONTACT}
    if state == State.SUSPENDED:
        own -= {ClockCode.HANDLE}  # there, and standing still
    assert own == expected
    assert (ClockCode.PROMISE in running(ticket)) == ticket.is_open


HOURS = {ClockCode.ACCEPT: 4, ClockCode.DISPATCH: 4, ClockCode.ACK: 4, ClockCode.FEEDBACK: 4}
DAYS = {ClockCode.HANDLE: 10, ClockCode.SUPPLEMENT: 5, ClockCode.CONTACT: 1, ClockCode.RATING_WINDOW: 15}
# code: (state in which it has started, the last day of a limit in days from 2026-11-18)
STARTED_IN = {
    ClockCode.ACCEPT: State.SUBMITTED, ClockCode.CONTACT: State.SUBMITTED, ClockCode.SUPPLEMENT: State.RETURNED,
    ClockCode.DISPATCH: State.ACCEPTED, ClockCode.HANDLE: State.ACCEPTED, ClockCode.ACK: State.DISPATCHED,
    ClockCode.FEEDBACK: State.AWAITING_FEEDBACK, ClockCode.RATING_WINDOW: State.CLOSED,
}  # fmt: skip
LAST_DAY = {ClockCode.HANDLE: "12-02", ClockCode.SUPPLEMENT: "11-25", ClockCode.CONTACT: "11-19", ClockCode.RATING_WINDOW: "12-09"}


@pytest.mark.parametrize("code", HOURS)
def test_a_limit_in_working_hours_runs_at_once(code, here):
    clock = latest(make.grievance(STARTED_IN[code], scene=here), code)

    # Started in the morning, over lunch: four hours of work are five and a half on the wall.
    assert clock.due_at - clock.started_at == timedelta(hours=HOURS[code] + 1.5)
    assert clock.budget_seconds == HOURS[code] * 3600


@pytest.mark.parametrize("code", DAYS)
def test_a_limit_in_working_days_ends_at_closing_time_of_the_last(code, here):
    clock = latest(make.grievance(STARTED_IN[code], scene=here), code)

    assert local(clock.due_at) == f"2026-{LAST_DAY[code]} 17:30"


def test_an_emergency_is_contacted_within_two_working_hours(here):
    ticket = make.grievance(scene=here, service_item="ZL12")

    assert ticket.priority == "emergency"
    assert local(latest(ticket, ClockCode.CONTACT).due_at) == "2026-11-18 12:00"


# (what it is about, from which state, by whom, which event with which facts, the clock, does it run after)
STOPS_AND_STARTS = [
    ("accepting ends the wait for it", "submitted", "specialist_zl", "accept", {"service_item": "ZL02"}, "accept", False),
    ("asking for more counts as an answer", "submitted", "specialist_zl", "return_for_info", {"missing": ["合同"]}, "accept", False),
    ("asking for more is a contact", "submitted", "specialist_zl", "return_for_info", {"missing": ["合同"]}, "contact", False),
    ("a second submission waits anew", "returned", "manager", "resubmit", {"note": "已补"}, "accept", True),
    ("a second submission ends the supplement", "returned", "manager", "resubmit", {"note": "已补"}, "supplement", False),
    ("an appeal waits anew", "rejected", "manager", "appeal", {"reason": "并未立案"}, "accept", True),
    ("an appeal is promised anew", "rejected", "manager", "appeal", {"reason": "并未立案"}, "promise", True),
    ("dispatching ends the wait for it", "accepted", "specialist_zl", "dispatch", {"unit": "LAW1"}, "dispatch", False),
    ("dispatching does not stop the handling", "accepted", "specialist_zl", "dispatch", {"unit": "LAW1"}, "handle", True),
    ("handling it oneself ends the wait too", "accepted", "specialist_zl", "self_handle", {}, "dispatch", False),
    ("acknowledging ends the wait for it", "dispatched", "partner", "acknowledge", {}, "ack", False),
    ("handing back ends the wait", "dispatched", "partner", "return_dispatch", {"reason": "无此专长"}, "ack", False),
    ("handing back waits for a dispatch", "dispatched", "partner", "return_dispatch", {"reason": "无此专长"}, "dispatch", True),
    ("handing back does not stop the handling", "dispatched", "partner", "return_dispatch", {"reason": "无此专长"}, "handle", True),
    ("a recall waits for a dispatch", "in_progress", "leader", "recall", {"reason": "改派"}, "dispatch", True),
    ("a recall does not stop the handling", "in_progress", "leader", "recall", {"reason": "改派"}, "handle", True),
    ("finishing waits for the telling", "in_progress", "partner", "finish", FINISHED, "feedback", True),
    ("finishing does not stop the handling", "in_progress", "partner", "finish", FINISHED, "handle", True),
    ("a talk with the enterprise is a contact", "in_progress", "partner", "finish", FINISHED, "contact", False),
    ("sending back ends the wait for telling", "awaiting_feedback", "specialist_zl", "send_back", {"reason": "无回单"}, "feedback", False),
    ("telling opens the rating", "awaiting_feedback", "specialist_zl", "feed_back", TOLD, "rating_window", True),
    ("telling keeps the promise", "awaiting_feedback", "specialist_zl", "feed_back", TOLD, "promise", False),
    ("rating closes the window", "closed", "manager", "rate", {"solved": "yes", "result": 5, "speed": 5}, "rating_window", False),
    ("reopening closes the window", "closed", "manager", "reopen", {"reason": "又拖欠"}, "rating_window", False),
    ("reopening handles anew", "closed", "manager", "reopen", {"reason": "又拖欠"}, "handle", True),
    ("reopening contacts anew", "closed", "manager", "reopen", {"reason": "又拖欠"}, "contact", True),
    ("undoing a merge handles on", "merged", "specialist_zl", "unmerge", {"reason": "两件事"}, "handle", True),
    ("words among staff are no contact", "accepted", "specialist_zl", "comment", {"body": "内部商量"}, "contact", True),
    ("words to the enterprise are", "accepted", "specialist_zl", "comment", {"body": "已收到", "circle": "enterprise"}, "contact", False),
    ("the enterprise's own words are none", "accepted", "manager", "comment", {"body": "有进展吗"}, "contact", True),
]


@pytest.mark.parametrize(
    ("state", "who", "event", "facts", "code", "runs"), [row[1:] for row in STOPS_AND_STARTS], ids=[row[0] for row in STOPS_AND_STARTS]
)
def test_a_clock_starts_and_stops_as_the_machine_says(state, who, event, facts, code, runs, here):
    ticket = make.grievance(state, scene=here)

    moved = do(ticket, event, here.people[who], "2026-11-18 15:30", **facts)

    clock = latest(moved, code)
    assert (clock.ended_at is None) == runs
    assert runs or clock.ended_at == at("2026-11-18 15:30")


def test_withdrawing_ends_every_clock(here):
    ticket = do(make.grievance(State.DISPATCHED, scene=here), "withdraw", here.manager, NEXT_DAY)

    assert running(ticket) == set()
    assert ticket.next_due_at is None


def test_an_order_from_above_has_a_clock_of_its_own_that_its_own_answer_stops(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    first = do(ticket, "supervise", here.street, "2026-11-18 11:00", demand="今日报进展", due_at="2026-11-18 16:00")
    second = do(first, "supervise", here.leader, "2026-11-18 11:05", demand="明日报结果", due_at="2026-11-19 16:00")
    assert local(second.next_due_at) == "2026-11-18 16:00"

    answered = do(second, "comment", here.partner, "2026-11-18 14:00", body="已约谈对方", answers=first.version)

    ended = {clock.transition.seq: clock.ended_at for clock in answered.clocks.filter(code=ClockCode.SUPERVISE)}
    assert ended == {first.version: at("2026-11-18 14:00"), second.version: None}


def test_a_clock_of_an_order_stops_at_the_latest_when_the_enterprise_is_told(here):
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here)
    ticket = do(ticket, "supervise", here.leader, "2026-11-18 11:00", demand="明日报结果", due_at="2026-11-19 16:00")

    closed = do(ticket, "feed_back", here.specialist_zl, "2026-11-18 15:00", **TOLD)

    assert running(closed) == {ClockCode.RATING_WINDOW}


def test_an_order_may_not_be_due_in_the_past(here):
    ticket = make.grievance(State.ACCEPTED, scene=here)

    with pytest.raises(FactsMissing):
        do(ticket, "supervise", here.leader, "2026-11-18 15:00", demand="请报进展", due_at="2026-11-18 14:00")


def test_the_queue_goes_by_the_clock_that_runs_out_first(here):
    ticket = make.grievance(scene=here)
    assert (ticket.next_clock, ticket.next_due_at) == ("accept", latest(ticket, "accept").due_at)

    accepted = do(ticket, "accept", here.specialist_zl, "2026-11-18 11:00", service_item="ZL02")

    assert (accepted.next_clock, accepted.next_due_at) == ("dispatch", latest(accepted, "dispatch").due_at)


def test_handing_back_and_recalling_never_move_the_promise(here):
    ticket = make.grievance(State.DISPATCHED, scene=here)
    promised = ticket.promise_due_at

    ticket = do(ticket, "return_dispatch", here.partner, "2026-11-18 16:00", reason="无此专长")
    ticket = do(ticket, "dispatch", here.specialist_zl, "2026-11-19 09:30", unit="LAW2")
    ticket = do(ticket, "recall", here.leader, "2026-11-20 09:30", reason="改派")
    ticket = do(ticket, "hand_over", here.leader, "2026-11-20 10:00", to=here.colleague.username, reason="休假")

    assert ticket.promise_due_at == promised


def test_a_reopened_ticket_has_half_the_days_rounded_up_and_the_old_cycle_stays(here):
    closed = make.grievance(State.CLOSED, scene=here)
    first = latest(closed, ClockCode.PROMISE)

    again = do(closed, "reopen", here.manager, "2026-11-20 10:00", reason="又拖欠")

    assert again.cycle == 2
    assert local(again.promise_due_at) == "2026-11-27 17:30"  # five of ten days
    unchanged = type(first).objects.get(pk=first.pk)
    assert (unchanged.due_at, unchanged.ended_at, unchanged.cycle) == (first.due_at, first.ended_at, 1)


def test_three_days_become_two(here):
    zl = here.specialist_zl
    ticket = make.grievance(scene=here, service_item="ZL05")
    for event, facts in (("accept", {"service_item": "ZL05"}), ("self_handle", {}), ("finish", FINISHED), ("feed_back", TOLD)):
        ticket = do(ticket, event, zl, "2026-11-18 11:00", **facts)

    assert local(do(ticket, "reopen", here.manager, "2026-11-20 10:00", reason="又冒烟").promise_due_at) == "2026-11-24 17:30"


def test_the_enterprise_reopens_until_the_window_ends_and_no_longer(here):
    ticket = make.grievance(State.CLOSED, scene=here)
    end = latest(ticket, ClockCode.RATING_WINDOW).due_at

    with pytest.raises(StateConflict):
        do(ticket, "reopen", here.manager, end + timedelta(seconds=1), reason="又拖欠")
    assert do(ticket, "reopen", here.manager, end, reason="又拖欠").state == State.ACCEPTED


def test_a_community_with_hours_of_its_own_has_clocks_of_its_own(here):
    type(here.community).objects.filter(pk=here.community.pk).update(working_hours=[["08:00", "12:00"], ["14:00", "18:00"]])
    here.community.refresh_from_db()
    here.enterprise.refresh_from_db()

    ticket = make.grievance(scene=here)

    assert local(ticket.next_due_at) == "2026-11-18 16:00"
    assert calendar_of(fresh(ticket).community).standard_day_seconds == 8 * 3600
