"""Coming in: what a stranger meets, types, and is told."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import knocking, notice
from accounts.models import PrivacyAcceptance, User
from audit.models import Entry
from enterprises import activation, openings
from enterprises.models import ActivationCode, Enterprise, OpeningRequest, Representative
from tests import make
from tests.files import samples

pytestmark = pytest.mark.django_db
PASSWORD = "Gui-Hua-2026-Lou"
WHO = {"name": "王晓梅", "phone": "13812345678", "password": PASSWORD, "again": PASSWORD, "accept": "on", "privacy": notice.VERSION}


@pytest.fixture
def enterprise(here):
    return make.enterprise(park=here.park, name="杭州很长的名字数字视觉与人工智能科技发展有限公司")


@pytest.fixture
def code(here, enterprise, now):
    return activation.issue(enterprise, by=here.leader, at=now)[1]


def enter(client, code, **facts):
    return client.post(reverse("activate"), WHO | {"code": code} | facts)


def test_from_the_printed_letter_to_the_first_page(here, enterprise, client):
    desk = Client()
    desk.force_login(here.specialist_zl)

    letter = desk.post(reverse("codes-print"), {"uscc": enterprise.uscc})
    words = re.search(r'class="code num">([A-Z0-9-]+)<', letter.content.decode()).group(1)
    page = client.get(reverse("activate"), {"code": words})
    answer = enter(client, words)

    assert letter.headers["Cache-Control"].count("no-store")
    assert enterprise.name in page.content.decode()
    assert answer.url == "/"
    assert enterprise.name in client.get("/").content.decode()
    user = User.objects.named("13812345678").get()
    assert PrivacyAcceptance.objects.get(user=user).version == notice.VERSION
    assert {"enterprise_opened", "privacy_accepted", "sign_in"} <= set(Entry.objects.filter(by=user).values_list("action", flat=True))


def test_sent_twice_it_is_one_account_and_both_answers_are_the_same(code):
    answers = [enter(Client(), code), enter(Client(), code)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Representative.objects.filter(post__user__username="13812345678").count() == 1


def test_no_dead_code_names_its_enterprise(here, enterprise, code, client):
    enter(Client(), code)
    pages = [client.get(reverse("activate"), {"code": each}) for each in (code, "AAAAAAAAAAAA", "x")]
    pages.append(enter(Client(), code, phone="13900000000"))

    bodies = {re.sub(r"(?s)^.*?<main", "", page.content.decode()).split("</main>")[0] for page in pages}
    assert {page.status_code for page in pages} == {400}
    assert len({re.sub(r'value="[^"]*"', "", body) for body in bodies}) == 1
    assert not any(enterprise.name in body for body in bodies)


def test_guessing_ends_after_some_failures_and_working_codes_never_count(here, code, client):
    for _ in range(knocking.DOORS["activation"].limit + 5):
        assert client.get(reverse("activate"), {"code": code}).status_code == 200
    statuses = [
        client.get(reverse("activate"), {"code": "AAAAAAAAAAAA"}).status_code for _ in range(knocking.DOORS["activation"].limit + 1)
    ]

    assert statuses == [400] * knocking.DOORS["activation"].limit + [429]
    closed = client.get(reverse("activate"), {"code": code})
    assert (closed.status_code, closed.headers["Retry-After"].isdigit()) == (429, True)
    assert client.get(reverse("activate"), {"code": code}, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_what_was_typed_stays_and_every_fault_is_said(enterprise, code, client):
    page = enter(client, code, phone="12", again="other", accept="").content.decode()

    for words in ("11 位手机号码", "不一样", "先阅读隐私说明", 'value="王晓梅"', enterprise.name):
        assert words in page
    assert PASSWORD not in page
    assert not User.objects.named("12").exists()


@pytest.mark.parametrize("password", ["12345678", "1381234567890", "password123"])
def test_a_weak_password_is_refused_and_the_code_lives(code, client, password):
    assert enter(client, code, password=password, again=password).status_code == 400
    assert ActivationCode.objects.standing().exists()


def test_whoever_has_an_account_is_led_to_it_and_adds_the_enterprise(enterprise, code, client):
    user = make.user(WHO["phone"])

    page = enter(client, code)
    way = re.search(r'href="(/sign-in/\?next=[^"]+)"', page.content.decode()).group(1)
    signed_in = client.post("/sign-in/", {"username": user.username, "password": make.PASSWORD, "next": "/activate/?code=" + code})
    offer = client.get(signed_in.url)
    added = client.post(reverse("activate"), {"code": code, "do": "as"})

    assert page.status_code == 409
    assert "activate" in way
    assert "加到我的账号" in offer.content.decode()
    assert added.url == "/"
    assert Representative.objects.get(enterprise=enterprise).post.user == user


def test_staff_do_not_come_in_by_a_code(here, code, client):
    client.force_login(here.steward)

    assert client.post(reverse("activate"), {"code": code, "do": "as"}).status_code == 403
    assert ActivationCode.objects.standing().exists()


ASKED = {"person": "王晓梅", "phone": "13812345678", "name": "杭州没见过的有限公司", "accept": "on"}


def ask(client, here, uscc, **facts):
    page = client.get(reverse("opening-ask")).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)
    given = ASKED | {"key": key, "community": here.community.pk, "uscc": uscc, "licence": picture()}
    return client.post(reverse("opening-ask"), {name: value for name, value in (given | facts).items() if value is not None})


def picture():
    return SimpleUploadedFile("执照.jpg", samples.picture())


def test_a_stranger_reads_the_same_for_every_enterprise_there_is_or_is_not(here, enterprise, client):
    pages = []
    for uscc in (here.enterprise.uscc, enterprise.uscc, make.uscc()):
        answer = ask(client, here, uscc)
        assert answer.status_code == 302
        pages.append(client.get(answer.url).content.decode().split("<main")[1].split("</main>")[0])
        pages[-1] = pages[-1].replace(uscc, "")

    assert len({re.sub(r'(value|data-copy|csrfmiddlewaretoken)="[^"]*"', "", page) for page in pages}) == 1
    assert here.enterprise.name not in pages[0]


def test_an_error_loses_nothing_that_was_typed_and_keeps_the_picture(here, enterprise, client):
    page = ask(client, here, "91330110YX00000011").content.decode()

    for words in ("校验位", 'value="王晓梅"', 'value="13812345678"', "已收到 执照.jpg"):
        assert words in page
    kept = re.search(r'name="kept" value="([^"]+)"', page).group(1)
    answer = ask(client, here, enterprise.uscc, licence=None, kept=kept)
    assert answer.status_code == 302
    assert OpeningRequest.objects.get().licence.name == "执照.jpg"


def test_without_a_picture_nothing_is_sent(here, enterprise, client):
    for facts in ({"licence": None}, {"licence": None, "kept": "made-up"}, {"licence": SimpleUploadedFile("a.txt", b"abc")}):
        assert ask(client, here, enterprise.uscc, **facts).status_code == 400
    assert not OpeningRequest.objects.exists()


def test_asking_too_often_is_put_off(here, enterprise, client):
    statuses = [ask(client, here, enterprise.uscc).status_code for _ in range(knocking.DOORS["opening"].limit)]

    assert set(statuses) == {302}
    assert client.get(reverse("opening-ask")).status_code == 429


def test_from_asking_to_opening(here, enterprise, client):
    link = ask(client, here, enterprise.uscc).url
    row = OpeningRequest.objects.get()
    desk = Client()
    desk.force_login(here.specialist_zl)
    listed = desk.get(reverse("openings")).content.decode()
    file = desk.get(reverse("opening", args=[row.pk])).content.decode()
    shown = desk.get(reverse("opening-licence", args=[row.pk]))

    assert row.name in listed
    assert enterprise.name in file
    assert row.phone not in listed + file
    assert row.person not in listed + file
    assert shown.headers["Content-Type"] == "image/jpeg"
    revealed = desk.post(reverse("opening-reveal", args=[row.pk]), {"reason": "打电话核实"}).content.decode()
    assert row.phone in revealed
    assert Entry.objects.get(action="unmask").detail["reason"] == "打电话核实"

    assert desk.post(reverse("opening-decide", args=[row.pk]), {"do": "confirm", "uscc": enterprise.uscc}).status_code == 302
    path = urlsplit(link).path
    assert "设置密码" in client.get(path).content.decode()
    opened = client.post(path, {"password": PASSWORD, "again": PASSWORD, "accept": "on", "privacy": notice.VERSION})

    assert opened.url == "/"
    assert Representative.objects.get(enterprise=enterprise).post.user.username == "13812345678"
    assert "已开通" in Client().get(path).content.decode()


def test_a_declined_applicant_reads_why(here, enterprise, client):
    link = urlsplit(ask(client, here, enterprise.uscc).url).path
    row = OpeningRequest.objects.get()
    desk = Client()
    desk.force_login(here.specialist_zl)

    bare = desk.post(reverse("opening-decide", args=[row.pk]), {"do": "decline", "reason": " "})
    desk.post(reverse("opening-decide", args=[row.pk]), {"do": "decline", "reason": "照片看不清，请重拍"})

    assert bare.status_code == 400
    assert "请写明不予开通的理由" in bare.content.decode()
    assert "照片看不清，请重拍" in client.get(link).content.decode()
    again = desk.post(reverse("opening-decide", args=[row.pk]), {"do": "confirm", "uscc": enterprise.uscc})
    assert again.status_code == 409


def test_the_list_is_by_what_is_due_and_says_what_is_late(here, now, client):
    late = make.opening_request(enterprise=here.enterprise, name="迟了的公司", at=now - timedelta(days=9), due_at=now - timedelta(days=8))
    soon = make.opening_request(enterprise=here.enterprise, name="刚来的公司", at=now, due_at=now + timedelta(days=3))
    client.force_login(here.specialist_zl)

    page = client.get(reverse("openings")).content.decode()

    assert page.index(late.name) < page.index(soon.name)
    assert 'class="r">2</b>' in page
    assert "超期" in page


def test_an_unknown_enterprise_leads_to_where_one_is_entered(here, client):
    row = make.opening_request(enterprise=here.enterprise, uscc=make.uscc(), name="没有建档的公司")
    client.force_login(here.specialist_zl)

    page = client.get(reverse("opening", args=[row.pk])).content.decode()
    refused = client.post(reverse("opening-decide", args=[row.pk]), {"do": "confirm", "uscc": row.uscc})

    assert reverse("sheet-import", args=["enterprises"]) in page
    assert refused.status_code == 400
    assert "请先建档" in refused.content.decode()


def test_letters_are_printed_for_the_filtered_list_and_for_nobody_elses(here, enterprise, client):
    far = make.enterprise()
    client.force_login(here.specialist_zl)

    whole = client.post(reverse("codes-print"), {"all": "1", "park": here.park.code})
    nothing = client.post(reverse("codes-print"), {"uscc": far.uscc})

    page = whole.content.decode()
    assert enterprise.name in page
    assert page.count('class="letter"') == Enterprise.objects.visible_to(here.specialist_zl).not_opened().count()
    assert far.name not in page
    assert nothing.status_code == 400


def test_opening_requests_and_links_stand_for_their_row_only(here):
    one, other = make.opening_request(enterprise=here.enterprise), make.opening_request(enterprise=here.enterprise)

    assert openings.of_token(openings.link_token(one)) == one != other
