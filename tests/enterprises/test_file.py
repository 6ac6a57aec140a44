"""What hangs on an enterprise: events, qualifications, leases, the key list and tiers. The database refuses what cannot be."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from cultivation.tiers import KEY_REASONS, TIERS
from enterprises.kinds import EVENT_KINDS, QUALIFICATION_KINDS
from enterprises.models import Event, Lease, Qualification
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.WEDNESDAY.date()


@pytest.fixture
def enterprise():
    return make.enterprise()


WRONG = [
    ("event", {"on": TODAY + timedelta(days=1)}, "event_not_ahead"),
    ("event", {"on": date(1948, 12, 31)}, "event_not_ahead"),
    ("event", {"kind": "X"}, "event_kind_shape"),
    ("event", {"source": ""}, "event_has_source"),
    ("qualification", {"valid_until_on": date(2025, 11, 30)}, "qualification_in_order"),
    ("qualification", {"issued_on": date(1948, 1, 1)}, "qualification_issued_in_range"),
    ("qualification", {"kind": "A1"}, "qualification_kind_shape"),
    ("qualification", {"source": ""}, "qualification_has_source"),
    ("lease", {"until_on": date(2025, 11, 17)}, "lease_in_order"),
    ("lease", {"ended_on": date(2025, 11, 17)}, "lease_ended_within"),
    ("lease", {"ended_on": date(2027, 11, 18)}, "lease_ended_within"),
    ("lease", {"rent_overdue_since_on": date(2025, 11, 17)}, "lease_overdue_within"),
    ("lease", {"annual_rent_wan": Decimal("1e9")}, "lease_rent_in_range"),
    ("lease", {"annual_rent_wan": Decimal("-0.01")}, "lease_rent_in_range"),
    ("lease", {"area_m2": Decimal("1e9")}, "lease_area_in_range"),
    ("lease", {"source": ""}, "lease_has_source"),
    ("land_grade", {"grade": "E"}, "land_grade_known"),
    ("land_grade", {"year": 2009}, "land_grade_year_in_range"),
    ("land_grade", {"source": ""}, "land_grade_has_source"),
    ("key_listing", {"until_on": date(2025, 12, 31)}, "key_listing_in_order"),
    ("key_listing", {"reason": "?"}, "key_listing_reason_shape"),
    ("key_listing", {"source": ""}, "key_listing_has_source"),
    ("tier_holding", {"valid_until_on": date(2025, 11, 30)}, "tier_in_order"),
    ("tier_holding", {"tier": "?"}, "tier_shape"),
    ("tier_holding", {"source": ""}, "tier_has_source"),
]


@pytest.mark.parametrize(("thing", "facts", "constraint"), WRONG, ids=[f"{row[2]}-{n}" for n, row in enumerate(WRONG)])
def test_a_row_that_cannot_be_right_is_refused_by_the_database(enterprise, thing, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        getattr(make, thing)(enterprise=enterprise, **facts)


@pytest.mark.parametrize(
    ("thing", "constraint"),
    [
        ("event", "event_once_a_day"),
        ("qualification", "qualification_once"),
        ("lease", "lease_once"),
        ("land_grade", "land_grade_once_a_year"),
        ("key_listing", "key_listing_once_a_day"),
        ("tier_holding", "tier_once_a_day"),
    ],
)
def test_the_same_row_stands_once(enterprise, thing, constraint):
    getattr(make, thing)(enterprise=enterprise)

    with pytest.raises(IntegrityError, match=constraint):
        getattr(make, thing)(enterprise=enterprise)


def test_an_enterprise_is_listed_again_for_the_same_reason_once_it_was_taken_off(enterprise):
    make.key_listing(enterprise=enterprise, until_on=date(2026, 6, 30))
    make.key_listing(enterprise=enterprise, from_on=date(2026, 7, 1))

    with transaction.atomic(), pytest.raises(IntegrityError, match="key_listing_once_a_day"):
        make.key_listing(enterprise=enterprise, from_on=date(2026, 8, 1))


@pytest.mark.parametrize("column", ["area_m2", "annual_rent_wan"])
def test_nan_is_neither_an_area_nor_a_rent(enterprise, column):
    row = make.lease(enterprise=enterprise)

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(f"UPDATE enterprises_lease SET {column} = 'NaN' WHERE id = %s", [row.pk])


def test_a_space_is_let_to_one_at_a_time_first_and_last_day_included(enterprise):
    space = make.space()
    make.lease(enterprise=enterprise, space=space, from_on=date(2026, 1, 1), until_on=date(2026, 12, 31), ended_on=date(2026, 6, 30))
    make.lease(space=space, from_on=date(2026, 7, 1), until_on=None)

    with transaction.atomic(), pytest.raises(IntegrityError, match="lease_space_once_a_day"):
        make.lease(enterprise=enterprise, space=space, from_on=date(2026, 6, 30), until_on=date(2026, 6, 30))
    with transaction.atomic(), pytest.raises(IntegrityError, match="lease_space_once_a_day"):
        make.lease(space=space, from_on=date(2099, 1, 1), until_on=None)


def test_a_leased_space_lies_in_the_building_named_beside_it(enterprise):
    with pytest.raises(IntegrityError, match="lease_space_in_building"), transaction.atomic():
        make.lease(enterprise=enterprise, space=make.space(), building=make.building())
        connection.check_constraints()


def test_leases_running_ending_and_unpaid_are_told_apart(enterprise):
    ends_today = make.lease(enterprise=enterprise, room="1", until_on=TODAY)
    ends_in_90 = make.lease(enterprise=enterprise, room="2", until_on=TODAY + timedelta(days=90))
    ends_in_91 = make.lease(enterprise=enterprise, room="3", until_on=TODAY + timedelta(days=91))
    unpaid = make.lease(enterprise=enterprise, room="4", until_on=None, rent_overdue_since_on=date(2026, 10, 1))
    make.lease(enterprise=enterprise, room="5", until_on=TODAY - timedelta(days=1))
    make.lease(enterprise=enterprise, room="6", ended_on=TODAY - timedelta(days=1))
    make.lease(enterprise=enterprise, room="7", from_on=TODAY + timedelta(days=1))

    assert set(Lease.objects.running(TODAY)) == {ends_today, ends_in_90, ends_in_91, unpaid}
    assert set(Lease.objects.ending(TODAY, within_days=90)) == {ends_today, ends_in_90}
    assert set(Lease.objects.rent_overdue()) == {unpaid}


def test_a_qualification_holds_on_its_first_and_its_last_day(enterprise):
    row = make.qualification(enterprise=enterprise)

    for day in (row.issued_on, row.valid_until_on):
        assert row in Qualification.objects.in_force(day)
    for day in (row.issued_on - timedelta(days=1), row.valid_until_on + timedelta(days=1)):
        assert row not in Qualification.objects.in_force(day)


def test_the_row_history_keeps_what_an_event_said_before(enterprise):
    row = make.event("renamed", enterprise=enterprise, note="旧说明")
    Event.objects.filter(pk=row.pk).update(note="新说明")

    assert list(row.events.order_by("pgh_id").values_list("pgh_label", "note")) == [("insert", "旧说明"), ("update", "新说明")]
    assert list(Event.objects.unusual()) == [row]


@pytest.mark.parametrize(
    "table", [EVENT_KINDS, QUALIFICATION_KINDS, TIERS, KEY_REASONS], ids=["events", "qualifications", "tiers", "reasons"]
)
def test_codes_and_labels_of_a_table_of_kinds_differ(table):
    for name in ("code", "label"):
        assert len({getattr(row, name) for row in table}) == len(table)
