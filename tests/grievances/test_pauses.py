"""What moves a deadline and what does not: supplements, suspensions, extensions, changes of class, merges; lateness stays on record."""

from datetime import timedelta
from itertools import permutations

import pytest

import workdays
from grievances import sweeps
from grievances.clocks import Clocks, calendar_of
from grievances.models import Pause
from grievances.states import ClockCode, State
from tests import make
from tests.grievances.steps import FINISHED, at, do, fresh, latest, local
from wording.errors import FactsMissing, StateConflict

# ZL02 filed on Wednesday 2026-11-18 at 10:00: ten working days after that of accepting.
PROMISED = "2026-12-02 17:30"


def suspended(here, *, since="2026-11-19 09:00", until="2026-11-26"):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    ticket = do(ticket, "request_suspend", here.partner, since, reason="等对方回函", resume_on=until)
    return do(ticket, "approve", here.leader, since)


def extended(ticket, here, *, until, when="2026-11-19 09:00"):
    ticket = do(ticket, "request_extend", here.partner, when, reason="对方分期", due_at=until)
    return do(ticket, "approve", here.leader, when)


@pytest.mark.parametrize(
    ("returned_at", "back_at", "due"),
    [
        ("2026-11-18 11:00", "2026-11-18 11:00", PROMISED),
        ("2026-11-18 12:10", "2026-11-18 13:20", PROMISED),
        ("2026-11-18 17:30", "2026-11-19 09:00", PROMISED),
        ("2026-11-20 17:45", "2026-11-22 20:00", PROMISED),
        ("2026-11-18 11:00", "2026-11-18 11:20", "2026-12-03 09:20"),
        ("2026-11-18 11:00", "2026-11-20 11:00", "2026-12-04 17:30"),
    ],
    ids=["at once", "over lunch", "over night", "over the weekend", "twenty minutes", "two working days"],
)
def test_the_promise_stands_still_while_the_enterprise_has_the_ball(returned_at, back_at, due, here):
    ticket = make.grievance(scene=here)

    ticket = do(ticket, "return_for_info", here.specialist_zl, returned_at, missing=["合同复印件"])
    ticket = do(ticket, "resubmit", here.manager, back_at, note="已补合同")

    assert local(ticket.promise_due_at) == due


def test_a_supplement_that_comes_too_late_has_stopped_the_clock_only_until_its_own_limit(here):
    ticket = make.grievance(scene=here)
    ticket = do(ticket, "return_for_info", here.specialist_zl, "2026-11-18 11:00", missing=["合同复印件"], until="2026-11-20")

    ticket = do(ticket, "resubmit", here.manager, "2026-11-27 11:00", note="已补合同")

    # 11:00 on Wednesday until closing time on Friday: five hours and two days.
    assert local(ticket.promise_due_at) == "2026-12-07 15:30"


@pytest.mark.parametrize("until", ["2026-11-18", "2026-11-17", "2026-12-19"])
def test_a_supplement_is_due_after_today_and_within_thirty_days(until, here):
    with pytest.raises(FactsMissing):
        do(make.grievance(scene=here), "return_for_info", here.specialist_zl, "2026-11-18 11:00", missing=["合同"], until=until)


def test_it_is_sent_back_for_more_twice_and_no_third_time(here):
    ticket = make.grievance(scene=here)
    for _ in range(2):
        ticket = do(ticket, "return_for_info", here.specialist_zl, "2026-11-18 11:00", missing=["合同"])
        ticket = do(ticket, "resubmit", here.manager, "2026-11-18 11:00", note="已补")

    with pytest.raises(StateConflict):
        do(ticket, "return_for_info", here.specialist_zl, "2026-11-18 11:00", missing=["合同"])


