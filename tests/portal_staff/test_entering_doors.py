"""Every address of getting in × every role and a stranger: a verdict for each, from the URL table."""

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprises import activation, openings
from portal import urls_entering
from portal.guide_table import GUIDES
from tests import make
from tests.portal_staff.test_doors import GRID, OFFICE, ROLES

pytestmark = pytest.mark.django_db
SPECIALISTS = {"specialist_zl"}
CARRIES = OFFICE | GRID | {"steward"}
# A page without a thing: who opens it.
PAGES = {
    "codes": CARRIES,
    "openings": SPECIALISTS,
    "employees": SPECIALISTS,
    "opened": CARRIES | {"street"},
    "consent": {"manager", "member"},
    "guide": set(ROLES),
    "privacy-accept": set(ROLES),
}
PUBLIC = {"activate", "opening-ask", "employee-join", "privacy"}
# POST only.
DEEDS = {
    "codes-print": OFFICE,
    "guide-dismiss": set(ROLES),
    "guide-reopen": set(ROLES),
}
OF_A_CODE = {"code-hand-over": CARRIES, "code-revoke": OFFICE}
OF_A_REQUEST = {"opening", "opening-licence", "opening-decide", "opening-reveal"}


def test_every_address_has_a_verdict():
    named = {pattern.name for pattern in urls_entering.urlpatterns}

    assert named == {*PAGES, *PUBLIC, *DEEDS, *OF_A_CODE, *OF_A_REQUEST, "employee-decide", "opening-asked", "guide-step"}


def test_pages_open_for_their_posts_only(here, enter):
    for role in ROLES:
        client = enter(here.people[role])
        for name, welcome in PAGES.items():
            assert (role, name, client.get(reverse(name)).status_code) == (role, name, 200 if role in welcome else 403)
        for name in PUBLIC:
            assert (role, name, client.get(reverse(name)).status_code) == (role, name, 200)


def test_a_stranger_opens_what_is_public_and_nothing_else(client, here):
    for name in PUBLIC:
        assert client.get(reverse(name)).status_code == 200
    for name in (*PAGES, *DEEDS):
        assert client.get(reverse(name)).url.startswith("/sign-in/"), name
    request = make.opening_request(enterprise=here.enterprise)
    for name in OF_A_REQUEST:
        assert client.get(reverse(name, args=[request.pk])).url.startswith("/sign-in/"), name


def test_deeds_are_sent_not_read(here, enter):
    for role in ROLES:
        client = enter(here.people[role])
        for name, welcome in DEEDS.items():
            assert (role, name, client.get(reverse(name)).status_code) == (role, name, 405 if role in welcome else 403)


def test_a_code_is_handed_over_by_who_serves_the_place_and_revoked_by_the_office(here, enter, now):
    enterprise = make.enterprise(park=here.park)
    row, _ = activation.issue(enterprise, by=here.leader, at=now)
    far, _ = activation.issue(make.enterprise(community=here.community), by=here.leader, at=now)
    for name, welcome in OF_A_CODE.items():
        for role in ROLES:
            client = enter(here.people[role])
            beside = 302 if role in OFFICE else 404 if role in welcome else 403
            # The office comes last: what it revokes cannot be handed over.
            assert (name, role, client.post(reverse(name, args=[far.pk])).status_code) == (name, role, beside)
            assert (name, role, client.post(reverse(name, args=[row.pk])).status_code) == (name, role, 302 if role in welcome else 403)
    row.refresh_from_db()
    assert row.handed_by == here.specialist_zl
    assert row.ended_why == "revoked"


def test_a_request_is_the_specialists_of_its_community_alone(here, enter):
    elsewhere = make.scene(at=timezone.now())
    row = make.opening_request(enterprise=here.enterprise)
    for role in ROLES:
        client, other = enter(here.people[role]), enter(elsewhere.people[role])
        address = reverse("opening", args=[row.pk])
        assert (role, client.get(address).status_code) == (role, 200 if role in SPECIALISTS else 403)
        assert (role, other.get(address).status_code) == (role, 404 if role in SPECIALISTS else 403)
        for name in ("opening-decide", "opening-reveal"):
            sent = other.post(reverse(name, args=[row.pk])).status_code
            assert (role, name, sent) == (role, name, 404 if role in SPECIALISTS else 403)
    assert row.person[0] not in enter(elsewhere.specialist_zl).get(reverse("openings")).content.decode().split("<main")[1]


def test_an_applicants_link_tells_whoever_holds_it(client, here):
    row = make.opening_request(enterprise=here.enterprise, at=timezone.now())
    page = client.get(reverse("opening-asked", args=[openings.link_token(row)])).content.decode()

    assert "正在核实" in page
    assert row.phone not in page
    assert client.get(reverse("opening-asked", args=["made-up"])).status_code == 404


def test_every_step_of_every_path_opens_for_those_it_is_for(here, enter):
    people = {post.kind: person for person in here.people.values() for post in person.posts}
    for guide in GUIDES:
        assert len(guide.steps) == len({step.code for step in guide.steps}) == 5
        for kind in set(guide.kinds) & set(people):
            client = enter(people[kind])
            for step in guide.steps:
                answer = client.post(reverse("guide-step", args=[step.code]), follow=True)
                assert (kind, step.code, answer.status_code) == (kind, step.code, 200), answer.redirect_chain
                assert answer.request["PATH_INFO"] == reverse(step.page) or step.page == "home"
            assert "上手五步</b>" not in client.get(reverse("home"), follow=True).content.decode()
            assert client.post(reverse("guide-step", args=["nowhere"])).status_code == 404
