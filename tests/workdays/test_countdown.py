from datetime import datetime

import pytest

from workdays import SHANGHAI, Calendar, Hours, Level, level, remaining

HOUR = 3600


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "due", "label"),
    [
        ("2026-11-23 09:00", "2026-11-25 13:30", "剩 2 天 3 小时"),
        ("2026-11-23 09:00", "2026-11-24 17:30", "剩 2 天"),
        ("2026-11-23 09:00:01", "2026-11-24 17:30", "剩 1 天 6 小时"),
        ("2026-11-23 11:12", "2026-11-23 15:00", "剩 2 小时 18 分"),
        ("2026-11-23 10:00", "2026-11-23 12:00", "剩 2 小时"),
        ("2026-11-23 11:42", "2026-11-23 12:00", "剩 18 分"),
        ("2026-11-23 11:59:30", "2026-11-23 12:00", "剩不足 1 分钟"),
        ("2026-11-23 12:00", "2026-11-23 12:00", "现在到期"),
        ("2026-11-20 18:00", "2026-11-23 09:30", "剩 30 分"),
        ("2026-09-30 16:30", "2026-10-08 10:00", "剩 2 小时"),
        ("2026-11-23 14:12", "2026-11-23 09:30", "超期 3 小时 12 分"),
        ("2026-11-24 09:42", "2026-11-23 14:00", "超期 4 小时 12 分"),
        ("2026-11-25 13:30", "2026-11-23 09:00", "超期 2 天 3 小时"),
        ("2026-11-21 10:00", "2026-11-20 17:30", "已超期"),
        ("2026-11-23 10:00:30", "2026-11-23 10:00", "已超期"),
    ],
)
def test_what_is_left_is_said_in_working_time(now: str, due: str, label: str, calendar: Calendar) -> None:
    assert remaining(at(now), at(due), calendar=calendar).label == label


def test_what_is_over_is_negative_and_says_so_even_before_work_begins_again(calendar: Calendar) -> None:
    friday = at("2026-11-20 17:30")

    assert remaining(at("2026-11-20 16:30"), friday, calendar=calendar).seconds == HOUR
    saturday = remaining(at("2026-11-21 10:00"), friday, calendar=calendar)
    assert (saturday.seconds, saturday.workdays, saturday.overdue) == (0, 0, True)
    tuesday = remaining(at("2026-11-24 10:00"), friday, calendar=calendar)
    assert (tuesday.seconds, tuesday.workdays, tuesday.overdue) == (-8 * HOUR, 1, True)


def test_a_day_is_a_day_of_the_calendar(calendar: Calendar) -> None:
    long_day = Calendar(calendar.days, Hours.from_json([["08:00", "18:00"]]))

    assert remaining(at("2026-11-23 08:00"), at("2026-11-24 09:00"), calendar=long_day).label == "剩 1 天 1 小时"
    assert remaining(at("2026-11-23 08:00"), at("2026-11-23 17:59"), calendar=long_day).label == "剩 9 小时 59 分"


@pytest.mark.parametrize(
    ("now", "due", "budget", "lamp"),
    [
        ("2026-11-23 10:00", "2026-11-25 17:30", 5 * 7 * HOUR, Level.GREEN),
        ("2026-11-23 17:29", "2026-11-24 17:30", 5 * 7 * HOUR, Level.GREEN),
        ("2026-11-23 17:30", "2026-11-24 17:30", 5 * 7 * HOUR, Level.AMBER),
        ("2026-11-20 18:00", "2026-11-23 17:30", 5 * 7 * HOUR, Level.AMBER),
        ("2026-11-22 10:00", "2026-11-23 17:30", None, Level.AMBER),
        ("2026-11-24 00:00", "2026-11-24 17:30", 5 * 7 * HOUR, Level.ORANGE),
        ("2026-11-24 17:30", "2026-11-24 17:30", 5 * 7 * HOUR, Level.ORANGE),
        ("2026-11-24 17:30:01", "2026-11-24 17:30", 5 * 7 * HOUR, Level.RED),
        ("2026-11-21 10:00", "2026-11-20 17:30", None, Level.RED),
        ("2026-11-23 09:30", "2026-11-23 14:30", 4 * HOUR, Level.AMBER),
        ("2026-11-23 11:30", "2026-11-23 14:30", 4 * HOUR, Level.ORANGE),
        ("2026-11-23 09:30", "2026-11-23 14:30", None, Level.ORANGE),
    ],
)
def test_the_lamp_follows_the_working_time_left(now: str, due: str, budget: int | None, lamp: Level, calendar: Calendar) -> None:
    assert level(at(now), at(due), budget, calendar=calendar) is lamp


def test_a_paused_clock_is_grey(calendar: Calendar) -> None:
    assert level(at("2026-11-23 10:00"), at("2026-11-20 17:30"), None, calendar=calendar, paused=True) is Level.GREY


def test_a_lamp_is_never_without_words() -> None:
    assert [lamp.label for lamp in Level] == ["时间充裕", "不足一个工作日", "今天到期", "已超期", "停计时"]
