"""How often a stranger may try a door that is open to everybody."""

from datetime import timedelta

import pytest

from accounts import knocking
from accounts.models import Knock
from tests import make

pytestmark = pytest.mark.django_db
AT = make.AT
DOOR = knocking.DOORS["activation"]


def knock(times, address="203.0.113.7", at=AT):
    for _ in range(times):
        knocking.knock("activation", address, at)


def test_an_address_rests_after_its_last_allowed_try_and_comes_back_by_itself():
    knock(DOOR.limit - 1)
    assert knocking.closed_until("activation", "203.0.113.7", AT) is None

    knock(1, at=AT + timedelta(minutes=1))

    later = AT + timedelta(minutes=2)
    assert knocking.closed_until("activation", "203.0.113.7", later) == AT + DOOR.within
    assert knocking.closed_until("activation", "203.0.113.7", AT + DOOR.within) is None


def test_one_address_does_not_shut_out_another_nor_one_door_the_other():
    knock(DOOR.limit)

    assert knocking.closed_until("activation", "203.0.113.8", AT) is None
    assert knocking.closed_until("opening", "203.0.113.7", AT) is None


def test_addresses_nobody_knows_count_as_one():
    knock(DOOR.limit, address=None)

    assert knocking.closed_until("activation", None, AT) is not None
    assert knocking.closed_until("activation", "203.0.113.7", AT) is None


def test_what_no_longer_counts_is_forgotten():
    knock(3)
    knocking.knock("opening", None, AT + timedelta(minutes=30))

    assert knocking.sweep(AT + timedelta(hours=1)) == 3
    assert Knock.objects.get().door == "opening"
