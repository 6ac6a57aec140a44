"""Quiet hours: nothing makes a noise from 20:00 to 8:00 or on a day not worked, except what is red; laws over the whole calendar."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import notices
import workdays
from notices import outbox
from notices.models import Notice
from notices.quiet import is_quiet, opening
from notices.relay import Relayed, relay, rerun
from tests import make
from workdays import SHANGHAI

MOMENTS = st.integers(int(datetime(2004, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2027, 12, 31, tzinfo=UTC).timestamp())).map(
    lambda seconds: datetime.fromtimestamp(seconds, tz=UTC)
)


@pytest.fixture(scope="module")
def calendar(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return workdays.calendar()


def test_the_opening_is_the_first_moment_that_is_not_quiet(calendar):
    @given(MOMENTS, st.floats(0, 1))
    def law(at, share):
        opens = opening(at, calendar)

        assert opens >= at
        assert not is_quiet(opens, calendar)
        assert opening(opens, calendar) == opens
        if opens > at:
            between = at + (opens - at) * share
            assert between == opens or is_quiet(between, calendar)
            assert opens.astimezone(SHANGHAI).time() == time(8)

    law()


def test_quiet_is_the_night_and_the_day_that_is_not_worked(calendar):
    @given(MOMENTS)
    def law(at):
        wall = at.astimezone(SHANGHAI)

        assert is_quiet(at, calendar) == (wall.hour < 8 or wall.hour >= 20 or not calendar.is_workday(wall.date()))

    law()


@pytest.mark.parametrize(
    ("at", "opens"),
    [("2026-11-23 07:59:59", "2026-11-23 08:00"), ("2026-11-23 08:00", "2026-11-23 08:00"), ("2026-11-23 19:59:59", "2026-11-23 19:59:59"),
     ("2026-11-23 20:00", "2026-11-24 08:00"), ("2026-11-27 21:00", "2026-11-30 08:00"), ("2026-11-28 10:00", "2026-11-30 08:00"),
     ("2026-09-30 20:00", "2026-10-08 08:00"), ("2026-10-10 10:00", "2026-10-10 10:00")],
)  # fmt: skip
def test_the_edges_and_the_holidays(calendar, at, opens):
    """National Day 2026 is 1 to 7 October, and Saturday the 10th is worked instead."""
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)

    assert opening(moment, calendar) == datetime.fromisoformat(opens).replace(tzinfo=SHANGHAI)


def _at(hour, day=date(2026, 11, 23)):
    return datetime.combine(day, time(hour), SHANGHAI)


@pytest.fixture
def wang(db):
    return make.user("wang", email="wang@example.com", phone="13800001234")


def test_what_comes_at_night_waits_for_the_morning_and_the_bell_does_not(wang, endpoint, postbox, robot):
    notices.tell("e", [wang], title="一", at=_at(21), kind="deadline")
    outbox.tell_robots("e", [robot()], title="一", at=_at(21))

    assert notices.unread_count(wang, _at(21)) == 1
    assert relay(_at(21)) == Relayed()
    assert set(Notice.objects.outbound().values_list("available_at", flat=True)) == {_at(8, date(2026, 11, 24))}
    assert not Notice.objects.stuck(_at(23)).exists()
    assert relay(_at(8, date(2026, 11, 24))) == Relayed(sent=3)


def test_what_is_red_goes_out_at_night(wang, endpoint, postbox, robot):
    notices.tell("e", [wang], title="受理已逾期", at=_at(23), kind="deadline", urgent=True)
    outbox.tell_robots("e", [robot()], title="受理已逾期", at=_at(23), urgent=True)
    notices.tell("f", [wang], title="有新的留言", at=_at(23))

    assert relay(_at(23)) == Relayed(sent=3)
    assert "有新的留言" not in postbox.messages[0].get_content()


@pytest.mark.parametrize("kind", ["account", "password_link", "invitation"])
def test_who_waits_at_the_screen_does_not_wait_for_the_morning(wang, postbox, kind):
    notices.tell("e", [wang], title="一", at=_at(3), kind=kind)

    assert relay(_at(3)) == Relayed(sent=1)


def test_what_was_due_before_eight_in_the_evening_and_came_late_waits_too(wang, postbox):
    """Written at 19:59:59 by one clock, sent at 20:00 by another: still quiet."""
    notices.tell("e", [wang], title="一", at=_at(20) - timedelta(seconds=1))

    assert relay(_at(20)) == Relayed()


def test_a_second_try_and_a_rerun_wait_as_well(wang, postbox):
    notices.tell("e", [wang], title="一", at=_at(20) - timedelta(seconds=30))
    postbox.answers = ["451 later"]
    relay(_at(20) - timedelta(seconds=30))

    assert relay(_at(20) + timedelta(minutes=5)) == Relayed()
    rerun(Notice.objects.all(), at=_at(22))
    assert relay(_at(22)) == Relayed()
    assert relay(_at(8, date(2026, 11, 24))) == Relayed(sent=1)


def test_nothing_ever_leaves_in_quiet_hours_whatever_happens(wang, postbox, calendar, django_db_blocker):
    """Any stream of news and runs of the relay: every mail that is not red left by day; at the next opening nothing is left behind."""

    @settings(deadline=None, max_examples=30)
    @given(st.lists(st.tuples(st.integers(0, 60 * 24 * 9), st.booleans(), st.sampled_from(["", "451 later"])), min_size=1, max_size=12))
    def law(stream):
        Notice.objects.all().delete()
        start = _at(0, date(2026, 9, 28))
        for number, (minutes, urgent, answer) in enumerate(sorted(stream)):
            at = start + timedelta(minutes=minutes)
            notices.tell(f"e{number}", [wang], title=f"{number}", at=at, urgent=urgent)
            postbox.answers = [answer] if answer else []
            relay(at)
            postbox.answers = []
        for row in Notice.objects.filter(channel="email", state="sent"):
            assert row.at_once or not is_quiet(row.sent_at, calendar)
        later = opening(start + timedelta(days=11), calendar)
        relay(later)
        # What was refused five times is dead and on the delivery page (R20); nothing else is left.
        assert not Notice.objects.filter(channel="email").exclude(state__in=("sent", "dead")).exists()
        assert all(row.attempts >= 5 for row in Notice.objects.filter(channel="email", state="dead"))

    law()
