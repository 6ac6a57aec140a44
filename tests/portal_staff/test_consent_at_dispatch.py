"""A missing consent is seen where a ticket goes to a partner, written down with the reason, and refuses nothing."""

import pytest
from django.urls import reverse

from enterprises import consents
from enterprises.models import Consent, ConsentWaiver
from grievances import workflow
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db
SEEN = "还没有同意转交合作机构"


@pytest.fixture
def ticket(here):
    return make.grievance(State.ACCEPTED, scene=here)


def form(client, ticket):
    return client.get(reverse("grievance", args=[ticket.number]), {"do": "dispatch"}).content.decode()


def send(client, ticket, unit, **facts):
    ticket.refresh_from_db()
    address = reverse("grievance-act", args=[ticket.number, "dispatch"])
    return client.post(address, {"version": ticket.version, "unit": unit, "panel": "page"} | facts)


def test_it_is_shown_with_a_place_for_the_reason_and_names_the_units_it_is_about(here, enter, ticket):
    page = form(enter(here.specialist_zl), ticket)

    assert SEEN in page
    shown_for = page.split('data-shown-for="')[1].split('"')[0].split()
    assert {"LAW1", "LAW2", "CW", "RC"} <= set(shown_for)
    assert not {"BM-YJ", "WG-1", "JF", "OP-1"} & set(shown_for)


def test_with_consent_nothing_is_asked_and_nothing_written_down(here, enter, ticket, now):
    consents.decide(here.enterprise, given=True, version=consents.VERSION, by=here.manager, at=now)
    client = enter(here.specialist_zl)

    assert SEEN not in form(client, ticket)
    assert send(client, ticket, "LAW1").status_code == 302
    assert not ConsentWaiver.objects.exists()


@pytest.mark.parametrize("unit", ["LAW1", "CW"])
def test_without_it_the_ticket_goes_and_the_reason_is_kept(here, enter, ticket, unit):
    answer = send(enter(here.specialist_zl), ticket, unit, consent_reason="10 点电话问过，同意")

    ticket.refresh_from_db()
    row = ConsentWaiver.objects.get()
    assert (answer.status_code, ticket.state) == (302, State.DISPATCHED)
    assert (row.number, row.unit, row.by, row.reason) == (ticket.number, ticket.unit, here.specialist_zl, "10 点电话问过，同意")


def test_without_a_reason_it_goes_as_well(here, enter, ticket):
    assert send(enter(here.specialist_zl), ticket, "LAW1").status_code == 302
    assert ConsentWaiver.objects.get().reason == ""


def test_to_others_than_partners_no_consent_is_needed(here, enter, ticket):
    send(enter(here.specialist_zl), ticket, "BM-YJ", consent_reason="不相干")

    assert not ConsentWaiver.objects.exists()


def test_every_partner_that_sees_it_is_a_line(here, enter, ticket):
    send(enter(here.specialist_zl), ticket, "LAW1", co_units=["LAW2", "BM-YJ"], consent_reason="两家一起办")

    assert {row.unit.code: row.reason for row in ConsentWaiver.objects.all()} == {"LAW1": "两家一起办", "LAW2": "两家一起办"}


def test_a_refused_dispatch_writes_nothing_and_keeps_the_words(here, enter, ticket):
    client = enter(here.specialist_zl)
    make.conflict(unit=here.firm, enterprise=here.enterprise)

    page = send(client, ticket, "LAW1", consent_reason="问过周总")

    assert page.status_code == 400
    assert 'value="问过周总"' in page.content.decode()
    assert not ConsentWaiver.objects.exists()


def test_through_any_other_door_the_note_is_the_reason(here, ticket, now):
    workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=now, unit="LAW1", note="企业当面同意")

    assert ConsentWaiver.objects.get().reason == "企业当面同意"


def test_the_employer_has_no_word_on_an_employees_own_ticket(here, enter, now):
    consents.decide(here.enterprise, given=True, version=consents.VERSION, by=here.manager, at=now)
    own = make.grievance(State.ACCEPTED, scene=here, by="employee", personal=True)
    client = enter(here.specialist_zl)

    assert "本人还没有同意" in form(client, own)
    consents.give_for(here.enterprise, own.number, by=here.employee, at=now)

    assert "本人还没有同意" not in form(client, own)
    for reader in (here.manager, here.member):
        assert not Consent.objects.visible_to(reader).filter(number=own.number).exists()
        assert own.number not in enter(reader).get(reverse("consent")).content.decode()


def test_who_files_may_agree_for_this_ticket_alone(here, enter):
    client = enter(here.member)
    facts = {"body": "展厅尾款拖欠半年，希望律师帮忙催收。", "contact_name": "周敏", "contact_phone": "16000000166", "service_item": "ZL02"}
    assert 'name="consent"' in client.get(reverse("file")).content.decode()

    filed = client.post(reverse("file"), facts | {"consent": "on"})
    client.post(reverse("file"), facts)

    row = Consent.objects.get()
    assert row.number in filed.url
    assert (row.by, row.given) == (here.member, True)


def test_a_draft_agrees_to_nothing_yet(here, enter):
    enter(here.member).post(reverse("file"), {"body": "还没想好怎么写。", "consent": "on", "draft": "1"})

    assert not Consent.objects.exists()


def test_the_enterprises_file_tells_the_office_and_not_the_enterprise(here, enter, ticket, now):
    workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=now, unit="LAW1", note="企业当面同意")
    address = reverse("enterprise", args=[here.enterprise.uscc])

    for role in ("specialist_zl", "leader", "street"):
        assert "企业当面同意" in enter(here.people[role]).get(address).content.decode()
    for role in ("manager", "member", "grid_staff", "steward"):
        assert "未见同意仍转交" not in enter(here.people[role]).get(address).content.decode()
