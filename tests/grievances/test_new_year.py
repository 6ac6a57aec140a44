"""Deadlines that reach into a year without a calendar: presumed, shown as such, and moved when the notice comes (F25, INV27)."""

from datetime import date, timedelta

import pytest

import workdays
from grievances import recalculate, sweeps
from grievances.models import Clock, Escalation, Recalculation
from grievances.states import ClockCode, State
from notices.models import Notice
from tests import make
from tests.grievances.steps import at, do, fresh, latest, local
from workdays import Announced

NOTICE = "国办发明电〔2026〕9号"
# Made up for the tests: New Year from Friday to Sunday, the Spring Festival for nine days.
OFF_2027 = [
    *(Announced(date(2027, 1, 1) + timedelta(days=place), False, "元旦") for place in range(3)),
    Announced(date(2027, 1, 4), False, "元旦"),
    *(Announced(date(2027, 2, 5) + timedelta(days=place), False, "春节") for place in range(9)),
    Announced(date(2027, 2, 14), True, "春节调休上班"),
]
FILED = at("2026-12-24 10:00")  # a Thursday; promised for ten working days later


@pytest.fixture
def ticket(here):
    return make.grievance(State.IN_PROGRESS, scene=here, at=FILED)


def publish():
    return workdays.publish(2027, OFF_2027, notice_no=NOTICE)


def test_a_deadline_in_an_unannounced_year_is_presumed(ticket):
    assert (local(ticket.promise_due_at), ticket.provisional) == ("2027-01-07 17:30", True)
    assert latest(ticket, ClockCode.HANDLE).provisional
    assert not latest(ticket, ClockCode.ACCEPT).provisional


def test_the_notice_moves_it_and_leaves_a_trace(ticket, here):
    publish()

    assert sweeps.SWEEPS["recalculate"](at("2026-12-28 10:00")) == 1

    moved = fresh(ticket)
    assert (local(moved.promise_due_at), moved.provisional) == ("2027-01-11 17:30", False)
    traces = Recalculation.objects.filter(clock__grievance=ticket).order_by("pk")
    assert {trace.clock.code for trace in traces} == {ClockCode.PROMISE, ClockCode.HANDLE}
    assert {(local(trace.from_due_at), local(trace.to_due_at)) for trace in traces} == {("2027-01-07 17:30", "2027-01-11 17:30")}
    assert set(Notice.objects.filter(event__startswith="recalculated:").values_list("recipient", flat=True)) == {
        here.specialist_zl.pk,
        here.manager.pk,
    }


def test_once_is_enough(ticket):
    publish()
    recalculate.after_publication(at("2026-12-28 10:00"))
    before = (fresh(ticket).promise_due_at, Recalculation.objects.count(), Notice.objects.count())

    assert recalculate.after_publication(at("2026-12-28 10:01")) == 0

    assert (fresh(ticket).promise_due_at, Recalculation.objects.count(), Notice.objects.count()) == before


def test_what_was_due_before_is_not_touched(ticket):
    """INV27: only clocks that are not due yet; a deadline gone by stays gone by."""
    ack = latest(ticket, ClockCode.CONTACT)
    publish()

    recalculate.after_publication(at("2027-01-09 10:00"))

    assert local(fresh(ticket).promise_due_at) == "2027-01-07 17:30"
    assert Clock.objects.get(pk=ack.pk).due_at == ack.due_at
    assert not Recalculation.objects.exists()


def test_a_clock_of_this_year_does_not_move(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    publish()

    assert recalculate.after_publication(make.WEDNESDAY + timedelta(days=1)) == 0
    assert local(fresh(ticket).promise_due_at) == "2026-12-02 17:30"


def test_a_suspension_over_the_turn_of_the_year_keeps_its_working_time(ticket, here):
    ticket = do(ticket, "request_suspend", here.partner, "2026-12-28 09:00", reason="等回函", resume_on="2026-12-30")
    ticket = do(ticket, "approve", here.leader, "2026-12-28 09:00")
    assert local(ticket.promise_due_at) == "2027-01-11 17:30"

    publish()
    recalculate.after_publication(at("2026-12-28 10:00"))
    assert local(fresh(ticket).promise_due_at) == "2027-01-13 17:30"

    resumed = do(ticket, "resume", here.partner, "2026-12-29 09:00", reason="manual")
    assert local(resumed.promise_due_at) == "2027-01-12 17:30"


def test_a_ticket_filed_after_the_notice_is_certain(here):
    publish()

    ticket = make.grievance(scene=here, at=FILED)

    assert (local(ticket.promise_due_at), ticket.provisional) == ("2027-01-11 17:30", False)


def test_the_sweeps_go_on_in_a_year_without_a_calendar(ticket):
    for sweep in sweeps.SWEEPS.values():
        sweep(at("2027-02-10 10:00"))

    assert Escalation.objects.filter(clock__grievance=ticket, clock__code=ClockCode.PROMISE, level="late3").exists()
