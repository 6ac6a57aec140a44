"""One whole portal for all tests that kill its parts; each test leaves it running."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.people import Person
from tests.faults.running import Running, portal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "faults" in str(item.path) and "run" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("faults"))


@pytest.fixture(scope="session")
def run() -> Iterator[Running]:
    with portal() as running:
        running.sign_in("enterprise")
        yield running


@pytest.fixture(scope="session")
def people(run: Running) -> Any:
    """`people("specialist")` is that demo account, signed in once."""
    known: dict[str, Person] = {}

    def named(username: str) -> Person:
        if username not in known:
            known[username] = Person(run, username)
        return known[username]

    return named
