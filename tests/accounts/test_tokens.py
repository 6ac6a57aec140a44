"""API tokens: hashed at rest, twelve hours, many per user, revocable."""

import json
from datetime import timedelta

import pytest
from django.core.serializers import serialize
from django.urls import reverse

from accounts.models import Token
from audit.models import Entry
from tests import make


def _token(client, user, password=make.PASSWORD, **facts):
    body = {"username": user.username, "password": password, **facts}
    return client.post(reverse("api-token"), body, content_type="application/json")


def _with(plaintext):
    return {"headers": {"Authorization": f"Token {plaintext}"}}


def test_the_table_does_not_hold_the_token(db):
    token, plaintext = Token.issue(make.user(), at=make.AT)

    assert plaintext not in serialize("json", Token.objects.all())
    assert token.digest == Token.digest_of(plaintext)
    assert len(plaintext) >= 43


def test_a_token_lives_twelve_hours(db):
    token, plaintext = Token.issue(make.user(), at=make.AT)

    assert Token.owner(plaintext, make.AT + timedelta(hours=12, seconds=-1)) == token
    assert Token.owner(plaintext, make.AT + timedelta(hours=12)) is None


@pytest.mark.parametrize("wrong", ["", "x", "\N{SNOWMAN}", "a" * 10000])
def test_anything_else_opens_nothing(db, wrong):
    Token.issue(make.user(), at=make.AT)

    assert Token.owner(wrong, make.AT) is None


def test_a_token_of_somebody_switched_off_opens_nothing(db):
    user = make.user()
    _, plaintext = Token.issue(user, at=make.AT)
    user.is_active = False
    user.save()

    assert Token.owner(plaintext, make.AT) is None


def test_use_is_written_once_a_minute(db):
    _, plaintext = Token.issue(make.user(), at=make.AT)

    for seconds in (0, 30, 59, 60):
        Token.owner(plaintext, make.AT + timedelta(seconds=seconds))
        written = Token.objects.get().last_used_at
        assert written == make.AT + timedelta(seconds=60 if seconds == 60 else 0)


def test_name_and_password_give_a_token_that_works(client, db):
    user = make.user()

    answer = _token(client, user, label="夜间对账")

    assert answer.status_code == 200
    rows = client.get(reverse("api-tokens"), **_with(answer.json()["token"])).json()["results"]
    assert [(row["label"], row["current"]) for row in rows] == [("夜间对账", True)]
    assert Entry.objects.filter(action="token_issued", by=user).exists()


def test_many_sign_ins_that_work_are_never_throttled(client, db):
    user = make.user()

    assert {_token(client, user).status_code for _ in range(30)} == {200}
    assert Token.objects.filter(user=user).count() == 30


def test_failures_are_counted_and_answered_with_a_time_to_come_back(client, db):
    user = make.user()

    answers = [_token(client, user, "wrong") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 429]
    assert answers[0].json()["code"] == "wrong_credentials"
    assert 890 <= int(answers[-1].headers["Retry-After"]) <= 901
    assert answers[-1].json()["code"] == "locked_out"
    assert answers[-1].json()["request_id"]
    right = _token(client, user)
    assert right.status_code == 429
    assert "暂停登录" in right.json()["message"]


def test_a_first_password_gives_no_token(client, db):
    user = make.user(must_change_password=True)

    answer = _token(client, user)

    assert (answer.status_code, answer.json()["code"]) == (403, "must_change_password")
    assert not Token.objects.exists()


@pytest.mark.parametrize("username", [None, "a\0", "a\ud800", "a" * 151, [], {"a": 1}])
def test_a_body_without_sense_is_400(client, db, username):
    answer = client.post(reverse("api-token"), json.dumps({"username": username, "password": "b"}), content_type="application/json")

    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "fields", "request_id"}


def test_one_revokes_own_tokens_and_no_others(client, db):
    user, stranger = make.user(), make.user()
    plaintext = _token(client, user).json()["token"]
    second, of_stranger = Token.issue(user, at=make.AT)[0], Token.issue(stranger, at=make.AT)[0]

    assert client.delete(reverse("api-token-revoke", args=[of_stranger.pk]), **_with(plaintext)).status_code == 404
    assert client.delete(reverse("api-token-revoke", args=[second.pk]), **_with(plaintext)).status_code == 204
    own = Token.objects.get(digest=Token.digest_of(plaintext))
    assert client.delete(reverse("api-token-revoke", args=[own.pk]), **_with(plaintext)).status_code == 204

    assert client.get(reverse("api-tokens"), **_with(plaintext)).status_code == 401
    assert list(Token.objects.all()) == [of_stranger]


def test_a_token_opens_the_api_and_no_page(client, db):
    plaintext = _token(client, make.user()).json()["token"]

    assert client.get(reverse("api-tokens"), **_with(plaintext)).status_code == 200
    assert client.get(reverse("account"), **_with(plaintext)).status_code == 302


def test_the_account_page_issues_shows_once_and_revokes(client, db):
    user = make.user()
    client.force_login(user)

    page = client.post(reverse("account"), {"label": "对账脚本"}).content.decode()
    token = Token.objects.get(user=user)
    again = client.get(reverse("account")).content.decode()

    assert "只显示这一次" in page
    assert "对账脚本" in again
    assert "只显示这一次" not in again
    client.post(reverse("token-revoke", args=[token.pk]))
    assert not Token.objects.exists()
