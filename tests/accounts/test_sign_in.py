"""The sign-in page: whom it lets in, whom it keeps waiting, and what it tells them."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.urls import reverse

from accounts.address import client_address
from accounts.hashers import PortalArgon2
from accounts.lockout import ACCOUNT_LIMIT, ADDRESS_LIMIT, COOL_OFF
from audit.models import Entry
from notices.models import Notice
from tests import make

WRONG = "wrong-Password-1"


def _sign_in(client, username, password=make.PASSWORD, **more):
    return client.post(reverse("sign-in"), {"username": username, "password": password, **more.pop("form", {})}, **more)


def _fail(client, username, times=ACCOUNT_LIMIT, **more):
    for _ in range(times):
        answer = _sign_in(client, username, WRONG, **more)
    return answer


def _let_time_pass(cool_off=COOL_OFF):
    """axes reads its own clock: its rows grow old instead."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - cool_off)


def test_passwords_are_kept_by_argon2id_with_19_mebibytes():
    hasher = PortalArgon2()

    assert hasher.encode(make.PASSWORD, hasher.salt()).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_somebody_known_gets_in_and_it_is_written_down(client, db):
    user = make.user("lixj")

    answer = _sign_in(client, "lixj", form={"next": "/account/"})

    assert (answer.status_code, answer.url) == (302, "/account/")
    entry = Entry.objects.get(action="sign_in")
    assert (entry.by, entry.target, entry.address) == (user, "lixj", "127.0.0.1")


@pytest.mark.parametrize("typed", ["LiXJ", "lixj ", "LIXJ"])
def test_the_name_is_known_in_any_case(client, db, typed):
    make.user("lixj")

    assert _sign_in(client, typed).status_code == 302


@pytest.mark.parametrize("away", ["https://example.com/", "//example.com", "javascript:alert(1)", "/\\example.com"])
def test_the_way_on_never_leaves_the_site(client, db, away):
    make.user("lixj")

    assert _sign_in(client, "lixj", form={"next": away}).url == "/"


def test_unknown_name_and_wrong_password_look_the_same(client, db):
    make.user("lixj")

    known, unknown = _sign_in(client, "lixj", WRONG).content.decode(), _sign_in(client, "nobody", WRONG).content.decode()

    assert "用户名或密码不对" in known
    assert "用户名或密码不对" in unknown
    assert Entry.objects.filter(action="sign_in_refused", by=None).count() == 2


def test_after_five_failures_a_chinese_page_says_when_and_whom_to_call(client, db):
    make.user("lixj")
    make.community(name="梦创社区", phone="0571-88880000")

    answer = _fail(client, "lixj")

    page = answer.content.decode()
    assert answer.status_code == 429
    assert 890 <= int(answer.headers["Retry-After"]) <= 901
    assert "登录已暂停" in page
    assert "15 分钟" in page
    assert "0571-88880000" in page
    assert _sign_in(client, "lixj").status_code == 429


def test_the_lock_ends_by_time_even_while_somebody_keeps_trying(client, db):
    make.user("lixj")
    _fail(client, "lixj")
    _let_time_pass(COOL_OFF / 2)
    assert _sign_in(client, "lixj", WRONG).status_code == 429

    _let_time_pass(COOL_OFF / 2 + timedelta(seconds=5))

    assert _sign_in(client, "lixj").status_code == 302


def test_all_spellings_of_a_name_share_one_count(client, db):
    make.user("lixj")

    for spelling in ("lixj", "LIXJ", "LixJ", " lixj"):
        _sign_in(client, spelling, WRONG)

    assert _sign_in(client, "lixJ", WRONG).status_code == 429


def test_an_account_is_locked_wherever_the_failures_come_from(client, db):
    make.user("lixj")

    for number in range(ACCOUNT_LIMIT):
        answer = _sign_in(client, "lixj", WRONG, REMOTE_ADDR=f"10.0.0.{number}")

    assert answer.status_code == 429


