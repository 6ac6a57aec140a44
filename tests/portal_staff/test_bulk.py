"""Several at once: a line for each, and one that is refused stops no other."""

from datetime import timedelta

import pytest
from django.urls import reverse

from enterprises import consents
from grievances import workflow
from grievances.models import Grievance, Transition
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db
BULK = "/queue/bulk/"


def pick(*tickets):
    return [f"{ticket.number}:{ticket.version}" for ticket in tickets]


def lines(answer):
    return {line.number: (line.done, line.words) for line in answer.context["lines"]}


def test_each_is_accepted_or_refused_by_itself(here, enter, now):
    good = make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=2))
    moved_on = make.grievance(State.DISPATCHED, scene=here, at=now - timedelta(hours=2))
    stale = make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=2))
    without_item = make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=2), service_item=None)
    picked = pick(good, moved_on, stale, without_item)
    workflow.apply(stale, "urge", by=here.manager, at=now)
    answer = enter(here.specialist_zl).post(BULK, {"do": "accept", "number": [*picked, "MC990101-000000:1"]})
    found = lines(answer)

    assert answer.status_code == 200
    assert found[good.number][0]
    assert found[moved_on.number] == (False, f"这件已由{here.specialist_zl.display_name}受理。")
    assert "刚刚有了变化" in found[stale.number][1]
    assert "选定事项" in found[without_item.number][1]
    assert found["MC990101-000000"] == (False, "没有这件诉求，或您无权查看。")
    assert Grievance.objects.get(pk=good.pk).assignee == here.specialist_zl
    assert Grievance.objects.get(pk=stale.pk).state == State.SUBMITTED


def test_dispatching_first_shows_where_each_would_go(here, enter, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=2))
    closed = make.grievance(State.CLOSED, scene=here, at=now - timedelta(hours=2))
    client = enter(here.specialist_zl)
    asked = client.post(BULK, {"do": "dispatch", "number": pick(ticket, closed)})

    assert Grievance.objects.get(pk=ticket.pk).state == State.ACCEPTED
    rows = {row["each"].number: row for row in asked.context["rows"]}
    assert rows[ticket.number]["code"] == "CW"
    assert rows[closed.number]["not_now"]

    sent = client.post(
        BULK,
        {"do": "dispatch", "sure": "1", "number": pick(ticket, closed), f"unit-{ticket.number}": "LAW1", f"unit-{closed.number}": "LAW1"},
    )
    assert lines(sent)[ticket.number][0]
    assert not lines(sent)[closed.number][0]
    assert Grievance.objects.get(pk=ticket.pk).unit == here.firm


def test_what_is_not_given_a_unit_stays(here, enter, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=2))
    answer = enter(here.specialist_zl).post(BULK, {"do": "dispatch", "sure": "1", "number": pick(ticket)})

    assert not lines(answer)[ticket.number][0]
    assert Grievance.objects.get(pk=ticket.pk).state == State.ACCEPTED


def test_sending_it_twice_does_it_once(here, enter, now):
    ticket = make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=2))
    client = enter(here.specialist_zl)
    sent = {"do": "accept", "number": pick(ticket), "idempotency_key": "one-and-the-same"}
    first, second = client.post(BULK, sent), client.post(BULK, sent)

    assert first.content == second.content
    assert Transition.objects.filter(grievance=ticket, event="accept").count() == 1


def test_nothing_picked_too_much_or_nonsense_is_said(here, enter):
    client = enter(here.specialist_zl)

    assert client.post(BULK, {"do": "accept"}).status_code == 400
    assert client.post(BULK, {"do": "explode", "number": ["MC260101-000000:1"]}).status_code == 400
    assert client.post(BULK, {"do": "accept", "number": [f"MC260101-{n:06d}:1" for n in range(51)]}).status_code == 400


def test_a_ticket_of_another_community_is_not_there(here, enter, now):
    elsewhere = make.scene(at=now - timedelta(days=1))
    ticket = make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=2))
    answer = enter(elsewhere.specialist_zl).post(BULK, {"do": "accept", "number": pick(ticket)})

    assert lines(answer) == {ticket.number: (False, "没有这件诉求，或您无权查看。")}
    assert ticket.title not in answer.content.decode()


def test_the_drawer_gets_a_fragment_and_the_list_is_told(here, enter, now):
    ticket = make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=2))
    answer = enter(here.specialist_zl).post(
        BULK, {"do": "accept", "number": pick(ticket)}, headers={"HX-Request": "true", "HX-Target": "drawer"}
    )

    assert answer.headers["HX-Trigger"] == "grievance-moved"
    assert "<html" not in answer.content.decode()
    assert reverse("queue-drawer", args=[ticket.number]) in answer.content.decode()


def test_whose_consent_is_missing_is_shown_before_anything_goes(here, enter, now):
    without = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=2))
    given = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=2))
    consents.give_for(given.enterprise, given.number, by=here.manager, at=now)
    client = enter(here.specialist_zl)
    asked = client.post(BULK, {"do": "dispatch", "number": pick(without, given)})

    assert {row["each"].number: row["without"] for row in asked.context["rows"]} == {without.number: True, given.number: False}
    assert asked.context["without"] == 1
    assert asked.content.decode().count("还没有同意转交合作机构；") == 1
    assert Grievance.objects.get(pk=without.pk).state == State.ACCEPTED
