"""通知设置 by the API: what the page does, in JSON."""

import pytest

from audit.models import Entry
from notices.models import Choice
from tests import make
from tests.api.calling import Caller

PATH = "/api/v1/account/notices/"


@pytest.fixture
def manager(db):
    from django.utils import timezone

    scene = make.scene(at=timezone.now())
    return Caller(scene.manager)


def put(caller, body):
    return caller.client.put(PATH, body, content_type="application/json")


def test_it_answers_with_every_kind_that_reaches_the_caller(manager):
    answer = manager.get(PATH.removeprefix("/api/v1/")).json()

    assert answer["sms_on"] is False
    assert {row["kind"]: (row["email"], row["sms"], row["fixed"]) for row in answer["results"]} == {
        "grievance": (True, False, False),
        "deadline": (True, True, False),
        "visit": (True, False, False),
        "file": (True, False, False),
        "account": (True, True, True),
        "password_link": (True, False, True),
        "invitation": (True, True, True),
    }


def test_what_is_named_changes_and_what_is_not_stays(manager):
    for _ in range(2):
        answer = put(manager, {"grievance": {"email": False}})

    assert answer.status_code == 200
    assert {row["kind"]: row["email"] for row in answer.json()["results"]}["grievance"] is False
    assert {row["kind"]: row["sms"] for row in answer.json()["results"]}["deadline"] is True
    assert Entry.objects.filter(action="notices_chosen").count() == 1


@pytest.mark.parametrize(
    "body",
    [{"grievance": {"app": False}}, {"grievance": {"email": "false"}}, {"grievance": {"email": 0}}, {"grievance": True}, [], {"morning": {"email": False}},
     {"password_link": {"email": False}}, {"deadline": {"email": False}, "x": {"email": True}}, {"grievance": {"fax": True}}],
)  # fmt: skip
def test_anything_else_is_400_in_chinese_and_keeps_nothing(manager, body):
    answer = put(manager, body)

    assert answer.status_code == 400
    assert any("一" <= sign <= "鿿" for sign in answer.json()["message"])
    assert not Choice.objects.exists()


def test_nobody_without_signing_in(client, db):
    assert client.get(PATH).status_code == 401
