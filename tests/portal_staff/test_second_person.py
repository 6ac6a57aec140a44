"""Requests, follow-ups and letters: what waits for somebody, and what he does about it on the page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grievances import workflow
from grievances.models import FollowUp, Grievance, Letter, Request
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(here, now):
    """A ticket whose partner has asked for a pause."""
    ticket = make.grievance(State.IN_PROGRESS, scene=here, at=now - timedelta(hours=3))
    day = (now + timedelta(days=9)).date().isoformat()
    return workflow.apply(ticket, "request_suspend", by=here.partner, at=now - timedelta(hours=1), reason="等对方回函", resume_on=day)


def decide(client, ticket, do, words="", version=None):
    version = ticket.version if version is None else version
    return client.post(reverse("request-decide", args=[ticket.number]), {"do": do, "words": words, "version": version})


def test_a_request_stands_with_whoever_decides_it(here, asked, enter):
    mine = enter(here.leader).get(reverse("requests"))
    others = enter(here.specialist_zl).get(reverse("requests"))

    assert [row.request.grievance for row in mine.context["mine"]] == [asked]
    assert "等对方回函" in mine.content.decode()
    assert [row.request.grievance for row in others.context["others"]] == [asked]
    assert not others.context["mine"]


def test_what_a_leader_asked_himself_stands_with_the_street(here, enter, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=3))
    make.post("specialist", user=here.leader, community=here.community, unit=here.windows["ZL"])
    from community import attach

    attach(here.leader, now)
    ticket = workflow.apply(ticket, "self_handle", by=here.leader, at=now - timedelta(hours=2))
    day = (now + timedelta(days=5)).date().isoformat()
    ticket = workflow.apply(ticket, "request_suspend", by=here.leader, at=now - timedelta(hours=1), reason="等", resume_on=day)
    client = enter(here.street)

    assert [row.request.grievance for row in client.get(reverse("requests")).context["mine"]] == [ticket]
    assert not enter(here.leader).get(reverse("requests")).context["mine"]
    assert decide(client, ticket, "approve").status_code == 302
    assert Grievance.objects.get(pk=ticket.pk).state == State.SUSPENDED


def test_approving_runs_it_and_declining_needs_a_reason(here, asked, enter):
    client = enter(here.leader)
    refused = decide(client, asked, "decline")

    assert refused.status_code == 400
    assert "理由" in refused.content.decode()
    assert decide(client, asked, "approve", "同意").status_code == 302
    assert Grievance.objects.get(pk=asked.pk).state == State.SUSPENDED
    assert Request.objects.get().note == "同意"
    assert asked.title in client.get(reverse("requests"), {"tab": "decided"}).content.decode()


def test_deciding_on_what_has_changed_loses_no_words(here, asked, enter):
    answer = decide(enter(here.leader), asked, "decline", "理由写了很久", version=asked.version - 1)

    assert answer.status_code == 409
    assert "理由写了很久" in answer.content.decode()
    assert Request.objects.get().state == "pending"


def test_whoever_does_not_decide_is_refused(here, asked, enter):
    assert decide(enter(here.specialist_zl), asked, "approve").status_code == 403
    assert decide(enter(make.scene().leader), asked, "approve").status_code == 404


@pytest.fixture
def poor(here, now):
    """A poor rating that waits for its follow-up."""
    ticket = make.grievance(State.CLOSED, scene=here, at=now - timedelta(hours=5))
    workflow.apply(ticket, "rate", by=here.manager, at=now - timedelta(hours=3), solved="no", result=1, speed=2, comment="还是没人修")
    return FollowUp.objects.get()


def test_a_poor_rating_is_followed_up_on_the_page(here, poor, enter):
    client = enter(here.specialist_zl)
    page = client.get(reverse("follow-ups"))
    act = lambda deed, **typed: client.post(reverse("follow-up-act", args=[poor.pk, deed]), typed)  # noqa: E731

    assert "还是没人修" in page.content.decode()
    assert page.context["rows"][0].deeds == ("contact",)
    assert act("conclude", result="fixed", note="修好了").status_code == 409
    empty = act("contact", note="")
    assert empty.status_code == 400
    assert "请填写" in empty.content.decode()
    assert act("contact", note="电话联系周经理，约明天看").status_code == 302
    assert act("conclude", result="", note="换了两盏灯").status_code == 400
    assert act("conclude", result="fixed", note="换了两盏灯").status_code == 302
    poor.refresh_from_db()
    assert (poor.state, poor.result, poor.ended_by) == ("done", "fixed", here.specialist_zl)
    assert "换了两盏灯" in client.get(reverse("follow-ups"), {"tab": "done"}).content.decode()


def test_only_a_leader_lengthens_and_voids(here, poor, enter, now):
    enter(here.specialist_zl).post(reverse("follow-up-act", args=[poor.pk, "contact"]), {"note": "已联系"})
    before = FollowUp.objects.get().fix_due_at

    assert enter(here.specialist_zl).post(reverse("follow-up-act", args=[poor.pk, "extend"])).status_code == 403
    assert "extend" not in enter(here.specialist_zl).get(reverse("follow-ups")).context["rows"][0].deeds
    assert "extend" in enter(here.leader).get(reverse("follow-ups")).context["rows"][0].deeds
    assert enter(here.leader).post(reverse("follow-up-act", args=[poor.pk, "extend"])).status_code == 302
    assert FollowUp.objects.get().fix_due_at > before


def test_what_is_overdue_comes_first(here, poor, enter, now):
    late = make.grievance(State.CLOSED, scene=here, at=now - timedelta(hours=5))
    workflow.apply(late, "rate", by=here.manager, at=now - timedelta(hours=3), solved="no", result=1, speed=2)
    FollowUp.objects.filter(grievance=late).update(contact_due_at=now - timedelta(hours=1))
    page = enter(here.leader).get(reverse("follow-ups"))

    assert [row.item.grievance for row in page.context["rows"]] == [late, poor.grievance]
    assert page.context["late"] == 1


def test_a_letter_waits_is_printed_and_its_reply_is_typed_in(here, enter, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=3))
    ticket = workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=now - timedelta(hours=2), unit="BM-SZ", note="请尽快")
    letter = Letter.objects.get()
    client = enter(here.specialist_zl)
    waiting = client.get(reverse("letters")).content.decode()
    sheet = client.get(reverse("letter", args=[letter.number])).content.decode()

    assert letter.number in waiting
    assert f"{reverse('grievance', args=[ticket.number])}?do=acknowledge#actions" in waiting
    assert "请尽快" in sheet
    assert "转办专用章" in sheet

    ticket = workflow.apply(ticket, "acknowledge", by=here.specialist_zl, at=now - timedelta(hours=1), incoming="电话记录")
    assert "?do=finish#actions" in client.get(reverse("letters")).content.decode()
    workflow.apply(ticket, "recall", by=here.specialist_zl, at=now, reason="改派")
    assert letter.number not in client.get(reverse("letters")).content.decode()
    assert "已收回" in client.get(reverse("letters"), {"tab": "over"}).content.decode()


def test_a_letter_past_its_day_is_marked(here, enter, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=3))
    workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=now - timedelta(hours=2), unit="BM-SZ")
    Letter.objects.update(due_on=(now - timedelta(days=2)).date())
    page = enter(here.specialist_zl).get(reverse("letters"))

    assert page.context["late"] == 1
    assert "已过期" in page.content.decode()
