"""Which notice of the State Council arranged which year, and the seed of the calendar made from it.

Days are those of the package `chinesecalendar`. Numbers were compared with the notices on gov.cn as reproduced by others;
for 2004 to 2006 none could be verified, and the package itself is cited.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2026

_UNVERIFIED: Final = "据 chinesecalendar"

NUMBERS: Final = {
    2007: "国办发明电〔2006〕49号",
    2008: "国办发明电〔2007〕52号",
    2009: "国办发明电〔2008〕42号",
    2010: "国办发明电〔2009〕27号",
    2011: "国办发明电〔2010〕40号",
    2012: "国办发明电〔2011〕45号",
    2013: "国办发明电〔2012〕33号",
    2014: "国办发明电〔2013〕28号",
    2015: "国办发明电〔2014〕28号",
    2016: "国办发明电〔2015〕18号",
    2017: "国办发明电〔2016〕17号",
    2018: "国办发明电〔2017〕12号",
    2019: "国办发明电〔2018〕15号",
    2020: "国办发明电〔2019〕16号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}

# later notices that changed some days of a year
_CHANGES: Final = (
    (date(2015, 9, 3), date(2015, 9, 6), "国发明电〔2015〕1号"),
    (date(2019, 4, 28), date(2019, 5, 5), "国办发明电〔2019〕3号"),
    (date(2020, 1, 31), date(2020, 2, 2), "国办发明电〔2020〕1号"),
)


class SeedDay(NamedTuple):
    """One row of the calendar."""

    date: date
    is_workday: bool
    name: str
    notice_no: str


def number(year: int) -> str:
    """The number of the notice for `year`, or whose word we took for it."""
    return NUMBERS.get(year, _UNVERIFIED)


def seed_days() -> Iterator[SeedDay]:
    """Every day from 2004 to 2026, oldest first."""
    # needed once in the life of a database; the servers never load it
    from chinese_calendar import Holiday
    from chinese_calendar.constants import holidays, workdays

    chinese = {holiday.value: holiday.chinese for holiday in Holiday}
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= LAST_YEAR:
        name = chinese.get(holidays.get(day) or workdays.get(day) or "", "")
        worked = day in workdays or (day.weekday() < 5 and day not in holidays)
        label = f"{name}调休上班" if name and worked else name
        yield SeedDay(day, worked, label, _number_for(day, name))
        day += timedelta(days=1)


def _number_for(day: date, name: str) -> str:
    for start, end, changed_by in _CHANGES:
        if start <= day <= end:
            return changed_by
    # the notice of a year also arranges the last days of December before it
    return number(day.year + 1 if name == "元旦" and day.month == 12 else day.year)
