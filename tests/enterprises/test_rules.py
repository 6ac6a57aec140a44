"""Size class, the watch list of 规上, and what may be said of a group: rules against their tables, and an attacker who works out differences."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.kinds import PostKind
from enterprises.above_scale import threshold_of, watch_list
from enterprises.benchmarks import INDUSTRY, PARK, benchmarks
from enterprises.models import Enterprise
from enterprises.size_rule import classify, table
from enterprises.suppression import FEWEST, WHY, publishable, refused
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.WEDNESDAY.date()
CLASSES = ("large", "medium", "small", "micro")


@pytest.mark.parametrize("row", table(), ids=lambda row: row.name[:12])
def test_a_class_needs_every_indicator_and_one_that_falls_short_is_a_class_down(row):
    code = min((each for each in row.codes), key=len)
    for place, name in enumerate(CLASSES[:3]):
        at_the_bound = {metric: bounds[place] for metric, bounds in row.bounds.items()}
        assert classify(code, at_the_bound).size == name
        for metric in row.bounds:
            short = at_the_bound | {metric: at_the_bound[metric] - 1}
            assert classify(code, short).size == CLASSES[place + 1]
    for metric in row.bounds:
        missing = {name: bounds[0] for name, bounds in row.bounds.items() if name != metric}
        verdict = classify(code, missing)
        assert (verdict.size, verdict.label) == ("", "无法判定")
        assert "缺" in verdict.why


@pytest.mark.parametrize(
    ("code", "name"),
    [("6513", "软件"), ("6420", "信息传输"), ("3964", "工业"), ("5910", "交通运输"), ("5920", "仓储"), ("7231", "租赁和商务"), ("7030", "其他未列明"), ("8514", "其他未列明"), ("7020", "物业"), ("C", "工业"), ("5169", "批发")],
)  # fmt: skip
def test_an_industry_falls_under_its_line(code, name):
    enough = {metric: Decimal(10**9) for metric in ("staff", "revenue", "assets")}

    assert classify(code, enough).row.name.startswith(name)


@pytest.mark.parametrize(
    ("code", "why"), [("", "没有登记行业"), ("F", "细到小类"), ("70", "细到小类"), ("8310", "不在"), ("6620", "不在"), ("8411", "不在")]
)
def test_what_the_rule_does_not_cover_is_not_guessed(code, why):
    verdict = classify(code, {metric: Decimal(10**9) for metric in ("staff", "revenue", "assets")})

    assert verdict.size == ""
    assert why in verdict.why


@pytest.mark.parametrize(
    ("code", "least"),
    [("3964", 2000), ("5169", 2000), ("5212", 500), ("6210", 200), ("6513", 2000), ("7231", 1000), ("7020", 1000), ("8411", 2000), ("8514", 500), ("8010", 500)],
)  # fmt: skip
def test_the_threshold_of_an_industry(code, least):
    assert threshold_of(code).least_wan == least


@pytest.mark.parametrize("code", ["", "6620", "A"])
def test_some_industries_have_no_threshold(code):
    assert threshold_of(code) is None


def test_who_is_near_the_threshold_or_past_it_is_watched():
    here = make.community()
    street = make.somebody(PostKind.SPECIALIST, community=here)
    firms = {}
    for name, revenue, counted in (
        ("far", 1599, False),
        ("near", 1600, False),
        ("past", 2000, False),
        ("counted", 5000, True),
        ("sunk", 1900, True),
    ):
        firms[name] = make.enterprise(community=here, industry_code="6513")
        make.figure("revenue", enterprise=firms[name], value=revenue)
        if counted:
            make.qualification("above_scale", enterprise=firms[name], valid_until_on=None)
    make.figure("revenue", enterprise=make.enterprise(industry_code="6513"), value=3000)

    year, rows = watch_list(street, TODAY)

    assert year == "2025"
    assert [(row.enterprise, row.state) for row in rows] == [
        (firms["past"], "已达门槛，未入规"),
        (firms["sunk"], "在规，收入已低于门槛"),
        (firms["near"], "接近门槛"),
    ]


def test_fewer_than_five_or_one_with_over_half_is_not_spoken_of():
    assert refused([Decimal(1)] * 4) == "too_few"
    assert refused([Decimal(1)] * 5) == ""
    assert refused([Decimal(5), *[Decimal(1)] * 5]) == ""
    assert refused([Decimal("5.01"), *[Decimal(1)] * 5]) == "too_large"
    assert refused([Decimal(-9), *[Decimal(1)] * 5]) == "too_large"
    assert refused([Decimal(0)] * 5) == ""


_values = st.decimals(-1000, 1000, places=2)
_groups = st.lists(st.dictionaries(st.integers(0, 24), st.just(None), max_size=25).map(frozenset), min_size=2, max_size=5)


@given(st.lists(_values, min_size=25, max_size=25), _groups)
@settings(max_examples=300, deadline=None)
def test_no_sum_an_attacker_can_work_out_is_of_few_or_of_one(values, members):
    """Everything that unions, intersections and differences of the published groups single out is fit to be published itself."""
    groups = {str(name): {key: values[key] for key in keys} for name, keys in enumerate(members)}

    shown = [frozenset(groups[name]) for name, why in publishable(groups).items() if not why]

    for size in range(1, len(shown) + 1):
        for chosen in combinations(shown, size):
            inside = frozenset.intersection(*chosen)
            for others in (shown, [each for each in shown if each not in chosen]):
                piece = inside.difference(*[each for each in others if each not in chosen]) if others else inside
                assert not piece or not refused(values[key] for key in piece)
    for one, other in combinations(shown, 2):
        assert len(one - other) == 0 or len(one - other) >= FEWEST


def test_an_overlapping_group_waits_for_the_one_that_was_there_first():
    industry = {key: Decimal(10) for key in range(10)}
    park = {key: Decimal(10) for key in range(4, 11)}

    assert publishable({"industry": industry, "park": park}) == {"industry": "", "park": "too_close"}
    assert publishable({"industry": industry, "park": industry}) == {"industry": "", "park": ""}


def test_the_medians_of_industry_and_park_and_why_one_is_not_shown():
    here = make.community()
    park = make.park(community=here)
    building = make.building(park=park)
    own = [make.enterprise(building=building, industry_code="6513") for _ in range(5)]
    others = [make.enterprise(community=here, industry_code="6520") for _ in range(5)]
    for number, firm in enumerate([*own, *others], start=1):
        make.figure("revenue", enterprise=firm, value=100 * number)
    make.figure("tax", enterprise=own[0], value=1)
    make.figure("revenue", enterprise=make.enterprise(industry_code="6513"), value=9)

    found = benchmarks(own[0], ["revenue", "tax"], ["2025"])

    assert [(each.group, each.value, each.members) for each in found["revenue", "2025"]] == [
        (INDUSTRY, Decimal(550), 10),
        (PARK, Decimal(300), 5),
    ]
    assert [(each.value, each.why) for each in found["tax", "2025"]] == [(None, WHY["too_few"]), (None, WHY["too_few"])]

    joining = make.enterprise(building=building, industry_code="7231")
    make.figure("revenue", enterprise=joining, value=1000)
    assert [each.why for each in benchmarks(own[0], ["revenue"], ["2025"])["revenue", "2025"]] == ["", WHY["too_close"]]
    assert benchmarks(make.enterprise(park=make.park(community=here)), ["revenue"], ["2025"])["revenue", "2025"][0].group == PARK


def test_of_another_edition_or_none_there_is_no_industry_to_compare_with():
    firm = make.enterprise()
    Enterprise.objects.filter(pk=firm.pk).update(industry_code="6510", industry_edition="2011")

    found = benchmarks(Enterprise.objects.get(pk=firm.pk), ["revenue"], ["2025"])

    assert [each.group for each in found["revenue", "2025"]] == [PARK]
