"""画像标签: which facts give a trait, why in words, who enters and leaves when a rule changes; nothing confidential shows through a tag."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from enterprises import list_columns_for, profiles
from enterprises.kinds import EVENTS
from enterprises.models import Enterprise, ProfileTag
from enterprises.traits import TRAITS
from tests import make
from wording.errors import NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = AT.date()


def figures(enterprise, metric, **years):
    for year, value in years.items():
        make.figure(metric, enterprise=enterprise, period=year[1:], value=Decimal(value))


def _lease(enterprise, days):
    make.lease(enterprise=enterprise, until_on=TODAY + timedelta(days=days))


#: rule, parameters, what makes an enterprise have it, what falls just short, a word of the reason.
CASES = [
    ("qualified", {"kind": "high_tech"}, lambda e: make.qualification(enterprise=e), lambda e: make.qualification(enterprise=e, valid_until_on=TODAY - timedelta(days=1)), "国家高新技术企业"),
    ("young", {"years": 3}, lambda e: Enterprise.objects.filter(pk=e.pk).update(established_on=date(2023, 11, 19)), lambda e: Enterprise.objects.filter(pk=e.pk).update(established_on=date(2023, 11, 18)), "2023-11-19"),
    ("industry", {"section": "I"}, lambda e: Enterprise.objects.filter(pk=e.pk).update(industry_code="6513"), lambda e: Enterprise.objects.filter(pk=e.pk).update(industry_code="7010"), "6513"),
    ("size", {"size": "micro"}, lambda e: Enterprise.objects.filter(pk=e.pk).update(size_class="micro"), lambda e: None, "微型"),
    ("listed", {}, lambda e: Enterprise.objects.filter(pk=e.pk).update(listed=True), lambda e: None, "上市"),
    ("happened", {"kind": "returned", "within_days": 30}, lambda e: make.event("returned", enterprise=e), lambda e: make.event("returned", enterprise=e, on=TODAY - timedelta(days=30)), "回归"),
    ("lease_ending", {"within_days": 90}, lambda e: _lease(e, 90), lambda e: _lease(e, 91), "到期"),
    ("at_least", {"metric": "revenue", "amount": 2000}, lambda e: figures(e, "revenue", y2025=2000), lambda e: figures(e, "revenue", y2025=1999, y2024=9000), "2,000.00 万元"),
    ("grew", {"metric": "revenue", "percent": 20}, lambda e: figures(e, "revenue", y2024=1000, y2025=1200), lambda e: figures(e, "revenue", y2024=1000, y2025=1199), "增长 20.0%"),
    ("research_share", {"percent": 10}, lambda e: (figures(e, "revenue", y2025=1000), figures(e, "research", y2025=100)), lambda e: (figures(e, "revenue", y2025=0), figures(e, "research", y2025=5)), "10.0%"),
    ("land_grade", {"grade": "A"}, lambda e: make.land_grade(enterprise=e), lambda e: (make.land_grade(enterprise=e, year=2024), make.land_grade("B", enterprise=e)), "2025 年度"),
    ("over_years", {"metric": "invention_patents", "years": 3, "amount": 132}, lambda e: figures(e, "invention_patents", y2023=40, y2024=50, y2025=42), lambda e: figures(e, "invention_patents", y2022=90, y2024=50, y2025=42), "132 件"),
    ("per_head", {"amount": 100}, lambda e: (figures(e, "revenue", y2025=1000), figures(e, "staff", y2025=10)), lambda e: (figures(e, "revenue", y2025=1000), figures(e, "staff", y2025=0)), "100.0 万元"),
]  # fmt: skip


def test_every_trait_is_tried():
    assert [row[0] for row in CASES] == list(TRAITS)
    assert {trait.needs for trait in TRAITS.values()} <= list_columns_for(make.somebody("leader"))
    assert TRAITS["happened"].parameters[0].choices().keys() <= EVENTS.keys() - {"staff_dropped", "intends_to_leave"}


@pytest.mark.parametrize(("rule", "params", "has", "lacks", "word"), CASES, ids=[row[0] for row in CASES])
def test_an_enterprise_has_a_tag_for_a_reason_it_can_be_told(rule, params, has, lacks, word):
    park = make.park()
    one, other, nothing = (make.enterprise(park=park) for _ in range(3))
    has(one)
    lacks(other)
    leader = make.somebody("leader", community=park.community)
    tag = make.profile_tag(rule, params, community=park.community)

    assert set(profiles.having(Enterprise.objects.all(), tag, TODAY)) == {one}
    told = profiles.worn([one, other, nothing], leader, TODAY)
    assert [(each.tag, word in each.reason) for each in told[one.pk]] == [(tag, True)]
    assert told[other.pk] == told[nothing.pk] == []
    assert TRAITS[rule].said(params)


@pytest.mark.parametrize(
    ("rule", "typed"),
    [
        ("nonsense", {}), ("qualified", {}), ("qualified", {"kind": "村级"}), ("young", {"years": "0"}), ("young", {"years": "1.5"}), ("young", {"years": "NaN"}),
        ("young", {"years": "二"}), ("grew", {"metric": "revenue", "percent": "-1"}), ("at_least", {"metric": "x", "amount": "1"}), ("at_least", {"metric": "revenue", "amount": "1e99"}),
        ("at_least", {"metric": "revenue", "amount": "1.005"}),
    ],
)  # fmt: skip
def test_parameters_that_mean_nothing_are_refused(rule, typed):
    with pytest.raises(ValidationError):
        profiles.read(rule, typed)


def test_a_rule_is_tried_before_it_is_set_and_every_version_is_kept():
    park = make.park()
    leader = make.somebody("leader", community=park.community)
    stays, comes, goes = (make.enterprise(park=park) for _ in range(3))
    for enterprise, value in ((stays, 500), (comes, 3000), (goes, 150)):
        make.figure("revenue", enterprise=enterprise, value=value)
        make.figure("tax", enterprise=enterprise, value=50 if enterprise != goes else 1)
    make.figure("revenue", enterprise=comes, period="2024", value=1)
    Enterprise.objects.filter(pk=comes.pk).update(listed=True)
    tag = profiles.set_tag(
        park.community, None, name="纳税大户", rule="at_least", typed={"metric": "revenue", "amount": "100"}, by=leader, at=AT
    )

    tried = profiles.try_out(park.community, tag, "at_least", {"metric": "tax", "amount": "10"}, by=leader, today=TODAY)

    assert (tried.before, tried.after, tried.entering, tried.leaving) == (3, 2, 0, 1)
    assert tried.leavers == [goes]
    assert ProfileTag.objects.get().params == {"metric": "revenue", "amount": 100.0}
    profiles.set_tag(
        park.community,
        tag,
        name="纳税大户",
        rule="at_least",
        typed={"metric": "tax", "amount": "10"},
        by=leader,
        at=AT + timedelta(hours=1),
        seen=profiles.version(tag),
    )
    with pytest.raises(StateConflict):
        profiles.set_tag(
            park.community, tag, name="晚了", rule="listed", typed={}, by=leader, at=AT + timedelta(hours=2), seen=profiles.version(tag)
        )
    profiles.retire(tag, by=leader, at=AT + timedelta(hours=3))
    images = ProfileTag.pgh_event_model.objects.filter(pgh_obj_id=tag.pk).order_by("pgh_id").values_list("params__metric", "retired")
    assert list(images) == [("revenue", False), ("tax", False), ("tax", True)]


def test_one_name_stands_once_and_only_the_leader_of_the_community_sets_it():
    community = make.community()
    leader = make.somebody("leader", community=community)
    facts = {"name": "上市", "rule": "listed", "typed": {}, "at": AT}
    profiles.set_tag(community, None, by=leader, **facts)
    with pytest.raises(ValidationError, match="同名"):
        profiles.set_tag(community, None, by=leader, **facts)
    for kind in ("specialist", "leader"):
        with pytest.raises(NotYours):
            profiles.set_tag(community, None, by=make.somebody(kind, community=make.community()), **facts)
