"""数据质量: the page for those who look after data, each list with the form that mends its rows, working without a script."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from dashboards.quality.checks import CHECKS
from enterprises.models import Enterprise, FormerName, Tenancy
from parks.models import Park, ParkPost
from parks.unplaced import unplaced_building, unplaced_park
from tests import make
from tests.dashboards.test_quality import wrong_code
from tests.portal_staff.test_doors import GRID, OVERSEERS, ROLES

pytestmark = pytest.mark.django_db

READERS = OVERSEERS | GRID


@pytest.fixture
def wrong(here):
    """A row for every kind of form."""
    place = here.community
    park = make.park(community=place, name="无人园")
    make.building(park=park)
    hostile = make.enterprise(park=park, name="<b>杭州</b>很长很长的名字科技有限公司", code=wrong_code(), accept_warning=True)
    make.enterprise(building=unplaced_building(unplaced_park(place)), name="杭州待核有限公司")
    gone = make.enterprise(park=here.park, name="杭州搬空有限公司")
    Tenancy.objects.filter(enterprise=gone).update(until_on=make.WEDNESDAY.date())
    make.enterprise(park=here.park, name="杭州同名有限公司")
    make.enterprise(park=here.park, name="杭州同名有限公司")
    heir = make.enterprise(park=here.park, name="杭州旧名有限公司")
    FormerName.objects.create(enterprise=make.enterprise(park=here.park), name=heir.name)
    return hostile


def of(code):
    return reverse("quality-list", args=[code])


def to_mend(code, row):
    return reverse("quality-mend", args=[code, row.pk])


def words(answer):
    return unescape(answer.content.decode())


def numbers_on(answer):
    """Code → the number the overview shows."""
    found = re.findall(r'href="/quality/([a-z-]+)/"><b>(\d+)</b>', answer.content.decode())
    return {code: int(number) for code, number in found}


@pytest.mark.parametrize("role", ROLES)
def test_the_page_and_its_lists_are_for_community_street_and_grids(here, wrong, enter, role):
    client = enter(here.people[role])

    assert client.get(reverse("quality")).status_code == (200 if role in READERS else 403)
    for code, check in CHECKS.items():
        expected = 200 if role in OVERSEERS or (role in GRID and not check.wide) else 403
        assert (code, client.get(of(code)).status_code) == (code, expected)


@pytest.mark.parametrize("role", sorted(READERS))
def test_a_number_is_the_length_of_the_list_it_opens(here, wrong, enter, role):
    client = enter(here.people[role])
    numbers = numbers_on(client.get(reverse("quality")))

    assert numbers
    for code, number in numbers.items():
        page = client.get(of(code)).content.decode()
        assert (code, len(re.findall(r'<li id="row-', page))) == (code, number)
        assert f"：{number} {CHECKS[code].unit}</h1>" in page


def test_an_empty_list_says_that_nothing_is_left(here, enter):
    assert "这一项是 0" in words(enter(here.leader).get(of("old-number")))


def test_what_does_not_exist_is_404_and_reading_a_deed_405(here, enter):
    client = enter(here.leader)

    assert client.get(of("nothing-of-the-kind")).status_code == 404
    assert client.post(reverse("quality-mend", args=["industry", 10**9]), {"industry_code": "6513"}).status_code == 404
    assert client.get(to_mend("industry", here.enterprise)).status_code == 405
    assert client.get(of("industry"), {"cursor": "x"}).status_code == 400


def test_names_are_shown_as_typed(here, wrong, enter):
    page = enter(here.leader).get(of("doubtful-code")).content.decode()

    assert "&lt;b&gt;杭州&lt;/b&gt;" in page
    assert "<b>杭州</b>" not in page


def test_nothing_of_another_community_is_shown_or_mended(here, wrong, enter):
    elsewhere = make.scene()
    for role in ("specialist_zl", "leader", "street", "grid_staff"):
        client = enter(elsewhere.people[role])
        for code, check in CHECKS.items():
            if role == "grid_staff" and check.wide:
                continue
            page = client.get(of(code)).content.decode()
            assert wrong.uscc not in page
            assert "无人园" not in page
    for row, code, typed in ((wrong, "doubtful-code", {"uscc": make.uscc()}), (here.enterprise, "industry", {"industry_code": "6513"})):
        assert enter(elsewhere.leader).post(to_mend(code, row), typed).status_code == 404


def test_street_and_grids_are_shown_no_form_and_refused(here, enter):
    for role in ("street", "grid_staff"):
        client = enter(here.people[role])

        assert '<form class="mend"' not in client.get(of("industry")).content.decode()
        assert client.post(to_mend("industry", here.enterprise), {"industry_code": "6513"}).status_code == 403
    assert Enterprise.objects.get(pk=here.enterprise.pk).industry_code == ""


FACTS = {
    "industry": ("industry_code", "6513 应用软件开发", "6513"),
    "size-class": ("size_class", "small", "small"),
    "established": ("established_on", "2021-06-18", "2021-06-18"),
    "legal-person": ("legal_person", "王芳", "王芳"),
    "staff-count": ("staff_count", "35", "35"),
    "address": ("address", "云帆路 9 号", "云帆路 9 号"),
}


@pytest.mark.parametrize("code", FACTS)
def test_a_missing_fact_is_filled_in_with_one_form(here, enter, code):
    field, typed, kept = FACTS[code]

    answer = enter(here.specialist_zl).post(to_mend(code, here.enterprise), {field: typed}, follow=True)

    assert answer.redirect_chain == [(of(code), 302)]
    assert "已补上" in words(answer)
    assert str(getattr(Enterprise.objects.get(pk=here.enterprise.pk), field)) == kept
    assert Entry.objects.filter(action="edit", target=f"enterprise:{here.enterprise.uscc}", by=here.specialist_zl).exists()


@pytest.mark.parametrize(
    ("code", "field", "typed"),
    [
        ("industry", "industry_code", "种太空菜"), ("established", "established_on", "一九九九"), ("established", "established_on", "1900-01-01"),
        ("staff-count", "staff_count", "三十五"), ("size-class", "size_class", "巨大"), ("address", "address", "  "),
        ("legal-person", "legal_person", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_beside_the_field_and_stays_typed(here, enter, code, field, typed):
    answer = enter(here.leader).post(to_mend(code, here.enterprise), {field: typed})

    assert answer.status_code == 400
    row = re.search(rf'<li id="row-{here.enterprise.pk}" class="bad">(.*?)</li>', answer.content.decode(), re.DOTALL)[1]
    assert 'class="err"' in row
    if field != "size_class":
        assert f'value="{typed}"' in row or not typed.strip()
    assert getattr(Enterprise.objects.get(pk=here.enterprise.pk), field) in ("", None)


def test_a_park_gets_its_grid_and_its_operator(here, wrong, enter):
    client, park = enter(here.leader), Park.objects.get(name="无人园")

    client.post(to_mend("park-grid", park), {"grid": here.grid.pk})
    client.post(to_mend("park-operator", park), {"operator": here.operator_unit.pk})

    park.refresh_from_db()
    assert (park.grid, park.operator) == (here.grid, here.operator_unit)


def test_who_waits_is_given_a_place_by_its_name(here, wrong, enter):
    client, firm = enter(here.leader), Enterprise.objects.get(name="杭州待核有限公司")
    building = here.park.buildings.first()
    assert f'<option value="{here.park.name} · {building.name}">' in words(client.get(of("enterprise-waiting")))

    wrong_name = client.post(to_mend("enterprise-waiting", firm), {"place": "没有的园 · 1 幢", "room": "502"})
    right = client.post(to_mend("enterprise-waiting", firm), {"place": f"{here.park.name} · {building.name}", "room": "502"})

    assert wrong_name.status_code == 400
    assert 'value="没有的园 · 1 幢"' in words(wrong_name)
    assert 'value="502"' in words(wrong_name)
    assert right.status_code == 302
    assert list(Tenancy.objects.open().filter(enterprise=firm).values_list("building", "room")) == [(building.pk, "502")]


def test_a_wrong_code_is_refused_with_the_reason_and_a_right_one_taken(here, wrong, enter):
    client, right = enter(here.specialist_zl), make.uscc()

    refused = client.post(to_mend("doubtful-code", wrong), {"uscc": "91330106MA27XXXX0A"})
    taken = client.post(to_mend("doubtful-code", wrong), {"uscc": here.enterprise.uscc})
    done = client.post(to_mend("doubtful-code", wrong), {"uscc": right})

    assert (refused.status_code, taken.status_code, done.status_code) == (400, 400, 302)
    assert "校验位" in words(refused)
    assert 'value="91330106MA27XXXX0A"' in words(refused)
    assert "已经登记" in words(taken)
    assert list(Enterprise.objects.filter(pk=wrong.pk).values_list("uscc", "uscc_warning")) == [(right, False)]


def test_two_of_one_name_are_told_apart_by_one_press(here, wrong, enter):
    client = enter(here.leader)
    one, other = Enterprise.objects.filter(name="杭州同名有限公司").order_by("pk")
    assert f'name="others" value="{other.pk}"' in client.get(of("same-name")).content.decode()

    client.post(to_mend("same-name", one), {"others": [other.pk]})

    assert "这一项是 0" in words(client.get(of("same-name")))
    assert Entry.objects.filter(action="data_confirmed", by=here.leader).count() == 1


def test_who_has_left_is_let_go(here, wrong, enter):
    firm = Enterprise.objects.get(name="杭州搬空有限公司")

    enter(here.leader).post(to_mend("gone", firm))

    assert Enterprise.objects.get(pk=firm.pk).status == "moved_out"


def test_the_same_press_twice_does_it_once(here, enter):
    client, key = enter(here.leader), "quality-1"
    sent = {"industry_code": "6513", "idempotency_key": key}

    first, again = (client.post(to_mend("industry", here.enterprise), sent) for _ in range(2))
    without_key = client.post(to_mend("industry", here.enterprise), {"industry_code": "6511"})

    assert (first.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (302, 302, "true")
    assert without_key.status_code == 409
    assert "已经处理过" in words(without_key)
    assert Entry.objects.filter(action="edit", target=f"enterprise:{here.enterprise.uscc}").count() == 1


def test_a_steward_is_appointed_and_a_manager_named_where_that_is_done(here, wrong, enter):
    ParkPost.objects.filter(park=here.park).delete()
    leader, specialist = enter(here.leader), enter(here.specialist_zl)

    assert reverse("sheet-import", args=["posts"]) in leader.get(of("park-steward")).content.decode()
    assert "请社区负责人任命" in words(specialist.get(of("park-steward")))
    assert f"{of('park-steward')}#row-{here.park.pk}" in leader.get(of("enterprise-steward")).content.decode()
    assert reverse("sheet-import", args=["representatives"]) in specialist.get(of("manager")).content.decode()
    assert leader.post(to_mend("park-steward", here.park)).status_code == 409


def test_a_long_list_is_read_page_by_page_and_mending_stays_on_the_page(here, enter):
    for _ in range(60):
        make.enterprise(park=here.park)
    client = enter(here.leader)
    first = client.get(of("industry")).content.decode()
    cursor = re.search(r"cursor=(\d+)", first)[1]
    second = client.get(of("industry"), {"cursor": cursor}).content.decode()
    rows = re.findall(r'id="row-(\d+)"', first) + re.findall(r'id="row-(\d+)"', second)

    answer = client.post(to_mend("industry", Enterprise.objects.get(pk=rows[-1])), {"industry_code": "6513", "cursor": cursor})

    assert len(rows) == len(set(rows)) == Enterprise.objects.filter(industry_code="", community=here.community).count() + 1
    assert answer.url == f"{of('industry')}?cursor={cursor}"


def test_a_list_costs_the_same_however_long(here, wrong, enter):
    client = enter(here.leader)

    def asked():
        found = {}
        for code in CHECKS:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(of(code)).status_code == 200
            found[code] = len(queries)
        return found

    asked()
    before = asked()
    for number in range(4):
        park = make.park(community=here.community, name=f"新园{number}")
        make.enterprise(park=park, name="杭州同名有限公司")
        FormerName.objects.create(enterprise=make.enterprise(park=park), name="杭州旧名有限公司")

    assert asked() == before
