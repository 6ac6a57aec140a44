"""The one ticket page: who gets it, and what it lets them do."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("state", [state for state in State.values if state != State.DRAFT])
def test_every_state_has_a_page_for_both_sides(state):
    here = make.scene()
    ticket = make.grievance(state, scene=here)

    for who in ("manager", "specialist_zl", "leader", "street"):
        answer = signed_in(here.people[who]).get(reverse("grievance", args=[ticket.number]))
        assert answer.status_code == 200, (who, answer.content.decode()[:300])
        assert ticket.title in answer.content.decode()
