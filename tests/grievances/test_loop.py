"""The loop end to end, in the subject."""

import pytest

from grievances import workflow
from grievances.models import Transition
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", State.values)
def test_every_state_can_be_reached_by_lawful_moves(state):
    ticket = make.grievance(state)

    ticket.refresh_from_db()
    assert ticket.state == state


def test_the_history_replays_to_the_state_in_the_database():
    ticket = make.grievance(State.RATED)

    lines = list(Transition.objects.filter(grievance=ticket).order_by("seq"))
    assert [line.event for line in lines] == ["submit", "accept", "dispatch", "acknowledge", "finish", "feed_back", "rate"]
    assert [line.seq for line in lines] == list(range(1, 8))
    assert lines[-1].to_state == ticket.state == State.RATED
    assert all(before.to_state == after.from_state for before, after in zip(lines, lines[1:], strict=False))


def test_the_last_move_leaves_nothing_to_do_but_to_talk_or_reopen():
    here = make.scene()
    ticket = make.grievance(State.RATED, scene=here)

    codes = {action.code for action in workflow.available(ticket, here.manager, make.WEDNESDAY)}
    assert codes == {"reopen", "comment"}
