"""Home by post, my tickets, the guide."""

import pytest
from django.urls import reverse
from django.utils import timezone

from grievances import filing, workflow
from grievances.states import State
from portal import my_tickets
from tests import make
from tests.portal.pages import signed_in, words

pytestmark = pytest.mark.django_db


def test_home_shows_the_enterprise_what_runs_what_to_rate_and_whom_to_call(here, now):
    running = make.grievance(State.IN_PROGRESS, scene=here, at=now, title="欠款请求法律协助")
    answered = make.grievance(State.CLOSED, scene=here, at=now, title="停车位不够")

    page = words(signed_in(here.manager).get("/"))

    assert running.title in page
    assert f"{reverse('grievance', args=[answered.number])}#rate" in page
    assert "有事一键找" in page
    assert here.grid_staff.display_name in page


def test_home_of_an_employee_shows_nothing_of_the_employer(here, now):
    ticket = make.grievance(State.IN_PROGRESS, scene=here, at=now, title="欠款请求法律协助")

    page = words(signed_in(here.employee).get("/"))

    assert ticket.title not in page
    assert "没有办理中的诉求" in page


def test_everybody_else_is_led_to_where_the_day_begins(here):
    for who in ("specialist_zl", "leader", "street", "partner", "official", "grid_staff", "operator", "steward", "auditor", "admin"):
        answer = signed_in(here.people[who]).get("/")

        assert answer.status_code in (200, 302), who
        if answer.status_code == 302:
            assert signed_in(here.people[who]).get(answer.url).status_code == 200, (who, answer.url)


def test_the_tabs_part_the_tickets_and_their_counts_are_their_lengths(here, now):
    for state in (State.SUBMITTED, State.IN_PROGRESS, State.RETURNED, State.CLOSED, State.RATED, State.WITHDRAWN, State.DRAFT):
        make.grievance(state, scene=here, at=now, title=f"诉求 {state}")
    client = signed_in(here.manager)
    expected = {
        "open": {"submitted", "in_progress"}, "returned": {"returned"}, "to-rate": {"closed"}, "over": {"rated", "withdrawn"}, "draft": {"draft"},
    }  # fmt: skip

    for tab, states in expected.items():
        answer = client.get(reverse("my-grievances"), {"tab": tab})
        assert {card.row.state for card in answer.context["cards"]} == states
        assert next(row["count"] for row in answer.context["tabs"] if row["tab"].code == tab) == len(states)


def test_a_long_list_is_read_page_by_page_without_a_gap(here, now, monkeypatch):
    monkeypatch.setattr(my_tickets, "PAGE", 2)
    made = [filing.file(here.manager, make.FILED | {"title": f"第 {number} 件"}, at=now) for number in range(5)]
    client = signed_in(here.manager)

    found, cursor = [], ""
    for _ in range(3):
        answer = client.get(reverse("my-grievances"), {"cursor": cursor} if cursor else {})
        found += [card.row.number for card in answer.context["cards"]]
        cursor = answer.context["more"]

    assert cursor is None
    assert sorted(found) == sorted(ticket.number for ticket in made)
    assert len(client.get(reverse("my-grievances"), {"q": "第 3 件"}).context["cards"]) == 1
    assert client.get(reverse("my-grievances"), {"cursor": "nonsense"}).status_code == 200


def test_a_late_rating_is_not_asked_for(here, now):
    ticket = make.grievance(State.CLOSED, scene=here, at=now - timezone.timedelta(days=60))

    page = words(signed_in(here.manager).get(reverse("grievance", args=[ticket.number])))

    assert 'id="rate"' not in page
    assert signed_in(here.manager).get(reverse("my-grievances"), {"tab": "to-rate"}).context["cards"] == []


def test_the_guide_promises_for_each_item_and_leads_to_filing(here):
    client = signed_in(here.manager)

    assert "合同欠款、项目尾款追讨法律协助" in words(client.get(reverse("catalogue"), {"q": "欠款"}))
    page = words(client.get(reverse("item", args=["JF01"])))
    assert "企业入驻登记与工商注册代办" in page
    assert "若现在提交，承诺在" in page
    assert f"{reverse('file')}?item=JF01" in page
    assert client.get(reverse("item", args=["XX99"])).status_code == 404
    assert f"{reverse('file')}?item=JF01" not in words(signed_in(here.partner).get(reverse("item", args=["JF01"])))


def test_a_returned_ticket_says_what_is_missing_and_takes_it(here, now):
    ticket = make.grievance(State.RETURNED, scene=here, at=now)
    client = signed_in(here.manager)

    assert "合同复印件" in words(client.get(reverse("grievance", args=[ticket.number])))
    client.post(reverse("grievance-act", args=[ticket.number, "resubmit"]), {"version": ticket.version, "note": "合同已补"})
    ticket.refresh_from_db()
    assert ticket.state == State.SUBMITTED


def test_a_poor_rating_that_was_followed_up_can_be_given_once_more(here, now):
    from grievances import follow_up
    from grievances.models import FollowUp

    ticket = make.grievance(State.CLOSED, scene=here, at=now)
    ticket = workflow.apply(ticket, "rate", by=here.manager, at=timezone.now(), solved="partly", result=2, speed=3)
    row = FollowUp.objects.get(grievance=ticket)
    follow_up.contact(row, by=here.leader, at=timezone.now(), note="已电话联系")
    follow_up.conclude(row, by=here.leader, at=timezone.now(), result="fixed", note="已整改")
    client = signed_in(here.manager)
    again = reverse("grievance-rate-again", args=[ticket.number])

    assert "整改后，您觉得怎么样" in words(client.get(reverse("grievance", args=[ticket.number])))
    assert client.post(again, {"again": "4"}).status_code == 302
    assert client.post(again, {"again": "4"}).status_code == 409
