"""The pages: what the enterprise is shown and may press, what staff arrange, what whoever comes along reads, and numbers that open their lists."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from exchange import exports
from exchange.subjects import table_named
from tests import make
from tests.portal_staff.conftest import enter  # noqa: F401
from visits import companions, coverage, defaults
from visits.models import Companion, Need, Task
from wording.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def here(now):
    here = make.scene(at=now - timedelta(days=1))
    today = timezone.localtime(now).date()
    defaults.load(here.community, from_on=today - timedelta(days=100), at=now)
    here.__dict__["classes"] = {row.code: row for row in here.community.visit_classes.all()}
    make.reason(enterprise=here.enterprise, visit_class=here.classes["FX"], on=today - timedelta(days=9), due_on=today - timedelta(days=2))
    here.__dict__["task"] = make.task(
        enterprise=here.enterprise, opened_on=today - timedelta(days=9), due_on=today - timedelta(days=2), assignee=here.grid_staff,
        planned_on=today + timedelta(days=1), planned_half="am",
    )  # fmt: skip
    return here


def _mark(page):
    return re.search(r'name="mark" value="(\w+)"', page)[1]


def test_the_enterprise_is_shown_the_visit_moves_it_and_is_told_when_that_is_used_up(here, enter):  # noqa: F811
    client = enter(here.manager)
    assert "走访安排" in client.get("/").content.decode()
    path = f"/my-visits/{here.task.pk}"
    for left in (1, 0):
        page = client.get("/my-visits/").content.decode()
        slot = re.findall(r'name="slot" value="([\d-]+-[ap]m)"', page)[0]
        assert client.post(f"{path}/move/", {"mark": _mark(page), "slot": slot}).status_code == 302
        assert f"还可以改 {left} 次" in client.get("/my-visits/").content.decode()
    page = client.get("/my-visits/").content.decode()
    assert "不能再在网上改" in page
    refused = client.post(f"{path}/move/", {"mark": _mark(page), "slot": "2026-01-01-am"})
    assert (refused.status_code, "已经改过 2 次" in refused.content.decode()) == (409, True)
    kept = client.post(f"{path}/topics/", {"mark": "old", "topics": "想谈扩租"})
    assert (kept.status_code, "想谈扩租</textarea>" in kept.content.decode()) == (409, True)
    assert client.post(f"{path}/topics/", {"mark": _mark(page), "topics": "想谈扩租"}).status_code == 302
    assert client.post(f"{path}/choose/", {"mark": "x", "person": "x"}).status_code in (400, 409)
    assert client.post(f"{path}/nonsense/", {}).status_code == 404
    for word in ("风险", "应访", "必访"):
        assert word not in client.get("/my-visits/").content.decode()


def test_past_visits_and_needs(here, enter, now):  # noqa: F811
    visit = make.visit(
        enterprise=here.enterprise, by=here.grid_staff, at=now - timedelta(days=3), no_needs=False, needs_count=1, told="已转工程部"
    )
    need = Need.objects.create(visit=visit, place=1, grievance=make.grievance("accepted", scene=here, at=now - timedelta(hours=2)))
    client = enter(here.member)
    page = client.get("/my-visits/").content.decode()
    assert "已转工程部" in page
    assert need.grievance.number in page

    client.post(f"/my-visits/needs/{need.pk}/answer/", {"answer": "no"})

    need.refresh_from_db()
    assert (need.confirmed, need.confirmed_by) == (False, here.member)
    assert enter(here.stranger).post(f"/my-visits/needs/{need.pk}/answer/", {"answer": "yes"}).status_code == 404
    assert enter(here.employee).get("/my-visits/").status_code == 403


def test_staff_arrange_and_whoever_comes_along_reads_what_he_needs(here, enter, now):  # noqa: F811
    path, leader = f"/visits/tasks/{here.task.pk}/", enter(here.leader)
    page = leader.get(path).content.decode()
    assert "有风险企业必访" in page
    refused = leader.post(f"{path}appoint/", {"version": "0", "when": "2020-01-01T10:00"})
    assert (refused.status_code, 'value="2020-01-01T10:00"' in refused.content.decode()) == (400, True)
    when = timezone.localtime(now + timedelta(days=2))
    assert (
        leader.post(f"{path}appoint/", {"version": "0", "when": f"{when:%Y-%m-%dT%H:%M}", "to": here.specialist_zl.pk}).status_code == 302
    )
    assert leader.post(f"{path}hand-over/", {"version": "0", "to": here.grid_staff.pk}).status_code == 409
    assert leader.post(f"{path}hand-over/", {"version": "1", "to": here.grid_staff.pk}).status_code == 302
    assert leader.post(f"{path}ask/", {"user": here.partner.pk}).status_code == 302
    partner = enter(here.partner)
    for address in (path, "/visits/along/"):
        shown = partner.get(address).content.decode()
        assert here.enterprise.name in shown
        for word in ("风险", "应访止", "必访", "138", "version"):
            assert word not in shown, (address, word)
    assert partner.post(f"{path}answer/", {"answer": "yes"}).status_code == 302
    assert partner.post(f"{path}appoint/", {"version": "2", "when": "2026-12-30T10:00"}).status_code == 403
    made = Companion.objects.get()
    leader.post(f"{path}drop/", {"companion": made.pk})
    assert partner.get(path).status_code == 404
    assert enter(here.manager).get(path).status_code == 403
    assert enter(here.other_partner).get(path).status_code == 404
    visit = make.visit(enterprise=here.enterprise, by=here.grid_staff, at=now - timedelta(days=3))
    visit.visitors.create(user=here.partner, kind="partner", unit=here.firm)
    assert partner.post(f"/visits/along/{visit.pk}/note/", {"note": "建议补签合同"}).status_code == 302
    assert partner.post(f"/visits/along/{visit.pk}/note/", {"note": "长" * 1001}).status_code == 400
    assert visit.visitors.get(user=here.partner).note == "建议补签合同"
    with pytest.raises(NotFound):
        companions.answer(made, coming=False, by=here.partner, at=now)
    assert Task.objects.get(pk=here.task.pk).assignee == here.grid_staff


@pytest.mark.parametrize("role", ["leader", "specialist_zl", "street", "grid_leader"])
def test_every_number_on_the_page_opens_a_list_of_that_length_and_goes_out_as_long(here, enter, now, role):  # noqa: F811
    client = enter(here.people[role])
    page = client.get("/visits/coverage/").content.decode()
    links = set(re.findall(r'href="(/visits/coverage/(\w+)/\?([^"]*))">(\d+)</a>', page))
    assert coverage.FORMULA in page
    assert len({code for _, code, _, _ in links}) > 6

    for address, code, _, count in links:
        shown = client.get(address.replace("&amp;", "&")).content.decode()
        assert f"：{count} 项</h1>" in shown, address
        assert shown.count('<td class="head">') == int(count), (address, code)
    matters = list(table_named("visit-matters").exported(here.people[role], {"measure": "overdue"}, now))
    assert [row["enterprise"] for row in matters] == [here.enterprise.name]
    lines = list(table_named("visit-coverage").exported(here.people[role], {}, now))
    assert lines[0]["owed"] == 1
    assert [row["uscc"] for row in table_named("visit-tasks").exported(here.people[role], {"due": "overdue"}, now)] == [
        here.enterprise.uscc
    ]


def test_who_may_not_read_them_takes_nothing_out(here, enter, now):  # noqa: F811
    make.visit(enterprise=here.enterprise, by=here.grid_staff, at=now - timedelta(days=3))
    for name in ("manager", "employee", "steward", "operator", "partner", "official", "auditor", "admin"):
        person = here.people[name]
        assert enter(person).get("/visits/coverage/").status_code == 403
        for code in ("visit-tasks", "visits", "visit-coverage", "visit-matters"):
            assert not exports.may_export(table_named(code), person), (name, code)
            rows = list(table_named(code).exported(person, {}, now))
            assert rows == [] if code != "visit-coverage" else all(row["owed"] == 0 for row in rows)
    assert [row["people"] for row in table_named("visits").exported(here.leader, {}, now)] == ["周*"]
    for query in ("?from=x", "?from=2026-12-31&to=2026-01-01"):
        assert enter(here.leader).get(f"/visits/coverage/{query}").status_code == 400
    assert enter(here.leader).get("/visits/coverage/nonsense/").status_code == 404
