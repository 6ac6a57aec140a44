"""进度链接 through the API: told once, opened without signing in, taken back."""

import pytest
from django.test import Client
from django.utils import timezone

from mengchuang.models import Answer
from tests import make

pytestmark = pytest.mark.django_db


def test_a_link_is_made_opened_and_taken_back(stage, by):
    number = make.grievance("accepted", scene=stage, at=timezone.now()).number
    path = f"enterprise/grievances/{number}/progress-link/"

    answer = by.manager.post(path)
    assert answer.status_code == 201
    link = answer.json()["link"]
    page = "/" + link.split("/", 3)[3]
    assert Client().get(page).status_code == 200
    assert [by.member.client.delete(f"/api/v1/{path}").status_code for _ in range(2)] == [204, 204]
    assert Client().get(page).status_code == 404


def test_the_answer_with_the_link_is_not_kept_for_its_key(stage, by):
    number = make.grievance("accepted", scene=stage, at=timezone.now()).number
    path = f"enterprise/grievances/{number}/progress-link/"

    links = [by.manager.client.post(f"/api/v1/{path}", headers={"Idempotency-Key": "k-1"}).json()["link"] for _ in range(2)]

    assert links[0] != links[1]
    assert not Answer.objects.filter(key="k-1").exists()
    assert [Client().get("/" + link.split("/", 3)[3]).status_code for link in links] == [404, 200]


def test_a_draft_has_none_and_a_stranger_finds_nothing(stage, by):
    draft = make.grievance("draft", scene=stage, at=timezone.now()).number

    assert by.manager.post(f"enterprise/grievances/{draft}/progress-link/").status_code == 409
    assert by.stranger.client.delete(f"/api/v1/enterprise/grievances/{draft}/progress-link/").status_code == 404
