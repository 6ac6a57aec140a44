import pytest

from workdays import Calendar
from workdays.calendars import Days
from workdays.notices import FIRST_YEAR, LAST_YEAR, seed_days


@pytest.fixture(scope="session")
def days() -> Days:
    """The calendar as the first migration writes it, without a database."""
    return Days({day.date: day.is_workday for day in seed_days()}, range(FIRST_YEAR, LAST_YEAR + 1))


@pytest.fixture(scope="session")
def calendar(days: Days) -> Calendar:
    return Calendar(days)
