"""The board as its readers see it: every number on it opens a list of that length; an empty community and one with a single firm are whole."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dashboards import folding
from dashboards.indicators import INDICATORS
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    now = timezone.now()
    scene = make.scene(at=now)
    for state in (State.SUBMITTED, State.IN_PROGRESS, State.CLOSED, State.RATED, State.RATED, State.WITHDRAWN):
        make.grievance(state, scene=scene, at=now - timedelta(hours=1))
    scene.grid.boundary = [[0, 0], [100, 0], [100, 80], [0, 80]]
    scene.grid.save()
    make.figure("tax", enterprise=scene.enterprise, period=str(timezone.localdate(now).year - 1), value=88)
    folding.fold(timezone.now())
    return scene


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page(user, query="", status=200):
    answer = signed_in(user).get(f"/cockpit/{query}")
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


@pytest.mark.parametrize("name", ["street", "leader", "specialist_zl"])
def test_every_number_opens_its_list(here, name):
    client, html = signed_in(here.people[name]), page(here.people[name], "?period=year")

    found = set(re.findall(r'href="(/cockpit/\w+/\?[^"]+)"[^>]*>([\d,]+)<', html))
    assert len(found) > 8
    for address, number in found:
        listed = client.get(address.replace("&amp;", "&"))
        assert listed.status_code == 200
        code = re.match(r"/cockpit/(\w+)/", address)[1]
        if not INDICATORS[code].is_rate or "part=" in address or listed.context["total"] == int(number.replace(",", "")):
            assert listed.context["total"] == int(number.replace(",", "")), address


def test_it_is_shown_for_every_period_place_and_mode(here):
    for query in (
        "?period=day",
        "?period=week",
        "?period=quarter",
        "?period=month&mode=screen",
        f"?grid={here.grid.pk}",
        f"?park={here.park.code}",
    ):
        assert "驾驶舱" in page(here.leader, query)
    html = page(here.leader)
    assert "第一网格，在办 2 件" in html.replace("第1网格", "第一网格") or "在办 2 件" in html
    assert "不排名" in html


def test_every_list_is_a_page(here):
    client = signed_in(here.street)
    for code, row in INDICATORS.items():
        for query in ("", *(["?part=base"] if row.is_rate else []), *(f"?by={by}&key=0" for by in row.by)):
            assert client.get(f"/cockpit/{code}/{query}").status_code == 200, (code, query)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?period=century", 400), ("?from=2026-13-01&to=x", 400), ("?from=2026-05-02&to=2026-05-01", 400), ("?as_of=yesterday", 400),
        ("?as_of=2999-01-01T00:00:00Z", 400), ("?community=NOWHERE", 404), ("?grid=999999", 404), ("?grid=1%27--", 404), ("?park=%00", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_never_a_fault(here, query, status):
    assert signed_in(here.leader).get(f"/cockpit/{query}").status_code == status


@pytest.mark.parametrize("query", ["?by=colour", "?part=half", "?key=-1", "?key=x", "?by=park&key=99999999999999999999"])
def test_no_such_slice_is_404(here, query):
    assert signed_in(here.leader).get(f"/cockpit/collected/{query}").status_code == 404
    assert signed_in(here.leader).get("/cockpit/nothing/").status_code == 404


def test_an_empty_community_and_one_before_the_first_sum_are_whole():
    scene = make.scene(at=timezone.now())

    assert "首次汇总" in page(scene.leader)
    folding.fold(timezone.now())
    html = page(scene.leader)
    assert "统计期内没有收集到诉求" in html
    assert "还没有登记公布的区域数据" in html


def test_only_who_reads_numbers_reads_it(here):
    for name in ("manager", "employee", "partner", "steward", "operator", "grid_leader", "auditor", "admin"):
        page(here.people[name], status=403)