def test_a_suspension_moves_promise_and_handling_by_the_working_time_it_lasts(here):
    ticket = suspended(here)

    assert local(ticket.resume_at) == "2026-11-26 09:00"
    assert local(ticket.promise_due_at) == "2026-12-09 17:30"  # five working days later
    assert local(ticket.next_due_at) == "2026-11-19 17:30"  # nobody has spoken with the enterprise yet
    spoken = do(ticket, "comment", here.specialist_zl, "2026-11-19 10:00", body="已挂起，等回函", circle="enterprise")
    assert spoken.next_due_at == ticket.resume_at
    assert latest(ticket, ClockCode.HANDLE).due_at == latest(ticket, ClockCode.PROMISE).due_at


@pytest.mark.parametrize("swept_at", ["2026-11-26 09:00", "2026-11-26 09:00:59", "2026-11-30 14:00"])
def test_a_late_sweep_ends_the_suspension_when_it_was_to_end(swept_at, here):
    """INV22."""
    ticket = suspended(here)

    sweeps.resume_due(at(swept_at))

    assert (fresh(ticket).state, local(fresh(ticket).promise_due_at)) == (State.IN_PROGRESS, "2026-12-09 17:30")
    assert Pause.objects.get().until_at == at("2026-11-26 09:00")


def test_nothing_resumes_before_its_time(here):
    ticket = suspended(here)

    assert sweeps.resume_due(at("2026-11-26 08:59:59")) == 0
    assert fresh(ticket).state == State.SUSPENDED


def test_a_suspension_that_ends_early_gives_back_the_rest(here):
    ticket = do(suspended(here), "resume", here.partner, "2026-11-20 09:00", reason="manual")

    assert local(ticket.promise_due_at) == "2026-12-03 17:30"  # one working day later


def test_an_answer_of_the_enterprise_resumes_at_once(here):
    ticket = do(suspended(here), "comment", here.manager, "2026-11-20 09:00", body="对方已回函")

    assert ticket.state == State.IN_PROGRESS
    assert ticket.transitions.latest("seq").facts == {"reason": "enterprise_replied"}
    assert do(suspended(here), "comment", here.specialist_zl, "2026-11-20 09:00", body="内部商量").state == State.SUSPENDED


def test_a_suspension_until_a_day_off_ends_with_the_next_working_day(here):
    ticket = suspended(here, until="2026-11-21")

    assert local(ticket.resume_at) == "2026-11-23 09:00"


@pytest.mark.parametrize("until", ["2026-11-19", "2026-12-20"])
def test_a_suspension_ends_after_today_and_within_thirty_days(until, here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)

    with pytest.raises(FactsMissing):
        do(ticket, "request_suspend", here.partner, "2026-11-19 09:00", reason="等回函", resume_on=until)


