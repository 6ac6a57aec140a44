"""Whatever a page offers a person opens for that person: every line of the navigation, every link behind it."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve, reverse

from grievances import filing
from grievances.states import State
from portal.context import NAVIGATION, TABBAR, Shell
from tests import make
from tests.look.test_frame import asked_by

pytestmark = pytest.mark.django_db

# Every kind of post, by somebody who holds it.
ROLES = (
    "specialist_zl", "leader", "street", "grid_staff", "grid_leader", "steward", "operator", "partner", "official", "manager", "member",
    "employee", "auditor", "admin",
)  # fmt: skip
STATES = (State.SUBMITTED, State.IN_PROGRESS, State.CLOSED)
HREF = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')
#: How many pages of one kind are opened; their filters differ, their templates do not.
EACH, MOST = 2, 70
#: A notice outlives the reader's sight of what it tells of: for a unit whose ticket is over it is 404 by design.
OUTLIVES = "notice-open"


def offered(page, address):
    """Addresses of this site a page links to, the administration's own pages aside."""
    for href in HREF.findall(page):
        parts = urlsplit(urljoin(address, unescape(href)))
        if parts.scheme or parts.netloc or parts.path.startswith(("/static/", "/admin/")):
            continue
        yield parts.path + (f"?{parts.query}" if parts.query else "")


def kind_of(address):
    parts = urlsplit(address)
    return resolve(parts.path).view_name, bool(parts.query)


def walk(client):
    """Every kind of page one reaches from the first one: address, where it stood, the answer."""
    ahead, opened, seen = [("/", "")], {}, set()
    while ahead and len(seen) < MOST:
        address, stood = ahead.pop(0)
        kind = kind_of(address)
        if address in seen or opened.get(kind, 0) == EACH:
            continue
        seen.add(address)
        opened[kind] = opened.get(kind, 0) + 1
        answer = client.get(address, follow=True)
        yield address, stood, answer
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            ahead.extend((link, address) for link in offered(answer.content.decode(), address))


@pytest.mark.parametrize("role", ROLES)
def test_every_line_of_the_navigation_opens_and_no_link_behind_it_is_dead(here, enter, now, role):
    for state in STATES:
        make.grievance(state, scene=here, by="employee" if role == "employee" else "manager", personal=role == "employee")
    filing.register(here.steward, make.FILED | {"channel": "steward", "basis": "企业经办人当面委托"}, at=now, uscc=here.enterprise.uscc)
    client = enter(here.people[role])
    kinds = Shell(asked_by(*(post.kind for post in here.people[role].posts))).kinds
    lines = {
        reverse(entry.name)
        for entry in (*NAVIGATION, *(TABBAR if role in ("manager", "member", "employee") else ()))
        if entry.kinds & kinds
    }

    for line in lines:
        answer = client.get(line, follow=True)
        assert (line, answer.status_code) == (line, 200)
        assert kind_of(answer.request["PATH_INFO"])[0].rpartition(":")[2] not in ("login", "sign-in"), f"{line} asks who one is"
    for address, stood, answer in walk(client):
        assert (address, stood, answer.status_code) == (address, stood, 200) or (role == "partner" and kind_of(address)[0] == OUTLIVES)
