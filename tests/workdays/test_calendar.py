from datetime import date, datetime, timedelta

import chinese_calendar
import pytest

from tests.workdays import oracle
from workdays import SHANGHAI, Calendar, Hours, HoursRefused
from workdays.calendars import Days
from workdays.notices import seed_days


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_make_up_weekends_are_worked_and_holidays_are_not(calendar: Calendar) -> None:
    for day in oracle.MADE_UP:
        assert calendar.is_workday(day), day
    for day in oracle.OFF:
        assert not calendar.is_workday(day), day


@pytest.mark.parametrize(
    ("year", "workdays"), [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
)
def test_a_year_has_as_many_working_days_as_announced(year: int, workdays: int, calendar: Calendar) -> None:
    days = (date(year, 1, 1) + timedelta(days=place) for place in range(366))

    assert sum(calendar.is_workday(day) for day in days if day.year == year) == workdays


def test_unannounced_years_are_presumed_and_never_raise(calendar: Calendar) -> None:
    assert calendar.published(2004)
    assert calendar.published(2026)
    assert not calendar.published(2027)
    assert not calendar.published(2003)
    assert calendar.last_published_on == date(2026, 12, 31)
    # Friday 2027-01-01, Spring Festival (from 6 February) and the National Day wait for the notice
    assert calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 2, 8))
    assert calendar.is_workday(date(2027, 10, 1))
    for year in (1, 1949, 1986, 2003, 2027, 2099, 2100, 2999, 9999):
        assert calendar.is_workday(date(year, 6, 15)) == (date(year, 6, 15).weekday() < 5)


def test_without_any_announcement_everything_is_presumed() -> None:
    empty = Calendar(Days({}, ()))

    assert empty.last_published_on == date.min
    assert empty.provisional(date(2026, 1, 1), date(2026, 1, 1))
    assert empty.is_workday(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("today", "missing"),
    [("2026-11-01", None), ("2026-11-02", 2027), ("2026-12-31", 2027), ("2027-01-01", 2027), ("2027-12-31", 2027), ("2026-01-01", None)],
)
def test_a_missing_notice_is_noticed_sixty_days_ahead(today: str, missing: int | None, calendar: Calendar) -> None:
    assert calendar.missing_year(date.fromisoformat(today)) == missing


def test_a_stretch_is_provisional_when_any_year_of_it_is(calendar: Calendar) -> None:
    assert not calendar.provisional(date(2004, 1, 1), date(2026, 12, 31))
    assert calendar.provisional(date(2026, 12, 31), date(2027, 1, 1))
    assert calendar.provisional(date(2027, 1, 1), date(2026, 12, 31))
    assert calendar.provisional(date(2003, 12, 31), date(2028, 1, 1))


def test_the_clock_runs_from_opening_until_just_before_closing(calendar: Calendar) -> None:
    assert calendar.opening(date(2026, 11, 23)) == at("2026-11-23 09:00")
    assert calendar.closing(date(2026, 11, 23)) == at("2026-11-23 17:30")
    assert calendar.standard_day_seconds == 7 * 3600
    running = {"09:00": True, "11:59:59": True, "12:00": False, "13:29:59": False, "13:30": True, "17:29:59": True, "17:30": False}
    for clock, expected in running.items():
        assert calendar.is_working(at(f"2026-11-23 {clock}")) is expected, clock
    assert calendar.is_working(at("2026-10-10 10:00"))
    assert not calendar.is_working(at("2026-10-05 10:00"))
    assert not calendar.is_working(at("2026-11-21 10:00"))


def test_hours_are_read_as_they_are_written() -> None:
    for spans in ([["09:00", "12:00"], ["13:30", "17:30"]], [["08:30", "17:00"]], [["00:00", "23:59:59"]]):
        assert Hours.from_json(spans).to_json() == spans
    assert Hours.from_json([["09:00", "12:00"], ["13:30", "17:30"]]) == Hours()


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ([], "不能为空"),
        ([["09:00", "09:00"]], "晚于开始"),
        ([["17:00", "09:00"]], "晚于开始"),
        ([["09:00", "12:00"], ["11:00", "17:00"]], "不能重叠"),
        ([["13:30", "17:30"], ["09:00", "12:00"]], "按先后"),
        ([["09:00"]], "写法"),
        ([["九点", "12:00"]], "写法"),
        ([["09:00", "24:00"]], "写法"),
        ([["09:00+08:00", "12:00+08:00"]], "写到分"),
        (["09:00", "12:00"], "写法"),
        ([[9, 12]], "写法"),
    ],
)
def test_hours_that_make_no_day_are_refused(spans: list[list[str]], message: str) -> None:
    with pytest.raises(HoursRefused, match=message):
        Hours.from_json(spans)


def test_the_seed_covers_every_day_and_cites_its_notices() -> None:
    days = {day.date: day for day in seed_days()}

    assert len(days) == 8401
    assert (min(days), max(days)) == (date(2004, 1, 1), date(2026, 12, 31))
    assert all(day.notice_no for day in days.values())
    assert all(day.is_workday == chinese_calendar.is_workday(day.date) for day in days.values())
    cited = {
        date(2026, 10, 10): (True, "国庆节调休上班", "国办发明电〔2025〕7号"),
        date(2026, 2, 17): (False, "春节", "国办发明电〔2025〕7号"),
        date(2026, 11, 23): (True, "", "国办发明电〔2025〕7号"),
        date(2025, 10, 6): (False, "中秋", "国办发明电〔2024〕12号"),
        date(2020, 1, 31): (False, "春节", "国办发明电〔2020〕1号"),
        date(2019, 5, 5): (True, "劳动节调休上班", "国办发明电〔2019〕3号"),
        date(2018, 12, 29): (True, "元旦调休上班", "国办发明电〔2018〕15号"),
        date(2004, 1, 1): (False, "元旦", "据 chinesecalendar"),
    }
    for day, expected in cited.items():
        assert days[day][1:] == expected, day
