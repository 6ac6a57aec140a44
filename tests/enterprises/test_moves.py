"""Tenants coming and going: said by one, confirmed by another, and then place, lease, event and vacancy change at once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

import community
from audit.models import Entry
from enterprises import moves
from enterprises.models import Enterprise, Event, Lease, MoveReport, Tenancy
from notices.models import Notice
from parks import occupying, stock
from parks.models import Space
from tests import make
from wording.errors import FactsMissing, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = date(2026, 11, 18)


@pytest.fixture
def building():
    return make.building(park=make.park())


@pytest.fixture
def operator(building):
    return make.operator(park=building.park)


@pytest.fixture
def steward(building):
    return make.steward(park=building.park)


def say(building, by, kind="arrived", **facts):
    facts = {"uscc": make.uscc(), "name": "杭州新来科技有限公司", "on": TODAY - timedelta(days=3)} | facts
    return moves.report(kind, building=building, by=by, at=AT, **facts)


def test_nothing_counts_before_the_steward_has_confirmed_and_then_everything_does(building, operator, steward):
    space = make.space(building=building, room="301", area_m2=200)
    row = say(building, operator, space=space, staff_count=12, lease_until_on=TODAY + timedelta(days=700))
    assert not Enterprise.objects.filter(uscc=row.uscc).exists()
    assert Notice.objects.filter(recipient=steward, title__contains="请确认").exists()

    moves.decide(row, confirmed=True, by=steward, at=AT)

    firm = Enterprise.objects.get(uscc=row.uscc)
    [seat] = Tenancy.objects.open().filter(enterprise=firm)
    [lease] = Lease.objects.filter(enterprise=firm)
    assert (seat.building, seat.space, seat.from_on, firm.staff_count) == (building, space, row.on, 12)
    assert (lease.space, lease.area_m2, lease.until_on) == (space, 200, TODAY + timedelta(days=700))
    assert [(event.kind, event.happened_on, event.recorded_by) for event in Event.objects.filter(enterprise=firm)] == [
        ("moved_in", row.on, steward)
    ]
    assert Space.objects.on(TODAY).get(pk=space.pk).state == "let"
    assert Notice.objects.filter(recipient=operator, title__contains="已确认").exists()
    assert Entry.objects.filter(action="move_decided").exists()


def test_who_returns_is_moved_and_the_event_says_from_where_and_who_saw_to_it(building, operator, steward):
    away = make.enterprise(name="归岚科技集团")
    space = make.space(building=building, area_m2=1200)
    occupying.reserve(space, holder="归岚科技集团", until_on=TODAY + timedelta(days=60), by=operator, at=AT)

    moves.decide(say(building, operator, "returned", uscc=away.uscc, space=space, place="外省"), confirmed=True, by=steward, at=AT)

    event = Event.objects.get(enterprise=away, kind="returned")
    assert (event.from_place, event.to_place, event.case_owner) == ("外省", building.park.name, steward)
    away.refresh_from_db()
    assert away.community == building.park.community
    assert stock.by_park([building.park_id], [TODAY])[building.park_id][TODAY].vacant == 0


def test_who_leaves_frees_the_space_from_the_next_day(building, operator, steward):
    space = make.space(building=building, area_m2=200)
    firm = make.enterprise(building=building)
    make.lease(enterprise=firm, space=space)
    row = say(building, operator, "left", uscc=firm.uscc, place="外区", on=TODAY - timedelta(days=1))

    moves.decide(row, confirmed=True, by=steward, at=AT)

    firm.refresh_from_db()
    assert (firm.status, Lease.objects.get().ended_on) == ("moved_out", row.on)
    assert [Space.objects.on(day).get(pk=space.pk).state for day in (row.on, TODAY)] == ["let", "vacant"]
    assert Event.objects.get(enterprise=firm, kind="moved_out").to_place == "外区"


def test_a_second_place_is_left_without_leaving_the_community(building, operator, steward):
    firm = make.enterprise(community=building.park.community)
    make.tenancy(enterprise=firm, building=building)

    moves.decide(say(building, operator, "left", uscc=firm.uscc), confirmed=True, by=steward, at=AT)

    firm.refresh_from_db()
    assert (firm.status, Tenancy.objects.open().filter(enterprise=firm).count()) == ("active", 1)


def test_who_reports_does_not_confirm_and_neither_does_a_stranger(building, operator, steward):
    row = say(building, steward)
    elsewhere = make.steward(park=make.park(community=building.park.community))

    for somebody in (steward, operator, elsewhere):
        with pytest.raises(NotYours):
            moves.decide(row, confirmed=True, by=somebody, at=AT)
    with pytest.raises(NotYours):
        say(building, elsewhere)
    leader = community.attach(make.post("leader", community=building.park.community).user, AT)
    assert moves.decide(row, confirmed=True, by=leader, at=AT).confirmed


def test_saying_and_confirming_twice_is_once(building, operator, steward):
    uscc = make.uscc()
    first, second = say(building, operator, uscc=uscc), say(building, operator, uscc=uscc)
    assert first == second

    for _ in range(2):
        moves.decide(first, confirmed=True, by=steward, at=AT)

    assert (MoveReport.objects.count(), Event.objects.count(), Tenancy.objects.count()) == (1, 1, 1)
    with pytest.raises(StateConflict, match="已在"):
        say(building, operator, uscc=uscc)


def test_what_is_wrong_is_refused_with_a_reason_and_may_be_said_again(building, operator, steward):
    uscc = make.uscc()
    row = say(building, operator, uscc=uscc)
    with pytest.raises(FactsMissing, match="退回须写明"):
        moves.decide(row, confirmed=False, by=steward, at=AT)

    moves.decide(row, confirmed=False, by=steward, at=AT, reason="还在装修")

    assert not Enterprise.objects.filter(uscc=uscc).exists()
    assert say(building, operator, uscc=uscc).pk != row.pk


@pytest.mark.parametrize(
    ("facts", "words"),
    [({"uscc": "123"}, "18 位"), ({"on": TODAY + timedelta(days=1)}, "不晚于今天"), ({"lease_until_on": date(2020, 1, 1)}, "到期日"), ({"kind": "left"}, "不在")],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(building, operator, facts, words):
    with pytest.raises((FactsMissing, StateConflict), match=words):
        say(building, operator, **facts)


def test_a_space_that_was_let_meanwhile_is_not_given_twice(building, operator, steward):
    space = make.space(building=building)
    row = say(building, operator, space=space)
    make.lease(enterprise=make.enterprise(building=building), space=space)

    with pytest.raises((FactsMissing, StateConflict), match=r"已有租约|已租"):
        moves.decide(row, confirmed=True, by=steward, at=AT)

    assert not Enterprise.objects.filter(uscc=row.uscc).exists()


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"kind": "flew"}, "move_report_kind_known"), ({"decided_at": AT}, "move_report_decided_whole"),
        ({"lease_until_on": date(2020, 1, 1)}, "move_report_lease_in_order"), ({"annual_rent_wan": -1}, "move_report_rent_in_range"),
    ],
)  # fmt: skip
def test_the_database_refuses_a_report_that_cannot_be(building, operator, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make.move_report(**({"building": building, "by": operator} | facts))


def test_the_database_wants_two_people_a_reason_and_an_enterprise(building, operator, steward):
    decided = {"decided_at": AT, "confirmed": True, "enterprise": make.enterprise(building=building)}
    for facts, constraint in (
        ({"decided_by": operator, **decided}, "move_report_four_eyes"),
        ({"decided_by": steward, **decided, "enterprise": None}, "move_report_confirmed_of_enterprise"),
        ({"decided_by": steward, **decided, "confirmed": False}, "move_report_refused_says_why"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make.move_report(building=building, by=operator, **facts)
