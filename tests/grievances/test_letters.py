"""转办: a department without an account gets a letter, and the specialist types in what comes back, with its source."""

from datetime import date

import pytest

from grievances import sweeps, workflow
from grievances.models import Letter
from grievances.states import State
from notices.models import Notice
from tests import make
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh
from wording.errors import FactsMissing, NotYours

NOW = "2026-11-18 14:00"
SOURCE = {"incoming": "市政函〔2026〕8 号"}


@pytest.fixture
def ticket(here):
    return do(make.grievance(State.ACCEPTED, scene=here), "dispatch", here.specialist_zl, NOW, unit="BM-SZ", note="请派人勘查")


def test_the_letter_says_what_is_asked_and_is_due_the_day_before_the_promise(ticket, here):
    letter = Letter.objects.get(dispatch__grievance=ticket)

    assert letter.due_on == date(2026, 12, 1)
    for words in (ticket.number, here.enterprise.name, ticket.title, "请派人勘查"):
        assert words in letter.body
    assert ticket.contact_phone not in letter.body


def test_a_day_of_its_own_may_be_asked_for_but_not_a_past_one(here):
    accepted = make.grievance(State.ACCEPTED, scene=here)
    with pytest.raises(FactsMissing):
        do(accepted, "dispatch", here.specialist_zl, NOW, unit="BM-SZ", outside_due_on="2026-11-17")

    do(accepted, "dispatch", here.specialist_zl, NOW, unit="BM-SZ", outside_due_on="2026-11-24")

    assert Letter.objects.get().due_on == date(2026, 11, 24)


@pytest.mark.parametrize(("event", "facts"), [("acknowledge", {}), ("return_dispatch", {"reason": "非本单位职责"})])
def test_what_came_back_is_typed_in_with_its_source_and_not_without(event, facts, ticket, here):
    with pytest.raises(FactsMissing) as error:
        do(ticket, event, here.specialist_gs, NOW, **facts)
    assert set(error.value.fields) == {"incoming"}

    line = do(ticket, event, here.specialist_gs, NOW, **facts, **SOURCE).transitions.latest("seq")

    assert (line.by, line.actor, line.unit, line.facts["incoming"]) == (here.specialist_gs, "H", here.windows["GS"], SOURCE["incoming"])


def test_who_types_it_in_is_not_the_handler_and_may_tell_the_enterprise(ticket, here):
    ticket = do(ticket, "acknowledge", here.specialist_zl, NOW, **SOURCE)
    ticket = do(ticket, "finish", here.specialist_zl, NOW, **FINISHED, **SOURCE)
    assert ticket.handler is None

    letter = Letter.objects.get()
    assert (letter.answered_at, letter.incoming, letter.typed_by) == (at(NOW), SOURCE["incoming"], here.specialist_zl)
    assert do(ticket, "feed_back", here.specialist_zl, NOW, **TOLD).state == State.CLOSED


def test_a_specialist_speaks_for_such_a_department_in_three_things_only(ticket, here):
    offered = {action.code for action in workflow.available(ticket, here.specialist_zl, at(NOW))}

    assert {"acknowledge", "return-dispatch", "recall"} <= offered
    assert "co-done" not in offered
    assert {"acknowledge", "return-dispatch"}.isdisjoint({a.code for a in workflow.available(ticket, here.leader, at(NOW))})


def test_a_department_with_an_account_speaks_for_itself(here):
    ticket = do(make.grievance(State.ACCEPTED, scene=here), "dispatch", here.specialist_zl, NOW, unit="BM-YJ")

    assert not Letter.objects.exists()
    with pytest.raises(NotYours):
        do(ticket, "acknowledge", here.specialist_zl, NOW, **SOURCE)
    assert do(ticket, "acknowledge", here.official, NOW).handler == here.official


def test_a_letter_unanswered_on_the_day_before_is_urged_once_a_working_day(ticket, here):
    """The last day is a Tuesday; from Monday on."""
    assert sweeps.remind_letters(at("2026-11-27 10:00")) == 0
    assert sweeps.remind_letters(at("2026-11-29 10:00")) == 0
    for day in ("2026-11-30", "2026-12-01", "2026-12-02"):
        assert sweeps.remind_letters(at(f"{day} 10:00")) == 1
        assert sweeps.remind_letters(at(f"{day} 16:00")) == 0

    assert Letter.objects.get().reminders == 3
    assert Notice.objects.filter(event__startswith="letter:", channel="app", recipient=here.specialist_zl).count() == 3


@pytest.mark.parametrize("event", ["finish", "return_dispatch", "recall", "withdraw"])
def test_nobody_urges_a_letter_that_is_answered_or_recalled(event, ticket, here):
    who = {"recall": here.leader, "withdraw": here.manager}.get(event, here.specialist_zl)
    if event == "finish":
        ticket = do(ticket, "acknowledge", here.specialist_zl, NOW, **SOURCE)
        do(ticket, event, who, NOW, **FINISHED, **SOURCE)
    else:
        do(ticket, event, who, NOW, **{"return_dispatch": {"reason": "非本职", **SOURCE}, "recall": {"reason": "改派"}}.get(event, {}))

    assert sweeps.remind_letters(at("2026-12-03 10:00")) == 0


def test_the_ticket_stays_with_its_specialist_while_a_letter_is_out(ticket, here):
    assert (fresh(ticket).assignee, fresh(ticket).unit) == (here.specialist_zl, here.mute_department)
