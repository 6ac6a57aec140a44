"""What each indicator counts, on records one can count by hand; and what is withheld from the operator of a park."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from evaluations.formulas import Records
from evaluations.indicators import INDICATORS
from evaluations.reckoning import measure
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
LAST = date(2026, 9, 30)


@pytest.fixture
def park():
    return make.park(land_area_m2=Decimal("6666.70"))


@pytest.fixture
def value(park):
    def value(code, *, period="2026Q3", of=park):
        told = measure(Records(of.community, period, AT), [code])[code][of.pk]
        return told.value, told.withheld

    return value


def firms(park, count, **facts):
    return [make.enterprise(park=park, **facts) for _ in range(count)]


def test_every_indicator_names_every_park_and_an_empty_park_has_nothing_but_noughts(park):
    make.park(community=park.community)
    told = measure(Records(park.community, "2026Q3", AT), [each.code for each in INDICATORS])

    assert all(set(found) == set(Records(park.community, "2026Q3", AT).parks) for found in told.values())
    assert {code: found[park.pk].value for code, found in told.items() if found[park.pk].value is not None} == {
        "tenants": 0, "net_arrivals": 0, "quality_new": 0,
    }  # fmt: skip


def test_tenants_and_arrivals_are_of_the_main_place_on_the_days_of_the_period(park, value):
    other = make.park(community=park.community)
    stays, came, left, presumed = (
        firms(park, 2)[0],
        *firms(park, 1, from_on=date(2026, 8, 1)),
        *firms(park, 1),
        *firms(park, 1, from_on=date(2026, 9, 1)),
    )
    presumed.tenancies.update(from_presumed=True)
    left.tenancies.update(until_on=date(2026, 9, 29))
    later = firms(park, 1, from_on=LAST + timedelta(days=1))[0]
    make.tenancy(enterprise=firms(other, 1)[0], building=park.buildings.get())

    assert value("tenants") == (4, "")
    assert value("net_arrivals") == (0, ""), "one came, one left; what is presumed was there all along"
    assert value("net_arrivals", period="2026Q2") == (0, "")
    assert {stays, came, later}


def test_shares_of_industries_and_of_qualified_enterprises(park, value):
    for code, count in (("6511", 3), ("6520", 1), ("3911", 2), ("", 2)):
        firms(park, count, industry_code=code)
    one, two, three = park.buildings.get().tenancies.order_by("pk")[:3]
    make.qualification("high_tech", enterprise=one.enterprise, issued_on=date(2026, 9, 30), valid_until_on=date(2029, 9, 29))
    make.qualification("specialised", enterprise=one.enterprise, issued_on=date(2026, 7, 1), valid_until_on=None)
    make.qualification("high_tech", enterprise=two.enterprise, issued_on=date(2023, 9, 1), valid_until_on=date(2026, 9, 29))
    make.qualification("headquarters", enterprise=three.enterprise, issued_on=date(2026, 8, 1), valid_until_on=None)

    assert value("cluster") == (Decimal("66.6667"), "")
    assert value("quality_share") == (Decimal("12.5000"), "")
    assert value("quality_new") == (1, "")


def test_figures_are_of_the_year_as_known_at_the_moment_and_withheld_where_they_would_tell_of_one(park, value):
    five = firms(park, 5)
    for place, firm in enumerate(five):
        make.figure("tax", enterprise=firm, period="2025", value=10 + place, at=AT - timedelta(days=9))
        make.figure("revenue", enterprise=firm, period="2025", value=200, at=AT - timedelta(days=9))
        make.figure("tax", enterprise=firm, period="2024", value=99, at=AT - timedelta(days=9))
    make.figure("tax", enterprise=firms(park, 1)[0], period="2025", value=1000, at=AT + timedelta(days=1))

    assert value("tax_per_mu") == (Decimal("6.0000"), ""), "60 万元 on 10 mu; what was learnt afterwards is not in it"
    assert value("tax_per_mu", period="2025") == (Decimal("6.0000"), "")
    make.figure("research", enterprise=five[0], period="2025", value=50, at=AT - timedelta(days=9))
    assert value("research_share") == (Decimal("25.0000"), "too_few")
    for firm in five[1:]:
        make.figure("research", enterprise=firm, period="2025", value=2, at=AT - timedelta(days=9))
    assert value("research_share") == (Decimal("5.8000"), "too_large")
    for firm in five:
        make.figure("invention_patents", enterprise=firm, period="2025", value=3, at=AT - timedelta(days=9))
    assert value("patents") == (Decimal("250.0000"), ""), "15 of six tenants, by the hundred"
    park.land_area_m2 = None
    park.save()
    assert value("tax_per_mu") == (None, "")


def test_vacancy_is_that_of_the_last_day(park, value):
    building = make.building(park=park)
    make.space(building=building, area_m2=100)
    make.space(building=building, area_m2=300, state="let")
    make.space(building=building, area_m2=600, until_on=LAST - timedelta(days=1))
    make.space(building=building, area_m2=100, state="reserved")

    assert value("vacancy") == (Decimal("20.0000"), "")


def test_answers_and_ratings_of_the_parks_enterprises_without_an_employees_own_matters():
    at = make.WEDNESDAY - timedelta(days=120)
    scene = make.scene(at=at)
    park = scene.enterprise.tenancies.get().building.park
    make.grievance(State.RATED, scene=scene, at=at)
    make.grievance(State.SUBMITTED, scene=scene, at=at)
    make.grievance(State.ACCEPTED, scene=scene, at=at, by="employee", personal=True)
    period = f"{at.year}Q{(at.month + 2) // 3}"

    told = measure(Records(scene.community, period, AT), ["on_time", "satisfied"])

    assert (told["on_time"][park.pk].value, told["on_time"][park.pk].members) == (50, 2)
    assert (told["satisfied"][park.pk].value, told["satisfied"][park.pk].withheld) == (100, "too_few")


def test_visits_at_which_somebody_was_met(park, value):
    for firm in firms(park, 1):
        make.visit(enterprise=firm, at=AT.replace(month=9, day=3), result="nobody")
    met = [make.visit(enterprise=firm, at=AT.replace(month=9, day=2)) for firm in firms(park, 2)]
    firms(park, 2)

    assert value("visited") == (Decimal(100) * len(met) / 5, "")
