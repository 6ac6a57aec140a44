"""Every address of the desk × every role: a verdict for each, generated from the URL table."""

import pytest
from django.urls import reverse

from exchange import exports, imports
from exchange.subjects import table_named
from grievances.models import FollowUp, Letter
from grievances.states import State
from portal import urls_staff
from tests import make

pytestmark = pytest.mark.django_db

ROLES = (
    "specialist_zl", "leader", "street", "grid_staff", "grid_leader", "steward", "operator", "partner", "official", "manager", "member",
    "employee", "auditor", "admin",
)  # fmt: skip
OFFICE = {"specialist_zl", "leader"}
OVERSEERS = OFFICE | {"street"}
GRID = {"grid_staff", "grid_leader"}
UNITS = {"operator", "partner", "official"}
DESK = OVERSEERS | GRID | UNITS
SERVED = {"manager", "member", "employee"}
LISTED = OVERSEERS | GRID | {"steward", "operator"}

# What a page answers to whom; everybody not named gets 403, or 404 where the thing itself is out of sight.
PAGES = {
    "today": (OFFICE, 403),
    "queue": (DESK, 403),
    "queue-tree": (DESK, 403),
    "queue-history": (UNITS, 403),
    "register": (GRID | {"specialist_zl", "steward"}, 403),
    "register-of": (GRID | {"specialist_zl", "steward"}, 403),
    "settle": ({"specialist_zl"}, 403),
    "settle-of": ({"specialist_zl"}, 403),
    "search-items": ({"specialist_zl"}, 403),
    "requests": (OVERSEERS, 403),
    "follow-ups": (OVERSEERS, 403),
    "letters": (OFFICE, 403),
    "reply-templates": (OFFICE, 403),
    "workload": (OFFICE, 403),
    "enterprises": (LISTED, 403),
    "parks": (LISTED, 403),
    "organisation": (set(ROLES), 403),
    "dispatch-rules": (OVERSEERS | {"admin"}, 403),
    "dispatch-rule": ({"leader"}, 403),
    "item-terms": (OVERSEERS, 403),
    "visit-classes": (OVERSEERS | GRID, 403),
    "visit-plan": (OVERSEERS | GRID, 403),
    "visit-class": ({"leader"}, 403),
    "units": ({"leader", "admin"}, 403),
    "unit": ({"leader", "admin"}, 403),
    "working-hours": ({"leader", "admin"}, 403),
    "calendar": ({"leader", "admin"}, 403),
    "ownerless": (OVERSEERS, 403),
    "search": (set(ROLES), 403),
    "search-panel": (set(ROLES), 403),
    "search-enterprises": (set(ROLES), 403),
    "about": (set(ROLES), 403),
    "notice-settings": (set(ROLES), 403),
    "robots": ({"leader", "admin"}, 403),
    "sheets": (set(ROLES), 403),
}
# Of a sheet that comes in or goes out: GET or POST of a thing that hangs on it.
SHEETS = {"sheet-template", "sheet-import", "import", "import-progress", "import-refused", "export", "export-file"}
SHEET_DEEDS = {"sheet-export", "import-commit", "import-again", "import-undo", "import-drop"}
# POST only: a GET is 405 for those who may, 403 for the others.
DEEDS = {
    "today-answer": OFFICE,
    "queue-bulk": OFFICE,
    "queue-filters": DESK,
    "request-decide": OVERSEERS,
    "follow-up-act": OVERSEERS,
    "robot-act": {"leader", "admin"},
    "reply-template-act": OFFICE,
    "private-note": DESK,
    "hand-over": OFFICE,
    "dispatch-rule-stop": {"leader"},
    "working-hours-withdraw": {"leader", "admin"},
    "unit-act": {"leader", "admin"},
    "visit-plan-make": OFFICE,
    "visit-allowance": {"leader"},
    "visit-plan-change": OFFICE | {"grid_leader"},
    "building-keeper": set(ROLES) - SERVED - {"auditor", "admin"},
    "absence-end": OFFICE,
}


