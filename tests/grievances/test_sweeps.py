"""What is due by the clock: run never, once, often, late — the outcome is the same (INV22); nobody is warned about what is over (INV09)."""

from datetime import timedelta

import pytest
from django.db import transaction

import workdays
from grievances import sweeps, workflow
from grievances.clocks import calendar_of
from grievances.models import Clock, Escalation, Grievance
from grievances.states import ClockCode, State
from notices.models import Notice
from tests import make
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh, latest, local
from wording.errors import StateConflict

GOOD = {"solved": "yes", "result": 5, "speed": 5}


def everything():
    """What sweeps may change, without the moments at which they happened to run."""
    return (
        sorted(Grievance.objects.values_list("number", "state", "version", "promise_due_at", "next_due_at", "assignee")),
        sorted(Clock.objects.values_list("pk", "due_at", "breached_at", "budget_seconds")),
        sorted(Escalation.objects.values_list("clock", "level")),
        sorted(Notice.objects.values_list("event", "recipient", "channel")),
    )


def run_all(when):
    return {name: sweep(when) for name, sweep in sweeps.SWEEPS.items()}


def levels(clock):
    return set(Escalation.objects.filter(clock=clock).values_list("level", flat=True))


def told(clock, level, here):
    names = {person.pk: name for name, person in here.people.items()}
    rows = Notice.objects.filter(event=f"clock:{clock.pk}:{level}", channel="app")
    return {names[key] for key in rows.values_list("recipient", flat=True)}


def a_desk_full(here):
    """One ticket in every state, and one poor rating."""
    return [make.grievance(state, scene=here) for state in State.values]


@pytest.mark.parametrize("when", ["2026-11-19 16:00", "2027-01-20 12:00"])
def test_run_once_or_often_the_outcome_is_the_same(when, here):
    a_desk_full(here)

    run_all(at(when))
    run_all(at(when))
    once = everything()
    again = run_all(at(when))

    assert everything() == once
    assert not any(again.values())


def test_a_sweep_that_sleeps_for_weeks_catches_up_to_what_punctual_ones_would_have_done(here):
    """Compared for all but who is late because the sweep itself was: states, deadlines, lateness, levels."""
    a_desk_full(here)
    days = [make.WEDNESDAY + timedelta(days=n, hours=4) for n in (1, 2, 5, 6, 9, 13, 16, 22, 39)]

    class Undo(Exception):
        pass

    try:
        with transaction.atomic():
            for day in days:
                run_all(day)
            punctual = everything()
            raise Undo
    except Undo:
        pass
    for _ in range(3):  # a second run withdraws what the first has reminded
        run_all(days[-1])
    late = everything()

    assert [row[:4] for row in late[0]] == [row[:4] for row in punctual[0]]
    assert [(pk, due) for pk, due, *_ in late[1]] == [(pk, due) for pk, due, *_ in punctual[1]]


@pytest.mark.parametrize(
    ("code", "state", "half", "most", "late"),
    [
        (ClockCode.ACCEPT, State.SUBMITTED, "2026-11-18 12:00", "2026-11-18 14:42", "2026-11-18 15:30"),
        (ClockCode.PROMISE, State.IN_PROGRESS, "2026-11-25 14:30", "2026-11-30 16:18", "2026-12-02 17:30"),
    ],
)
def test_the_levels_come_at_half_at_four_fifths_and_when_it_is_late(code, state, half, most, late, here):
    ticket = make.grievance(state, scene=here)
    clock = latest(ticket, code)
    minute = timedelta(minutes=1)

    reached = []
    for moment in (at(half) - minute, at(half) + minute, at(most) - minute, at(most) + minute, at(late), at(late) + minute):
        sweeps.escalate(moment)
        reached.append(levels(clock))

    assert reached == [set(), {"half"}, {"half"}, {"half", "most"}, {"half", "most"}, {"half", "most", "late"}]
    assert Clock.objects.get(pk=clock.pk).breached_at == at(late)


