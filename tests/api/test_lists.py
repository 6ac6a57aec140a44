"""Lists: filters as promised and no others, pages that neither repeat nor lose a row, a number of queries that does not grow."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grievances.models import Grievance
from tests import make
from tests.api.calling import Callers

STATES = ("submitted", "returned", "accepted", "dispatched", "in_progress", "suspended", "awaiting_feedback", "closed", "rated", "rejected")


@pytest.fixture(scope="module")
def stage(stage, django_db_blocker):
    """One ticket in each state and five more to accept, filed an hour apart so that the order of filing and of deadlines is known."""
    with django_db_blocker.unblock():
        now = timezone.now()
        for hours, state in enumerate(("submitted",) * 5 + STATES, start=1):
            make.grievance(state, scene=stage, at=now - timedelta(hours=hours), title=f"编号{hours:02}号 {state}")
        stage.by = Callers(stage, ("manager", "specialist_zl", "specialist_dj", "partner", "street", "leader", "operator"))
        yield stage


@pytest.fixture
def by(here):
    return here.by


def numbers(caller, path="community/grievances/", **query):
    answer = caller.get(path, **query)
    assert answer.status_code == 200, answer.content.decode()
    return [row["number"] for row in answer.json()["results"]]


def walk(caller, path, link="next", **query):
    """Every row from the first page on, and the pages; an address answered is followed as it is."""
    pages, answer = [], caller.get(path, **query).json()
    while True:
        pages.append([row["number"] for row in answer["results"]])
        if not answer[link]:
            return pages, answer
        answer = caller.get(answer[link]).json()


def rows_where(here, **facts):
    return set(Grievance.objects.filter(enterprise=here.enterprise, **facts).values_list("number", flat=True))


def test_the_filters_of_the_promise(by, here):
    caller = by.specialist_zl
    park, grid = here.park.code, here.grid.code
    building = Grievance.objects.first().building_id

    assert set(numbers(caller, state="accepted")) == rows_where(here, state="accepted")
    assert set(numbers(caller, state="accepted,closed")) == rows_where(here, state__in=["accepted", "closed"])
    assert set(numbers(caller, state="open")) | set(numbers(caller, state="over")) == rows_where(here)
    assert set(numbers(caller, unit="LAW1")) == rows_where(here, unit__code="LAW1")
    assert set(numbers(caller, window="ZL")) == rows_where(here, window__code="ZL")
    assert set(numbers(caller, grid=grid)) == set(numbers(caller, park=park)) == set(numbers(caller, building=building)) == rows_where(here)
    assert set(numbers(caller, service_item="ZL02")) == rows_where(here)
    assert numbers(caller, service_item="DJ01") == []
    assert numbers(caller, overdue="true") == []
    assert set(numbers(caller, overdue="false")) == rows_where(here)
    assert set(numbers(caller, q="编号03号")) == rows_where(here, title__startswith="编号03号")
    since = (timezone.now() - timedelta(hours=4, minutes=30)).isoformat()
    assert len(numbers(caller, created_after=since)) == 4
    assert len(numbers(caller, created_before=since)) == len(rows_where(here)) - 4
    assert len(numbers(caller, created_after="2020-01-01")) == len(rows_where(here))


def test_several_states_may_be_given_apart(by, here):
    answer = by.specialist_zl.client.get("/api/v1/community/grievances/?state=accepted&state=closed")

    assert {row["number"] for row in answer.json()["results"]} == rows_where(here, state__in=["accepted", "closed"])


def test_each_queue_by_who_asks(by, here):
    assert set(numbers(by.specialist_zl, queue="unassigned")) == rows_where(here, state="submitted")
    assert set(numbers(by.partner, queue="to_accept")) == rows_where(here, state="dispatched")
    assert numbers(by.specialist_zl, queue="to_accept") == []
    assert set(numbers(by.partner, queue="mine")) == rows_where(
        here, state__in=["dispatched", "in_progress", "suspended", "awaiting_feedback"]
    )
    assert set(numbers(by.manager, "enterprise/grievances/", queue="to_rate")) == rows_where(here, state="closed")
    assert set(numbers(by.specialist_zl, queue="waiting_enterprise")) == rows_where(here, state="returned")
    assert set(numbers(by.specialist_zl, queue="window")) == rows_where(here, window__code="ZL", ended_at__isnull=True)
    assert numbers(by.specialist_dj, queue="window") == []
    for queue in ("mine", "due_today", "overdue", "co_handling"):
        assert by.specialist_zl.get("community/grievances/", queue=queue).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1", "state=flying", "state=accepted,flying", "queue=all", "overdue=perhaps", "overdue=2", "building=x", "building=-1",
        "building=NaN", "building=1e400", "created_after=yesterday", "created_before=2026-13-40", "page_size=0", "page_size=-1",
        "page_size=x", "page_size=1.5", "page_size=%EF%BC%91", "cursor=x", "cursor=W10=", "channel=pigeon", "priority=1", "q=" + "长" * 61,
        "unit=A&unit=B", "ordering=title", "order_by=id", "fields=body", "enterprise__name=x", "state__in=draft", "measure=on_time", "format=api",
        "q=%00", "state=%00",
    ],
)  # fmt: skip
def test_an_unknown_filter_or_a_bad_value_is_400(query, by):
    answer = by.specialist_zl.client.get(f"/api/v1/community/grievances/?{query}")

    body = answer.json()
    assert (answer.status_code, set(body)) == (400, {"code", "message", "fields", "request_id"})
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["message"])


@pytest.mark.parametrize("path", ["community/units/", "community/service-items/", "community/history/"])
def test_an_unknown_filter_is_400_on_every_list(path, by):
    assert by.specialist_zl.get(path, nonsense=1).status_code == 400


def test_a_page_is_fifty_rows_unless_asked_and_never_more_than_two_hundred(by):
    answer = by.specialist_zl.get("community/service-items/").json()

    assert len(answer["results"]) == 50
    rest = by.specialist_zl.get(answer["next"]).json()
    assert len(rest["results"]) == 7
    assert rest["next"] is None
    assert len(by.specialist_zl.get("community/service-items/", page_size=100000).json()["results"]) == 57


@pytest.mark.parametrize(("query", "column", "descending"), [({"state": "open"}, "next_due_at", False), ({}, "submitted_at", True)])
def test_what_is_open_comes_by_deadline_and_the_rest_from_the_newest(query, column, descending, by):
    rows = by.specialist_zl.get("community/grievances/", **query).json()["results"]

    values = [row[column] for row in rows]
    assert values == sorted(values, reverse=descending)
    assert len(rows) > 5


@pytest.mark.parametrize("query", [{"state": "open"}, {}])
def test_pages_forward_and_back_are_the_list(query, by, here):
    whole = numbers(by.specialist_zl, **query)

    forward, last = walk(by.specialist_zl, "community/grievances/", page_size=4, **query)
    backward, first = walk(by.specialist_zl, last["previous"] or "", link="previous")

    assert [number for page in forward for number in page] == whole
    assert [number for page in reversed(backward) for number in page] + forward[-1] == whole
    assert first["next"]
    assert {len(page) for page in forward[:-1]} == {4}


def test_rows_added_meanwhile_neither_repeat_nor_hide_another(by, here):
    first = by.specialist_zl.get("community/grievances/", page_size=5).json()
    before = numbers(by.specialist_zl)

    make.grievance(scene=here, at=timezone.now())  # sorts before everything
    make.grievance(scene=here, at=timezone.now() - timedelta(hours=3))  # sorts into the page already read
    second = by.specialist_zl.get(first["next"]).json()
    back = by.specialist_zl.get(second["previous"]).json()

    assert [row["number"] for row in second["results"]] == before[5:10]
    assert [row["number"] for row in back["results"]] == [
        row["number"] for row in by.specialist_zl.get("community/grievances/").json()["results"]
    ][2:7]


def test_a_row_that_is_settled_meanwhile_leaves_the_others_in_place(by, here):
    first = by.specialist_zl.get("community/grievances/", state="open", page_size=5).json()
    before = numbers(by.specialist_zl, state="open")
    gone = Grievance.objects.get(number=before[4])

    Grievance.objects.filter(pk=gone.pk).update(next_due_at=gone.next_due_at + timedelta(days=30))
    second = by.specialist_zl.get(first["next"]).json()

    assert [row["number"] for row in second["results"]] == before[5:10]


def test_drafts_come_first_and_their_pages_join(by, here):
    drafts = [make.grievance("draft", scene=here, at=timezone.now()).number for _ in range(3)]

    pages, _ = walk(by.manager, "enterprise/grievances/", page_size=2)

    whole = [number for page in pages for number in page]
    assert whole[:3] == drafts[::-1]
    assert len(whole) == len(set(whole)) == len(rows_where(here))


def test_a_cursor_of_one_order_is_nothing_to_another(by):
    link = by.specialist_zl.get("community/grievances/", page_size=2).json()["next"]
    cursor = parse_qs(urlsplit(link).query)["cursor"][0]

    assert by.specialist_zl.get("community/grievances/", state="open", cursor=cursor).status_code == 400
    assert by.specialist_zl.get("community/units/", cursor=cursor).status_code == 400


def _queries(caller, path, **query):
    with CaptureQueriesContext(connection) as captured:
        answer = caller.get(path, **query)
    assert answer.status_code == 200
    return len(captured), len(answer.json()["results"])


@pytest.mark.parametrize(
    ("who", "path", "query"),
    [
        ("manager", "enterprise/grievances/", {}),
        ("specialist_zl", "community/grievances/", {}),
        ("specialist_zl", "community/grievances/", {"queue": "mine"}),
        ("partner", "community/grievances/", {}),
        ("partner", "community/history/", {}),
        ("street", "street/grievances/", {}),
        ("street", "street/grievances/", {"measure": "rated", "part": "base"}),
        ("specialist_zl", "community/units/", {}),
        ("specialist_zl", "community/service-items/", {}),
        ("manager", "enterprise/service-items/", {}),
    ],
)
def test_a_longer_page_takes_no_more_queries(who, path, query, by):
    caller = getattr(by, who)
    caller.get(path)  # the token's "last used" is written once a minute

    few, short = _queries(caller, path, page_size=1, **query)
    many, long = _queries(caller, path, **query)

    assert long > short >= 1 or path == "community/history/"
    # One more where there are ratings to read, whatever their number.
    assert many <= few + 1
    assert many <= 6


def test_lists_of_places_take_no_more_queries_when_there_are_more(by, here):
    by.street.get("street/parks/")
    before = {path: _queries(by.street, path)[0] for path in ("street/parks/", "street/enterprises/")}
    for _ in range(6):
        make.enterprise(building=make.building(park=make.park(community=here.community, operator=here.operator_unit)))

    for path, count in before.items():
        queries, rows = _queries(by.street, path)
        assert queries == count
        assert rows > 6
