"""The frame: navigation by post, text size, error pages that need nothing."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from community.kinds import PostKind
from portal.context import FILERS, KIND_WORDS, NAVIGATION, TABBAR, Shell, groups_for, tabs_for
from portal.look import COOKIE, text_size_of


def asked_by(*kinds: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.user.posts = tuple(SimpleNamespace(kind=kind, title="", unit=None, community=None) for kind in kinds)
    return request


def seen_by(*kinds: str) -> list[str]:
    return [row["entry"].name for group in groups_for(Shell(asked_by(*kinds)).kinds, "home", {}) for row in group["rows"]]


def test_every_kind_of_post_has_words_and_a_way_in() -> None:
    assert set(KIND_WORDS) == set(PostKind.values)
    for kind in PostKind.values:
        assert any(kind in entry.kinds for entry in NAVIGATION), kind


def test_every_line_of_the_navigation_leads_somewhere() -> None:
    for entry in (*NAVIGATION, *TABBAR):
        assert reverse(entry.name)


def test_nobody_is_shown_the_door_of_another() -> None:
    assert not {"queue", "audit", "requests", "dispatch-rules"} & set(seen_by("enterprise_manager"))
    assert "queue" not in seen_by("auditor")
    assert not {"queue", "enterprises", "numbers"} & set(seen_by("admin"))
    assert seen_by() == []


def test_two_posts_show_each_line_once() -> None:
    names = seen_by("specialist", "enterprise_member")

    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", PostKind.values)
def test_the_bar_at_the_bottom_of_the_phone_is_for_those_who_file(kind: str) -> None:
    assert bool(tabs_for(Shell(asked_by(kind)).kinds, "home")) == (kind in FILERS)


@pytest.mark.django_db
def test_the_text_size_is_remembered_without_a_script_and_without_signing_in(client: Client) -> None:
    answer = client.post(reverse("text-size"), {"size": "lg", "next": "/about/?x=1"})

    assert (answer.status_code, answer["Location"]) == (302, "/about/?x=1")
    assert answer.cookies[COOKIE].value == "lg"
    assert answer.cookies[COOKIE]["httponly"]
    assert client.post(reverse("text-size"), {"size": ""}).cookies[COOKIE]["max-age"] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)", ""])
def test_the_text_size_leads_to_no_other_site(client: Client, elsewhere: str) -> None:
    assert client.post(reverse("text-size"), {"size": "lg", "next": elsewhere})["Location"] == "/"


def test_a_cookie_somebody_made_up_counts_as_ordinary_size() -> None:
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = '"><script>'

    assert text_size_of(request) == ""


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500, 503, "error", "locked_out"])
def test_an_error_page_needs_neither_request_nor_database(status: int | str) -> None:
    page = render_to_string(f"errors/{status}.html", {"request_id": "8f2c91d0", "message": "说明"})

    assert "8f2c91d0" in page
    assert 'id="fault"' in page
