"""The clock on cases worked out by hand with the notices for 2025 and 2026 on the desk."""

from datetime import UTC, date, datetime

import pytest

from workdays import SHANGHAI, Calendar, Hours, Span, add, between, counting_from, days_limit, elapsed, hours_limit, nth_workday

HOUR = 3600
DAY = 7 * HOUR


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def pause(start: str, end: str) -> Span:
    return Span(at(start), at(end))


HOUR_LIMITS = [
    # (why, from, working hours, until)
    ("inside a morning", "2026-11-23 09:15:30", 2, "2026-11-23 11:15:30"),
    ("over lunch", "2026-11-23 11:00", 2, "2026-11-23 14:30"),
    ("fits exactly before lunch", "2026-11-23 10:00", 2, "2026-11-23 12:00"),
    ("begins in the lunch break", "2026-11-23 12:40", 1, "2026-11-23 14:30"),
    ("fits exactly before closing", "2026-11-23 13:30", 4, "2026-11-23 17:30"),
    ("over night", "2026-11-23 16:00", 4, "2026-11-24 11:30"),
    ("begins before opening", "2026-11-23 07:59:59", 1, "2026-11-23 10:00"),
    ("begins after closing", "2026-11-23 18:00", 1, "2026-11-24 10:00"),
    ("begins at closing", "2026-11-23 17:30", 1, "2026-11-24 10:00"),
    ("over a weekend", "2026-11-20 17:00", 4, "2026-11-23 14:00"),
    ("begins on a Saturday", "2026-11-21 10:00", 4, "2026-11-23 14:30"),
    ("on a make-up Saturday", "2026-10-10 09:00", 4, "2026-10-10 14:30"),
    ("on a make-up Sunday", "2026-09-20 16:30", 2, "2026-09-21 10:00"),
    ("into a make-up Saturday", "2026-10-09 17:00", 1, "2026-10-10 09:30"),
    ("23:59 on the eve of National Day", "2026-09-30 23:59", 4, "2026-10-08 14:30"),
    ("23:59:59 on New Year's Eve 2025, make-up Sunday after", "2025-12-31 23:59:59", 1, "2026-01-04 10:00"),
    ("the last hour before Spring Festival, make-up Saturday", "2026-02-14 16:30", 2, "2026-02-24 10:00"),
    ("in the middle of Spring Festival", "2026-02-17 00:00", 4, "2026-02-24 14:30"),
    ("a whole week over Labour Day", "2026-04-30 09:00", 35, "2026-05-09 17:30"),
]


@pytest.mark.parametrize(("start", "hours", "end"), [case[1:] for case in HOUR_LIMITS], ids=[case[0] for case in HOUR_LIMITS])
def test_a_limit_in_hours_runs_at_once(start: str, hours: int, end: str, calendar: Calendar) -> None:
    deadline = hours_limit(at(start), hours, calendar=calendar)

    assert deadline.at == at(end)
    assert not deadline.provisional
    assert elapsed(at(start), deadline.at, calendar=calendar) == hours * HOUR


DAY_LIMITS = [
    # (why, filed, working days, until)
    ("the first day does not count", "2026-11-23 10:00", 1, "2026-11-24 17:30"),
    ("nor does it when filed before opening", "2026-11-23 08:00", 1, "2026-11-24 17:30"),
    ("nor after closing", "2026-11-23 20:00", 1, "2026-11-24 17:30"),
    ("nor one second before midnight", "2026-11-23 23:59:59", 1, "2026-11-24 17:30"),
    ("nor at midnight", "2026-11-24 00:00", 1, "2026-11-25 17:30"),
    ("a Friday", "2026-11-20 10:00", 1, "2026-11-23 17:30"),
    ("a Saturday: Monday is the first day", "2026-11-21 10:00", 1, "2026-11-23 17:30"),
    ("five days", "2026-11-23 10:00", 5, "2026-11-30 17:30"),
    ("National Day 2026 ends in a make-up Saturday", "2026-09-30 10:00", 3, "2026-10-10 17:30"),
    ("23:59 on the eve of National Day", "2026-09-30 23:59", 3, "2026-10-10 17:30"),
    ("Spring Festival 2026 with two make-up Saturdays", "2026-02-12 10:00", 5, "2026-02-26 17:30"),
    ("the make-up Saturday after Spring Festival is a day", "2026-02-26 10:00", 2, "2026-02-28 17:30"),
    ("National Day and Mid-Autumn 2025 together", "2025-09-30 10:00", 1, "2025-10-09 17:30"),
    ("filed on a make-up Saturday", "2026-02-14 10:00", 1, "2026-02-24 17:30"),
    ("filed on New Year's Day, make-up Sunday", "2026-01-01 09:00", 1, "2026-01-04 17:30"),
    ("a leap day", "2024-02-28 10:00", 1, "2024-02-29 17:30"),
    ("ends on the last day of the calendar", "2026-12-24 10:00", 5, "2026-12-31 17:30"),
]


