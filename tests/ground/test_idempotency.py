"""R12: the same key does a thing once and answers twice."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from mengchuang.middleware import idempotency
from mengchuang.models import Answer, Mark
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ground.urls")]


@pytest.fixture
def user():
    return make.user()


@pytest.fixture
def client(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_a_form_sent_twice_does_its_deed_once_and_gives_the_same_answer(client):
    first = client.post("/deed/", {"name": "a", "idempotency_key": "k1"})

    second = client.post("/deed/", {"name": "a", "idempotency_key": "k1"})

    assert (first.status_code, first.content, first["Location"]) == (201, b"a", "/marks/a/")
    assert (second.status_code, second.content, second["Location"]) == (201, b"a", "/marks/a/")
    assert second["Idempotent-Replay"] == "true"
    assert Mark.objects.count() == 1


def test_the_csrf_token_is_not_part_of_the_deed(client):
    client.post("/deed/", {"name": "a", "idempotency_key": "k1", "csrfmiddlewaretoken": "one"})

    again = client.post("/deed/", {"name": "a", "idempotency_key": "k1", "csrfmiddlewaretoken": "two"})

    assert again.status_code == 201


def test_the_same_key_with_another_body_is_422(client):
    client.post("/deed/", {"name": "a", "idempotency_key": "k1"})

    other = client.post("/deed/", {"name": "b", "idempotency_key": "k1"})

    assert other.status_code == 422
    assert not Mark.objects.filter(name="b").exists()


def test_a_file_is_compared_by_what_is_in_it(client):
    def upload(content):
        facts = {"name": "a", "idempotency_key": "k1", "photo": SimpleUploadedFile("门.jpg", content)}
        return client.post("/deed/", facts)

    assert [upload(b"x").status_code, upload(b"x").status_code, upload(b"y").status_code] == [201, 201, 422]


def test_a_key_belongs_to_one_person(client):
    client.post("/deed/", {"name": "a", "idempotency_key": "k1"})
    somebody = Client()
    somebody.force_login(make.user())

    answer = somebody.post("/deed/", {"name": "b", "idempotency_key": "k1"})

    assert answer.status_code == 201


@pytest.mark.parametrize(("trouble", "status"), [("state", 409), ("crash", 500)])
def test_a_refusal_undoes_everything_and_may_be_tried_again(client, trouble, status):
    refused = client.post("/deed/", {"name": "a", trouble: "1", "idempotency_key": "k1"})

    assert refused.status_code == status
    assert (Mark.objects.count(), Answer.objects.count()) == (0, 0)
    assert client.post("/deed/", {"name": "a", "idempotency_key": "k1"}).status_code == 201


@pytest.mark.parametrize("key", ["中文", "x" * 101, "a\nb"])
def test_a_key_nobody_can_mean_is_refused(client, key):
    assert client.post("/deed/", {"name": "a", "idempotency_key": key}).status_code == 400


def test_the_api_takes_the_key_from_the_header(client, user):
    sent = {"data": {"title": "水管"}, "content_type": "application/json", "headers": {"Idempotency-Key": "k1"}}

    first, second = client.post("/api/ground/x/", **sent), client.post("/api/ground/x/", **sent)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json() == {"title": "水管"}
    other = client.post("/api/ground/x/", **(sent | {"data": {"title": "电"}}))
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_answers_are_forgotten_after_a_day(client):
    client.post("/deed/", {"name": "a", "idempotency_key": "k1"})
    now = timezone.now()

    assert idempotency.forget(now + timedelta(hours=23)) == 0
    assert idempotency.forget(now + timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_wait_for_each_other_and_get_one_answer(user):
    clients = [Client(), Client(), Client()]
    for client in clients:
        client.force_login(user)
    answers = []

    def press(client):
        answers.append(client.post("/deed/", {"name": "a", "slowly": "1", "idempotency_key": "k1"}))
        connection.close()

    threads = [threading.Thread(target=press, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(answer.status_code, answer.content) for answer in answers] == [(201, b"a")] * 3
    assert sum(answer.has_header("Idempotent-Replay") for answer in answers) == 2
    assert Mark.objects.count() == 1
