"""What a unit keeps of a ticket it finished."""

import pytest
from django.urls import reverse

from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [State.CLOSED, State.RATED])
def test_a_finished_ticket_stays_in_the_history_rated_or_not(here, enter, state):
    ticket = make.grievance(state, scene=here)

    page = enter(here.partner).get(reverse("queue-history")).content.decode()

    assert ticket.number in page
    assert ticket.title not in page
    assert ("还没有评价" in page) == (state == State.CLOSED)
