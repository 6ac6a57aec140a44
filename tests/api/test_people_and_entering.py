"""Whom an enterprise calls, cards, employees and firms that wait to be let in, saved filters: through the API as on the pages."""

import uuid

import pytest
from django.urls import reverse

from enterprises import employees, openings
from enterprises.models import EmployeeIdentity, OpeningRequest
from grievances.models import SavedFilter
from tests import make
from tests.api.calling import Caller, photo


def test_my_people_are_those_of_the_page_and_of_a_personal_ticket_the_specialist_alone(by, here, now):
    people = by.manager.get("enterprise/people/").json()["results"]
    assert {row["role"] for row in people} == {"steward", "grid", "specialist"}
    assert all(row["hours"] and row["title"] for row in people)

    own = make.grievance("accepted", scene=here, at=now, by="employee", personal=True)
    found = by.employee.get(f"enterprise/grievances/{own.number}/people/").json()["results"]
    assert [row["role"] for row in found] == ["specialist"]
    assert by.manager.get(f"enterprise/grievances/{own.number}/people/").status_code == 404


@pytest.fixture
def now(here):
    from django.utils import timezone

    return timezone.now()


def test_one_writes_ones_own_card_and_the_enterprise_reads_it(by, here):
    key = by.steward.upload("community/attachments/", photo("头像.jpg")).json()["id"]
    card = by.steward.patch("community/card/", {"phone": "0571-8888 1234 转 801", "hours": "工作日 9:00–17:30", "photo": key})
    assert (card.status_code, card.json()["phone"], card.json()["wechat"]) == (200, "0571-88881234转801", None)

    steward = next(row for row in by.manager.get("enterprise/people/").json()["results"] if row["role"] == "steward")
    assert (steward["phone"], steward["photo"]) == ("0571-88881234转801", reverse("card-photo", args=[here.steward.pk]))
    assert by.steward.patch("community/card/", {"drop_photo": True}).json()["photo"] is None


@pytest.mark.parametrize(
    "body", [{"phone": "电话"}, {"hours": ""}, {"photo": "x"}, {"photo": str(uuid.UUID(int=7))}, {"phone": 1}, {"name": "x"}]
)
def test_a_card_that_cannot_be_is_refused(by, body):
    assert by.grid_staff.patch("community/card/", body).status_code in (400, 404)


@pytest.fixture
def identity(here, now):
    person = employees.register(
        name="钱小雨", phone="13800001111", password="Mengchuang-2026x", uscc=here.enterprise.uscc, privacy_version="2026-11", at=now
    ).post.user
    return EmployeeIdentity.objects.get(representative__post__user=person)


def test_an_employee_is_confirmed_once_and_shown_masked(by, identity):
    [row] = by.specialist_zl.get("community/employees/").json()["results"]
    assert (row["state"], "钱小雨" in str(row), "13800001111" in str(row)) == ("waiting", False, False)
    path = f"community/employees/{row['id']}/confirm/"

    assert by.specialist_zl.post(path, {"how": "guessed"}).json()["fields"].keys() == {"how"}
    assert by.specialist_zl.post(path, {"how": "met"}).json()["state"] == "confirmed"
    assert by.specialist_zl.post(path, {"how": "met"}).status_code == 409
    assert by.specialist_zl.get("community/employees/").json()["results"] == []
    assert by.specialist_zl.get("community/employees/", state="confirmed").json()["results"][0]["how"] == "met"
    assert by.specialist_zl.get("community/employees/", state="gone").status_code == 400


def test_an_employee_who_is_none_is_refused_with_a_reason(by, identity):
    path = f"community/employees/{identity.pk}/refuse/"

    assert by.specialist_zl.post(path, {}).status_code == 400
    assert by.specialist_zl.post(path, {"reason": "名册里没有这个人"}).status_code == 200
    identity.representative.refresh_from_db()
    assert identity.representative.ended_at is not None


def asks(here, now, name, phone="13812345670"):
    enterprise = make.enterprise(park=here.park, name=name)
    licence = openings.keep_licence(photo("执照.jpg"), at=now)
    return openings.ask(
        key=uuid.uuid4(), community=here.community, uscc=enterprise.uscc, name=name, person="周敏", phone=phone, licence=licence.pk, at=now
    )


@pytest.fixture
def opening(here, now):
    return asks(here, now, "新来的公司")


def test_an_opening_is_read_with_its_licence_and_confirmed(by, here, opening):
    path = f"community/openings/{opening.pk}/"
    [row] = by.specialist_zl.get("community/openings/").json()["results"]
    assert (row["id"], "13812345670" in str(row)) == (str(opening.pk), False)
    assert [each["name"] for each in by.specialist_zl.get(path).json()["candidates"]] == ["新来的公司"]
    assert by.specialist_zl.get(path + "licence/")["Content-Type"] == "image/jpeg"

    assert by.specialist_zl.post(path + "confirm/", {"uscc": "91330100MA00000000"}).status_code == 400
    for _ in range(2):
        assert by.specialist_zl.post(path + "confirm/", {"uscc": opening.uscc}).json()["state"] == "confirmed"
    assert by.specialist_zl.post(path + "decline/", {"reason": "照片不清楚"}).status_code == 409


def test_an_opening_is_declined_and_pages_go_by_its_key(by, here, opening, now):
    asks(here, now, "又一家公司", "13812345671")
    page = by.specialist_zl.get("community/openings/", page_size=1).json()
    rest = by.specialist_zl.get(page["next"]).json()["results"]
    assert {page["results"][0]["id"], rest[0]["id"]} == {str(row.pk) for row in OpeningRequest.objects.all()}

    path = f"community/openings/{opening.pk}/decline/"
    assert by.specialist_zl.post(path, {"reason": " "}).status_code == 400
    assert by.specialist_zl.post(path, {"reason": "照片不清楚"}).json()["reason"] == "照片不清楚"


def test_people_of_another_community_and_other_roles_decide_nothing(by, here, identity, opening):
    there = make.community()
    foreigner = Caller(make.somebody("specialist", community=there, unit=make.unit(community=there)))
    told = {
        f"community/employees/{identity.pk}/confirm/": {"how": "met"}, f"community/employees/{identity.pk}/refuse/": {"reason": "x"},
        f"community/openings/{opening.pk}/confirm/": {"uscc": opening.uscc}, f"community/openings/{opening.pk}/decline/": {"reason": "x"},
    }  # fmt: skip

    for path, body in told.items():
        assert foreigner.post(path, body).status_code == 404
        for role in ("manager", "leader", "steward", "street", "admin"):
            assert getattr(by, role).post(path, body).status_code == 403, (role, path)


def test_filters_are_kept_shared_and_taken_away_by_their_owner(by, here):
    made = by.leader.post("community/saved-filters/", {"name": "快到期", "query": "queue=due_today", "shared": True})
    assert (made.status_code, made.json()["shared"]) == (201, True)
    path = f"/api/v1/community/saved-filters/{made.json()['id']}/"

    for role, seen in (("specialist_zl", 1), ("grid_staff", 1), ("street", 1), ("partner", 0), ("steward", 0)):
        assert len(getattr(by, role).get("community/saved-filters/").json()["results"]) == seen, role
    assert by.specialist_zl.client.delete(path).status_code == 403
    assert by.leader.post("community/saved-filters/", {"name": "x", "query": "nonsense=1"}).status_code == 400
    assert by.partner.post("community/saved-filters/", {"name": "x", "query": "q=1", "shared": True}).status_code == 403
    assert [by.leader.client.delete(path).status_code for _ in range(2)] == [204, 204]
    assert not SavedFilter.objects.exists()