#: For the office, and for grid staff and the steward of that park.
POSTERS = {"park-poster", "enterprise-poster"}


def verdict(client, address):
    return client.get(address).status_code


def test_every_address_has_a_verdict():
    named = {pattern.name for pattern in urls_staff.urlpatterns}

    assert named == {*PAGES, *DEEDS, *SHEETS, *SHEET_DEEDS, "queue-drawer", "letter", "enterprise", "park", *POSTERS}


def test_pages_without_a_thing_open_for_their_posts_only(here, enter):
    for role in ROLES:
        client = enter(here.people[role])
        for name, (welcome, otherwise) in PAGES.items():
            assert (role, name, verdict(client, reverse(name))) == (role, name, 200 if role in welcome else otherwise)


def test_nobody_opens_a_page_without_signing_in(client):
    for name in PAGES:
        answer = client.get(reverse(name))

        if name == "about":
            assert answer.status_code == 200
        else:
            assert answer.status_code == 302
            assert answer.url.startswith("/sign-in/")


def test_deeds_are_sent_not_read(here, enter):
    arguments = {
        "request-decide": ["MC260101-000000"],
        "follow-up-act": [1, "contact"],
        "robot-act": [1, "retire"],
        "reply-template-act": [1, "retire"],
        "absence-end": [1],
        "unit-act": ["end"],
        "visit-plan-change": [1],
        "building-keeper": ["X", 1],
        "private-note": ["MC260101-000000"],
    }
    for role in ROLES:
        client = enter(here.people[role])
        for name, welcome in DEEDS.items():
            address = reverse(name, args=arguments.get(name, []))

            assert (role, name, verdict(client, address)) == (role, name, 405 if role in welcome else 403)


def test_a_sheet_of_enterprises_is_brought_in_by_the_office(here, enter):
    for role in ROLES:
        client = enter(here.people[role])
        for name in ("sheet-template", "sheet-import"):
            assert (role, name, verdict(client, reverse(name, args=["enterprises"]))) == (role, name, 200 if role in OFFICE else 403)


def test_an_import_and_what_hangs_on_it_is_the_offices(here, enter, now):
    content = "企业名称,统一社会信用代码\n甲公司,1\n".encode()
    job = imports.receive(table_named("enterprises"), name="a.csv", content=content, community=here.community, by=here.leader, at=now)
    imports.work(job.pk, now)
    for role in ROLES:
        client = enter(here.people[role])
        outside = 404 if role in PAGES["sheets"][0] else 403
        for name in ("import", "import-progress", "import-refused"):
            assert (role, name, verdict(client, reverse(name, args=[job.pk]))) == (role, name, 200 if role in OFFICE else outside)
        for name in sorted(SHEET_DEEDS - {"sheet-export"}):
            sent = client.post(reverse(name, args=[job.pk])).status_code if role not in OFFICE else outside
            assert (role, name, sent) == (role, name, outside)


def test_an_export_is_its_owners_alone(here, enter, now):
    export = exports.ask(table_named("parks"), by=here.leader, params={}, form="csv", at=now)
    exports.produce(export.pk, now)
    for role in ROLES:
        client = enter(here.people[role])
        outside = 404 if role in PAGES["sheets"][0] else 403
        for name in ("export", "export-file"):
            assert (role, name, verdict(client, reverse(name, args=[export.pk]))) == (role, name, 200 if role == "leader" else outside)


def test_the_drawer_opens_what_is_in_sight(here, enter):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    sees = OVERSEERS | GRID | {"partner"}
    for role in ROLES:
        expected = 403 if role not in DESK else 200 if role in sees else 404

        assert (role, verdict(enter(here.people[role]), reverse("queue-drawer", args=[ticket.number]))) == (role, expected)


