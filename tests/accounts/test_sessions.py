"""Sessions end after 30 minutes without use and after 12 hours in any case, and when somebody ends them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.urls import reverse

from accounts import sessions
from accounts.models import SessionRecord
from tests import make

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def signed_in(rf: RequestFactory, db):
    """A request of somebody who signed in at `make.AT`."""
    request = rf.get("/", REMOTE_ADDR="10.0.0.7", HTTP_USER_AGENT="Firefox/130")
    request.session, request.user = SessionStore(), AnonymousUser()
    login(request, make.user(), backend=BACKEND)
    sessions.begin(request, make.AT)
    return request


def test_a_session_is_listed_with_address_and_browser(signed_in):
    record = SessionRecord.objects.get()

    assert (record.user, record.address, record.agent, record.created_at) == (signed_in.user, "10.0.0.7", "Firefox/130", make.AT)


@pytest.mark.parametrize(("minutes", "why"), [(0, None), (29, None), (30, "idle"), (300, "idle"), (-10, None)])
def test_thirty_minutes_without_use_end_it(signed_in, minutes, why):
    assert sessions.touch(signed_in, make.AT + timedelta(minutes=minutes)) == why
    assert signed_in.user.is_authenticated is (why is None)
    assert SessionRecord.objects.exists() is (why is None)


def test_twelve_hours_end_it_however_busy_one_is(signed_in):
    answers = [sessions.touch(signed_in, make.AT + timedelta(minutes=20 * step)) for step in range(1, 37)]

    assert answers == [None] * 35 + ["absolute"]


def test_use_is_written_once_a_minute(signed_in, django_assert_num_queries):
    with django_assert_num_queries(0):
        sessions.touch(signed_in, make.AT + timedelta(seconds=59))
    with django_assert_num_queries(1):
        sessions.touch(signed_in, make.AT + timedelta(seconds=60))

    assert SessionRecord.objects.get().last_seen_at == make.AT + timedelta(seconds=60)


def test_a_session_opened_elsewhere_is_noted_at_its_first_request(client, db):
    user = make.user()
    client.force_login(user)

    client.get(reverse("account"))

    assert SessionRecord.objects.get(user=user).session_key == client.session.session_key


def test_signing_in_gives_a_new_key(client, db):
    user = make.user()
    session = client.session
    session["draft"] = "1"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before

    client.post(reverse("sign-in"), {"username": user.username, "password": make.PASSWORD})

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_next_request_of_a_revoked_session_is_signed_out(client, db):
    user = make.user()
    client.force_login(user)
    assert client.get(reverse("account")).status_code == 200

    sessions.revoke_all(user)

    answer = client.get(reverse("account"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("sign-in"))


def test_one_ends_own_sessions_from_the_account_page_and_no_others(client, db):
    user, stranger = make.user(), make.user()
    phone, other = type(client)(), type(client)()
    for browser, who in ((client, user), (phone, user), (other, stranger)):
        browser.force_login(who)
        browser.get(reverse("account"))
    of_phone = SessionRecord.objects.get(session_key=phone.session.session_key)
    of_other = SessionRecord.objects.get(user=stranger)

    assert client.post(reverse("session-revoke", args=[of_phone.pk])).status_code == 302
    assert client.post(reverse("session-revoke", args=[of_other.pk])).status_code == 404

    assert phone.get(reverse("account")).status_code == 302
    assert other.get(reverse("account")).status_code == 200
    assert client.get(reverse("account")).status_code == 200


def test_signing_out_ends_the_session(client, db):
    client.force_login(make.user())
    client.get(reverse("account"))

    assert client.get(reverse("sign-out")).status_code == 405
    client.post(reverse("sign-out"))

    assert not SessionRecord.objects.exists()
    assert not Session.objects.exists()


def test_somebody_idle_is_told_why(client, db):
    client.force_login(make.user())
    client.get(reverse("account"))
    session = client.session
    session[sessions.SEEN] = (datetime.now(UTC) - timedelta(minutes=31)).isoformat()
    session.save()

    answer = client.get(reverse("account"), follow=True)

    assert "超过 30 分钟没有操作" in answer.content.decode()
    assert answer.redirect_chain[0][0].endswith("why=idle")


def test_somebody_switched_off_is_out_at_once(client, db):
    user = make.user()
    client.force_login(user)
    user.is_active = False
    user.save()

    assert client.get(reverse("account")).status_code == 302


def test_the_sweep_removes_what_is_over(signed_in):
    assert sessions.sweep(make.AT + timedelta(minutes=29)) == 0
    assert sessions.sweep(make.AT + timedelta(minutes=31)) == 1
    assert not Session.objects.exists()