def test_who_is_told_goes_up_with_the_lateness(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    clock = latest(ticket, ClockCode.PROMISE)
    for day, level in (("2026-12-03 09:00", "late"), ("2026-12-03 17:31", "late1"), ("2026-12-07 17:31", "late3")):
        assert level not in levels(clock)
        sweeps.escalate(at(day))
        assert level in levels(clock)

    assert told(clock, "half", here) == {"partner"}
    assert told(clock, "most", here) == {"partner", "specialist_zl"}
    assert told(clock, "late", here) == {"partner", "specialist_zl", "grid_leader"}
    assert told(clock, "late1", here) == {"leader"}
    assert told(clock, "late3", here) == {"street"}


@pytest.mark.parametrize("facts", [{"confidential": True}, {"personal": True, "by": "employee"}])
def test_the_grid_is_not_told_of_what_it_may_not_see(facts, here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here, **facts)

    sweeps.escalate(at("2026-12-03 09:00"))

    assert told(latest(ticket, ClockCode.PROMISE), "late", here) == {"partner", "specialist_zl"}


@pytest.mark.parametrize("state", ["closed", "rated", "rejected", "withdrawn", "merged", "draft"])
def test_nobody_is_warned_about_what_is_over(state, here):
    ticket = make.grievance(state, scene=here)
    warned = Notice.objects.filter(event__startswith="clock:", link=f"/grievances/{ticket.number}/")

    sweeps.escalate(at("2027-02-01 10:00"))

    assert not warned.exists()
    assert not Escalation.objects.filter(clock__grievance=ticket).exists()


@pytest.mark.parametrize("state", ["suspended", "returned"])
def test_nobody_is_warned_while_the_clock_stands_still(state, here):
    ticket = make.grievance(state, scene=here)

    sweeps.escalate(at("2026-12-20 10:00"))

    assert not Escalation.objects.filter(clock__grievance=ticket).exists()


def test_a_level_given_before_a_pause_is_not_given_again_after_it(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    sweeps.escalate(at("2026-11-26 09:00"))
    given = set(Escalation.objects.filter(clock__grievance=ticket).values_list("clock__code", "level"))
    assert ("promise", "half") in given
    ticket = do(ticket, "request_suspend", here.partner, "2026-11-26 09:00", reason="等回函", resume_on="2026-12-04")
    ticket = do(ticket, "approve", here.leader, "2026-11-26 09:00")
    sweeps.resume_due(at("2026-12-04 09:00"))

    sweeps.escalate(at("2026-12-04 09:01"))

    assert Escalation.objects.filter(clock__grievance=ticket, clock__code="promise").count() == 1


def test_a_deadline_that_moved_while_the_sweep_was_reading_is_not_warned_about(here):
    """F21: what it read may be old when it comes to warn."""
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    read = latest(ticket, ClockCode.PROMISE)
    Clock.objects.filter(pk=read.pk).update(due_at=read.due_at + timedelta(days=7))

    assert sweeps._warn(read, "late", at("2026-12-03 09:00"), [here.leader], "承诺已逾期") == 0
    assert not Escalation.objects.exists()


def test_the_enterprise_is_reminded_on_the_second_and_the_fourth_working_day_and_then_it_is_withdrawn(here):
    ticket = make.grievance(State.RETURNED, scene=here)  # on Wednesday; the fifth working day is the next Wednesday
    clock = latest(ticket, ClockCode.SUPPLEMENT)
    seen = []
    for day in ("11-19", "11-20", "11-22", "11-23", "11-24", "11-25"):
        sweeps.remind_supplement(at(f"2026-{day} 10:00"))
        sweeps.end_unsupplemented(at(f"2026-{day} 10:00"))
        seen.append((len(levels(clock)), fresh(ticket).state))

    assert seen == [(0, "returned"), (1, "returned"), (1, "returned"), (1, "returned"), (2, "returned"), (2, "returned")]
    assert told(clock, "remind1", here) == told(clock, "remind2", here) == {"manager"}
    assert sweeps.end_unsupplemented(at("2026-11-25 17:30")) == 0
    assert [sweeps.end_unsupplemented(at("2026-11-25 17:31")) for _ in range(2)] == [1, 0]
    assert fresh(ticket).state == State.WITHDRAWN


def test_nothing_is_withdrawn_before_both_reminders_though_the_limit_is_past(here):
    ticket = do(make.grievance(scene=here), "return_for_info", here.specialist_zl, "2026-11-18 11:00", missing=["合同"], until="2026-11-19")

    assert sweeps.end_unsupplemented(at("2026-11-20 10:00")) == 0
    with pytest.raises(StateConflict):
        do(ticket, "supplement_timeout", None, "2026-11-20 10:00")
    for day in ("2026-11-20", "2026-11-24"):
        sweeps.remind_supplement(at(f"{day} 10:00"))

    assert sweeps.end_unsupplemented(at("2026-11-24 10:01")) == 1
    assert fresh(ticket).state == State.WITHDRAWN


def test_who_supplements_in_time_is_reminded_no_more(here):
    ticket = do(make.grievance(State.RETURNED, scene=here), "resubmit", here.manager, "2026-11-19 10:00", note="已补")

    run_all(at("2026-11-24 10:00"))

    assert not Escalation.objects.filter(clock__grievance=ticket, clock__code=ClockCode.SUPPLEMENT).exists()


def test_a_rating_is_invited_once_after_three_working_days(here):
    ticket = make.grievance(State.CLOSED, scene=here)
    clock = latest(ticket, ClockCode.RATING_WINDOW)

    counts = [sweeps.invite_rating(at(day)) for day in ("2026-11-20 10:00", "2026-11-23 17:30", "2026-11-23 17:31", "2026-11-30 10:00")]

    assert counts == [0, 0, 1, 0]
    assert told(clock, "invite", here) == {"manager"}


def test_nobody_is_invited_to_what_he_has_rated_or_what_is_over(here):
    do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, "2026-11-18 14:00", **GOOD)
    make.grievance(State.CLOSED, scene=here)

    assert sweeps.invite_rating(at("2026-12-20 10:00")) == 0
    assert [sweeps.end_rating_windows(at("2026-12-20 10:00")) for _ in range(2)] == [1, 0]


def test_a_sweep_passes_over_what_has_moved_on(here):
    """F19: read as due, moved by somebody meanwhile."""
    one, other = (make.grievance(State.SUSPENDED, scene=here) for _ in range(2))
    rows = list(Grievance.objects.filter(state=State.SUSPENDED).order_by("pk"))
    do(one, "resume", here.partner, "2026-11-19 10:00", reason="manual")

    done = sweeps._each(rows, lambda row: workflow.apply(row, "resume", by=None, at=at("2026-12-01 09:00"), reason="due"))

    assert done == 1
    assert (fresh(one).transitions.filter(event="resume").count(), fresh(other).state) == (1, State.IN_PROGRESS)


def test_the_clocks_of_a_suspended_ticket_are_late_only_after_what_they_stood_still(here):
    ticket = make.grievance(State.SUSPENDED, scene=here)  # until 2026-11-27
    sweeps.resume_due(at("2026-12-01 10:00"))
    due = fresh(ticket).promise_due_at
    assert local(due) > "2026-12-02 17:30"

    sweeps.escalate(due)
    assert "late" not in levels(latest(ticket, ClockCode.PROMISE))
    sweeps.escalate(due + timedelta(seconds=1))
    assert "late" in levels(latest(ticket, ClockCode.PROMISE))


def test_what_was_finished_and_told_late_is_told_once_and_warned_no_more(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    sweeps.escalate(at("2026-12-03 10:00"))
    ticket = do(ticket, "finish", here.partner, "2026-12-03 11:00", **FINISHED)
    ticket = do(ticket, "feed_back", here.specialist_zl, "2026-12-03 12:00", **TOLD)
    before = Escalation.objects.count()

    sweeps.escalate(at("2026-12-30 10:00"))

    assert Escalation.objects.count() == before
    assert workdays.elapsed(at("2026-12-02 17:30"), at("2026-12-03 12:00"), calendar=calendar_of(ticket.community)) == 3 * 3600