def test_a_suspension_approved_after_its_date_is_refused_and_stays_pending(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    ticket = do(ticket, "request_suspend", here.partner, "2026-11-19 09:00", reason="等回函", resume_on="2026-11-20")

    with pytest.raises(FactsMissing):
        do(ticket, "approve", here.leader, "2026-11-20 09:00")

    assert (fresh(ticket).pending, fresh(ticket).version) == ("suspend", ticket.version)


def test_overlapping_pauses_count_once_in_whatever_order_they_were_written(here):
    """INV08."""
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    line = ticket.transitions.latest("seq")
    spans = [("2026-11-19 09:00", "2026-11-23 12:00"), ("2026-11-20 14:00", "2026-11-24 09:00"), ("2026-11-24 09:00", "2026-11-24 10:00")]
    due = set()

    for order in permutations(spans):
        Pause.objects.filter(grievance=ticket).delete()
        for begin, end in order:
            Pause.objects.create(grievance=ticket, cycle=1, from_at=at(begin), until_at=at(end), transition=line)
        clocks = Clocks.of(ticket)
        promise = clocks.running[ClockCode.PROMISE]
        clocks.recalculate(promise)
        due.add(local(promise.due_at))

    assert due == {"2026-12-08 10:00"}  # three working days and one hour, once


def test_a_merge_ends_the_suspension_so_that_it_does_not_count_against_the_clock_after_unmerging(here):
    main = make.grievance(State.ACCEPTED, scene=here)
    ticket = suspended(here)

    ticket = do(ticket, "merge", here.specialist_zl, "2026-11-20 09:00", into=main.number, reason="同一件事")
    assert Pause.objects.get().until_at == at("2026-11-20 09:00")
    ticket = do(ticket, "unmerge", here.specialist_zl, "2026-11-23 09:00", reason="两件事")

    # Nine days and a bit were left on Thursday at nine; they run on from Monday at nine.
    calendar = calendar_of(ticket.community)
    left = workdays.elapsed(at("2026-11-19 09:00"), at(PROMISED), calendar=calendar)
    assert workdays.elapsed(at("2026-11-23 09:00"), ticket.promise_due_at, calendar=calendar) == left
    clocks = Clocks.of(ticket)
    clocks.recalculate(clocks.running[ClockCode.PROMISE])
    assert clocks.running[ClockCode.PROMISE].due_at == ticket.promise_due_at


def test_an_extension_moves_promise_and_handling_and_keeps_the_first_deadline(here):
    ticket = extended(make.grievance(State.IN_PROGRESS, scene=here), here, until="2026-12-10 17:30")

    assert local(ticket.promise_due_at) == "2026-12-10 17:30"
    assert local(latest(ticket, ClockCode.PROMISE).first_due_at) == PROMISED
    assert local(latest(ticket, ClockCode.HANDLE).due_at) == "2026-12-10 17:30"


@pytest.mark.parametrize("until", [PROMISED, "2026-12-01 17:30", "2026-12-02 23:00", "2026-12-31 17:30", "2027-03-01 17:30"])
def test_an_extension_adds_working_time_and_no_more_days_than_the_item_allows(until, here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)

    with pytest.raises(FactsMissing):
        do(ticket, "request_extend", here.partner, "2026-11-19 09:00", reason="对方分期", due_at=until)


def test_the_last_day_allowed_is_allowed(here):
    ticket = extended(make.grievance(State.IN_PROGRESS, scene=here), here, until="2026-12-30 17:30")  # 20 working days

    assert local(ticket.promise_due_at) == "2026-12-30 17:30"


def test_an_extension_into_the_night_or_the_weekend_ends_with_the_work_before_it(here):
    ticket = extended(make.grievance(State.IN_PROGRESS, scene=here), here, until="2026-12-05 12:00")  # a Saturday
    assert local(ticket.promise_due_at) == "2026-12-04 17:30"

    # INV07: a pause outside working hours moves nothing, and nothing forward.
    ticket = do(ticket, "request_suspend", here.partner, "2026-11-20 18:00", reason="等回函", resume_on="2026-11-24")
    ticket = do(ticket, "approve", here.leader, "2026-11-20 18:00")
    assert local(do(ticket, "resume", here.partner, "2026-11-20 20:00", reason="manual").promise_due_at) == "2026-12-04 17:30"


def test_days_of_suspension_are_not_days_of_extension(here):
    ticket = do(suspended(here), "resume", here.partner, "2026-11-26 09:00", reason="manual")
    assert local(ticket.promise_due_at) == "2026-12-09 17:30"

    ticket = extended(ticket, here, until="2027-01-06 17:30", when="2026-11-26 10:00")  # 20 working days after that

    assert local(ticket.promise_due_at) == "2027-01-06 17:30"
    with pytest.raises(FactsMissing):
        do(ticket, "request_extend", here.partner, "2026-11-26 11:00", reason="再延", due_at="2027-01-07 17:30")


def test_an_extension_into_an_unannounced_year_is_presumed(here):
    ticket = extended(
        make.grievance(State.IN_PROGRESS, scene=here, at=at("2026-12-14 10:00")), here, until="2027-01-06 17:30", when="2026-12-15 09:00"
    )

    assert ticket.provisional
    assert latest(ticket, ClockCode.PROMISE).provisional


def test_an_extension_is_asked_for_before_the_deadline_twice_at_most(here):
    """INV11."""
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    with pytest.raises(StateConflict):
        do(ticket, "request_extend", here.partner, "2026-12-02 17:30", reason="来不及", due_at="2026-12-09 17:30")

    ticket = extended(ticket, here, until="2026-12-03 17:30")
    ticket = extended(ticket, here, until="2026-12-04 17:30")
    with pytest.raises(StateConflict):
        do(ticket, "request_extend", here.partner, "2026-11-20 09:00", reason="还要", due_at="2026-12-07 17:30")


def test_a_matter_that_cannot_be_extended_is_not(here):
    ticket = make.grievance(scene=here)
    ticket = do(ticket, "accept", here.specialist_zl, "2026-11-18 11:00", service_item="ZL03")
    ticket = do(ticket, "self_handle", here.specialist_zl, "2026-11-18 11:00")

    with pytest.raises(StateConflict):
        do(ticket, "request_extend", here.specialist_zl, "2026-11-18 12:00", reason="要久一点", due_at="2026-12-16 17:30")


def test_lateness_is_not_undone_by_an_extension_approved_too_late(here):
    """INV10."""
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    ticket = do(ticket, "request_extend", here.partner, "2026-12-02 17:00", reason="对方分期", due_at="2026-12-10 17:30")

    ticket = do(ticket, "approve", here.leader, "2026-12-03 09:00")

    promise = latest(ticket, ClockCode.PROMISE)
    assert (local(promise.breached_at), local(promise.due_at)) == (PROMISED, "2026-12-10 17:30")


@pytest.mark.parametrize(("item", "due"), [("ZL05", "2026-11-23 17:30"), ("JF09", PROMISED), ("ZL04", PROMISED)])
def test_another_class_may_bring_the_promise_forward_and_never_put_it_off(item, due, here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)

    ticket = do(ticket, "reclassify", here.specialist_zl, "2026-11-18 14:00", service_item=item, reason="以此为主")

    assert local(ticket.promise_due_at) == due
    assert latest(ticket, ClockCode.HANDLE).due_at <= at(PROMISED)
    assert ticket.policy["item"] == item


def test_another_class_keeps_the_pauses_and_the_lateness(here):
    ticket = do(suspended(here), "resume", here.partner, "2026-11-26 09:00", reason="manual")
    ticket = do(ticket, "reclassify", here.specialist_zl, "2026-11-26 10:00", service_item="ZL05", reason="以此为主")
    assert local(ticket.promise_due_at) == "2026-11-30 17:30"  # three working days, and the five that it stood still

    late = do(ticket, "reclassify", here.specialist_zl, "2026-12-01 09:00", service_item="JF09", reason="又改")
    assert local(latest(late, ClockCode.PROMISE).breached_at) == "2026-11-30 17:30"
    assert late.promise_due_at == ticket.promise_due_at


def test_accepting_as_something_longer_does_not_lengthen_what_was_promised(here):
    ticket = make.grievance(scene=here, service_item="ZL05")
    promised = ticket.promise_due_at

    longer = do(ticket, "accept", here.specialist_zl, "2026-11-18 11:00", service_item="JF09")

    assert longer.promise_due_at == promised
    assert local(latest(longer, ClockCode.HANDLE).due_at) == "2026-12-09 17:30"


def test_accepting_as_something_shorter_brings_the_promise_forward(here):
    ticket = do(make.grievance(scene=here), "accept", here.specialist_zl, "2026-11-18 11:00", service_item="ZL05")

    assert local(ticket.promise_due_at) == "2026-11-23 17:30"


def test_what_was_answered_late_stays_late(here):
    ticket = do(make.grievance(State.IN_PROGRESS, scene=here), "finish", here.partner, "2026-12-03 10:00", **FINISHED)

    assert local(latest(ticket, ClockCode.PROMISE).breached_at) == PROMISED
    assert latest(ticket, ClockCode.FEEDBACK).due_at - at("2026-12-03 10:00") == timedelta(hours=5.5)
