"""开通率: every number is the length of the list behind it."""

from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from community.kinds import PostKind
from enterprises import opened, people, registry
from enterprises.filters import EnterpriseFilter
from enterprises.models import Enterprise, Representative
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


@pytest.fixture
def town():
    """Two parks of one grid and one without a grid; one enterprise in two parks, one opened, one that has left, one with an employee only."""
    grid = make.grid()
    first, second = make.park(grid=grid, code="PA"), make.park(grid=grid, code="PB")
    third = make.park(community=grid.community, code="PC")
    both, plain, left, employing = (make.enterprise(park=first) for _ in range(4))
    make.tenancy(enterprise=both, building=make.building(park=second))
    make.enterprise(park=third)
    make.member(enterprise=both)
    make.manager(enterprise=left)
    make.employee(enterprise=employing)
    registry.move_out(left, at=AT, by=None)
    return SimpleNamespace(grid=grid, both=both, plain=plain, employing=employing, community=grid.community)


def listed(user, **data):
    request = SimpleNamespace(user=user)
    asked = EnterpriseFilter(QueryDict(urlencode({"status": "active", **data})), Enterprise.objects.visible_to(user), request=request)
    assert asked.is_valid()
    return asked.qs.count()


@pytest.mark.parametrize("kind", [PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET, PostKind.GRID_STAFF])
@pytest.mark.parametrize("by", ["park", "grid"])
def test_every_count_is_the_length_of_its_list(town, kind, by):
    facts = {"grid": town.grid} if kind == PostKind.GRID_STAFF else {}
    user = make.somebody(kind, community=town.community, **facts)

    found = opened.rates(user, by)

    assert found
    for rate in found:
        lists = [
            listed(user, **{by: rate.code}),
            listed(user, opened="true", **{by: rate.code}),
            listed(user, opened="false", **{by: rate.code}),
        ]
        assert lists == [rate.active, rate.opened, rate.not_opened], rate


def test_what_the_numbers_are(town):
    leader = make.somebody(PostKind.LEADER, community=town.community)

    assert {(rate.code, rate.active, rate.opened, rate.percent) for rate in opened.rates(leader, "park")} == {
        ("PA", 3, 1, 33), ("PB", 1, 1, 100), ("PC", 1, 0, 0),
    }  # fmt: skip
    [rate] = opened.rates(leader, "grid")
    assert (rate.active, rate.opened, rate.not_opened) == (3, 1, 2)
    whole = opened.overall(leader)
    assert (whole.active, whole.opened) == (4, 1)


def test_who_left_the_enterprise_does_not_keep_it_opened(town):
    people.remove(Representative.objects.get(enterprise=town.both), at=AT, by=None)

    assert town.both in Enterprise.objects.not_opened()


def test_an_employee_does_not_count(town):
    assert {town.plain, town.employing} <= set(Enterprise.objects.not_opened())
    assert set(Enterprise.objects.active().opened()) == {town.both}


def test_a_steward_sees_rates_of_his_park_alone(town):
    park = make.park(community=town.community)
    make.enterprise(park=park)

    [rate] = opened.rates(make.steward(park=park), "park")

    assert (rate.code, rate.active) == (park.code, 1)
