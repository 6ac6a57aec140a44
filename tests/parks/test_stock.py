"""Let + reserved + vacant = lettable on every day, whatever is let, split and merged; and what the database itself refuses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import community
from enterprises import letting
from enterprises.models import Lease, Tenancy
from parks import keeping, occupying, stock
from parks.keeping import Part
from parks.models import Occupancy, Space, SpaceChange
from tests import make
from wording.errors import FactsMissing, NotYours, Refused, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = date(2026, 11, 18)
SPAN = 120


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@pytest.fixture
def leader():
    park = make.park()
    return park, community.attach(make.post("leader", community=park.community).user, AT)


DEEDS = st.tuples(
    st.sampled_from(["let", "let", "let", "end", "split", "merge", "reserve", "release", "retire"]),
    st.integers(0, 50), st.integers(-SPAN // 2, SPAN // 2), st.integers(0, 60), st.integers(1, 99),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, max_size=14))
def test_random_histories_of_leases_splits_and_mergers_keep_the_area_on_every_day(leader, deeds):
    park, by = leader
    with transaction.atomic():
        building = make.building(park=park)
        for room in ("101", "102", "103"):
            make.space(building=building, room=room, area_m2=120)
        firms = [make.enterprise(building=building) for _ in range(2)]
        for number, (deed, which, start, length, share) in enumerate(deeds):
            _do(deed, building, firms, number, by, which=which, start=start, length=length, share=share)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

        days = [day(offset) for offset in range(-SPAN, SPAN + 1, 3)]
        counted = stock.by_park([park.pk], days)[park.pk]
        spaces = list(Space.objects.filter(building=building))
        taken = list(Occupancy.objects.filter(space__in=spaces))
        retired = [space for space in spaces if space.until_on is not None and space.ended_by_id is None]
        for when in days:
            let, reserved, vacant = _by_hand(spaces, taken, when)
            found = counted.get(when, stock.Stock())
            assert (found.let, found.reserved, found.vacant) == (let, reserved, vacant)
            assert let + reserved + vacant == 360 - sum(space.area_m2 for space in retired if space.until_on < when)
        _leases_and_days_agree(building)
        transaction.set_rollback(True)


def _by_hand(spaces, taken, when):
    sums = {"let": Decimal(0), "reserved": Decimal(0), "vacant": Decimal(0)}
    for space in spaces:
        if (space.from_on and space.from_on > when) or (space.until_on and space.until_on < when):
            continue
        on = [row for row in taken if row.space_id == space.pk and row.from_on <= when and (row.until_on is None or row.until_on >= when)]
        assert len(on) <= 1
        sums[on[0].kind if on else "vacant"] += space.area_m2
    return sums["let"], sums["reserved"], sums["vacant"]


def _leases_and_days_agree(building):
    leases = {row.pk: row for row in Lease.objects.filter(building=building, space__isnull=False)}
    rows = {row.lease_key: row for row in Occupancy.objects.filter(space__building=building, lease_key__isnull=False)}
    assert set(leases) == set(rows)
    for key, lease in leases.items():
        last = min((end for end in (lease.ended_on, lease.until_on) if end), default=None)
        assert (rows[key].from_on, rows[key].until_on, rows[key].tenant_key) == (lease.from_on, last, lease.enterprise_id)


def _do(deed, building, firms, number, by, *, which, start, length, share):
    """One deed as a page would do it; what is refused changes nothing."""
    spaces = list(Space.objects.filter(building=building).order_by("pk"))
    space = spaces[which % len(spaces)]
    try:
        with transaction.atomic():
            match deed:
                case "let":
                    last = day(start + length) if share > 10 else None
                    letting.let(space, firms[which % 2], from_on=day(start), until_on=last, by=by, at=AT)
                case "end":
                    lease = Lease.objects.filter(building=building).order_by("pk").first()
                    if lease is not None:
                        letting.end_lease(lease, on=lease.from_on + timedelta(days=length), by=by, at=AT)
                case "split":
                    first = (space.area_m2 * share / 100).quantize(Decimal("0.01"))
                    parts = [Part(f"{number}A", first), Part(f"{number}B", space.area_m2 - first)]
                    keeping.split(space, parts, on=day(start), by=by, at=AT)
                case "merge":
                    keeping.merge([space, spaces[(which + 1) % len(spaces)]], f"{number}M", on=day(start), by=by, at=AT)
                case "reserve":
                    occupying.reserve(space, holder="意向企业", until_on=day(length), by=by, at=AT)
                case "release":
                    occupying.release(space, by=by, at=AT)
                case "retire":
                    keeping.retire(space, on=day(start), by=by, at=AT)
    except Refused:
        pass


class TestTheDatabaseRefuses:
    """Each by a wrong direct insert or update, past all functions."""

    @pytest.fixture
    def space(self):
        return make.space(area_m2=100, from_on=day(-30), until_on=day(30))

    def test_two_tenants_of_one_unit_on_one_day(self, space):
        make.lease(space=space, enterprise=make.enterprise(building=space.building), from_on=day(-10), until_on=day(0))

        with pytest.raises(IntegrityError, match="lease_space_once_a_day"), transaction.atomic():
            make.lease(space=space, enterprise=make.enterprise(building=space.building), from_on=day(0), until_on=day(10))
        with pytest.raises(IntegrityError, match="occupancy_once_a_day"), transaction.atomic():
            make.occupancy(space, kind="reserved", from_on=day(0), until_on=day(3))
        make.lease(space=space, enterprise=make.enterprise(building=space.building), from_on=day(1), until_on=day(10))

    def test_two_enterprises_that_sit_in_one_unit(self, space):
        for number in range(2):
            firm = make.enterprise(building=space.building)
            row = firm.tenancies.get()
            Tenancy.objects.filter(pk=row.pk).update(from_on=day(-5))
            if number == 0:
                Tenancy.objects.filter(pk=row.pk).update(space=space)
            else:
                with pytest.raises(IntegrityError, match="tenancy_space_of_one"), transaction.atomic():
                    Tenancy.objects.filter(pk=row.pk).update(space=space)

    def test_a_lease_of_what_is_not_there_yet_or_no_longer(self, space):
        firm = make.enterprise(building=space.building)
        for first, last in ((day(-31), day(0)), (day(0), day(31)), (day(0), None)):
            with pytest.raises(IntegrityError, match="occupancy_within_space"), transaction.atomic():
                make.lease(space=space, enterprise=firm, from_on=first, until_on=last)

    def test_an_end_of_a_unit_under_its_tenant(self, space):
        make.occupancy(space, from_on=day(-10), until_on=day(20))

        with pytest.raises(IntegrityError, match="occupancy_within_space"), transaction.atomic():
            Space.objects.filter(pk=space.pk).update(until_on=day(19))

    def test_one_room_number_twice_on_a_day_but_not_one_after_the_other(self, space):
        with pytest.raises(IntegrityError, match="space_room_once_a_day"), transaction.atomic():
            make.space(building=space.building, room=space.room, from_on=day(30))
        make.space(building=space.building, room=space.room, from_on=day(31))

    @pytest.mark.parametrize("wrong", ["area", "day", "building", "alone"])
    def test_a_split_that_loses_area_or_does_not_meet(self, space, wrong):
        Space.objects.filter(pk=space.pk).update(from_on=None, until_on=None)
        other = make.building(park=space.building.park) if wrong == "building" else space.building
        with pytest.raises(IntegrityError, match="space_change_balanced"), transaction.atomic():
            change = SpaceChange.objects.create(building=space.building, kind="split", on=TODAY, recorded_at=AT)
            Space.objects.filter(pk=space.pk).update(until_on=day(-1), ended_by=change)
            for room, area in (("A", 40), ("B", 59 if wrong == "area" else 60))[: 1 if wrong == "alone" else 2]:
                first = day(1) if wrong == "day" else TODAY
                make.space(building=other, room=room, area_m2=100 if wrong == "alone" else area, from_on=first, made_by=change)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"kind": "sold"}, "occupancy_kind_known"), ({"until_on": day(-200)}, "occupancy_in_order"), ({"source": ""}, "occupancy_has_source"),
            ({"lease_key": 7}, "occupancy_of_lease_is_let"),
        ],
    )  # fmt: skip
    def test_an_occupancy_that_says_nothing_sensible(self, facts, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make.occupancy(make.space(), from_on=day(-9), **facts)

    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"price_yuan": 0}, "listing_price_in_range"), 
            ({"withdrawn_at": AT - timedelta(days=1)}, "listing_in_order"),
        ],
    )  # fmt: skip
    def test_an_offer_without_a_price(self, facts, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make.listing(**facts)

    def test_two_offers_of_one_unit(self):
        space = make.listing().space

        with pytest.raises(IntegrityError, match="listing_once_open"), transaction.atomic():
            make.listing(space=space)


class TestSplittingAndMerging:
    def test_there_and_back_keeps_the_history(self, leader):
        park, by = leader
        whole = make.space(building=make.building(park=park), room="301", area_m2=Decimal("100.50"), floor=3)

        split = keeping.split(whole, [Part("301A", Decimal("40.25")), Part("301B", Decimal("60.25"))], on=TODAY, by=by, at=AT)
        halves = list(split.made.order_by("room"))
        merger = keeping.merge(halves, "301", on=day(10), by=by, at=AT)

        again = merger.made.get()
        assert [(space.room, space.from_on, space.until_on) for space in halves[0].building.spaces.order_by("pk")] == [
            ("301", None, day(-1)), ("301A", TODAY, day(9)), ("301B", TODAY, day(9)), ("301", day(10), None),
        ]  # fmt: skip
        assert (again.area_m2, again.floor) == (Decimal("100.50"), 3)

    def test_what_is_let_or_ended_is_not_split_and_a_sum_that_differs_is_refused_with_the_figures(self, leader):
        park, by = leader
        space = make.space(building=make.building(park=park), area_m2=100)
        halves = [Part("A", Decimal(50)), Part("B", Decimal(50))]

        with pytest.raises(FactsMissing, match="合计 90"):
            keeping.split(space, [Part("A", Decimal(50)), Part("B", Decimal(40))], on=TODAY, by=by, at=AT)
        with pytest.raises(FactsMissing, match="房号"):
            keeping.split(space, [Part("A", Decimal(50)), Part("A", Decimal(50))], on=TODAY, by=by, at=AT)
        letting.let(space, make.enterprise(building=space.building), from_on=day(-5), until_on=day(20), by=by, at=AT)
        with pytest.raises(StateConflict, match="须先退租"):
            keeping.split(space, halves, on=TODAY, by=by, at=AT)
        keeping.split(space, halves, on=day(21), by=by, at=AT)
        with pytest.raises(StateConflict, match="停用"):
            keeping.split(space, halves, on=day(30), by=by, at=AT)

    def test_only_the_operator_of_the_park_and_the_office_keep_the_book(self, leader):
        park, _ = leader
        space = make.space(building=make.building(park=park), area_m2=100)
        parts = [Part("A", Decimal(50)), Part("B", Decimal(50))]

        for stranger in (make.steward(park=park), make.operator(park=make.park(community=park.community))):
            with pytest.raises(NotYours):
                keeping.split(space, parts, on=TODAY, by=stranger, at=AT)
        keeping.split(space, parts, on=TODAY, by=make.operator(park=park), at=AT)

    def test_a_declared_tenant_gives_way_to_the_lease_and_a_reservation_to_whom_it_was_for(self, leader):
        park, by = leader
        building = make.building(park=park)
        declared, kept, other = (make.space(building=building) for _ in range(3))
        firm = make.enterprise(building=building)
        make.occupancy(declared, from_on=day(-100))
        occupying.reserve(kept, holder=firm.name, until_on=day(60), by=by, at=AT)
        occupying.reserve(other, holder="别家", until_on=day(60), by=by, at=AT)

        for space in (declared, kept):
            letting.let(space, firm, from_on=day(-3), until_on=None, by=by, at=AT)

        assert [(row.from_on, row.until_on, row.lease_key is None) for row in declared.occupancies.order_by("from_on")] == [
            (day(-100), day(-4), True), (day(-3), None, False),
        ]  # fmt: skip
        assert Space.objects.on(TODAY).get(pk=kept.pk).state == "let"
        with pytest.raises(StateConflict, match="已预订"):
            letting.let(other, firm, from_on=TODAY, until_on=None, by=by, at=AT)
