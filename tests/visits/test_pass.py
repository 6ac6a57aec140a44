"""The pass under bad luck: two at once, cut off in the middle, an enterprise that leaves, a calendar that is published."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import DatabaseError
from django.db.utils import InterfaceError

import workdays
from audit.models import Entry
from enterprises import registry
from tests import make
from tests.grievances.test_settling_cut_off import cut  # noqa: F401 - a fixture
from tests.threads import together
from visits import owed, recalculate, tasks
from visits.models import Reason, Task

AT = make.WEDNESDAY
TODAY = AT.date()


@pytest.fixture
def here():
    here = make.scene()
    make.visit_class(make.trigger("newly_arrived"), make.trigger("key_listed", workdays=None, every="quarter"), community=here.community)
    for _ in range(3):
        make.key_listing(enterprise=make.enterprise(park=here.park, from_on=TODAY), from_on=date(2026, 10, 9))
    return here


def rows():
    return sorted(Reason.objects.values_list("enterprise", "trigger", "occurred_on", "due_on")), sorted(
        Task.objects.values_list("enterprise", "due_on")
    )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_end_in_the_same_rows(here):
    outcomes = together(*[partial(owed.reckon, here.community, AT)] * 3)

    assert sorted(outcome.found for outcome in outcomes) == [0, 0, 6]
    assert (Reason.objects.count(), Task.objects.count()) == (6, 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["visits_reason", "visits_task"])
def test_cut_off_in_the_middle_it_leaves_nothing_and_the_next_writes_all(here, cut, table):  # noqa: F811
    install, remove = cut
    install(table, "true")

    with pytest.raises((DatabaseError, InterfaceError)):
        owed.reckon(here.community, AT)
    remove()

    assert not Reason.objects.exists()
    assert not Task.objects.exists()
    assert owed.reckon(here.community, AT).found == 6


@pytest.mark.django_db
def test_the_task_may_run_twice(here):
    tasks.reckon(community=here.community.pk)
    before = rows()

    assert tasks.reckon(community=here.community.pk) == 0
    assert rows() == before


@pytest.mark.django_db
def test_nothing_is_owed_any_more_to_who_has_moved_out(here):
    owed.reckon(here.community, AT)
    gone = Task.objects.order_by("pk").first()

    registry.move_out(gone.enterprise, at=AT + timedelta(days=2), by=None)
    owed.reckon(here.community, AT + timedelta(days=2))

    gone.refresh_from_db()
    assert gone.state == "lapsed"
    assert set(Reason.objects.filter(enterprise=gone.enterprise_id).values_list("ending", flat=True)) == {"gone"}
    assert Task.objects.open().count() == 2


@pytest.mark.django_db
def test_a_published_calendar_moves_what_is_owed_and_says_so_once(here):
    late = datetime(2026, 12, 24, 10, tzinfo=make.SHANGHAI)
    firm = make.enterprise(park=here.park)
    firm.tenancies.update(recorded_at=late, from_on=late.date())
    owed.reckon(here.community, late)
    mine = Reason.objects.get(enterprise=firm)
    assert (mine.due_on, mine.provisional) == (date(2027, 1, 7), True)  # Monday to Friday, 1 January too

    workdays.publish(2027, [(date(2027, 1, 1), False, "元旦"), (date(2027, 2, 5), False, "春节")], notice_no="国办发明电〔2026〕9号")
    moved = [recalculate.after_publication(here.community, late) for _ in range(2)]

    mine.refresh_from_db()
    assert (mine.due_on, mine.provisional) == (date(2027, 1, 8), False)
    assert Task.objects.get(enterprise=firm).due_on == date(2027, 1, 8)
    assert moved == [1, 0]
    assert Entry.objects.filter(action="visit_deadlines_moved").count() == 1


@pytest.mark.django_db
def test_a_clock_that_steps_back_ends_nothing(here):
    make.visit_class(make.trigger("asked_on_site", workdays=2), community=here.community, closing="visited_or_gone")
    make.grievance("accepted", scene=here)
    owed.reckon(here.community, AT + timedelta(days=1))
    before = rows()

    owed.reckon(here.community, AT - timedelta(days=1))

    assert rows() == before
    assert not Reason.objects.exclude(ended_on=None).exists()
