from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

import workdays
from workdays import SHANGHAI, Announced, CalendarRefused, Hours, days_limit, table
from workdays.models import PublishedYear, Workday

pytestmark = pytest.mark.django_db

NOTICE = "国办发明电〔2026〕9号"


@pytest.fixture(autouse=True)
def _as_in_a_new_process() -> None:
    """Other tests have published more versions than the days are kept of; the calendars made of them are kept longer."""
    table._calendar.cache_clear()
    table._days.cache_clear()


# an arrangement for 2027 made up for the tests
OFF_2027 = [
    *(Announced(date(2027, 1, 1) + timedelta(days=place), False, "元旦") for place in range(3)),
    *(Announced(date(2027, 2, 5) + timedelta(days=place), False, "春节") for place in range(9)),
    Announced(date(2027, 2, 14), True, "春节调休上班"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_the_table_is_there_from_the_first_migration() -> None:
    assert Workday.objects.count() == 8401
    assert Workday.objects.filter(date__year=2026, is_workday=True).count() == 248
    assert Workday.objects.get(date=date(2026, 10, 10)).notice_no == "国办发明电〔2025〕7号"
    assert list(PublishedYear.objects.order_by("year").values_list("year", flat=True)) == list(range(2004, 2027))
    assert PublishedYear.objects.get(year=2026).workdays == 248

    calendar = workdays.calendar()
    assert calendar.is_workday(date(2026, 10, 10))
    assert calendar.last_published_on == date(2026, 12, 31)
    assert calendar.standard_day_seconds == 25_200


def test_publishing_a_year_makes_its_deadlines_certain_and_says_from_when_to_compute_again() -> None:
    before = workdays.calendar()
    filed = at("2027-02-04 10:00")
    assert days_limit(filed, 3, calendar=before) == workdays.Moment(at("2027-02-09 17:30"), True)

    published = workdays.publish(2027, OFF_2027, notice_no=NOTICE)

    after = workdays.calendar()
    assert after.version != before.version
    assert days_limit(filed, 3, calendar=after) == workdays.Moment(at("2027-02-16 17:30"), False)
    assert published.first_changed_on == date(2027, 1, 1)
    assert published.workdays == Workday.objects.filter(date__year=2027, is_workday=True).count()
    assert Workday.objects.filter(date__year=2027).count() == 365
    assert set(Workday.objects.filter(date__year=2027).values_list("source", "notice_no")) == {("国务院通知", NOTICE)}
    # what the notice does not name is an ordinary day
    assert after.is_workday(date(2027, 10, 1))
    assert after.last_published_on == date(2027, 12, 31)


def test_publishing_the_same_again_changes_nothing() -> None:
    first = workdays.publish(2027, OFF_2027, notice_no=NOTICE)
    version = workdays.calendar().version

    assert workdays.publish(2027, list(reversed(OFF_2027)), notice_no=NOTICE) == first
    assert workdays.calendar().version == version


def test_a_later_notice_corrects_the_year_and_names_the_first_day_that_changed() -> None:
    workdays.publish(2027, OFF_2027, notice_no=NOTICE)

    corrected = workdays.publish(2027, [*OFF_2027, (date(2027, 9, 3), False, "纪念日")], notice_no="国办发明电〔2027〕1号")

    assert corrected.first_changed_on == date(2027, 9, 3)
    assert not workdays.calendar().is_workday(date(2027, 9, 3))
    assert PublishedYear.objects.filter(year=2027).count() == 2


def test_a_notice_may_arrange_the_last_days_of_the_year_before() -> None:
    published = workdays.publish(2027, [(date(2026, 12, 31), False, "元旦"), *OFF_2027], notice_no=NOTICE)

    assert published.first_changed_on == date(2026, 12, 31)
    assert not workdays.calendar().is_workday(date(2026, 12, 31))
    assert workdays.calendar().is_workday(date(2026, 12, 30))
    assert Workday.objects.get(date=date(2026, 12, 30)).notice_no == "国办发明电〔2025〕7号"


def test_correcting_a_year_leaves_the_days_the_next_notice_arranged() -> None:
    # Saturday 2018-12-29 is worked by the notice for 2019
    assert workdays.calendar().is_workday(date(2018, 12, 29))

    corrected = workdays.publish(2018, [(date(2018, 1, 1), False, "元旦")], notice_no="国办发明电〔2018〕99号")

    assert workdays.calendar().is_workday(date(2018, 12, 29))
    assert not workdays.calendar().is_workday(date(2018, 12, 31))
    assert corrected.workdays == Workday.objects.filter(date__year=2018, is_workday=True).count()


@pytest.mark.parametrize(
    ("rows", "notice_no", "message"),
    [
        ([], NOTICE, "没有一天是放假"),
        ([(date(2027, 2, 14), True, "")], NOTICE, "没有一天是放假"),
        ([(date(2026, 10, 1), False, "国庆节")], NOTICE, "2026-10-01 不属于 2027 年"),
        ([(date(2028, 1, 1), False, "元旦")], NOTICE, "不属于"),
        ([(date(2027, 1, 1), False, "元旦"), (date(2027, 1, 1), True, "")], NOTICE, "出现了两次"),
        (OFF_2027, "  ", "文号"),
    ],
)
def test_an_announcement_that_cannot_be_right_is_refused(rows: list, notice_no: str, message: str) -> None:
    version = workdays.calendar().version

    with pytest.raises(CalendarRefused, match=message):
        workdays.publish(2027, rows, notice_no=notice_no)

    assert workdays.calendar().version == version


def test_a_publication_rolled_back_leaves_no_trace_in_the_process() -> None:
    version = workdays.calendar().version

    def published_and_given_up() -> None:
        with transaction.atomic():
            workdays.publish(2027, OFF_2027, notice_no=NOTICE)
            assert workdays.calendar().published(2027)
            transaction.set_rollback(True)

    published_and_given_up()

    assert workdays.calendar().version == version
    assert not workdays.calendar().published(2027)


def test_the_table_is_read_once_and_its_version_asked_for_within_a_transaction() -> None:
    workdays.calendar()

    with CaptureQueriesContext(connection) as asked:
        workdays.calendar()
        workdays.calendar(Hours.from_json([["08:30", "17:00"]]))

    assert len(asked) == 2
    assert all("workdays_publishedyear" in query["sql"] for query in asked)


def test_calendars_of_one_version_share_their_days() -> None:
    own = workdays.calendar(Hours.from_json([["08:30", "17:00"]]))

    assert own.days is workdays.calendar().days
    assert workdays.calendar() is workdays.calendar(Hours())
    assert own.standard_day_seconds == 30_600


def test_the_database_knows_only_two_sources() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Workday.objects.create(date=date(2030, 1, 1), is_workday=False, source="听说")


def test_outside_a_transaction_the_version_is_remembered_for_a_moment() -> None:
    def shown_three_times() -> int:
        workdays.table.forget()
        with CaptureQueriesContext(connection) as asked:
            for _ in range(3):
                workdays.calendar()
        connection.close()
        return len([query for query in asked if "LIMIT 1" in query["sql"]])

    with ThreadPoolExecutor(1) as another_thread:  # with a connection of its own, in no transaction
        assert another_thread.submit(shown_three_times).result() == 1
    workdays.table.forget()
