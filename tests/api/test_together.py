"""Two at once, for real: one wins, the other is told, and nothing happens twice (F17–F19)."""

from functools import partial

import pytest
from django.utils import timezone

from grievances.models import Dispatch, Grievance, Transition
from tests import make
from tests.api.calling import Callers
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here(transactional_db):
    return make.scene(at=timezone.now())


@pytest.fixture
def by(here):
    return Callers(here)


def test_of_two_who_accept_at_once_one_wins_and_the_other_reads_his_name(by, here):
    for who, name in (("specialist_zl", "陈岚"), ("colleague", "林海")):
        here.people[who].name = name
        here.people[who].save()
    body = {"version": 1, "service_item": "ZL02"}
    for ticket in [make.grievance(scene=here, at=timezone.now()) for _ in range(3)]:
        accept = f"community/grievances/{ticket.number}/accept/"

        answers = together(*[partial(caller.post, accept, body) for caller in (by.specialist_zl, by.colleague)])

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert won.json()["assignee"]["name"] in lost.json()["message"]
        assert lost.json()["current"]["version"] == 2
        assert Transition.objects.filter(grievance=ticket, event="accept").count() == 1


def test_of_different_moves_at_once_one_is_made_and_history_is_in_one_order(by, here):
    ticket = make.grievance("dispatched", scene=here, at=timezone.now())
    version = {"version": ticket.version}

    answers = together(
        lambda: by.partner.post(f"community/grievances/{ticket.number}/acknowledge/", version),
        lambda: by.specialist_zl.post(f"community/grievances/{ticket.number}/recall/", {**version, "reason": "改派"}),
        lambda: by.manager.post(f"enterprise/grievances/{ticket.number}/withdraw/", version),
    )

    codes = sorted(answer.status_code for answer in answers)
    # A partner who comes after the recall or the withdrawal finds nothing any more.
    assert codes in ([200, 409, 409], [200, 404, 409])
    lines = list(Transition.objects.filter(grievance=ticket).order_by("seq"))
    ticket.refresh_from_db()
    assert [line.seq for line in lines] == list(range(1, ticket.version + 1))
    assert lines[-1].to_state == ticket.state
    live = Dispatch.objects.filter(grievance=ticket).live().main().count()
    assert live == (1 if ticket.state == "in_progress" else 0)


def test_the_same_key_twice_at_once_files_once(by, here):
    before = Grievance.objects.count()

    answers = together(*[lambda: by.manager.post("enterprise/grievances/", make.FILED, **{"Idempotency-Key": "double-click"})] * 2)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Grievance.objects.count() == before + 1
    assert sorted(answer.headers.get("Idempotent-Replay", "") for answer in answers) == ["", "true"]
