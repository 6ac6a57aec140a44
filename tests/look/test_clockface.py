"""Deadlines as pages show them."""

from datetime import datetime, timedelta

import pytest

import workdays
from portal.clockface import clockface
from workdays import SHANGHAI, Calendar

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendar() -> Calendar:
    return workdays.calendar()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_a_running_clock_counts_until_the_lunch_break(calendar: Calendar) -> None:
    face = clockface(at(25, 17, 30), at=at(23, 10), calendar=calendar)

    assert face.level == "green"
    assert face.stops_at == at(23, 12)
    assert face.left == workdays.elapsed(at(23, 10), at(25, 17, 30), calendar=calendar)


def test_outside_working_hours_the_clock_stands(calendar: Calendar) -> None:
    assert clockface(at(25, 17, 30), at=at(22, 10), calendar=calendar).stops_at is None
    assert clockface(at(25, 17, 30), at=at(23, 12, 30), calendar=calendar).left is None


def test_today_is_said_in_words(calendar: Calendar) -> None:
    face = clockface(at(23, 17, 30), at=at(23, 15), calendar=calendar)

    assert (face.level, face.label) == ("orange", "今日 · 剩 2 小时 30 分")


def test_overdue_time_is_negative_and_goes_on(calendar: Calendar) -> None:
    face = clockface(at(23, 10), at=at(23, 11), calendar=calendar)

    assert (face.level, face.label, face.left) == ("red", "超期 1 小时", -3600)


def test_a_paused_clock_says_what_is_left_and_does_not_tick(calendar: Calendar) -> None:
    face = clockface(at(23, 17, 30), at=at(23, 15), calendar=calendar, paused=True)

    assert (face.level, face.label, face.left) == ("grey", "停计时 2 小时 30 分", None)


def test_an_answered_one_says_whether_it_kept_the_promise(calendar: Calendar) -> None:
    due = at(23, 17, 30)

    assert clockface(due, at=at(25, 9), calendar=calendar, answered_at=due).label == "按时办结"
    assert clockface(due, at=at(25, 9), calendar=calendar, answered_at=due + timedelta(seconds=1)).label == "超期办结"


def test_without_a_deadline_it_says_so(calendar: Calendar) -> None:
    assert clockface(None, at=at(23, 9), calendar=calendar).label == "无时限"
