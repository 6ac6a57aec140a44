"""Many moves in one transaction leave the same rows as the same moves one by one, and less is asked of the database."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from community.steady import steady
from grievances import owners, workflow
from grievances.hand import in_hand
from grievances.models import Clock, Grievance, Pause, Transition
from grievances.states import State
from notices.models import Notice
from tests import make
from wording.errors import StateConflict

pytestmark = pytest.mark.django_db
STATES = ("rated", "returned", "rejected", "withdrawn", "merged", "suspended")
OWN = ("id", "number")


def rows(ticket):
    """All there is of a ticket but for keys and its number, which are drawn anew."""
    facts = Grievance.objects.values().get(pk=ticket.pk)
    told = Notice.objects.filter(event__startswith=f"grievance:{ticket.pk}:").order_by("event", "recipient", "channel")
    return (
        {name: value for name, value in facts.items() if name not in (*OWN, "merged_into_id")},
        list(Transition.objects.filter(grievance=ticket).order_by("seq").values_list("seq", "event", "from_state", "to_state", "at", "by", "actor")),
        sorted(Clock.objects.filter(grievance=ticket).values_list("code", "cycle", "started_at", "due_at", "ended_at", "breached_at", "budget_seconds")),
        list(Pause.objects.filter(grievance=ticket).values_list("cycle", "from_at", "until_at")),
        [(event.rsplit(":")[-1], *rest) for event, *rest in told.values_list("event", "recipient", "channel", "body", "created_at")],
    )  # fmt: skip


def reopened(here):
    ticket = make.grievance("rated", scene=here)
    at = ticket.updated_at + timedelta(hours=3)
    ticket = workflow.apply(ticket, "reopen", by=here.manager, at=at, reason="对方又拖延")
    return workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=at + timedelta(minutes=9), unit="LAW2")


@pytest.mark.parametrize("state", [*STATES, "reopened"])
def test_in_hand_or_one_by_one_the_rows_are_the_same(state, here):
    make_one = reopened if state == "reopened" else lambda scene: make.grievance(state, scene=scene)
    with transaction.atomic():
        by_itself = rows(make_one(here))
        transaction.set_rollback(True)  # or the second would be for another specialist, who has less to do

    with transaction.atomic(), in_hand():
        ticket = make_one(here)

    assert rows(ticket) == by_itself


def test_in_hand_a_ticket_asks_for_less_than_half(here):
    make.grievance("rated", scene=here)
    with CaptureQueriesContext(connection) as one_by_one:
        make.grievance("rated", scene=here)

    with CaptureQueriesContext(connection) as together, in_hand():
        make.grievance("rated", scene=here)

    assert len(together) < len(one_by_one) / 2


def test_what_was_in_hand_when_a_move_is_refused_is_gone(here):
    with pytest.raises(StateConflict), transaction.atomic(), in_hand():
        ticket = make.grievance("accepted", scene=here)
        workflow.apply(ticket, "accept", by=here.specialist_zl, at=make.WEDNESDAY + timedelta(hours=1), service_item="ZL02")

    assert not Grievance.objects.exists()
    assert not Notice.objects.exists()


def test_steady_people_come_and_go_at_their_own_moment(here):
    at = make.WEDNESDAY
    post = here.colleague.posts[0]
    post.until_at = at + timedelta(days=2)
    post.save()
    moments = (at, at + timedelta(days=2), at + timedelta(days=3), at + timedelta(days=1))
    window = here.windows["ZL"]
    expected = [owners.people_of_unit(window, moment) for moment in moments]
    assert here.colleague in expected[0]
    assert here.colleague not in expected[1]

    with steady():
        assert [owners.people_of_unit(window, moment) for moment in moments] == expected
        with CaptureQueriesContext(connection) as asked:
            assert [owners.people_of_unit(window, moment) for moment in moments] == expected

    assert not asked.captured_queries


def test_steady_an_agreement_ends_with_its_last_day(here):
    here.firm.agreement_until_on = timezone.localtime(make.WEDNESDAY).date()
    here.firm.save()
    midnight = timezone.localtime(make.WEDNESDAY).replace(hour=0, minute=0, second=0) + timedelta(days=1)

    with steady():
        assert here.partner in owners.people_of_unit(here.firm, midnight - timedelta(seconds=1))
        assert here.partner not in owners.people_of_unit(here.firm, midnight)


def test_the_end_of_a_ticket_in_hand_is_what_the_caller_gets(here):
    with transaction.atomic(), in_hand():
        ticket = make.grievance("closed", scene=here)
        assert ticket.state == State.CLOSED
    ticket.refresh_from_db()

    assert (ticket.state, ticket.version) == (State.CLOSED, ticket.transitions.count())
