"""What must hold for any start, any budget and any pauses; and agreement with the slow clock of oracle.py."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.workdays import oracle
from workdays import SHANGHAI, Calendar, Hours, Span, add, between, days_limit, elapsed, nth_workday

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
YEAR = 365 * 24 * 3600

# laws need no database and no fixture that Hypothesis would have to reset: the calendar does not change
laws = settings(max_examples=100, deadline=None)
slow = settings(max_examples=60, deadline=None)


def moments(first: datetime, last: datetime, step: timedelta = MINUTE) -> st.SearchStrategy[datetime]:
    steps = int((last - first) / step)
    return st.integers(0, steps).map(lambda n: (first + n * step).replace(tzinfo=SHANGHAI))


# 2025-12-20 to 2026-03-10 and September to October 2026: New Year, Spring Festival and National Day, seven make-up days
BUSY = moments(datetime(2025, 12, 20), datetime(2026, 3, 10)) | moments(datetime(2026, 9, 10), datetime(2026, 10, 20))  # noqa: DTZ001
ANY = moments(datetime(2003, 12, 1), datetime(2031, 1, 1), timedelta(seconds=997, microseconds=3))  # noqa: DTZ001


@st.composite
def pauses_near(draw: st.DrawFn, start: datetime, unit: timedelta = MINUTE) -> list[Span]:
    spans = []
    for _ in range(draw(st.integers(0, 4))):
        begin = start + draw(st.integers(-3000, 12_000)) * unit
        spans.append(Span(begin, begin + draw(st.integers(0, 6000)) * unit))
    return spans


def as_pairs(pauses: list[Span]) -> list[tuple[datetime, datetime]]:
    return [(pause.start, pause.end) for pause in pauses]


HOURS = st.sampled_from(
    [
        Hours(),
        Hours(((time(8, 30), time(17)),)),
        Hours(((time(9), time(11, 30)), (time(14), time(17)), (time(18, 30), time(20, 30)))),
        Hours(((time(0), time(12)), (time(12), time(23, 59)))),
        Hours(changes=((date(2026, 1, 5), ((time(8, 30), time(17)),)), (date(2026, 2, 16), ((time(10), time(15)),)))),
    ]
)


@slow
@given(data=st.data(), start=BUSY, minutes=st.integers(0, 2500), hours=HOURS)
def test_deadlines_agree_with_a_clock_that_looks_at_every_minute(
    data: st.DataObject, start: datetime, minutes: int, hours: Hours, days: object
) -> None:
    calendar = Calendar(days, hours)  # type: ignore[arg-type]
    pauses = data.draw(pauses_near(start))

    deadline = add(start, minutes * 60, calendar=calendar, pauses=pauses).at

    assert deadline == oracle.deadline(start, minutes * 60, as_pairs(pauses), step=MINUTE, spans=hours.spans, later=hours.changes)


@slow
@given(data=st.data(), start=BUSY, minutes=st.integers(0, 20_000), hours=HOURS)
def test_elapsed_time_agrees_with_a_clock_that_looks_at_every_minute(
    data: st.DataObject, start: datetime, minutes: int, hours: Hours, days: object
) -> None:
    calendar = Calendar(days, hours)  # type: ignore[arg-type]
    pauses, end = data.draw(pauses_near(start)), start + minutes * MINUTE

    assert elapsed(start, end, calendar=calendar, pauses=pauses) == oracle.elapsed(
        start, end, as_pairs(pauses), step=MINUTE, spans=hours.spans, later=hours.changes
    )


@slow
@given(
    data=st.data(),
    day=st.sampled_from([date(2026, 9, 20), date(2026, 9, 30), date(2026, 10, 10), date(2026, 11, 23)]),
    clock=st.sampled_from([time(8, 59, 30), time(11, 58, 13), time(13, 29, 59), time(17, 25, 7), time(23, 59, 59)]),
    seconds=st.integers(0, 900),
)
def test_both_agree_with_a_clock_that_looks_at_every_second(
    data: st.DataObject, day: date, clock: time, seconds: int, calendar: Calendar
) -> None:
    start = datetime.combine(day, clock, SHANGHAI)
    pauses = [
        Span(start + SECOND * begin, start + SECOND * (begin + length))
        for begin, length in data.draw(st.lists(st.tuples(st.integers(-300, 900), st.integers(0, 400)), max_size=3))
    ]
    end = start + SECOND * seconds

    assert elapsed(start, end, calendar=calendar, pauses=pauses) == oracle.elapsed(start, end, as_pairs(pauses), step=SECOND)
    budget = min(seconds, 120)
    if elapsed(start, start + SECOND * 7200, calendar=calendar, pauses=pauses) >= budget:
        assert add(start, budget, calendar=calendar, pauses=pauses).at == oracle.deadline(start, budget, as_pairs(pauses), step=SECOND)


@laws
@given(data=st.data(), start=ANY, seconds=st.integers(0, 3 * YEAR), hours=HOURS)
def test_the_time_to_a_deadline_is_its_budget(data: st.DataObject, start: datetime, seconds: int, hours: Hours, days: object) -> None:
    calendar = Calendar(days, hours)  # type: ignore[arg-type]
    pauses = data.draw(pauses_near(start, timedelta(minutes=7)))

    deadline = add(start, seconds, calendar=calendar, pauses=pauses).at

    assert elapsed(start, deadline, calendar=calendar, pauses=pauses) == seconds


@laws
@given(data=st.data(), start=ANY, seconds=st.integers(1, YEAR))
def test_a_deadline_is_the_earliest_such_instant(data: st.DataObject, start: datetime, seconds: int, calendar: Calendar) -> None:
    pauses = data.draw(pauses_near(start))

    deadline = add(start, seconds, calendar=calendar, pauses=pauses).at

    just_before = deadline - timedelta(microseconds=1)
    assert calendar.is_working(just_before)
    assert elapsed(start, just_before, calendar=calendar, pauses=pauses) < seconds


@laws
@given(start=ANY, seconds=st.integers(0, YEAR), more=st.integers(1, YEAR), later=st.integers(0, 10_000))
def test_a_bigger_budget_and_a_later_start_end_later(start: datetime, seconds: int, more: int, later: int, calendar: Calendar) -> None:
    first = add(start, seconds, calendar=calendar).at

    assert add(start, seconds + more, calendar=calendar).at > first
    assert add(start + later * MINUTE, seconds, calendar=calendar).at >= first


@laws
@given(data=st.data(), start=ANY, seconds=st.integers(1, YEAR))
def test_pauses_push_a_deadline_on_by_the_working_time_they_cover(
    data: st.DataObject, start: datetime, seconds: int, calendar: Calendar
) -> None:
    pauses = data.draw(pauses_near(start))

    paused = add(start, seconds, calendar=calendar, pauses=pauses).at
    plain = add(start, seconds, calendar=calendar).at

    stood_still = elapsed(start, paused, calendar=calendar) - elapsed(start, paused, calendar=calendar, pauses=pauses)
    assert paused >= plain
    assert elapsed(plain, paused, calendar=calendar) == stood_still
    assert add(start, seconds, calendar=calendar, pauses=[*pauses, *pauses]).at == paused
    assert add(start, seconds, calendar=calendar, pauses=list(reversed(pauses))).at == paused


@laws
@given(start=ANY, one=st.integers(0, 10**6), other=st.integers(0, 10**6))
def test_time_adds_up(start: datetime, one: int, other: int, calendar: Calendar) -> None:
    middle = add(start, one, calendar=calendar).at
    end = add(middle, other, calendar=calendar).at

    assert end == add(start, one + other, calendar=calendar).at
    assert elapsed(start, end, calendar=calendar) == one + other


@laws
@given(day=st.dates(date(1950, 1, 1), date(2200, 1, 1)), n=st.integers(1, 3000))
@example(day=date(2099, 12, 30), n=3)
@example(day=date(1949, 9, 29), n=2)
def test_the_nth_working_day_is_n_working_days_away(day: date, n: int, calendar: Calendar) -> None:
    after = nth_workday(day, n, calendar=calendar).on
    before = nth_workday(day, -n, calendar=calendar).on

    assert between(day, after, calendar=calendar) == n
    assert calendar.is_workday(after)
    assert calendar.is_workday(before)
    assert between(before - timedelta(days=1), day - timedelta(days=1), calendar=calendar) == n


@laws
@given(start=ANY, n=st.integers(1, 60))
def test_a_limit_in_days_ends_at_closing_time_of_a_working_day(start: datetime, n: int, calendar: Calendar) -> None:
    deadline = days_limit(start, n, calendar=calendar).at

    assert deadline == calendar.closing(deadline.date())
    assert calendar.is_workday(deadline.date())
    assert between(start.date(), deadline.date(), calendar=calendar) == n


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_every_day_agrees_with_the_text_of_the_notices(year: int, calendar: Calendar) -> None:
    day = date(year, 1, 1)

    while day.year == year:
        assert calendar.is_workday(day) == oracle.worked_day(day), day
        day += timedelta(days=1)
