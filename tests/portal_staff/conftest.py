"""What the tests of the desk share."""

import copy
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from grievances.models import Grievance
from portal.queue import chips, places
from tests import make


@pytest.fixture(autouse=True)
def _no_names_from_before():
    """Names of places are kept for a minute; each test has its own."""
    places.forget()
    chips.forget()


@pytest.fixture
def enter():
    """A browser in which this person is signed in."""

    def enter(person, **headers):
        client = Client(headers=headers or None)
        client.force_login(person)
        return client

    return enter


@pytest.fixture
def now():
    """The pages read the clock; what they show is made around the present."""
    return timezone.now()


@pytest.fixture
def here(now):
    return make.scene(at=now - timedelta(days=1))


@pytest.fixture
def many():
    """Copies of a ticket, each due a second after the one before: a long list without a long history."""

    def many(ticket, count):
        rows = []
        for place in range(count):
            row = copy.copy(ticket)
            row.pk, row.number = None, f"MC250101-{place:06d}"
            row.next_due_at = ticket.next_due_at + timedelta(seconds=place // 2)
            row.submitted_at = ticket.submitted_at - timedelta(seconds=place // 2)
            rows.append(row)
        return Grievance.objects.bulk_create(rows)

    return many


@pytest.fixture
def numbers():
    """The tickets a page lists, in its order."""

    def numbers(answer):
        return re.findall(r'data-id="(MC[0-9]+-[0-9]+)"', answer.content.decode())

    return numbers
