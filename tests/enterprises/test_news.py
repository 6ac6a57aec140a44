"""The register's deeds and the rosters write the enterprise's events, in the same transaction and once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

import enterprises
from enterprises import learning
from enterprises.models import Event
from enterprises.roster import Entry, Roster
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = AT.date()


def told(enterprise):
    rows = Event.objects.filter(enterprise=enterprise).order_by("happened_on", "pk")
    return [(row.kind, row.happened_on, row.from_place, row.to_place) for row in rows]


def test_who_is_entered_has_been_founded_and_has_moved_in():
    park = make.park(name="望江园")

    enterprise = make.enterprise(park=park, from_on=TODAY - timedelta(days=3), established_on=date(2026, 3, 1))

    assert told(enterprise) == [("founded", date(2026, 3, 1), "", ""), ("moved_in", TODAY - timedelta(days=3), "", "望江园")]


def test_what_lies_more_than_a_year_back_is_no_news():
    assert told(make.enterprise(from_on=date(2019, 5, 6), established_on=date(2010, 1, 1))) == []


def test_a_life_of_moves_is_told_once_each():
    first, second = make.park(name="东园"), None
    enterprise = make.enterprise(park=first)
    second = make.building(park=make.park(name="西园", community=enterprise.community))
    leader = make.user()

    enterprises.rename(enterprise, "杭州新号智能有限公司", at=AT - timedelta(days=9), by=None)
    enterprises.move(enterprise, building=second, at=AT - timedelta(days=8), by=None)
    enterprises.move_out(enterprise, at=AT - timedelta(days=7), by=None, to_place="外区")
    enterprises.move(enterprise, building=first.buildings.get(), at=AT - timedelta(days=6), by=None, from_place="外区", case_owner=leader)
    enterprises.move_out(enterprise, at=AT, by=None, closed=True)

    assert told(enterprise) == [
        ("renamed", TODAY - timedelta(days=9), "", ""),
        ("relocated", TODAY - timedelta(days=8), "东园", "西园"),
        ("moved_out", TODAY - timedelta(days=7), "西园", "外区"),
        ("returned", TODAY - timedelta(days=6), "外区", "东园"),
        ("dissolved", TODAY, "东园", ""),
    ]
    assert Event.objects.get(kind="returned").case_owner == leader


def test_a_refused_deed_leaves_no_event():
    enterprise = make.enterprise()

    with pytest.raises(ValidationError):
        enterprises.rename(enterprise, "", at=AT, by=None)

    assert told(enterprise) == []


def test_the_same_name_and_another_room_are_no_events():
    enterprise = make.enterprise()

    enterprises.rename(enterprise, enterprise.name, at=AT, by=None)
    enterprises.move(enterprise, building=enterprise.tenancies.get().building, room="808", at=AT, by=None)

    assert told(enterprise) == []


def test_renamed_twice_in_a_day_is_one_event_that_knows_the_old_name():
    enterprise = make.enterprise(name="杭州旧名网络有限公司")

    for name in ("杭州中名网络有限公司", "杭州新名网络有限公司"):
        enterprises.rename(enterprise, name, at=AT, by=None)

    assert [row.note for row in Event.objects.filter(enterprise=enterprise)] == ["原名：杭州旧名网络有限公司"]


def enter(roster, *entries):
    decided = roster.decide(list(entries), lock=True)
    roster.write(decided, at=AT, by=None)


def test_a_roster_tells_of_the_newly_founded_the_renamed_the_moved_and_the_returned():
    here = make.park(name="东园")
    community = here.community
    target = make.building(park=make.park(name="西园", community=community))
    old, gone = make.enterprise(park=here, name="杭州旧名网络有限公司"), make.enterprise(park=here)
    enterprises.move_out(gone, at=AT - timedelta(days=30), by=None)
    new = Entry(make.uscc(), "杭州新设网络有限公司", facts={"established_on": date(2026, 10, 1)}, building=target)
    entries = [new, Entry(old.uscc, "杭州新名网络有限公司", building=target), Entry(gone.uscc, gone.name, building=target)]
    roster = Roster(community, at=AT)

    enter(roster, *entries)
    enter(roster, *entries)

    assert [row[:2] for row in told(enterprises.models.Enterprise.objects.get(uscc=new.uscc))] == [("founded", date(2026, 10, 1))]
    assert told(old) == [("renamed", TODAY, "", ""), ("relocated", TODAY, "东园", "西园")]
    assert told(gone)[1:] == [("returned", TODAY, "", "西园")]


def test_how_late_we_learn_is_counted_over_the_list_that_is_shown():
    park = make.park()
    leader = make.somebody("leader", community=park.community)
    for days in (0, 4, 10, 45):
        make.event("moved_in", enterprise=make.enterprise(park=park), on=TODAY - timedelta(days=days))
    make.event("moved_in", on=TODAY)

    rows = learning.learnt(leader, TODAY, TODAY)
    found = learning.lag(rows)

    assert (found.count, found.middle, found.mean, found.late) == (4, 7, Decimal("14.8"), 1)
    assert found.count == len(rows)
    assert [row.lag_days for row in learning.learnt(leader, TODAY, TODAY, late=True)] == [45]
    assert learning.lag(learning.learnt(leader, TODAY - timedelta(days=9), TODAY - timedelta(days=1))).middle is None
