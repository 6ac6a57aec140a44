"""Visits through the doors: who comes in, what each reads, the order of refusals, and numbers that open their lists."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from tests import make
from tests.api.calling import Callers
from visits import companions, defaults
from visits.models import Need, Task

STAFF = ("specialist_zl", "leader", "grid_staff", "grid_leader")
GUESTS = ("partner", "official", "steward")
OUTSIDE = ("manager", "employee", "auditor", "admin", "street")
GUEST_KEYS = {"id", "enterprise", "place", "planned_on", "planned_half", "appointed_at", "assignee", "topics", "companions"}


@pytest.fixture(scope="module")
def stage(stage, django_db_blocker):
    with django_db_blocker.unblock():
        now = timezone.now()
        today = timezone.localtime(now).date()
        defaults.load(stage.community, from_on=today - timedelta(days=100), at=now)
        by_code = {row.code: row for row in stage.community.visit_classes.all()}
        for code, due in (("ZD", 20), ("FX", 1)):
            make.reason(
                enterprise=stage.enterprise, visit_class=by_code[code], on=today - timedelta(days=2), due_on=today + timedelta(days=due),
                trigger="key_listed" if code == "ZD" else "risk_flagged:red",
            )  # fmt: skip
        stage.task = make.task(
            enterprise=stage.enterprise, opened_on=today - timedelta(days=2), due_on=today + timedelta(days=1), assignee=stage.grid_staff,
            planned_on=today + timedelta(days=1), planned_half="am",
        )  # fmt: skip
        for name in GUESTS:
            companions.ask(stage.task, user=stage.people[name].pk, by=stage.leader, at=now)
        quiet = make.enterprise(park=stage.park)
        make.reason(enterprise=quiet, visit_class=by_code["XS"], on=today - timedelta(days=9), due_on=today - timedelta(days=3))
        stage.quiet = make.task(enterprise=quiet, opened_on=today - timedelta(days=9), due_on=today - timedelta(days=3))
        visit = make.visit(enterprise=stage.enterprise, by=stage.grid_staff, no_needs=False, needs_count=1, told="会再来")
        stage.need = Need.objects.create(visit=visit, place=1, grievance=make.grievance("accepted", scene=stage))
        yield stage


@pytest.fixture
def by(here):
    return Callers(here)


def _ids(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_who_comes_in_and_what_each_reads(by, here):
    mine = str(here.task.pk)
    for name in STAFF:
        rows = by.__getattr__(name).get("community/visits/").json()["results"]
        assert [row["id"] for row in rows] == [str(here.quiet.pk), mine], name
        assert [reason["visit_class"]["code"] for reason in rows[1]["reasons"]] == ["FX", "ZD"]
        assert (rows[0]["overdue"], rows[1]["overdue"]) == (True, False)
    for name in GUESTS:
        [row] = by.__getattr__(name).get("community/visits/").json()["results"]
        assert row["id"] == mine
        assert {key for key, value in row.items() if value is not None} <= GUEST_KEYS, name
        assert by.__getattr__(name).get(f"community/visits/{mine}/").json() == row
    for name in OUTSIDE:
        assert by.__getattr__(name).get("community/visits/").status_code == 403
    for name in ("operator", "other_partner"):
        assert _ids(by.__getattr__(name).get("community/visits/")) == []
        assert by.__getattr__(name).get(f"community/visits/{mine}/").status_code == 404


@pytest.mark.parametrize("query", [{"due": "overdue"}, {"due": "week"}, {"class": "FX"}, {"class": "ZD"}, {"grid": "G1"}, {"due": "today"}])
def test_a_guest_learns_nothing_by_asking(by, here, query):
    query = {name: here.grid.code if name == "grid" else value for name, value in query.items()}
    for name in GUESTS:
        assert _ids(by.__getattr__(name).get("community/visits/", **query)) == [], name


def test_filters(by, here):
    mine, quiet = str(here.task.pk), str(here.quiet.pk)
    today = timezone.localtime(timezone.now()).date()
    leader = by.leader
    for query, found in (
        ({"due": "overdue"}, [quiet]), ({"class": "FX"}, [mine]), ({"class": "XS"}, [quiet]), ({"class": "XX"}, []), ({"assignee": "none"}, [quiet]),
        ({"assignee": here.grid_staff.username}, [mine]), ({"assignee": "me"}, []), ({"grid": here.grid.code}, [quiet, mine]), ({"grid": "x"}, []),
        ({"due": str(today + timedelta(days=1))}, [mine]), ({"due": "today"}, []), ({"state": "done"}, []), ({"state": "all"}, [quiet, mine]),
        ({"q": here.enterprise.name}, [mine]), ({"enterprise": here.enterprise.uscc}, [mine]), ({"class": "FX", "due": "overdue"}, []),
    ):  # fmt: skip
        assert _ids(leader.get("community/visits/", **query)) == found, query
    for query in ({"due": "x"}, {"nonsense": "1"}, {"state": "x"}, {"due": "2026-13-01"}, {"cursor": "x"}):
        assert leader.get("community/visits/", **query).status_code == 400, query
    first = leader.get("community/visits/", page_size=1).json()
    second = leader.client.get(first["next"]).json()
    assert [row["id"] for row in (*first["results"], *second["results"])] == [quiet, mine]


def test_appointing_and_the_order_of_refusals(by, here):
    path, when = f"community/visits/{here.task.pk}", (timezone.now() + timedelta(days=2)).isoformat()
    for name, status in (("other_partner", 404), ("partner", 403), ("manager", 403)):
        for body in ({"version": 0, "when": when}, {}, {"nonsense": 1}):
            assert by.__getattr__(name).post(f"{path}/appoint/", body).status_code == status, (name, body)
    assert by.leader.post(f"{path}/appoint/", {"version": 99, "when": when}).status_code == 409
    for body in ({"version": 0, "when": "morgen"}, {"version": 0, "when": "2020-01-01T10:00:00+08:00"}, {"when": when, "version": "0"}):
        assert by.leader.post(f"{path}/appoint/", body).status_code == 400, body

    done = by.leader.post(f"{path}/appoint/", {"version": 0, "when": when, "to": here.specialist_zl.username})
    assert (done.status_code, done.json()["assignee"]["username"], done.json()["version"]) == (200, here.specialist_zl.username, 1)
    given = by.grid_staff.post(f"{path}/hand-over/", {"version": 1, "to": here.grid_leader.username})
    assert (given.status_code, given.json()["version"]) == (200, 2)
    stale = by.grid_staff.post(f"{path}/hand-over/", {"version": 1, "to": here.leader.username})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 2)
    Task.objects.filter(pk=here.task.pk).update(state="done", closed_on=timezone.now().date())
    assert by.leader.post(f"{path}/appoint/", {}).status_code == 409


def test_companions_are_asked_answer_and_are_dropped(by, here):
    path = f"community/visits/{here.task.pk}/companions"
    asked = by.leader.post(f"{path}/", {"person": here.other_partner.username}).json()["companions"]
    mine = next(row["id"] for row in asked if row["person"]["username"] == here.other_partner.username)
    assert by.leader.post(f"{path}/{mine}/answer/", {"coming": True}).status_code == 403
    assert by.partner.post(f"{path}/{mine}/answer/", {"coming": True}).status_code == 404
    assert by.other_partner.post(f"{path}/{mine}/answer/", {"coming": "ja"}).status_code == 400
    answered = by.other_partner.post(f"{path}/{mine}/answer/", {"coming": True})
    assert [row["coming"] for row in answered.json()["companions"]] == [True]
    assert by.other_partner.post(f"{path}/{mine}/drop/").status_code == 403
    assert by.leader.post(f"{path}/{mine}/drop/").status_code == 200
    assert by.other_partner.get(f"community/visits/{here.task.pk}/").status_code == 404
    make.conflict(unit=here.other_firm, enterprise=here.enterprise)
    refused = by.leader.post(f"{path}/", {"person": here.other_partner.username})
    assert (refused.status_code, refused.json()["code"]) == (400, "conflict_of_interest")


def test_the_enterprise_reads_moves_chooses_writes_and_confirms(by, here):
    shown = by.manager.get("enterprise/visits/").json()
    [coming], [past] = shown["coming"], shown["results"]
    assert coming["why"] == [defaults.ROUND]
    assert not {"due_on", "reasons", "opened_on", "weight", "state", "attempts"} & set(coming)
    assert (past["told"], past["visitors"], past["needs"][0]["confirmed"]) == ("会再来", [f"网格员 {here.grid_staff.display_name}"], None)
    path = f"enterprise/visits/{coming['id']}"

    moved = by.member.post(f"{path}/move/", {"version": coming["version"], "slot": coming["slots"][-1]["code"]}).json()
    assert (moved["moves_left"], moved["when"]) == (1, coming["slots"][-1]["label"])
    stale = by.manager.post(f"{path}/topics/", {"version": coming["version"], "topics": "扩租"})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, moved["version"])
    chosen = by.manager.post(f"{path}/choose/", {"version": moved["version"], "person": moved["people"][0]["username"]}).json()
    wrote = by.manager.post(f"{path}/topics/", {"version": chosen["version"], "topics": "扩租"})
    assert (wrote.status_code, wrote.json()["topics"]) == (200, "扩租")
    for body in ({}, {"confirmed": "ja"}, {"confirmed": None}):
        assert by.manager.post(f"enterprise/visits/needs/{here.need.pk}/answer/", body).status_code == 400
    for confirmed, status in ((True, 200), (True, 200), (False, 409)):
        assert by.manager.post(f"enterprise/visits/needs/{here.need.pk}/answer/", {"confirmed": confirmed}).status_code == status
    for other in ("employee", "stranger"):
        assert by.__getattr__(other).get("enterprise/visits/").json()["coming"] == []
        assert by.__getattr__(other).post(f"{path}/move/", {"version": "x", "slot": "x"}).status_code == 404
        assert by.__getattr__(other).post(f"enterprise/visits/needs/{here.need.pk}/answer/", {"confirmed": True}).status_code == 404
    assert by.leader.get("enterprise/visits/").status_code == 403


def test_classes_are_read_by_whoever_plans(by, here):
    for name in STAFF:
        rows = by.__getattr__(name).get("community/visit-classes/").json()["results"]
        assert [row["code"] for row in rows] == ["XS", "XQ", "FX", "ZD", "CZ", "YD"]
    for name in (*GUESTS, "operator"):
        assert _ids_of(by.__getattr__(name).get("community/visit-classes/")) == []


def _ids_of(answer):
    return [row["code"] for row in answer.json()["results"]]


def test_every_number_of_the_coverage_opens_a_list_of_that_length(by, here):
    until = (timezone.localtime(timezone.now()).date() + timedelta(days=40)).isoformat()
    for name, door in (("leader", "community"), ("grid_leader", "community"), ("street", "street")):
        caller = by.__getattr__(name)
        answer = caller.get(f"{door}/visits/coverage/", until_on=until)
        found = answer.json()
        assert datetime.fromisoformat(found["as_of"])
        assert {row["code"]: row["value"] for row in found["total"]["figures"]}["owed"] == 3
        lines = [found["total"], *(line for each in found["breakdowns"] for line in each["slices"])]
        for line in lines:
            for figure in line["figures"]:
                parts = urlsplit(figure["list"])
                rows = caller.client.get(f"{parts.path}?{parts.query}").json()["results"]
                assert len(rows) == figure["value"], (name, line["label"], figure["code"])
    for name in ("partner", "steward", "operator", "grid_staff", "official"):
        assert by.__getattr__(name).get("community/visits/coverage/").status_code == 403
        assert by.__getattr__(name).get("community/visit-matters/").status_code == 403
    for query in ({"x": 1}, {"from_on": "2026-12-31", "until_on": "2026-01-01"}, {"from_on": "x"}):
        assert by.leader.get("community/visits/coverage/", **query).status_code == 400
    for query in ({"measure": "x"}, {"by": "x"}, {"x": "1"}):
        assert by.leader.get("community/visit-matters/", **query).status_code == 400
