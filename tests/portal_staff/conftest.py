"""What the tests of the desk share."""

import pytest
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def _no_names_from_before():
    """Names of places are kept for a minute; each test has its own."""
    cache.clear()


@pytest.fixture
def enter():
    """A browser in which this person is signed in."""

    def enter(person, **headers):
        client = Client(headers=headers or None)
        client.force_login(person)
        return client

    return enter
