"""What every request meets before a view sees it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Token
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ground.urls")]


@pytest.fixture
def user():
    return make.user()


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_proxys_request_id_is_kept_and_a_forged_one_replaced(client):
    assert client.get("/healthz", headers={"X-Request-ID": "abc-12345"})["X-Request-ID"] == "abc-12345"
    assert len(client.get("/healthz", headers={"X-Request-ID": "a\tb<script>"})["X-Request-ID"]) == 32


@pytest.mark.parametrize("address", ["/whoami/?q=%00", "/whoami/%00", "/whoami/?q=" + "x" * 5000, "/" + "x" * 3000])
def test_what_no_browser_sends_is_400(client, address):
    assert client.get(address).status_code == 400
    assert client.get("/api" + address).json()["code"] in ("control_character", "too_long")


def test_a_body_nothing_takes_is_413_before_it_is_read(client):
    json = client.generic("POST", "/api/ground/x/", b"{}", content_type="application/json", CONTENT_LENGTH=str(2 * 1024 * 1024))
    form = client.generic("POST", "/deed/", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(200 * 1024 * 1024))

    assert (json.status_code, json.json()["code"], form.status_code) == (413, "too_large", 413)


def test_no_inline_code_no_frame_no_copy_in_a_cache(client):
    answer = client.get("/whoami/")

    assert answer["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


def test_a_page_sends_a_stranger_to_the_sign_in_and_back():
    assert Client().get("/whoami/?tab=2")["Location"] == "/sign-in/?next=%2Fwhoami%2F%3Ftab%3D2"


def test_a_form_sends_a_stranger_back_to_the_page_with_the_form():
    answer = Client().post("/deed/", headers={"Referer": "http://testserver/grievances/new/"})

    assert answer["Location"] == "/sign-in/?next=%2Fgrievances%2Fnew%2F"


def test_a_form_from_elsewhere_sends_a_stranger_home():
    assert Client().post("/deed/", headers={"Referer": "https://evil.example/x"})["Location"] == "/sign-in/?next=%2F"


def test_a_fragment_makes_the_browser_leave_for_the_sign_in():
    answer = Client().get("/whoami/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?tab=mine"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/?next=%2Fqueue%2F%3Ftab%3Dmine")


def test_a_token_opens_the_api_and_nothing_else(user):
    _, plaintext = Token.issue(user, at=timezone.now())
    headers = {"Authorization": f"Token {plaintext}"}

    assert Client().get("/api/ground/x/", headers=headers).json() == {"user": user.pk}
    assert Client().get("/whoami/", headers=headers).status_code == 302


def test_a_token_needs_no_csrf_but_a_session_does(user):
    _, plaintext = Token.issue(user, at=timezone.now())
    by_session = Client(enforce_csrf_checks=True)
    by_session.force_login(user)
    sent = {"path": "/api/ground/x/", "data": {"title": "a"}, "content_type": "application/json"}

    by_token = Client(enforce_csrf_checks=True).post(**sent, headers={"Authorization": f"Token {plaintext}"})

    assert by_token.status_code == 201
    assert (by_session.post(**sent).status_code, by_session.post(**sent).json()["code"]) == (403, "csrf")


def test_a_token_that_is_over_is_401(user):
    _, plaintext = Token.issue(user, at=timezone.now() - timedelta(hours=13))

    answer = Client().get("/api/ground/x/", headers={"Authorization": f"Token {plaintext}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_a_session_left_alone_for_half_an_hour_is_over(client):
    client.get("/whoami/")
    session = client.session
    session["seen_at"] = (timezone.now() - timedelta(minutes=31)).isoformat()
    session.save()

    assert client.get("/whoami/")["Location"] == "/sign-in/?next=%2Fwhoami%2F&why=idle"


def test_a_session_of_twelve_hours_is_over_however_busy(client):
    client.get("/whoami/")
    session = client.session
    session["began_at"] = (timezone.now() - timedelta(hours=12)).isoformat()
    session.save()

    assert client.get("/whoami/")["Location"].endswith("why=absolute")


def test_a_first_password_opens_only_the_page_to_change_it():
    user = make.user(must_change_password=True)
    client = Client()
    client.force_login(user)

    assert client.get("/whoami/")["Location"] == "/password/change/"
    assert client.get("/password/change/").status_code == 200
    assert client.get("/api/ground/x/").json()["code"] == "must_change_password"


def test_the_posts_of_the_moment_are_attached(client):
    assert client.get("/whoami/").json() == {"posts": []}


def test_health_needs_nobody_and_no_session():
    assert Client().get("/healthz").json() == {"process": True}


def test_ready_names_booleans_only():
    answer = Client().get("/readyz")

    assert set(answer.json().values()) <= {True, False}
    assert answer.json() | {"database": True, "ctype": True, "migrated": True, "seeded": False} == answer.json()
    assert answer.status_code == 503
