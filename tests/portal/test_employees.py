"""Employees come in by a page open to strangers; specialists confirm them at the list and on the ticket."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import knocking, notice
from accounts.models import User
from enterprises.models import EmployeeIdentity, Representative
from grievances.models import Grievance
from tests import make
from tests.portal.test_ticket_page import signed_in

pytestmark = pytest.mark.django_db
WHO = {
    "name": "李小军", "phone": "13812345678", "password": "Gui-Hua-2026-Lou", "again": "Gui-Hua-2026-Lou", "accept": "on", "privacy": notice.VERSION,
}  # fmt: skip


def join(client, here, **changes):
    return client.post(reverse("employee-join"), WHO | {"uscc": here.enterprise.uscc, "who": here.enterprise.name} | changes)


def test_one_finds_the_employer_registers_and_files(here):
    client = Client()
    page = client.get(reverse("employee-join"), {"who": here.enterprise.name}).content.decode()
    assert here.enterprise.uscc in page

    assert join(client, here).url == reverse("home")
    user = User.objects.get(username="13812345678")
    assert client.get("/").status_code == 200
    filed = client.post(
        reverse("file"),
        {"service_item": "GS05", "body": "孩子上学的学区问题，想问怎么办。", "contact_name": "李小军", "contact_phone": "13812345678"},
    )
    assert filed.status_code == 302
    assert Grievance.objects.get(filed_by=user).personal


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"again": "x"}, "不一样"), ({"phone": "123"}, "11 位手机号码"), ({"accept": ""}, "隐私说明"), ({"uscc": ""}, "请先选定您的单位"), ({"uscc": "91"}, "请先选定您的单位")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(here, changes, words):
    answer = join(Client(), here, **changes)

    page = answer.content.decode()
    assert (answer.status_code, words in page) == (400, True)
    assert not User.objects.filter(username="13812345678").exists()


def test_a_number_that_is_taken_is_asked_to_sign_in(here):
    join(Client(), here)
    answer = join(Client(), here)

    assert answer.status_code == 409
    assert "登录后再登记单位" in answer.content.decode()
    assert Representative.objects.filter(identity__isnull=False).count() == 1


def test_looking_for_employers_ends_after_some_tries(here):
    client = Client()
    for _ in range(knocking.DOORS["employee"].limit):
        client.get(reverse("employee-join"), {"who": "不存在的一家公司"})

    assert client.get(reverse("employee-join"), {"who": here.enterprise.name}).status_code == 429
    assert client.get(reverse("employee-join")).status_code == 429


def test_a_specialist_confirms_on_the_ticket(here):
    client = Client()
    join(client, here)
    client.post(
        reverse("file"), {"service_item": "GS05", "body": "孩子上学的事。", "contact_name": "李小军", "contact_phone": "13812345678"}
    )
    ticket = Grievance.objects.get(filed_by__username="13812345678")
    desk = signed_in(here.specialist_zl)

    assert "未核实" in desk.get(reverse("grievance", args=[ticket.number])).content.decode()
    row = EmployeeIdentity.objects.get()
    assert "请选怎么核实的" in desk.post(reverse("employee-decide", args=[row.pk, "confirm"]), {}).content.decode()
    sent = desk.post(reverse("employee-decide", args=[row.pk, "confirm"]), {"how": "phone", "number": ticket.number})
    assert sent.url == reverse("grievance", args=[ticket.number])
    assert "已核实" in desk.get(sent.url).content.decode()
    assert "没有等着核实的员工" in desk.get(reverse("employees")).content.decode()


def test_the_list_says_who_waits_masked_with_what_he_filed(here):
    join(Client(), here)
    page = signed_in(here.specialist_zl).get(reverse("employees")).content.decode()

    assert "李*军" in page
    assert "13812345678" not in page
    assert here.enterprise.name in page


def test_nobody_else_decides(here):
    join(Client(), here)
    row = EmployeeIdentity.objects.get()
    for role, status in (("manager", 403), ("leader", 403), ("street", 403)):
        assert (
            signed_in(here.people[role]).post(reverse("employee-decide", args=[row.pk, "confirm"]), {"how": "phone"}).status_code == status
        )
    away = make.somebody("specialist")
    assert signed_in(away).post(reverse("employee-decide", args=[row.pk, "confirm"]), {"how": "phone"}).status_code == 404