def test_others_of_the_same_office_still_get_in(client, db):
    make.user("lixj")
    make.user("wangfang")
    _fail(client, "lixj")

    assert _sign_in(client, "wangfang").status_code == 302


def test_an_address_that_tries_many_names_is_locked_and_one_good_account_does_not_free_it(client, db):
    make.user("lixj")
    for number in range(ADDRESS_LIMIT - 1):
        assert _sign_in(client, f"guess{number}", WRONG).status_code == 200
    assert _sign_in(client, "lixj").status_code == 302
    client.logout()

    assert _sign_in(client, "one-more", WRONG).status_code == 429
    assert _sign_in(client, "lixj").status_code == 429
    assert _sign_in(client, "lixj", REMOTE_ADDR="10.9.9.9").status_code == 302


def test_a_sign_in_that_works_forgets_the_failures_of_the_account(client, db):
    make.user("lixj")
    _fail(client, "lixj", ACCOUNT_LIMIT - 1)
    _sign_in(client, "lixj")
    client.logout()

    assert _fail(client, "lixj", ACCOUNT_LIMIT - 1).status_code == 200


def test_the_owner_of_a_locked_account_hears_of_it_once(client, db):
    user = make.user("lixj", email="lixj@example.com")

    _fail(client, "lixj", ACCOUNT_LIMIT + 3)

    assert sorted(Notice.objects.filter(recipient=user).values_list("channel", flat=True)) == ["app", "email"]
    assert Entry.objects.filter(action="sign_in_locked").count() == 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("10.0.0.1", "", [], "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", [], "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", ["10.0.0.1"], "1.2.3.4"),
        ("", "1.2.3.4", ["unix"], "1.2.3.4"),
        ("", "1.2.3.4", [], None),
        ("10.0.0.1", "nonsense", ["10.0.0.1"], None),
        ("10.0.0.1", "", ["10.0.0.1"], "10.0.0.1"),
        ("::1", "2001:db8::1", ["::1"], "2001:db8::1"),
    ],
)
def test_only_the_trusted_proxy_says_where_a_request_comes_from(rf, settings, peer, forwarded, trusted, expected):
    settings.TRUSTED_PROXIES = trusted

    assert client_address(rf.get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)) == expected


@pytest.mark.parametrize("username", ["\0", "a" * 200, "李'; DROP TABLE--", ""])
def test_odd_names_are_refused_without_a_fault(client, db, username):
    assert _sign_in(client, username, WRONG).status_code in (200, 400)


def test_a_first_password_opens_the_password_page_only(client, db):
    make.user("lixj", must_change_password=True)

    assert _sign_in(client, "lixj").url == reverse("password-change")
    assert client.get(reverse("account")).url == reverse("password-change")
    assert client.get(reverse("password-change")).status_code == 200


def test_a_demo_account_is_exempt(client, db):
    make.user("enterprise", must_change_password=True, is_demo=True)

    assert _sign_in(client, "enterprise").url == "/"
    assert client.get(reverse("account")).status_code == 200


def test_in_the_demo_one_press_signs_in_and_switches(client, db, settings):
    settings.DEMO = True
    make.user("enterprise", is_demo=True, name="演示企业")
    make.user("leader", is_demo=True, name="演示负责人")
    make.user("real")

    assert "演示企业" in client.get(reverse("sign-in")).content.decode()
    client.post(reverse("sign-in"), {"demo": "enterprise"})
    client.post(reverse("sign-in"), {"demo": "leader"})

    assert client.get(reverse("account")).wsgi_request.user.username == "leader"
    assert client.post(reverse("sign-in"), {"demo": "real"}).status_code == 404


def test_outside_the_demo_there_is_no_such_door(client, db, settings):
    settings.DEMO = False
    make.user("enterprise", is_demo=True, name="演示企业")

    page = client.get(reverse("sign-in")).content.decode()
    answer = client.post(reverse("sign-in"), {"demo": "enterprise"})

    assert "演示企业" not in page
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
