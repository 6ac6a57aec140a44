"""One shape for every no: JSON below /api/, a page elsewhere, Chinese in both, the text of a bug in neither."""

import json

import pytest
from django.db import close_old_connections
from django.test import Client

from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ground.urls")]


@pytest.fixture
def client():
    client = Client(raise_request_exception=False)
    client.force_login(make.user())
    return client


def is_shape(answer):
    error = answer.json()
    return set(error) == {"code", "message", "fields", "request_id"} and error["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("refused", 409, "state_conflict"),
        ("invalid", 400, "invalid"),
        ("throttled", 429, "too_many"),
        ("missing", 404, "not_found"),
        ("bug", 500, "internal_error"),
    ],
)
def test_every_refusal_of_the_api_has_one_shape(client, what, status, code):
    answer = client.get(f"/api/ground/{what}/")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert is_shape(answer)
    assert "secret" not in answer.content.decode()


def test_a_refusal_names_the_facts_at_fault(client):
    assert client.get("/api/ground/refused/").json()["fields"] == {"unit": ["请选择承办单位。"]}


def test_nested_fields_are_named_flat(client):
    answer = client.post("/api/ground/x/", {"title": "x", "place": {"room": "123456"}}, content_type="application/json")

    assert list(answer.json()["fields"]) == ["place.room"]


def test_a_throttled_caller_is_told_when_to_come_back(client):
    assert client.get("/api/ground/throttled/")["Retry-After"] == "8"


def test_nobody_signed_in_is_401_with_the_same_shape():
    answer = Client().get("/api/ground/x/")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert is_shape(answer)


def test_an_unknown_address_is_json_below_api_and_a_page_elsewhere(client):
    assert is_shape(client.get("/api/nothing/"))
    page = client.get("/nothing/")
    assert page.status_code == 404
    assert "没有找到" in page.content.decode()


def test_the_page_of_a_bug_has_the_number_in_the_log_and_not_the_bug(client):
    page = client.post("/deed/", {"name": "a", "crash": "1"})

    text = page.content.decode()
    assert page.status_code == 500
    assert page["X-Request-ID"] in text
    assert "13812345678" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "application/json"),
        (b"[" * 60 + b"]" * 60, "application/json"),
        (b'{"title": NaN}', "application/json"),
        (b'{"title": "a\\u0000b"}', "application/json"),
        (b'{"title": "\\ud83d"}', "application/json"),
        (b"{", "application/json"),
        ('{"title": "水管"}'.encode("gbk"), "application/json"),
        (b"\xff\xfe{}", "application/json"),
        (b"null", "application/json"),
    ],
)
def test_no_json_is_400_and_never_500(client, body, content_type):
    answer = client.generic("POST", "/api/ground/x/", body, content_type=content_type)

    assert answer.status_code == 400
    assert is_shape(answer)


@pytest.mark.parametrize("charset", ["gbk", "bz2_codec", "utf-16", "nonsense"])
def test_only_utf8_is_read(client, charset):
    answer = client.generic("POST", "/api/ground/x/", b"{}", content_type=f"application/json; charset={charset}")

    assert answer.status_code in (400, 415)
    assert is_shape(answer)


def test_utf8_by_name_is_read(client):
    answer = client.generic("POST", "/api/ground/x/", json.dumps({"title": "𠮷"}).encode(), content_type="application/json; charset=UTF-8")

    assert answer.json() == {"title": "𠮷"}


@pytest.mark.django_db(transaction=True)
def test_a_query_that_takes_too_long_is_503_and_the_next_one_works(client):
    answer = client.get("/slow-query/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert client.get("/whoami/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_503_and_the_next_request_has_a_new_one(client):
    assert client.get("/lost-connection/").status_code == 503
    close_old_connections()  # a server does this between requests, the test client does not
    assert client.get("/whoami/").status_code == 200


def test_a_server_that_dies_while_it_is_read_is_503_under_every_name_the_driver_has_for_it(client):
    answer = client.get("/lost-answer/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_method_a_page_does_not_know_is_a_page_with_what_it_knows(client):
    answer = client.delete("/readyz")

    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert "不支持" in answer.content.decode()
