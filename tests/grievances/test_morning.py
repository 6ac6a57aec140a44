"""The morning list: each specialist once on a working day, everything that is his and nothing else, at the same cost for any number."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import community
from community.kinds import PostKind
from community.models import Absence, Post
from grievances import morning, queues
from grievances.models import Grievance
from grievances.states import State
from notices.models import Choice, Notice
from tests import make
from workdays import SHANGHAI

THURSDAY = date(2026, 11, 19)


def at(hour=8, minute=40, day=THURSDAY):
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def told(person):
    return Notice.objects.filter(recipient=person, kind="morning", channel="app")


@pytest.fixture
def desk(here):
    """One submitted, one self-handled and urged, one overdue, one with a firm."""
    tickets = {
        "submitted": make.grievance(State.SUBMITTED, scene=here),
        "urged": make.grievance(State.ACCEPTED, scene=here),
        "late": make.grievance(State.IN_PROGRESS, scene=here),
        "away": make.grievance(State.IN_PROGRESS, scene=here),
    }
    Grievance.objects.filter(pk=tickets["urged"].pk).update(urges=2, title="催" * 60)
    Grievance.objects.filter(pk=tickets["late"].pk).update(promise_due_at=at() - timedelta(days=1), next_due_at=at() - timedelta(days=1))
    Grievance.objects.filter(pk=tickets["away"].pk).update(next_due_at=at() + timedelta(days=20))
    Grievance.objects.filter(pk=tickets["submitted"].pk).update(next_due_at=at(11, 0))
    Grievance.objects.filter(pk=tickets["urged"].pk).update(next_due_at=at() + timedelta(days=3))
    Notice.objects.all().delete()
    return tickets


def test_it_says_what_is_due_overdue_waiting_and_urged(here, desk):
    morning.send(at())

    notice = told(here.specialist_zl).get()
    numbers = {name: ticket.number for name, ticket in desk.items()}
    assert notice.title == "今日清单：到期 1，超期 1，待处理 2，催办 1"
    due, late, waiting, urged = notice.body.split("【")[1:]
    assert (numbers["submitted"] in due, numbers["late"] in late, numbers["urged"] in urged) == (True, True, True)
    assert numbers["submitted"] in waiting
    assert numbers["urged"] in waiting
    assert numbers["away"] not in notice.body
    assert "11:00 到期" in due
    assert f"{'催' * 24}…" in urged
    assert notice.link == "/queue/?queue=mine"


def test_it_comes_once_a_day_however_often_and_late_the_worker_looks(here, desk):
    assert morning.send(at(8, 39)) == 0
    assert morning.send(at(9, 55)) >= 1
    before = Notice.objects.count()

    assert morning.send(at(9, 56)) == 0
    assert morning.send(at(11, 59)) == 0
    assert Notice.objects.count() == before
    assert morning.send(at(day=THURSDAY + timedelta(days=1))) >= 1


@pytest.mark.parametrize("moment", [at(8, 39), at(12, 0), at(20, 0), at(day=date(2026, 11, 21)), at(day=date(2026, 10, 1))])
def test_not_before_not_after_noon_and_not_on_a_day_that_is_not_worked(here, desk, moment):
    assert morning.send(moment) == 0
    assert not Notice.objects.filter(kind="morning").exists()


def test_who_has_nothing_hears_nothing_and_who_is_away_neither(here, desk):
    post = Post.objects.get(user=here.specialist_zl, kind=PostKind.SPECIALIST)
    Absence.objects.create(post=post, from_at=at() - timedelta(days=1), until_at=at() + timedelta(days=1))

    morning.send(at())

    assert not told(here.specialist_zl).exists()
    assert not told(here.leader).exists()


def test_a_choice_is_respected(here, desk):
    type(here.specialist_zl).objects.filter(pk=here.specialist_zl.pk).update(email="zl@example.com")
    Choice.objects.create(user=here.specialist_zl, kind="morning", channel="email", wanted=False)

    morning.send(at())

    assert told(here.specialist_zl).count() == 1
    assert not Notice.objects.filter(kind="morning", channel="email", recipient=here.specialist_zl).exists()


def test_each_part_counts_what_the_queue_of_that_name_lists(here, desk, many_more):
    """count = len(list): for somebody who handles nothing of others, 今日到期 and 已超期 are the queues' own, cut to what is his."""
    person = community.attach(here.specialist_zl, at())
    rows = Grievance.objects.visible_to(person).filter(assignee=person)

    found = morning.lists([person], at())[person.pk]

    for code, label in (("due_today", "今日到期"), ("overdue", "已超期")):
        expected = queues.select(rows, code, person, at()).by_urgency().values_list("number", flat=True)
        assert found[label].count == len(expected)
        assert [ticket["number"] for ticket in found[label].tickets] == list(expected)[: morning.NAMED]
    assert found["今日到期"].count > morning.NAMED
    assert len(morning.words(found, at())[1]) < 2000


@pytest.fixture
def many_more(here, desk):
    """Twelve more due today."""
    rows = []
    for place in range(12):
        row = Grievance.objects.get(pk=desk["submitted"].pk)
        row.pk, row.number, row.title = None, f"MC250101-{place:06d}", "字" * 200
        row.next_due_at = at(10) + timedelta(seconds=place)
        rows.append(row)
    return Grievance.objects.bulk_create(rows)


def test_it_costs_the_same_for_any_number_of_specialists_and_tickets(here, desk, many_more):
    with CaptureQueriesContext(connection) as few:
        morning.send(at())
    for ticket in many_more[:5]:
        colleague = make.post(PostKind.SPECIALIST, community=here.community, unit=ticket.window).user
        Grievance.objects.filter(pk=ticket.pk).update(assignee=colleague)
    with CaptureQueriesContext(connection) as more:
        morning.send(at(day=THURSDAY + timedelta(days=1)))

    assert len(more) == len(few)
    assert Notice.objects.filter(kind="morning", channel="app").values("recipient").distinct().count() == 6
