"""The forwarded page: open to whoever holds the link, kept by nobody, and silent about everything else."""

import logging
import re

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import ProgressLink
from grievances.states import State
from mengchuang.models import Answer
from tests import make
from tests.portal.pages import signed_in, words

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/p/([A-Za-z0-9_-]{43})/")


def made(here, ticket, **more):
    answer = signed_in(here.manager).post(reverse("progress-link", args=[ticket.number]), more)
    return LINK.search(words(answer)).group(1)


def opened(token):
    return Client().get(reverse("progress", args=[token]))


def test_the_page_says_how_far_it_is_and_by_when_and_nothing_more(here, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now)

    page = words(opened(made(here, ticket)))

    assert ticket.title in page
    assert "已受理" in page
    assert "承诺答复" in page
    for secret in (here.enterprise.name, ticket.body, ticket.number, "周敏", "5678", ticket.assignee.name + "负责"):
        assert secret not in page, secret


def test_no_cache_no_index_no_referrer_whether_it_opens_or_not(here, now):
    token = made(here, make.grievance(State.ACCEPTED, scene=here, at=now))

    for answer, status in ((opened(token), 200), (opened("a" * 43), 404)):
        assert answer.status_code == status
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "sessionid" not in answer.cookies
    assert '<meta name="robots" content="noindex' in words(opened(token))


def test_unknown_expired_and_revoked_are_answered_alike(here, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now)
    revoked = made(here, ticket)
    assert signed_in(here.member).post(reverse("progress-link-revoke", args=[ticket.number])).status_code == 302
    expired = made(here, ticket)
    ProgressLink.objects.unrevoked().update(made_at=now.replace(year=2025), expires_at=now)

    def evened(answer):
        """Without the address asked for, the number of the request and what guards the forms, which differ each time."""
        return re.sub(r"/p/[^\"'&]*|[0-9a-f]{32}|[A-Za-z0-9]{64}", "", words(answer))

    answers = [opened(token) for token in (revoked, expired, "b" * 43, "x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({evened(answer) for answer in answers}) == 1
    assert "可能已过期" in words(answers[0])


def test_the_link_is_told_once_and_kept_nowhere(here, now, caplog):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now)
    first, second = made(here, ticket, idempotency_key="share-1"), made(here, ticket, idempotency_key="share-1")

    assert first != second
    assert not Answer.objects.filter(key="share-1").exists()
    assert opened(first).status_code == 404
    page = words(signed_in(here.manager).get(reverse("grievance", args=[ticket.number])))
    assert "已有链接在外" in page
    assert second not in page
    with caplog.at_level(logging.INFO, logger="mengchuang.requests"):
        opened(second)
    assert "/p/…/" in {record.__dict__.get("path") for record in caplog.records}
    assert second not in str([record.__dict__ for record in caplog.records if record.name == "mengchuang.requests"])


@pytest.mark.parametrize("state", [state for state in State.values if state != State.DRAFT])
def test_it_opens_in_every_state(here, now, state):
    ticket = make.grievance(state, scene=here, at=now)

    assert opened(made(here, ticket)).status_code == 200


def test_staff_have_no_such_button(here, now):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now)

    assert "生成进度链接" in words(signed_in(here.manager).get(reverse("grievance", args=[ticket.number])))
    assert "生成进度链接" not in words(signed_in(here.specialist_zl).get(reverse("grievance", args=[ticket.number])))
