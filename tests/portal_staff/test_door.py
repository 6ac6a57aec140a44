"""Visits at the door: the list, the card, the form without a script, what waits to be decided, and what a phone is handed to keep."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from grievances.models import Grievance
from tests import make
from tests.files.samples import picture
from visits.models import FactCheck, Task, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    scene = make.scene(at=timezone.now())
    today = timezone.localdate()
    scene.task = make.task(enterprise=scene.enterprise, opened_on=today, due_on=today + timedelta(days=1))
    scene.class_ = make.visit_class(make.trigger(), community=scene.community, code="FX", name="有风险企业必访")
    make.reason(enterprise=scene.enterprise, visit_class=scene.class_, on=today, due_on=scene.task.due_on)
    return scene


def _form(here, **facts):
    given = {
        "task": str(here.task.pk), "key": str(uuid.uuid4()), "result": "met", "people-0-name": "周敏", "people-0-phone": "13812345678",
        "no_needs": "1",
    }  # fmt: skip
    return {name: value for name, value in (given | facts).items() if value is not None}


def test_the_list_is_for_who_pays_visits_and_in_order_of_the_building(client, here):
    other = make.enterprise(building=here.enterprise.tenancies.get().building, room="102")
    seat = here.enterprise.tenancies.get()
    seat.room = "901"
    seat.save()
    today = timezone.localdate()
    Task.objects.update(assignee=here.grid_staff, planned_on=today, planned_half="am")
    make.task(enterprise=other, opened_on=today, due_on=today, assignee=here.grid_staff, planned_on=today, planned_half="am")

    client.force_login(here.grid_staff)
    answer = client.get("/visits/")
    assert [row.task.enterprise for row in answer.context["trip"]] == [other, here.enterprise]
    assert "有风险" in answer.content.decode()

    for who in (here.partner, here.steward, here.manager, here.operator, here.auditor):
        client.force_login(who)
        assert client.get("/visits/").status_code == 403
        assert client.get(f"/visits/{here.task.pk}/").status_code == 403
    client.force_login(make.somebody("grid_staff", at=timezone.now()))
    assert client.get(f"/visits/{here.task.pk}/").status_code == 404
    assert client.get(f"/visits/of/{here.enterprise.uscc}/").status_code == 404


@pytest.mark.parametrize(
    "asked", ["?whose=mine", "?whose=grid&overdue=1", "?whose=all&class=FX", "?class=%00", "?sort=x", "?cursor=1", "?whose=x"]
)
def test_the_list_takes_the_filters_it_knows(client, here, asked):
    client.force_login(here.grid_staff)

    assert client.get(f"/visits/{asked}").status_code == (400 if asked in ("?class=%00", "?sort=x", "?cursor=1", "?whose=x") else 200)


def test_the_form_without_a_script_records_it_and_shows_what_came_of_it(client, here):
    client.force_login(here.grid_staff)
    card = client.get(f"/visits/{here.task.pk}/").content.decode()
    assert "13812345678" not in card

    facts = {
        "no_needs": None,
        "needs-0-body": "想换大一点的办公室",
        "facts-room-is": "differs",
        "facts-room-said": "402",
        "signs": ["fire"],
    }
    sent = client.post(
        "/visits/record/", _form(here, **facts, photos_new=SimpleUploadedFile("门口.jpg", picture(), "image/jpeg")), follow=True
    )

    visit = Visit.objects.get()
    assert sent.redirect_chain == [(f"/visits/paid/{visit.pk}/", 302)]
    page = sent.content.decode()
    assert Grievance.objects.get().number in page
    assert "138****5678" in page
    assert "13812345678" not in page
    photo = client.get(f"/visits/paid/{visit.pk}/photos/{visit.photos.get().pk}/")
    assert (photo.status_code, photo["Content-Type"]) == (200, "image/jpeg")


def test_what_is_wrong_comes_back_with_everything_that_was_typed(client, here):
    client.force_login(here.grid_staff)

    facts = {"people-0-phone": "12", "note": "门口堆着纸箱", "signs": ["fire"], "facts-room-is": "differs", "facts-room-said": "402"}
    answer = client.post("/visits/record/", _form(here, **facts))

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "请填写手机号或带区号的座机号" in page
    for words in ("门口堆着纸箱", 'value="402"', 'value="fire" checked', 'value="周敏"'):
        assert words in page


def test_a_phone_is_answered_in_json_and_twice_the_same(client, here):
    client.force_login(here.grid_staff)
    form = _form(here)
    answers = [client.post("/visits/record/", form, headers={"Accept": "application/json"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()

    late = client.post("/visits/record/", _form(here), headers={"Accept": "application/json"})
    assert (late.status_code, late.json()["code"], Visit.objects.count()) == (409, "task_over", 1)
    bad = client.post("/visits/record/", _form(here, key="x"), headers={"Accept": "application/json"})
    assert (bad.status_code, bad.json()["fields"].keys()) == (400, {"key"})


def test_one_press_takes_over_what_was_said_or_keeps_what_is_on_file(client, here):
    client.force_login(here.grid_staff)
    client.post("/visits/record/", _form(here, **{"facts-legal_person-is": "differs", "facts-legal_person-said": "王新"}))
    check = FactCheck.objects.get()
    assert client.post(f"/visits/checks/{check.pk}/accept/").status_code == 403

    client.force_login(here.specialist_jf)
    assert "王新" in client.get("/visits/checks/").content.decode()
    client.post(f"/visits/checks/{check.pk}/accept/")
    client.post(f"/visits/checks/{check.pk}/accept/")
    kept = client.post(f"/visits/checks/{check.pk}/keep/", follow=True)

    here.enterprise.refresh_from_db()
    check.refresh_from_db()
    assert (here.enterprise.legal_person, check.outcome, check.decided_by) == ("王新", "corrected", here.specialist_jf)
    assert "已由李小军核定为" in kept.content.decode()
    client.force_login(make.somebody("specialist", at=timezone.now()))
    assert client.post(f"/visits/checks/{check.pk}/keep/").status_code == 404


def test_what_a_phone_keeps_says_nothing_about_anybody(client):
    worker, page = client.get("/sw.js"), client.get("/visits/offline/")
    assert (worker.status_code, worker["Service-Worker-Allowed"], worker["Content-Type"]) == (
        200,
        "/visits/",
        "text/javascript; charset=utf-8",
    )
    assert page.status_code == 200
    assert client.get("/visits/whoami/").status_code == 302


def test_who_is_signed_in_gets_a_token_for_what_waits(client, here):
    client.force_login(here.grid_staff)
    answer = client.get("/visits/whoami/").json()
    assert (answer["user"], len(answer["token"])) == (str(here.grid_staff.pk), 64)
