"""The privacy notice at the door: asked once, asked again when it changes, in nobody's way otherwise."""

import pytest
from django.urls import reverse

from accounts import notice
from accounts.models import PrivacyAcceptance, Token, User
from audit.models import Entry

pytestmark = pytest.mark.django_db
ASKS = "请先阅读隐私说明"


@pytest.fixture
def newcomer(here):
    """The manager, who has not accepted it yet."""
    User.objects.filter(pk=here.manager.pk).update(privacy_version="")
    return User.objects.get(pk=here.manager.pk)


def test_a_page_leads_to_the_notice_and_back_to_where_one_was_going(client, newcomer):
    client.force_login(newcomer)

    asked = client.get("/grievances/?tab=open")
    page = client.get(asked.url).content.decode()
    answer = client.post(reverse("privacy-accept"), {"accept": "on", "version": notice.VERSION, "next": "/grievances/?tab=open"})

    assert asked.url == "/privacy/accept/?next=%2Fgrievances%2F%3Ftab%3Dopen"
    assert ASKS in page
    assert answer.url == "/grievances/?tab=open"
    assert client.get("/grievances/").status_code == 200
    assert PrivacyAcceptance.objects.get(user=newcomer).version == notice.VERSION
    assert Entry.objects.get(action="privacy_accepted").address == "127.0.0.1"


def test_accepted_twice_is_kept_once(client, newcomer):
    client.force_login(newcomer)
    for _ in range(2):
        client.post(reverse("privacy-accept"), {"accept": "on", "version": notice.VERSION})

    assert PrivacyAcceptance.objects.filter(user=newcomer).count() == Entry.objects.filter(action="privacy_accepted").count() == 1


@pytest.mark.parametrize(("sent", "status"), [({"version": notice.VERSION}, 400), ({"accept": "on", "version": "1999-01"}, 409)])
def test_nothing_is_accepted_by_accident(client, newcomer, sent, status):
    client.force_login(newcomer)

    assert client.post(reverse("privacy-accept"), sent).status_code == status
    assert not PrivacyAcceptance.objects.exists()


def test_a_new_version_asks_everybody_but_the_demo_and_loses_no_form(client, here, monkeypatch):
    client.force_login(here.manager)
    monkeypatch.setattr(notice, "VERSION", "2027-01")

    kept = client.post(reverse("file"), {"body": "空调坏了，三天没人修。", "draft": "1"})
    asked = client.get("/")

    assert "draft=" in kept.url
    assert asked.url.startswith(reverse("privacy-accept"))
    User.objects.filter(pk=here.manager.pk).update(is_demo=True)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("name", ["privacy", "about", "privacy-accept", "password-change"])
def test_what_one_needs_to_decide_stays_open(client, newcomer, name):
    client.force_login(newcomer)

    assert client.get(reverse(name)).status_code == 200


def test_leaving_is_always_possible(client, newcomer):
    client.force_login(newcomer)

    assert client.post(reverse("sign-out")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_password_comes_first(client, newcomer):
    User.objects.filter(pk=newcomer.pk).update(must_change_password=True)
    client.force_login(newcomer)

    assert client.get("/").url == reverse("password-change")


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_api_says_403_after_401_and_before_it_looks(client, here, newcomer, now, method):
    address = "/api/v1/enterprise/grievances/MC000101-000000/" + ("urge/" if method == "post" else "")
    _, token = Token.issue(newcomer, at=now)

    assert getattr(client, method)(address).status_code == 401
    refused = getattr(client, method)(address, headers={"Authorization": f"Token {token}"})
    assert (refused.status_code, refused.json()["code"]) == (403, "privacy_not_accepted")

    User.objects.filter(pk=newcomer.pk).update(privacy_version=notice.VERSION)
    assert getattr(client, method)(address, headers={"Authorization": f"Token {token}"}).status_code == 404


def test_the_notice_in_force_is_what_its_page_shows(client):
    page = client.get(reverse("privacy")).content.decode()

    assert notice.VERSION in page
    assert "个人信息保护法" in page