@pytest.mark.parametrize(("start", "n", "end"), [case[1:] for case in DAY_LIMITS], ids=[case[0] for case in DAY_LIMITS])
def test_a_limit_in_days_runs_from_the_next_working_day_to_the_closing_of_the_nth(start: str, n: int, end: str, calendar: Calendar) -> None:
    deadline = days_limit(at(start), n, calendar=calendar)

    assert deadline.at == at(end)
    assert not deadline.provisional
    assert deadline.at == calendar.closing(nth_workday(at(start).date(), n, calendar=calendar).on)
    begin = counting_from(at(start), calendar=calendar).at
    assert elapsed(begin, deadline.at, calendar=calendar) == n * calendar.standard_day_seconds


INTO_2027 = [
    # (why, filed, working days, until); 2027-01-01 is a Friday
    ("over New Year", "2026-12-30 10:00", 2, "2027-01-01 17:30"),
    ("at 23:59 on New Year's Eve", "2026-12-31 23:59", 1, "2027-01-01 17:30"),
    ("a month on", "2026-12-21 10:00", 15, "2027-01-11 17:30"),
    ("wholly in 2027, over Labour Day", "2027-04-29 10:00", 2, "2027-05-03 17:30"),
]


@pytest.mark.parametrize(("start", "n", "end"), [case[1:] for case in INTO_2027], ids=[case[0] for case in INTO_2027])
def test_a_deadline_into_an_unannounced_year_is_presumed_and_says_so(start: str, n: int, end: str, calendar: Calendar) -> None:
    deadline = days_limit(at(start), n, calendar=calendar)

    assert deadline.at == at(end)
    assert deadline.provisional
    assert nth_workday(at(start).date(), n, calendar=calendar).provisional
    assert add(at(start), n * DAY + 1, calendar=calendar).provisional


PAUSES = [
    # (why, from, seconds, pauses, until)
    ("within a morning", "2026-11-23 09:00", 2 * HOUR, [("2026-11-23 10:00", "2026-11-23 10:30")], "2026-11-23 11:30"),
    ("over night, only its working time", "2026-11-23 16:30", HOUR, [("2026-11-23 17:00", "2026-11-24 09:30")], "2026-11-24 10:00"),
    ("in the lunch break changes nothing", "2026-11-23 11:00", 2 * HOUR, [("2026-11-23 12:00", "2026-11-23 13:30")], "2026-11-23 14:30"),
    ("at the weekend changes nothing", "2026-11-20 17:00", HOUR, [("2026-11-20 17:30", "2026-11-23 09:00")], "2026-11-23 09:30"),
    ("of no length changes nothing", "2026-11-23 09:00", HOUR, [("2026-11-23 09:30", "2026-11-23 09:30")], "2026-11-23 10:00"),
    (
        "overlapping ones count once",
        "2026-11-23 09:00",
        HOUR,
        [("2026-11-23 09:30", "2026-11-23 10:30"), ("2026-11-23 10:00", "2026-11-23 11:00")],
        "2026-11-23 11:30",
    ),
    (
        "one inside another counts once",
        "2026-11-23 09:00",
        HOUR,
        [("2026-11-23 09:30", "2026-11-23 11:30"), ("2026-11-23 10:00", "2026-11-23 10:30")],
        "2026-11-23 12:00",
    ),
    (
        "two that touch are one",
        "2026-11-23 09:00",
        HOUR,
        [("2026-11-23 10:00", "2026-11-23 10:30"), ("2026-11-23 09:30", "2026-11-23 10:00")],
        "2026-11-23 11:00",
    ),
    ("begun before the clock", "2026-11-23 10:00", HOUR, [("2026-11-20 09:00", "2026-11-23 10:30")], "2026-11-23 11:30"),
    ("over before the clock", "2026-11-23 10:00", HOUR, [("2026-11-20 09:00", "2026-11-23 10:00")], "2026-11-23 11:00"),
    ("at the very deadline", "2026-11-23 10:00", HOUR, [("2026-11-23 11:00", "2026-11-23 12:00")], "2026-11-23 11:00"),
    ("one second before the deadline", "2026-11-23 10:00", HOUR, [("2026-11-23 10:59:59", "2026-11-23 11:30")], "2026-11-23 11:30:01"),
    ("over Spring Festival", "2026-02-13 16:30", 2 * HOUR, [("2026-02-13 17:00", "2026-02-24 09:00")], "2026-02-24 10:30"),
]