def test_a_partner_loses_the_drawer_with_the_ticket(here, enter):
    ticket = make.grievance(State.CLOSED, scene=here)

    assert verdict(enter(here.partner), reverse("queue-drawer", args=[ticket.number])) == 404


def test_a_letter_is_for_the_office(here, enter):
    ticket = make.grievance(State.ACCEPTED, scene=here)
    letter = letter_of(here, ticket)
    for role in ROLES:
        assert (role, verdict(enter(here.people[role]), reverse("letter", args=[letter.number]))) == (role, 200 if role in OFFICE else 403)


def letter_of(here, ticket):
    from datetime import timedelta

    from grievances import workflow

    workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=make.WEDNESDAY + timedelta(hours=1), unit="BM-SZ")
    return Letter.objects.get()


def test_an_enterprise_is_opened_by_those_who_see_it(here, enter):
    sees = LISTED | SERVED
    for role in ROLES:
        expected = 200 if role in sees else 403

        assert (role, verdict(enter(here.people[role]), reverse("enterprise", args=[here.enterprise.uscc]))) == (role, expected)

    assert verdict(enter(here.stranger), reverse("enterprise", args=[here.enterprise.uscc])) == 404


def test_a_park_is_opened_by_those_who_see_it(here, enter):
    for role in ROLES:
        expected = 200 if role in LISTED | {"partner", "official"} else 403

        assert (role, verdict(enter(here.people[role]), reverse("park", args=[here.park.code]))) == (role, expected)


def test_a_poster_is_printed_by_those_who_serve_the_place(here, enter):
    far = make.park(community=here.community, grid=make.grid(community=here.community))
    firm = make.enterprise(park=far)
    prints = OFFICE | GRID | {"steward"}
    for role in ROLES:
        client = enter(here.people[role])
        beside = 200 if role in OFFICE else 404 if role in prints else 403
        for name, own, other in (("park-poster", here.park.code, far.code), ("enterprise-poster", here.enterprise.uscc, firm.uscc)):
            assert (role, name, verdict(client, reverse(name, args=[own]))) == (role, name, 200 if role in prints else 403)
            assert (role, name, verdict(client, reverse(name, args=[other]))) == (role, name, beside)


def test_nothing_of_another_community_is_opened(here, enter):
    elsewhere = make.scene()
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    letter = letter_of(here, make.grievance(State.ACCEPTED, scene=here))
    addresses = (
        reverse("queue-drawer", args=[ticket.number]), reverse("letter", args=[letter.number]),
        reverse("enterprise", args=[here.enterprise.uscc]), reverse("park", args=[here.park.code]),
        reverse("enterprise-poster", args=[here.enterprise.uscc]), reverse("park-poster", args=[here.park.code]),
    )  # fmt: skip
    for role in ("specialist_zl", "leader"):
        client = enter(elsewhere.people[role])
        for address in addresses:
            assert (role, address, verdict(client, address)) == (role, address, 404)
        for name in ("queue", "enterprises", "parks", "search"):
            page = client.get(reverse(name), {"q": ticket.title} if name == "search" else {"queue": "all"} if name == "queue" else {})
            assert ticket.number not in page.content.decode()
            assert here.enterprise.name not in page.content.decode()
            assert here.park.name not in page.content.decode()


def test_a_follow_up_of_another_community_cannot_be_touched(here, enter):
    elsewhere = make.scene()
    ticket = make.grievance(State.CLOSED, scene=here)
    row = FollowUp.objects.create(
        grievance=ticket, cycle=1, kind="poor_rating", owner=here.leader, created_at=make.WEDNESDAY, contact_due_at=make.WEDNESDAY,
        fix_due_at=make.WEDNESDAY,
    )  # fmt: skip
    address = reverse("follow-up-act", args=[row.pk, "contact"])

    assert enter(elsewhere.leader).post(address, {"note": "x"}).status_code == 404
    assert enter(here.street).post(address, {"note": "x"}).status_code == 403
