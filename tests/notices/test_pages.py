"""The bell as a page."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

import notices
from notices.models import Notice
from tests import make


@pytest.fixture
def wang(client, db):
    user = make.user("wang", email="wang@example.com")
    client.force_login(user)
    return user


def _tell(user, event="e", at=None, link="/account/", **facts):
    notices.tell(event, [user], title=f"消息 {event}", link=link, at=at or timezone.now(), **facts)


def test_the_bell_shows_own_notices_newest_first(client, wang):
    _tell(wang, "一", timezone.now() - timedelta(hours=2))
    _tell(wang, "二", timezone.now() - timedelta(hours=1))
    _tell(make.user("zhao"), "三")
    _tell(wang, "明天", not_before=timezone.now() + timedelta(days=1))

    page = client.get(reverse("notices")).content.decode()

    assert page.index("消息 二") < page.index("消息 一")
    assert "消息 三" not in page
    assert "消息 明天" not in page


def test_opening_marks_read_and_goes_there(client, wang):
    _tell(wang)
    notice = Notice.objects.visible_to(wang).get()

    answer = client.get(reverse("notice-open", args=[notice.key]))
    read_at = Notice.objects.get(pk=notice.pk).read_at
    client.get(reverse("notice-open", args=[notice.key]))

    assert answer.url == "/account/"
    assert read_at is not None
    assert Notice.objects.get(pk=notice.pk).read_at == read_at


@pytest.mark.parametrize("link", ["https://example.com/", "//example.com/", "javascript:alert(1)", ""])
def test_a_notice_never_leads_away(client, wang, link):
    _tell(wang, link=link)

    assert client.get(reverse("notice-open", args=[Notice.objects.visible_to(wang).get().key])).url == reverse("notices")


def test_somebody_elses_notice_is_not_there(client, wang):
    zhao = make.user("zhao")
    _tell(zhao)

    assert client.get(reverse("notice-open", args=[Notice.objects.visible_to(zhao).get().key])).status_code == 404
    assert client.get(reverse("notice-open", args=[uuid.uuid4()])).status_code == 404


def test_all_are_marked_read_at_once(client, wang):
    zhao = make.user("zhao")
    _tell(wang, "一")
    _tell(wang, "二")
    _tell(zhao)

    client.post(reverse("notices-read"))

    assert notices.unread_count(wang, timezone.now()) == 0
    assert notices.unread_count(zhao, timezone.now()) == 1
    assert "都看过了" in client.get(reverse("notices"), {"show": "unread"}).content.decode()


def test_pages_follow_each_other_without_gap_or_double(client, wang):
    at = timezone.now() - timedelta(days=1)
    for number in range(70):
        _tell(wang, f"第{number}号", at + timedelta(seconds=number // 3))
    address, seen = reverse("notices"), []
    while address:
        page = client.get(address)
        seen += [notice.title for notice in page.context["notices"]]
        more = page.context["more"]
        address = f"{reverse('notices')}?cursor={more}" if more else None

    assert len(seen) == len(set(seen)) == 70


@pytest.mark.parametrize("cursor", ["x", "1-", "-1", "99999999999999999999-1", "1-99999999999999999999", "9999999999999999-1", "１-２"])
def test_a_cursor_nobody_gave_out_shows_the_first_page(client, wang, cursor):
    _tell(wang)

    assert client.get(reverse("notices"), {"cursor": cursor}).status_code == 200


def test_a_page_costs_the_same_for_any_number(client, wang, django_assert_max_num_queries):
    for number in range(30):
        _tell(wang, f"{number}")
    client.get(reverse("notices"))

    with django_assert_max_num_queries(6):
        client.get(reverse("notices"))
