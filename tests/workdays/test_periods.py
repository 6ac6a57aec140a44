from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workdays import SHANGHAI, PeriodKind, date_of, period

KINDS = st.sampled_from(list(PeriodKind))
DATES = st.dates(date(1900, 1, 8), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("kind", "at", "first", "last", "label"),
    [
        ("day", "2026-11-21", "2026-11-21", "2026-11-21", "2026 年 11 月 21 日"),
        ("week", "2026-11-21", "2026-11-16", "2026-11-22", "2026 年第 47 周"),
        ("week", "2027-01-03", "2026-12-28", "2027-01-03", "2026 年第 53 周"),
        ("week", "2027-01-04", "2027-01-04", "2027-01-10", "2027 年第 1 周"),
        ("week", "2024-12-30", "2024-12-30", "2025-01-05", "2025 年第 1 周"),
        ("month", "2026-11-30", "2026-11-01", "2026-11-30", "2026 年 11 月"),
        ("month", "2024-02-29", "2024-02-01", "2024-02-29", "2024 年 2 月"),
        ("month", "2026-12-01", "2026-12-01", "2026-12-31", "2026 年 12 月"),
        ("quarter", "2026-01-01", "2026-01-01", "2026-03-31", "2026 年第一季度"),
        ("quarter", "2026-06-30", "2026-04-01", "2026-06-30", "2026 年第二季度"),
        ("quarter", "2026-07-01", "2026-07-01", "2026-09-30", "2026 年第三季度"),
        ("quarter", "2026-12-31", "2026-10-01", "2026-12-31", "2026 年第四季度"),
        ("year", "2026-12-31", "2026-01-01", "2026-12-31", "2026 年"),
    ],
)
def test_where_periods_begin_and_end(kind: str, at: str, first: str, last: str, label: str) -> None:
    found = period(kind, date.fromisoformat(at))

    assert (found.first_on, found.last_on, found.label) == (date.fromisoformat(first), date.fromisoformat(last), label)


def test_midnight_is_midnight_in_shanghai() -> None:
    last_second = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    midnight = datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC)

    assert date_of(last_second) == date(2026, 12, 31)
    assert date_of(midnight) == date(2027, 1, 1)
    assert period("year", last_second).label == "2026 年"
    assert period("year", midnight).start == midnight
    assert period("year", last_second).end == midnight
    with pytest.raises(ValueError, match="time zone"):
        period("day", datetime(2026, 11, 21))  # noqa: DTZ001
    with pytest.raises(ValueError, match="decade"):
        period("decade", midnight)


@given(KINDS, DATES)
@example(PeriodKind.WEEK, date(2026, 12, 31))
def test_periods_leave_no_gap_and_count_nothing_twice(kind: PeriodKind, on: date) -> None:
    here = period(kind, on)

    assert on in here
    assert here.before().last_on + timedelta(days=1) == here.first_on
    assert here.after().start == here.end
    assert here.before().after() == here == period(kind, here.first_on) == period(kind, here.last_on)
    assert here.before() < here < here.after()


@given(KINDS, st.datetimes(datetime(1985, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_lies_between_start_and_end(kind: PeriodKind, at: datetime) -> None:
    here = period(kind, at)

    assert at in here
    assert here.start <= at < here.end
    assert here.start.tzinfo is SHANGHAI


@pytest.mark.parametrize(
    ("kind", "at", "label"),
    [
        ("day", "2024-02-29", "2023 年 2 月 28 日"),
        ("week", "2026-12-31", "2025 年第 52 周"),
        ("month", "2024-02-15", "2023 年 2 月"),
        ("quarter", "2026-11-21", "2025 年第四季度"),
        ("year", "2026-11-21", "2025 年"),
    ],
)
def test_the_same_period_a_year_before(kind: str, at: str, label: str) -> None:
    assert period(kind, date.fromisoformat(at)).year_before().label == label
