"""Claims, the visit at the door and mediation as pages: who opens them, and that nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprises.models import Enterprise
from grievances.models import LineItem, Mediation, SiteVisit
from grievances.states import State
from tests import make
from tests.portal.test_ticket_page import signed_in

pytestmark = pytest.mark.django_db
PASTED = "债务人\t项目\t金额（万元）\n甲公司\t展厅\t12.5\n乙公司\t影片\t3\n"


@pytest.fixture
def ticket(here):
    return make.grievance(State.IN_PROGRESS, scene=here, at=timezone.now() - timedelta(hours=1))


def page(ticket):
    return reverse("line-items", args=[ticket.number])


@pytest.mark.parametrize(
    ("role", "status"),
    [("manager", 200), ("specialist_gs", 200), ("partner", 200), ("leader", 404), ("street", 404), ("grid_staff", 404), ("steward", 404), ("stranger", 404), ("other_partner", 404)],
)  # fmt: skip
def test_claims_open_for_three_kinds_of_people(here, ticket, role, status):
    assert signed_in(here.people[role]).get(page(ticket)).status_code == status


def test_pasted_rows_are_added_and_one_is_recovered(here, ticket):
    client = signed_in(here.manager)
    assert client.post(page(ticket), {"do": "paste", "pasted": PASTED}).status_code == 302
    first = LineItem.objects.order_by("pk").first()

    shown = client.get(page(ticket), {"edit": first.pk}).content.decode()
    assert 'value="125000"' in shown
    sent = {"do": "change", "item": first.pk, "version": 1, "state": "recovered", "recovered_on": "2026-01-05"}
    assert client.post(page(ticket), sent).status_code == 302
    assert "1/2" in client.get(page(ticket)).content.decode()
    assert "1/2" in client.get(reverse("grievance", args=[ticket.number])).content.decode()


@pytest.mark.parametrize(
    ("sent", "kept", "words"),
    [
        ({"do": "paste", "pasted": "甲公司\t展厅\t很多"}, "甲公司", "第 1 行"), ({"do": "add", "debtor": "丙公司", "amount_yuan": "很多"}, "丙公司", "不是金额"),
        ({"do": "add", "debtor": "", "amount_yuan": "100"}, 'value="100"', "请填写"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_still_there(here, ticket, sent, kept, words):
    answer = signed_in(here.manager).post(page(ticket), sent)

    shown = answer.content.decode()
    assert (answer.status_code, kept in shown, words in shown) == (400, True, True)
    assert not LineItem.objects.exists()


def test_a_line_somebody_else_changed_meanwhile_is_not_written_over(here, ticket):
    client = signed_in(here.manager)
    client.post(page(ticket), {"do": "add", "debtor": "甲公司", "amount_yuan": "100"})
    row = LineItem.objects.get()
    client.post(page(ticket), {"do": "change", "item": row.pk, "version": 1, "matter": "新"})
    answer = client.post(page(ticket), {"do": "change", "item": row.pk, "version": 1, "matter": "旧"})

    assert answer.status_code == 409
    assert LineItem.objects.get().matter == "新"


@pytest.mark.parametrize("sent", [{"do": "nonsense"}, {"do": "change", "item": "x"}, {"do": "remove", "item": "99999999999999999999"}, {}])
def test_nonsense_is_not_there(here, ticket, sent):
    assert signed_in(here.manager).post(page(ticket), sent).status_code == 404


def test_the_lawyer_records_the_visit_on_the_ticket(here, ticket):
    client, act = signed_in(here.partner), reverse("case-act", args=[ticket.number, "site-visit"])
    local = timezone.localtime() - timedelta(minutes=1)
    refused = client.post(act, {"made_at": "昨天", "person": "周敏", "note": "看了合同"})
    assert (refused.status_code, "周敏" in refused.content.decode()) == (400, True)
    assert client.post(act, {"made_at": f"{local:%Y-%m-%dT%H:%M:%S}", "person": "周敏", "note": "看了合同"}).status_code == 302

    assert SiteVisit.objects.get().made_at is not None
    assert "已上门" in signed_in(here.manager).get(reverse("grievance", args=[ticket.number])).content.decode()


def test_the_other_side_is_named_invited_and_answers(here, ticket):
    desk = signed_in(here.specialist_zl)
    desk.post(reverse("grievance-act", args=[ticket.number, "recall"]), {"version": ticket.version, "reason": "改派"})
    other = Enterprise.objects.get(representatives__post__user=here.stranger)
    case = reverse("case-act", args=[ticket.number, "other-side"])
    assert desk.post(case, {"uscc": other.uscc}).status_code == 302
    asked = {"subject": "工期的争议", "held_at": "2099-01-05T10:00", "place": "社区调解室", "contact": "0571-10000000"}
    invite = reverse("case-act", args=[ticket.number, "invite"])
    refused = desk.post(invite, asked)
    assert (refused.status_code, "社区调解室" in refused.content.decode()) == (400, True)
    assert desk.post(invite, asked | {"agreed": "on"}).status_code == 302

    row = Mediation.objects.get()
    debtor = signed_in(here.stranger)
    assert "请答复调解邀请" in debtor.get("/").content.decode()
    shown = debtor.get(reverse("mediation", args=[row.pk])).content.decode()
    assert "工期的争议" in shown
    assert ticket.number not in shown
    assert ticket.title not in shown
    answer = reverse("mediation-answer", args=[row.pk])
    assert debtor.post(answer, {"answer": "declined"}).status_code == 400
    assert debtor.post(answer, {"answer": "coming"}).status_code == 302
    assert signed_in(here.manager).get(reverse("mediation", args=[row.pk])).status_code == 404
    assert desk.post(reverse("case-act", args=[ticket.number, "conclude"]), {"result": "agreed", "note": "分三期付清"}).status_code == 302
    assert Mediation.objects.get().result == "agreed"
