"""Every page of this area opens for every kind of post."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from community.kinds import PostKind
from portal.accounts import device_words
from tests import make


@pytest.mark.parametrize("kind", list(PostKind))
def test_the_account_page_names_the_post(client, db, kind):
    user = make.somebody(kind, at=timezone.now())
    client.force_login(user)

    page = client.get(reverse("account")).content.decode()

    assert kind.label in page
    assert client.get(reverse("notices")).status_code == 200
    assert client.get(reverse("password-change")).status_code == 200


def test_somebody_without_a_post_is_told_so(client, db):
    client.force_login(make.user())

    assert "目前没有岗位" in client.get(reverse("account")).content.decode()


@pytest.mark.parametrize("name", ["sign-in", "password-forgot"])
def test_open_pages_need_nobody(client, db, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["account", "password-change", "notices", "accounts", "audit", "notices-dead"])
def test_all_others_need_somebody(client, db, name):
    assert client.get(reverse(name)).url.startswith(reverse("sign-in"))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36 MicroMessenger/8.0", "微信 · 安卓手机"),
        ("curl/8.0", "其他程序"),
        ("", "其他程序"),
    ],
)
def test_devices_are_named_so_that_one_knows_ones_own(agent, words):
    assert device_words(agent) == words


def test_ones_own_telephone_and_mailbox_are_changed_with_the_password(client, db):
    user = make.user(email="old@example.com")
    client.force_login(user)
    facts = {"phone": "13912345678", "email": "new@example.com"}

    refused = client.post(reverse("account-contact"), facts | {"password": "wrong"}).content.decode()
    user.refresh_from_db()
    assert "密码不对" in refused
    assert user.email == "old@example.com"
    assert client.post(reverse("account-contact"), facts | {"password": make.PASSWORD}).status_code == 302

    user.refresh_from_db()
    assert (user.phone, user.email) == ("13912345678", "new@example.com")
    entry = Entry.objects.get(action="edit")
    assert (entry.by, entry.detail) == (user, {"fields": ["手机", "邮箱"]})


@pytest.mark.parametrize("phone", ["abc", "1", "138-1234<script>"])
def test_what_is_no_telephone_is_refused(client, db, phone):
    client.force_login(make.user())

    page = client.post(reverse("account-contact"), {"phone": phone, "email": "", "password": make.PASSWORD}).content.decode()

    assert "请填写手机或固定电话号码" in page