@pytest.mark.parametrize(("start", "seconds", "spans", "end"), [case[1:] for case in PAUSES], ids=[case[0] for case in PAUSES])
def test_the_clock_stands_still_in_a_pause(start: str, seconds: int, spans: list[tuple[str, str]], end: str, calendar: Calendar) -> None:
    pauses = [pause(*span) for span in spans]

    deadline = add(at(start), seconds, calendar=calendar, pauses=pauses)

    assert deadline.at == at(end)
    assert elapsed(at(start), deadline.at, calendar=calendar, pauses=reversed(pauses)) == seconds


def test_a_limit_in_days_is_pushed_on_by_the_working_time_of_its_pauses(calendar: Calendar) -> None:
    filed = at("2026-11-23 10:00")

    # two hours on the day of filing, before the clock runs; then from Wednesday 16:30 to Friday 10:00
    paused = [pause("2026-11-23 14:00", "2026-11-23 16:00"), pause("2026-11-25 16:30", "2026-11-27 10:00")]

    assert days_limit(filed, 5, calendar=calendar).at == at("2026-11-30 17:30")
    assert days_limit(filed, 5, calendar=calendar, pauses=paused).at == at("2026-12-02 11:00")


def test_a_budget_of_nothing_ends_where_it_starts(calendar: Calendar) -> None:
    for start in ("2026-11-23 10:00", "2026-11-21 03:00", "2026-11-23 12:30", "2026-11-23 17:30"):
        assert add(at(start), 0, calendar=calendar, pauses=[pause("2026-11-01 00:00", "2026-11-30 00:00")]).at == at(start)


def test_time_over_national_day_counts_only_the_working_part(calendar: Calendar) -> None:
    assert elapsed(at("2026-09-30 16:30"), at("2026-10-08 09:30"), calendar=calendar) == HOUR + HOUR // 2
    assert elapsed(at("2026-10-01 00:00"), at("2026-10-08 09:00"), calendar=calendar) == 0
    assert elapsed(at("2025-12-31 23:59:59"), at("2026-12-31 23:59:59"), calendar=calendar) == 248 * DAY


def test_time_does_not_run_backwards(calendar: Calendar) -> None:
    assert elapsed(at("2026-11-24 10:00"), at("2026-11-23 10:00"), calendar=calendar) == 0
    assert between(date(2026, 11, 24), date(2026, 11, 23), calendar=calendar) == 0


def test_fractions_of_a_second_are_kept_and_never_rounded_up(calendar: Calendar) -> None:
    start = at("2026-11-23 11:59:59.400000")

    assert add(start, 1, calendar=calendar).at == at("2026-11-23 13:30:00.400000")
    assert elapsed(start, at("2026-11-23 13:30:00.399999"), calendar=calendar) == 0


def test_any_zone_will_do_and_none_will_not(calendar: Calendar) -> None:
    late_in_utc = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)  # Monday 07:59:59 in Shanghai

    assert hours_limit(late_in_utc, 1, calendar=calendar).at == at("2026-11-23 10:00")
    assert days_limit(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), 1, calendar=calendar).at == at("2026-11-25 17:30")
    assert str(hours_limit(late_in_utc, 1, calendar=calendar).at.tzinfo) == "Asia/Shanghai"

    naive = datetime(2026, 11, 23, 10)  # noqa: DTZ001
    aware = at("2026-11-23 10:00")
    for refused in (
        lambda: add(naive, 60, calendar=calendar),
        lambda: add(naive, 0, calendar=calendar),
        lambda: elapsed(naive, aware, calendar=calendar),
        lambda: elapsed(aware, naive, calendar=calendar),
        lambda: days_limit(naive, 1, calendar=calendar),
        lambda: calendar.is_working(naive),
        lambda: Span(naive, aware),
        lambda: Span(aware, naive),
    ):
        with pytest.raises(ValueError, match="time zone"):
            refused()


