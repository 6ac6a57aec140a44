"""Today: every number is the length of the list it opens, and a proposal is one press."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.models import ProposalAnswer
from grievances import workflow
from grievances.models import FollowUp, Grievance
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(here, now):
    """Something in each of the numbers of the specialist."""
    for state in (State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS, State.AWAITING_FEEDBACK):
        make.grievance(state, scene=here, at=now - timedelta(hours=20))
    late = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=19))
    Grievance.objects.filter(pk=late.pk).update(promise_due_at=now - timedelta(hours=1), next_due_at=now - timedelta(hours=1), urges=2)
    asked = make.grievance(State.IN_PROGRESS, scene=here, at=now - timedelta(hours=18))
    workflow.apply(asked, "request_withdraw", by=here.manager, at=now - timedelta(hours=1), reason="已经和解")
    closed = make.grievance(State.CLOSED, scene=here, at=now - timedelta(hours=20))
    for cycle, owner in enumerate((here.specialist_zl, here.leader), 1):
        FollowUp.objects.create(
            grievance=closed, cycle=cycle, kind="poor_rating", owner=owner, created_at=now, contact_due_at=now, fix_due_at=now
        )
    return here


def listed(client, number):
    page = client.get(number.url)
    assert page.status_code == 200
    if number.url.startswith(reverse("queue")):
        return len(re.findall(r'data-id="MC', page.content.decode()))
    return len(page.context["mine"] if number.code == "requests" else page.context["rows"])


@pytest.mark.parametrize("role", ["specialist_zl", "specialist_gs", "leader"])
def test_every_number_is_the_length_of_the_list_it_opens(busy, enter, role):
    client = enter(busy.people[role])

    numbers = client.get(reverse("today")).context["numbers"]

    assert {number.code: number.count for number in numbers} == {number.code: listed(client, number) for number in numbers}
    if role == "specialist_zl":
        filled = {number.code for number in numbers if number.count}
        assert {"overdue", "mine", "urged", "unassigned", "requests", "follow_ups"} <= filled


def test_the_day_of_a_specialist_begins_here(here, enter):
    answer = enter(here.specialist_zl).get(reverse("home"))

    assert answer.url == reverse("today")


def test_taking_one_on_leads_to_it_and_is_counted(here, enter):
    client = enter(here.specialist_zl)
    silent = next(each for each in client.get(reverse("today")).context["proposals"] if each["row"].kind == "silent")["row"]
    form = {"kind": silent.kind, "key": silent.key, "answer": "taken"}

    taken = client.post(reverse("today-answer"), form)
    again = client.post(reverse("today-answer"), form)

    assert taken.url == reverse("enterprise", args=[silent.key])
    assert again.url == reverse("today")
    assert ProposalAnswer.objects.count() == 1
    assert [(row["taken"], row["dismissed"]) for row in client.get(reverse("today")).context["tally"]] == [(1, 0)]


def test_setting_one_aside_brings_the_next(here, enter):
    client = enter(here.leader)
    first = client.get(reverse("today")).context["proposals"][0]["row"]

    answer = client.post(reverse("today-answer"), {"kind": first.kind, "key": first.key, "answer": "dismissed"}, follow=True)

    assert first.key not in {each["row"].key for each in answer.context["proposals"]}
    assert "30 天内不再提醒您" in answer.content.decode()


def test_what_was_never_proposed_is_not_written_down(here, enter):
    client = enter(here.specialist_zl)
    elsewhere = make.scene()

    for kind, key in (("silent", elsewhere.enterprise.uscc), ("made-up", "x" * 400), ("", "")):
        answer = client.post(reverse("today-answer"), {"kind": kind, "key": key, "answer": "taken"})
        assert answer.url == reverse("today")
    assert client.post(reverse("today-answer"), {"answer": "perhaps"}).status_code == 400
    assert not ProposalAnswer.objects.exists()


def test_there_are_five_at_most_and_one_of_each_kind_before_a_second(here, enter, now):
    for place in range(6):
        make.park(community=here.community, name=f"无人{place}号园")
    for _ in range(6):
        make.enterprise(park=here.park)
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=20))
    Grievance.objects.filter(pk=ticket.pk).update(promise_due_at=now + timedelta(minutes=5))

    kinds = [each["row"].kind for each in enter(here.specialist_zl).get(reverse("today")).context["proposals"]]

    assert kinds == ["slipping", "silent", "silent", "no_steward", "no_steward"]


def test_as_many_queries_for_much_as_for_little(busy, enter, many):
    client = enter(busy.specialist_zl)
    client.get(reverse("today"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("today"))
    many(Grievance.objects.filter(state=State.ACCEPTED).first(), 40)
    for _ in range(5):
        make.enterprise(park=busy.park)
    with CaptureQueriesContext(connection) as lots:
        client.get(reverse("today"))

    assert len(lots) == len(few)
