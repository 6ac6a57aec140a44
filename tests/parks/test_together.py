"""Two at once on one unit: one of them goes through, the other is told why not, and no day is taken twice."""

from datetime import date
from decimal import Decimal

import pytest

import community
from enterprises import letting, moves
from enterprises.models import Enterprise, Event
from parks import keeping, occupying
from parks.keeping import Part
from parks.models import Occupancy, Space
from tests import make
from tests.threads import together
from wording.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)
AT = make.WEDNESDAY
TODAY = date(2026, 11, 18)


def test_of_two_who_take_a_unit_at_once_one_gets_it_and_of_two_who_confirm_one_writes():
    park = make.park()
    space = make.space(building=make.building(park=park), area_m2=100)
    leader = make.post("leader", community=park.community).user
    firms = [make.enterprise(building=space.building) for _ in range(2)]
    parts = [Part("A", Decimal(40)), Part("B", Decimal(60))]

    def by():
        return community.attach(type(leader).objects.get(pk=leader.pk), AT)

    outcomes = together(
        lambda: letting.let(space, firms[0], from_on=TODAY, until_on=None, by=by(), at=AT),
        lambda: letting.let(space, firms[1], from_on=TODAY, until_on=None, by=by(), at=AT),
        lambda: occupying.reserve(space, holder="甲", until_on=TODAY, by=by(), at=AT),
        lambda: keeping.split(space, parts, on=TODAY, by=by(), at=AT),
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 3, outcomes
    assert Occupancy.objects.count() + Space.objects.filter(made_by__isnull=False).count() // 2 == 1

    steward = make.steward(park=park)
    row = moves.report("arrived", building=space.building, uscc=make.uscc(), name="新来公司", on=TODAY, by=by(), at=AT)
    said = together(*[lambda: moves.decide(row, confirmed=True, by=community.attach(steward, AT), at=AT)] * 2)
    assert [outcome.confirmed for outcome in said] == [True, True]
    assert Event.objects.filter(enterprise=Enterprise.objects.get(uscc=row.uscc)).count() == 1
