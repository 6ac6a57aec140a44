"""The guided path: kept, put away, brought back, in nobody's way."""

import pytest
from django.urls import reverse

from accounts.models import GuideProgress
from community.kinds import PostKind
from portal.guide_table import BY_CODE, GUIDES, guide_for
from tests import make

pytestmark = pytest.mark.django_db
STRIP = 'class="guide-strip"'


def test_every_kind_of_post_has_exactly_one_path():
    kinds = [kind for guide in GUIDES for kind in guide.kinds]

    assert sorted(kinds) == sorted(PostKind)
    assert all(guide_for([kind]) for kind in kinds)
    assert guide_for([]) is None
    assert len(BY_CODE) == len(GUIDES) == 11


def start(client):
    return client.get("/", follow=True).content.decode()


@pytest.mark.parametrize(
    "role", ["manager", "employee", "steward", "operator", "partner", "grid_staff", "specialist_zl", "leader", "street", "auditor", "admin"]
)
def test_it_is_shown_where_the_day_begins_until_it_is_put_away(here, client, role):
    client.force_login(here.people[role])

    assert STRIP in start(client)
    client.post(reverse("guide-dismiss"), {"next": "/"})
    assert STRIP not in start(client)
    assert "从头走一遍" in client.get(reverse("guide")).content.decode()
    client.post(reverse("guide-reopen"))
    assert STRIP in start(client)


def test_how_far_one_is_is_kept_and_steps_may_be_taken_in_any_order(here, client):
    client.force_login(here.manager)
    for code in ("follow", "who", "follow"):
        client.post(reverse("guide-step", args=[code]))

    assert GuideProgress.objects.get(user=here.manager).done == ["follow", "who"]
    page = start(client)
    assert "2/5" in page
    assert "第 2 步：提一件诉求" in page


def test_going_on_after_it_was_put_away_does_not_bring_it_back(here, client):
    client.force_login(here.manager)
    client.post(reverse("guide-dismiss"))
    client.post(reverse("guide-step", args=["who"]))

    assert STRIP not in start(client)


def test_one_persons_progress_is_not_anothers(here, client):
    client.force_login(here.manager)
    client.post(reverse("guide-step", args=["who"]))
    client.force_login(here.member)

    assert "0/5" in start(client)


def test_it_blocks_nothing_and_leads_nowhere_else(here, client):
    client.force_login(here.manager)

    assert client.get(reverse("file")).status_code == 200
    assert client.post(reverse("guide-dismiss"), {"next": "https://example.com/"}).url == "/"


def test_without_a_post_there_is_no_path(client):
    client.force_login(make.user())

    assert client.get(reverse("guide")).status_code == 404
    assert STRIP not in client.get("/").content.decode()
