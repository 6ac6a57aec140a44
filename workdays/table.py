"""The calendar in the database: reading it cheaply, and putting a new year on file."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction

from workdays.calendars import Calendar, Days
from workdays.hours import DEFAULT_HOURS, Hours

if TYPE_CHECKING:
    from workdays.models import PublishedYear, Workday

RECHECK_SECONDS = 5

_seen: tuple[float, str] | None = None


class CalendarRefused(ValueError):
    """An announcement that cannot be right; the message is Chinese."""


class Announced(NamedTuple):
    """One day of a notice: a holiday, or a weekend day that is worked. A plain tuple does as well."""

    date: date
    is_workday: bool
    name: str = ""


def calendar(hours: Hours | None = None) -> Calendar:
    """The calendar as it is on file, with the hours of a community; kept in the process until the table changes.

    Inside a transaction, where deadlines are written, the version is asked for every time (one row by primary key).
    Outside, where they are only shown, at most every five seconds.
    """
    return _calendar(_version(), hours or DEFAULT_HOURS)


def publish(year: int, rows: Iterable[Announced | tuple[date, bool, str]], *, notice_no: str) -> "PublishedYear":
    """Put the arrangement for `year` on file: `rows` are what the notice names, the rest is Monday to Friday.

    Days of the December before may be among the rows, as they were in the notices for 2007, 2008, 2012 and 2019.
    Publishing a year again corrects it; what changes nothing returns the row on file. Deadlines from
    `first_changed_on` on are for the upper apps to compute again; compare `Calendar.version`. Raises `CalendarRefused`.
    """
    from workdays.models import PublishedYear, Workday

    announced = _checked(year, rows, notice_no)
    with transaction.atomic():
        newest = PublishedYear.objects.select_for_update(no_key=True).order_by("-id").first()
        days = _whole_year(year, announced, notice_no)
        changed = _changed(days)
        on_file = PublishedYear.objects.filter(year=year).order_by("-id").first()
        if newest and on_file and not changed and on_file.notice_no == notice_no:
            return on_file
        Workday.objects.bulk_create(
            days,
            update_conflicts=True,
            unique_fields=["date"],
            update_fields=["is_workday", "name", "source", "notice_no"],
        )
        published = PublishedYear.objects.create(
            year=year,
            notice_no=notice_no,
            workdays=Workday.objects.filter(date__year=year, is_workday=True).count(),
            first_changed_on=min(changed, default=date(year, 1, 1)),
        )
        forget()
        transaction.on_commit(forget)
    return published


class Foreseen(NamedTuple):
    """What putting an arrangement on file would make of the calendar; `changed`: the days that would be worked otherwise, oldest first."""

    days: Days
    changed: list[date]
    workdays: int


def foresee(year: int, rows: Iterable[Announced | tuple[date, bool, str]], *, notice_no: str) -> Foreseen:
    """What `publish` would do; nothing is written. Raises `CalendarRefused`."""
    from workdays.models import PublishedYear, Workday

    found = _whole_year(year, _checked(year, rows, notice_no), notice_no)
    known = dict(Workday.objects.values_list("date", "is_workday")) | {day.date: day.is_workday for day in found}
    years = {*PublishedYear.objects.values_list("year", flat=True), year}
    worked = sum(is_workday for day, is_workday in known.items() if day.year == year)
    return Foreseen(Days(known, years), sorted(_changed(found)), worked)


def forget() -> None:
    """Ask the database again at the next reading."""
    global _seen
    _seen = None


def _version() -> str:
    global _seen
    if connection.in_atomic_block:
        return _asked()
    if _seen is None or monotonic() - _seen[0] > RECHECK_SECONDS:
        _seen = (monotonic(), _asked())
    return _seen[1]


def _asked() -> str:
    # Asked in every transaction that writes a deadline, so without the cost of building the query.
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM workdays_publishedyear ORDER BY id DESC LIMIT 1")
        newest = cursor.fetchone()
    return str(newest[0]) if newest else ""


@lru_cache(maxsize=64)
def _calendar(version: str, hours: Hours) -> Calendar:
    return Calendar(_days(version), hours, version + hours.mark)


@lru_cache(maxsize=8)
def _days(version: str) -> Days:
    from workdays.models import PublishedYear, Workday

    if not version:
        return Days({}, ())
    return Days(
        dict(Workday.objects.values_list("date", "is_workday")),
        PublishedYear.objects.values_list("year", flat=True).distinct(),
    )


def _checked(year: int, rows: Iterable[Announced | tuple[date, bool, str]], notice_no: str) -> dict[date, Announced]:
    if not notice_no.strip():
        raise CalendarRefused("请填写国务院办公厅通知的文号，如 国办发明电〔2025〕7号。")
    announced: dict[date, Announced] = {}
    for row in rows:
        day = Announced(*row)
        if not date(year - 1, 12, 1) <= day.date <= date(year, 12, 31):
            raise CalendarRefused(f"{day.date:%Y-%m-%d} 不属于 {year} 年的安排，请核对年份。")
        if day.date in announced:
            raise CalendarRefused(f"{day.date:%Y-%m-%d} 出现了两次，请删去一行。")
        announced[day.date] = day
    if not any(not day.is_workday for day in announced.values()):
        raise CalendarRefused(f"没有一天是放假，请把 {year} 年通知里的放假和调休上班日期都填上。")
    return announced


def _whole_year(year: int, announced: dict[date, Announced], notice_no: str) -> list["Workday"]:
    from workdays.models import PublishedYear, Workday

    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    days = {date(year, 1, 1) + timedelta(days=place) for place in range(length)} | set(announced)
    # the notice for the next year may have arranged the last days of this one; correcting this year leaves them
    later = PublishedYear.objects.filter(year=year + 1).values("notice_no")
    days -= set(
        Workday.objects.filter(date__year=year, date__month=12, notice_no__in=later)
        .exclude(date__in=list(announced))
        .values_list("date", flat=True)
    )
    return [
        Workday(
            date=day,
            is_workday=announced[day].is_workday if day in announced else day.weekday() < 5,
            name=announced[day].name if day in announced else "",
            source=Workday.Source.NOTICE,
            notice_no=notice_no,
        )
        for day in sorted(days)
    ]


def _changed(days: list["Workday"]) -> list[date]:
    """The days that are not worked as they were until now."""
    from workdays.models import Workday

    before = calendar()
    on_file = set(Workday.objects.filter(date__in=[day.date for day in days]).values_list("date", flat=True))
    return [
        day.date
        for day in days
        if day.is_workday != before.is_workday(day.date) or (day.date not in on_file and not before.published(day.date.year))
    ]
