"""Changing, forgetting and resetting a password."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import passwords
from accounts.models import Token
from audit.models import Entry
from community.kinds import PostKind
from mengchuang.models import Answer
from notices.models import Notice
from notices.relay import relay
from tests import make

NEW = "Xia-Yu-Tian-77"


def _change(client, old=make.PASSWORD, new=NEW, again=None):
    return client.post(reverse("password-change"), {"old": old, "password": new, "again": again or new})


def _knows(user, password):
    user.refresh_from_db()
    return user.check_password(password)


@pytest.fixture
def lixj(db):
    return make.user("lixj", email="Lixj@example.com", phone="13812345678")


def test_changing_ends_everything_else_and_keeps_this_browser(client, lixj):
    phone = type(client)()
    for browser in (client, phone):
        browser.force_login(lixj)
        browser.get(reverse("account"))
    Token.issue(lixj, at=timezone.now())

    assert _change(client).status_code == 302

    assert _knows(lixj, NEW)
    assert client.get(reverse("account")).status_code == 200
    assert phone.get(reverse("account")).status_code == 302
    assert not Token.objects.exists()
    assert "本机" in client.get(reverse("account")).content.decode()
    assert Entry.objects.filter(action="password_changed", by=lixj).count() == 1
    assert Notice.objects.filter(recipient=lixj, channel="email").count() == 1


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", NEW, NEW, "现在的密码不对"),
        (make.PASSWORD, "short-1", "short-1", "10"),
        (make.PASSWORD, "2026112100", "2026112100", "数字"),
        (make.PASSWORD, "password123", "password123", "常见"),
        (make.PASSWORD, "13812345678a", "13812345678a", "相似"),
        (make.PASSWORD, NEW, NEW + "x", "不一样"),
        (make.PASSWORD, make.PASSWORD, make.PASSWORD, "不能与现在的密码相同"),
    ],
)
def test_what_does_not_do_is_said_at_the_field(client, lixj, old, new, again, words):
    client.force_login(lixj)

    page = _change(client, old, new, again).content.decode()

    assert words in page
    assert _knows(lixj, make.PASSWORD)


def test_guessing_the_old_password_locks_the_account(client, lixj):
    client.force_login(lixj)

    for _ in range(5):
        page = _change(client, old="wrong").content.decode()

    assert "之后再试" in page
    assert "不对" in _change(client).content.decode()
    assert _knows(lixj, make.PASSWORD)


def test_a_first_password_is_changed_and_everything_opens(client, lixj):
    first = passwords.give_first_password(lixj, at=timezone.now())
    client.post(reverse("sign-in"), {"username": "lixj", "password": first})

    assert client.get(reverse("account")).url == reverse("password-change")
    assert "先换一个自己的密码" in client.get(reverse("password-change")).content.decode()
    _change(client, old=first)

    assert client.get(reverse("account")).status_code == 200


def test_the_answer_to_forgotten_is_the_same_for_everybody(client, lixj):
    pages = {client.post(reverse("password-forgot"), {"who": who}).content for who in ("lixj", "LIXJ@EXAMPLE.COM", "nobody", "a@b.cn")}

    assert len({re.sub(rb"(csrf|CSRFToken)[^>]*", b"", page) for page in pages}) == 1
    assert Notice.objects.count() == 1


def _link_of(message):
    return re.search(r"http://[^/]+(/password/reset/\S+)", message.body)[1]


def test_the_link_in_the_mail_works_once(client, lixj):
    client.post(reverse("password-forgot"), {"who": "lixj"})
    relay(timezone.now())
    (message,) = mail.outbox
    link = _link_of(message)
    assert message.to == ["Lixj@example.com"]

    weak = client.post(link, {"password": "1234567890", "again": "1234567890"})
    done = client.post(link, {"password": NEW, "again": NEW})
    twice = client.post(link, {"password": NEW + "2", "again": NEW + "2"})

    assert (weak.status_code, done.status_code, twice.status_code) == (200, 302, 410)
    assert _knows(lixj, NEW)
    assert "已经失效" in client.get(link).content.decode()
    assert Entry.objects.filter(action="password_reset", by=lixj).count() == 1


def test_the_outbox_holds_no_working_link(client, lixj):
    client.post(reverse("password-forgot"), {"who": "lixj"})

    assert Notice.objects.get().link == "/password/reset/{uidb64}/{token}/"


def test_asking_again_and_again_sends_one_mail(client, lixj):
    for _ in range(4):
        client.post(reverse("password-forgot"), {"who": "lixj"})

    assert Notice.objects.count() == 1
    assert Entry.objects.filter(action="password_forgotten").count() == 1


@pytest.mark.parametrize("uid", ["x", "MQ", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "5p2O", "%00"])
def test_a_link_nobody_gave_out_is_over(client, lixj, uid):
    assert client.get(f"/password/reset/{uid}/abc-def/").status_code in (400, 410)


def test_the_link_is_over_after_an_hour(lixj, settings):
    uid, token = passwords.reset_path(lixj)
    assert passwords.user_of_reset(uid, token) == lixj

    settings.PASSWORD_RESET_TIMEOUT = -1

    assert passwords.user_of_reset(uid, token) is None


@pytest.fixture
def community(db):
    return make.community()


def _somebody(client, kind, **facts):
    user = make.somebody(kind, at=timezone.now(), **facts)
    client.force_login(user)
    return user


def test_a_specialist_gives_a_first_password_to_an_enterprise_person(client, community):
    specialist = _somebody(client, PostKind.SPECIALIST, community=community)
    person = make.post(PostKind.ENTERPRISE_MEMBER, community=community, user=make.user("wang", email="w@example.com")).user

    page = client.post(reverse("account-reset", args=[person.pk])).content.decode()

    first = re.search(r'class="secret">([a-z0-9-]+)<', page)[1]
    assert _knows(person, first)
    assert person.must_change_password
    entry = Entry.objects.get(action="password_reset_by_staff")
    assert (entry.by, entry.target, first in str(entry.detail)) == (specialist, "wang", False)
    assert Notice.objects.filter(recipient=person, channel="email").count() == 1
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("actor", "other", "same_community", "expected"),
    [
        (PostKind.SPECIALIST, PostKind.EMPLOYEE, True, 200),
        (PostKind.SPECIALIST, PostKind.ENTERPRISE_MANAGER, False, 404),
        (PostKind.SPECIALIST, PostKind.SPECIALIST, True, 404),
        (PostKind.SPECIALIST, PostKind.LEADER, True, 404),
        (PostKind.SPECIALIST, PostKind.ADMIN, True, 404),
        (PostKind.ADMIN, PostKind.STREET, False, 200),
        (PostKind.ADMIN, PostKind.SPECIALIST, True, 200),
        (PostKind.LEADER, PostKind.ENTERPRISE_MEMBER, True, 404),
        (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER, True, 404),
        (PostKind.AUDITOR, PostKind.ENTERPRISE_MEMBER, True, 404),
        (PostKind.STREET, PostKind.ENTERPRISE_MEMBER, True, 404),
    ],
)
def test_who_may_reset_whom(client, community, actor, other, same_community, expected):
    _somebody(client, actor, **({"street": community.street} if actor == PostKind.STREET else {"community": community}))
    place = {} if other == PostKind.STREET or not same_community else {"community": community}
    person = make.post(other, **place).user

    assert client.post(reverse("account-reset", args=[person.pk])).status_code == expected


def test_a_post_in_the_organisation_is_not_borrowed_through_an_enterprise_post(client, community):
    _somebody(client, PostKind.SPECIALIST, community=community)
    person = make.post(PostKind.ENTERPRISE_MEMBER, community=community).user
    make.post(PostKind.LEADER, community=community, user=person)

    assert client.post(reverse("account-reset", args=[person.pk])).status_code == 404


def test_nobody_resets_himself(client, community):
    admin = _somebody(client, PostKind.ADMIN, community=community)

    assert client.post(reverse("account-reset", args=[admin.pk])).status_code == 404


def test_the_list_answers_a_search_and_lists_nothing_before(client, community):
    _somebody(client, PostKind.SPECIALIST, community=community)
    make.post(PostKind.ENTERPRISE_MEMBER, community=community, user=make.user("zhaoliu", name="赵六六"))
    make.post(PostKind.ENTERPRISE_MEMBER, user=make.user("zhaoqi", name="赵六七"))

    assert "赵六六" not in client.get(reverse("accounts")).content.decode()
    page = client.get(reverse("accounts"), {"q": "赵六"}).content.decode()
    assert "赵六六" in page
    assert "赵六七" not in page


def test_a_reset_by_staff_frees_a_locked_account(client, lixj, community):
    for _ in range(5):
        client.post(reverse("sign-in"), {"username": "lixj", "password": "wrong"})

    first = passwords.give_first_password(lixj, at=timezone.now())

    assert client.post(reverse("sign-in"), {"username": "LIXJ", "password": first}).url == reverse("password-change")
