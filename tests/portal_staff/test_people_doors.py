"""Every address of cards, my people, posters and forwarded progress × every role and a stranger: a verdict for each, from the URL table."""

import pytest
from django.urls import reverse

from community import cards
from portal import urls_people
from tests import make
from tests.portal.pages import photo
from tests.portal_staff.test_doors import ROLES, SERVED

pytestmark = pytest.mark.django_db
SERVING = set(ROLES) - SERVED - {"auditor", "admin"}
# A page without a thing: who opens it.
PAGES = {"contact-card": SERVING, "my-people": SERVED}
PICTURES = ("card-photo", "card-wechat")
#: POST only, on a ticket from the enterprise's side.
LINKS = ("progress-link", "progress-link-revoke")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_every_address_has_a_verdict():
    assert {pattern.name for pattern in urls_people.urlpatterns} == {*PAGES, *PICTURES, *LINKS, "progress"}


def test_pages_open_for_their_posts_only(here, enter):
    for role in ROLES:
        client = enter(here.people[role])
        for name, welcome in PAGES.items():
            assert (role, name, client.get(reverse(name)).status_code) == (role, name, 200 if role in welcome else 403)


def test_the_pictures_of_a_card_are_for_those_who_share_a_community(here, enter, client):
    elsewhere = make.scene()
    answer = enter(here.steward).post(
        reverse("contact-card"), {"phone": "", "hours": "工作日 9:00–17:30", "photo_new": photo("我.png"), "wechat_new": photo("码.png")}
    )
    assert answer.status_code == 302
    for name in PICTURES:
        address = reverse(name, args=[here.steward.pk])
        for role in ROLES:
            shown = enter(here.people[role]).get(address)
            assert (role, shown.status_code, shown["Content-Type"]) == (role, 200, "image/png")
            assert (role, enter(elsewhere.people[role]).get(address).status_code) == (role, 404)
        assert client.get(address).url.startswith("/sign-in/")
        assert enter(here.manager).get(reverse(name, args=[here.leader.pk])).status_code == 404


def test_what_was_typed_and_chosen_stays_when_the_card_is_refused(here, enter):
    client = enter(here.grid_staff)
    sent = {"phone": "打前台", "hours": "周一至周五 8:30–17:00", "photo_new": photo("我.png"), "idempotency_key": "card-1"}

    answer = client.post(reverse("contact-card"), sent)

    page = answer.content.decode()
    assert cards.card_of(here.grid_staff) is None
    assert 'value="打前台"' in page
    assert 'value="周一至周五 8:30–17:00"' in page
    assert "已收到 我.png" in page
    kept = answer.context["pictures"][0]["kept"].pk
    again = client.post(reverse("contact-card"), {"phone": "", "hours": "周一至周五 8:30–17:00", "photo": str(kept)})
    assert again.status_code == 302
    assert cards.card_of(here.grid_staff).photo_id == kept


def test_a_file_that_is_no_picture_is_named_at_its_field(here, enter):
    from django.core.files.uploadedfile import SimpleUploadedFile

    for upload in (SimpleUploadedFile("我.txt", b"x", "text/plain"), SimpleUploadedFile("我.png", b"x", "image/png")):
        answer = enter(here.grid_staff).post(reverse("contact-card"), {"phone": "", "hours": "工作日", "photo_new": upload})

        assert 'id="id_photo-err"' in answer.content.decode(), upload.name
        assert cards.card_of(here.grid_staff) is None


def test_sent_twice_with_the_same_key_it_is_kept_once(here, enter):
    client = enter(here.leader)
    for _ in range(2):
        sent = {"phone": "0571-88881234", "hours": "工作日", "photo_new": photo("我.png"), "idempotency_key": "card-2"}
        assert client.post(reverse("contact-card"), sent).status_code == 302

    assert cards.card_of(here.leader).photo is not None


def test_a_progress_link_is_made_and_taken_back_from_the_enterprises_side_alone(here, enter, client):
    ordinary = make.grievance("accepted", scene=here)
    personal = make.grievance("accepted", scene=here, by="employee", personal=True)
    makers = {ordinary: {"manager", "member"}, personal: {"employee"}}
    for ticket, welcome in makers.items():
        for name in LINKS:
            address = reverse(name, args=[ticket.number])
            assert client.post(address).url.startswith("/sign-in/")
            for role in (*ROLES, "stranger"):
                answer = enter(here.people[role]).post(address)
                expected = (200 if name == "progress-link" else 302) if role in welcome else 404
                assert (role, name, answer.status_code) == (role, name, expected)
            assert enter(here.manager).get(address).status_code == 405


def test_a_draft_has_no_progress_to_forward(here, enter):
    draft = make.grievance("draft", scene=here)

    answer = enter(here.manager).post(reverse("progress-link", args=[draft.number]))

    assert answer.status_code == 409
    assert "请先提交" in answer.content.decode()
