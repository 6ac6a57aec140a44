"""Filing without a script: nothing typed is lost, nothing is filed twice, drafts wait."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from files.models import File
from grievances.models import Grievance
from grievances.states import State
from portal.filing import title_of
from tests.portal.pages import part, photo, signed_in, words

pytestmark = pytest.mark.django_db

BODY = "3 号楼 6 层空调主机漏水，水滴到实验台附近。昨天报过物业，还没人来修。"


def typed(here, **facts):
    place = str(here.enterprise.tenancies.get().pk)
    usual = {
        "c": "",
        "service_item": "GS12",
        "title": "",
        "body": BODY,
        "contact_name": "周敏",
        "contact_phone": "13812345678",
        "place": place,
    }
    return usual | facts


def file(client, facts):
    return client.post(reverse("file"), facts)


def test_a_need_with_a_photo_is_filed_in_one_form_and_the_first_sentence_is_its_title(here):
    answer = file(signed_in(here.manager), typed(here, attachments_new=[photo()], urgent="on"))

    ticket = Grievance.objects.get()
    assert answer.status_code == 302
    assert answer.url == f"{reverse('grievance', args=[ticket.number])}?filed=1"
    assert ticket.state == State.SUBMITTED
    assert ticket.title == "3 号楼 6 层空调主机漏水，水滴到实验台附近"
    assert ticket.urgent
    assert ticket.park == here.park
    assert ticket.attachments.get().file.name == "漏水.png"
    assert "诉求已提交" in words(signed_in(here.manager).get(answer.url))


def test_the_promised_time_is_shown_before_submitting_and_follows_the_item(here):
    client = signed_in(here.manager)

    page = words(client.get(reverse("file"), {"item": "ZL02"}))
    fragment = words(client.get(reverse("file-promise"), {"service_item": "ZL02"}))
    other = words(client.get(reverse("file-promise"), {"service_item": "DJ01"}))

    assert "若现在提交，承诺在" in page
    assert part(page, "promise") == part(fragment, "promise")
    assert part(other, "promise") != part(fragment, "promise")


def test_errors_stand_at_their_fields_and_everything_typed_stays(here):
    answer = file(
        signed_in(here.manager), typed(here, contact_phone="不知道", title="空调漏水", body="", confidential="on", service_item="ZL02")
    )

    page = words(answer)
    assert answer.status_code == 400
    assert 'value="空调漏水"' in page
    assert 'value="不知道"' in page
    assert 'name="confidential" checked' in page
    assert 'value="ZL02" checked' in page or 'value="ZL02" data-personal checked' in page
    assert 'href="#f-body"' in page
    assert 'href="#f-contact_phone"' in page
    assert not Grievance.objects.exists()


def test_a_file_that_is_refused_costs_neither_the_words_nor_the_other_files(here):
    client = signed_in(here.manager)
    trap = SimpleUploadedFile("清单.exe", b"MZ" + b"0" * 64)

    page = words(file(client, typed(here, attachments_new=[photo(), trap], idempotency_key="first")))

    kept = File.objects.get()
    assert "清单.exe" in page
    assert BODY in page
    assert f'name="attachments" value="{kept.pk}"' in page
    again = file(client, typed(here, attachments=[str(kept.pk)], idempotency_key="second"))
    assert again.status_code == 302
    assert Grievance.objects.get().attachments.get().file == kept


def test_a_double_press_files_once(here):
    client = signed_in(here.manager)

    answers = [file(client, typed(here, idempotency_key="one-form")) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Grievance.objects.count() == 1


def test_a_draft_waits_and_is_submitted_later_with_its_files(here):
    client = signed_in(here.manager)
    answer = file(client, typed(here, draft="1", contact_phone="", attachments_new=[photo("一.png"), photo("二.png")]))
    draft = Grievance.objects.get()
    [first, second] = draft.attachments.order_by("pk")

    page = words(client.get(answer.url))
    assert draft.state == State.DRAFT
    assert BODY in page
    assert f'value="{first.file_id}"' in page
    assert f"?draft={draft.number}" in words(client.get(reverse("file")))
    submitted = file(client, typed(here, number=draft.number, attachments=[str(second.file_id)], attachments_new=[photo("三.png")]))
    assert submitted.status_code == 302
    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED
    assert sorted(row.file.name for row in draft.attachments.all()) == ["三.png", "二.png"]


def test_words_are_kept_while_one_writes(here):
    client = signed_in(here.manager)
    script = {"HX-Request": "true"}

    nothing = client.post(reverse("file"), typed(here, draft="1", body=""), headers=script)
    first = client.post(reverse("file"), typed(here, draft="1"), headers=script)
    number = first.headers["X-Draft"]
    client.post(reverse("file"), typed(here, draft="1", number=number, body="又写了一句。"), headers=script)

    assert nothing.status_code == 204
    assert "X-Draft" not in nothing.headers
    assert Grievance.objects.get(number=number).body == "又写了一句。"


def test_a_draft_is_nobody_elses_business(here):
    file(signed_in(here.manager), typed(here, draft="1"))
    draft = Grievance.objects.get()

    assert signed_in(here.member).get(reverse("file"), {"draft": draft.number}).status_code == 404
    assert file(signed_in(here.member), typed(here, number=draft.number)).status_code == 404


def test_a_draft_can_be_thrown_away_and_nothing_of_it_stays(here):
    client = signed_in(here.manager)
    file(client, typed(here, draft="1", attachments_new=[photo()]))
    draft = Grievance.objects.get()
    discard = reverse("grievance-discard", args=[draft.number])

    assert signed_in(here.member).post(discard).status_code == 404
    assert client.post(discard).status_code == 302
    assert not Grievance.objects.exists()
    assert File.objects.get().used_at is None


def test_what_is_submitted_cannot_be_thrown_away(here):
    client = signed_in(here.manager)
    file(client, typed(here))
    ticket = Grievance.objects.get()

    assert client.post(reverse("grievance-discard", args=[ticket.number])).status_code == 409


def test_an_employee_files_for_himself_whatever_the_form_says(here):
    file(signed_in(here.employee), typed(here, service_item="", personal=""))

    ticket = Grievance.objects.get()
    assert ticket.personal
    assert signed_in(here.employee).get(reverse("grievance", args=[ticket.number])).status_code == 200
    assert signed_in(here.manager).get(reverse("grievance", args=[ticket.number])).status_code == 404


def test_staff_do_not_file_here(here):
    assert signed_in(here.specialist_zl).get(reverse("file")).status_code == 403


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("空调漏水。请来修", "空调漏水"),
        ("  尾款没付\n半年了", "尾款没付"),
        ("一" * 40, "一" * 29 + "…"),
        ("", ""),
    ],
)
def test_a_title_is_the_first_sentence(body, title):
    assert title_of(body) == title
