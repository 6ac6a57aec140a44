"""找空间: ranked units with reasons, and what nobody can answer yet."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from enterprises import demands
from enterprises.models import SpaceDemand
from parks import occupying, offering
from parks.models import Listing
from tests import make
from wording.errors import FactsMissing, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = date(2026, 11, 18)


@pytest.fixture
def building():
    return make.building(park=make.park())


def offer(building, area_m2=120, price="2.50", stage="incubator", available_on=TODAY, **facts):
    space = make.space(building=building, area_m2=area_m2, stage=stage, **facts)
    return make.listing(space=space, price_yuan=price, available_on=available_on)


def wanted(building, **facts):
    facts = {"area": (100, 150), "price_most_yuan": Decimal("3"), "stage": "incubator", "move_in_on": TODAY + timedelta(days=30)} | facts
    return make.demand(community=building.park.community, **facts)


def test_what_fits_comes_before_what_nearly_does_and_each_says_why(building):
    good, cheaper = offer(building, area_m2=125), offer(building, area_m2=125, price="1.80")
    dear, large, late = (
        offer(building, price="3.30"),
        offer(building, area_m2=180),
        offer(building, available_on=TODAY + timedelta(days=60)),
    )
    offer(building, area_m2=300), offer(building, price="9"), offer(make.building())

    found = demands.matches(wanted(building), Listing.objects.shown())

    assert [match.listing for match in found[:2]] == [cheaper, good]
    assert {match.listing for match in found} == {good, cheaper, dear, large, late}
    assert [match.fits for match in found] == [True, True, False, False, False]
    said = {match.listing: "；".join(match.reasons + match.misses) for match in found}
    assert "面积 125 ㎡，在要求的 100–150 ㎡之内" in said[good]
    assert "比上限低 40%" in said[cheaper]
    assert "高出上限 10%" in said[dear]
    assert "大了 20%" in said[large]
    assert "晚 30 天" in said[late]


def test_a_park_with_five_of_the_trade_says_so_and_one_with_four_keeps_silent(building):
    for place, count in ((building, 5), (other := make.building(park=make.park(community=building.park.community)), 4)):
        for _ in range(count):
            make.enterprise(building=place, industry_code="6513")
    near, far = offer(building), offer(other)

    found = {match.listing: match for match in demands.matches(wanted(building, industry_code="65"), Listing.objects.shown())}

    assert any("园内已有 5 家" in reason for reason in found[near].reasons)
    assert not any("园内" in reason for reason in found[far].reasons)


@pytest.mark.parametrize(
    ("facts", "unmet"),
    [
        ({}, False), ({"area": (121, 300)}, True), ({"price_most_yuan": Decimal("2.40")}, True), ({"price_most_yuan": None}, False),
        ({"stage": "park"}, True), ({"stage": ""}, False), ({"kind": "lab"}, True), ({"move_in_on": TODAY - timedelta(days=1)}, True),
        ({"move_in_on": None}, False),
    ],
)  # fmt: skip
def test_unmet_is_what_nothing_on_offer_answers_and_the_ranking_agrees(building, facts, unmet):
    offer(building)
    demand = wanted(building, **facts)

    assert SpaceDemand.objects.unmet().filter(pk=demand.pk).exists() == unmet
    assert any(match.fits for match in demands.matches(demand, Listing.objects.shown())) != unmet


def test_an_offer_leaves_the_shelf_with_a_reservation_and_comes_back_without_it(building):
    operator = make.operator(park=building.park)
    space = make.space(building=building)
    offering.publish(space, price_yuan=Decimal("2.5"), available_on=TODAY, stage="incubator", by=operator, at=AT)
    assert Listing.objects.shown().exists()

    occupying.reserve(space, holder="甲公司", until_on=TODAY + timedelta(days=9), by=operator, at=AT)
    assert not Listing.objects.shown().exists()

    occupying.release(space, by=operator, at=AT)
    assert Listing.objects.shown().exists()


def test_publishing_again_changes_the_price_and_the_same_again_changes_nothing(building):
    operator = make.operator(park=building.park)
    space = make.space(building=building)
    facts = {"available_on": TODAY, "stage": "incubator", "by": operator, "at": AT}
    first = offering.publish(space, price_yuan=Decimal("2.5"), **facts)

    assert offering.publish(space, price_yuan=Decimal("2.50"), **facts) == first
    second = offering.publish(space, price_yuan=Decimal("2.2"), **facts)
    for _ in range(2):
        offering.withdraw(space, by=operator, at=AT)

    assert second != first
    assert [row.withdrawn_at for row in space.listings.all()] == [AT, AT]


def test_what_is_let_is_offered_from_the_day_it_is_free_again(building):
    operator = make.operator(park=building.park)
    space = make.space(building=building)
    make.occupancy(space, until_on=TODAY + timedelta(days=40))
    facts = {"price_yuan": Decimal("2.5"), "stage": "incubator", "by": operator, "at": AT}

    with pytest.raises(StateConflict, match="须在其后"):
        offering.publish(space, available_on=TODAY + timedelta(days=40), **facts)
    assert offering.publish(space, available_on=TODAY + timedelta(days=41), **facts)
    with pytest.raises(NotYours):
        offering.publish(space, available_on=TODAY + timedelta(days=41), **(facts | {"by": make.steward(park=building.park)}))
    with pytest.raises(FactsMissing, match="租金"):
        offering.publish(space, available_on=TODAY + timedelta(days=41), **(facts | {"price_yuan": Decimal(0)}))


def test_a_demand_is_asked_once_and_ends_once(building):
    firm = make.enterprise(building=building)
    manager, stranger = make.manager(enterprise=firm), make.operator(park=building.park)
    facts = {"enterprise": firm, "at": AT, "area_from_m2": Decimal(100), "area_to_m2": Decimal(150)}

    with pytest.raises(NotYours):
        demands.ask(firm.community, by=stranger, **facts)
    first, second = (demands.ask(firm.community, by=manager, **facts) for _ in range(2))
    assert (first, first.who) == (second, firm.name)
    with pytest.raises(FactsMissing, match="面积上限"):
        demands.ask(firm.community, by=manager, **(facts | {"area_to_m2": Decimal(50)}))
    for _ in range(2):
        demands.close(first, "found", by=manager, at=AT)
    with pytest.raises(StateConflict):
        demands.close(first, "dropped", by=manager, at=AT)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"area": (9, 8)}, "space_demand_area_in_order"), ({"price_most_yuan": 0}, "space_demand_price_in_range"),
        ({"outcome": "found"}, "space_demand_closed_whole"), ({"stage": "x"}, "space_demand_stage_known"), ({"kind": "x"}, "space_demand_kind_known"),
        ({"who": ""}, "space_demand_has_name"), ({"industry_code": "x"}, "space_demand_industry_shape"),
    ],
)  # fmt: skip
def test_the_database_refuses_a_demand_that_cannot_be(facts, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make.demand(**facts)