def test_what_cannot_be_asked(calendar: Calendar) -> None:
    monday = at("2026-11-23 10:00")

    with pytest.raises(ValueError, match="negative"):
        add(monday, -1, calendar=calendar)
    with pytest.raises(ValueError, match="working days"):
        days_limit(monday, 0, calendar=calendar)
    with pytest.raises(ValueError, match="before it starts"):
        Span(monday, at("2026-11-23 09:00"))
    with pytest.raises(OverflowError):
        add(monday, 10**12, calendar=calendar)
    with pytest.raises(OverflowError):
        nth_workday(monday.date(), 10**8, calendar=calendar)


def test_working_days_are_counted_after_the_first_and_up_to_the_last_date(calendar: Calendar) -> None:
    assert between(date(2026, 9, 30), date(2026, 10, 10), calendar=calendar) == 3
    assert between(date(2026, 2, 12), date(2026, 2, 26), calendar=calendar) == 5
    assert between(date(2025, 9, 30), date(2025, 10, 9), calendar=calendar) == 1
    assert between(date(2025, 12, 31), date(2026, 12, 31), calendar=calendar) == 248
    assert between(date(2026, 10, 1), date(2026, 10, 7), calendar=calendar) == 0


def test_working_days_are_found_both_ways(calendar: Calendar) -> None:
    assert nth_workday(date(2026, 10, 8), -1, calendar=calendar).on == date(2026, 9, 30)
    assert nth_workday(date(2026, 10, 4), -1, calendar=calendar).on == date(2026, 9, 30)
    assert nth_workday(date(2026, 10, 12), -3, calendar=calendar).on == date(2026, 10, 8)
    assert nth_workday(date(2026, 10, 4), 1, calendar=calendar).on == date(2026, 10, 8)
    assert nth_workday(date(2026, 10, 4), 0, calendar=calendar).on == date(2026, 10, 4)


OTHER_HOURS = [
    # (hours, from, working hours, until, seconds of a day)
    ([["08:30", "17:00"]], "2026-11-23 11:30", 2, "2026-11-23 13:30", 30_600),
    ([["08:30", "17:00"]], "2026-11-23 16:30", 1, "2026-11-24 09:00", 30_600),
    ([["09:00", "11:30"], ["14:00", "17:00"], ["18:30", "20:30"]], "2026-11-23 16:30", 2, "2026-11-23 20:00", 27_000),
    ([["09:00", "11:30"], ["14:00", "17:00"], ["18:30", "20:30"]], "2026-11-20 20:00", 1, "2026-11-23 09:30", 27_000),
    ([["09:00", "12:00"], ["12:00", "18:00"]], "2026-11-23 11:00", 8, "2026-11-24 10:00", 32_400),
    ([["09:00:30", "09:00:40"]], "2026-11-23 09:00", 0, "2026-11-23 09:00", 10),
]


@pytest.mark.parametrize(("spans", "start", "hours", "end", "standard"), OTHER_HOURS)
def test_every_community_has_its_own_hours(
    spans: list[list[str]], start: str, hours: int, end: str, standard: int, calendar: Calendar
) -> None:
    own = Calendar(calendar.days, Hours.from_json(spans))

    assert own.standard_day_seconds == standard
    assert hours_limit(at(start), hours, calendar=own).at == at(end)


def test_a_limit_in_days_means_the_communitys_own_days(calendar: Calendar) -> None:
    late = Calendar(calendar.days, Hours.from_json([["10:00", "16:00"], ["18:00", "21:00"]]))

    assert days_limit(at("2026-09-30 22:00"), 3, calendar=late).at == at("2026-10-10 21:00")


def test_summer_time_of_1986_to_1991_is_harmless(calendar: Calendar) -> None:
    # clocks went forward on Sunday 1988-04-17 02:00 and back on Sunday 1988-09-11 02:00
    for start, end in (("1988-04-15 16:30", "1988-04-18 10:00"), ("1988-09-09 16:30", "1988-09-12 10:00")):
        assert hours_limit(at(start), 2, calendar=calendar).at == at(end)
        assert elapsed(at(start), at(end), calendar=calendar) == 2 * HOUR
        assert hours_limit(at(start), 2, calendar=calendar).provisional

    opening = datetime(1988, 6, 15, 0, 0, tzinfo=UTC)  # 09:00 in Shanghai that summer
    assert add(opening, HOUR, calendar=calendar).at == at("1988-06-15 10:00")
