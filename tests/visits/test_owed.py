"""Who is owed a visit, since when and until when."""

from datetime import date, datetime, timedelta

import pytest

from tests import make
from visits import owed
from visits.models import Reason, Task

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY  # 2026-11-18
TODAY = AT.date()


def _on(day: date) -> datetime:
    return datetime.combine(day, AT.timetz())


def test_a_firm_that_arrived_is_owed_a_visit_within_ten_working_days():
    here = make.scene()
    make.visit_class(make.trigger("newly_arrived"), community=here.community)
    firm = make.enterprise(park=here.park, from_on=TODAY - timedelta(days=3))

    outcome = owed.reckon(here.community, AT)

    reason = Reason.objects.get()
    assert outcome == owed.Outcome(found=1, opened=1, gone=0)
    assert (reason.enterprise, reason.since_on, reason.due_on) == (firm, TODAY, date(2026, 12, 2))
    assert Task.objects.get().due_on == reason.due_on


def test_running_again_changes_nothing():
    here = make.scene()
    make.visit_class(make.trigger("newly_arrived"), community=here.community)
    make.enterprise(park=here.park, from_on=TODAY)
    owed.reckon(here.community, AT)
    before = list(Reason.objects.values()), list(Task.objects.values())

    again = owed.reckon(here.community, _on(TODAY + timedelta(days=3)))

    assert again == owed.Outcome()
    assert (list(Reason.objects.values()), list(Task.objects.values())) == before


def test_a_ticket_that_asks_for_a_visit_owes_one_until_it_ends():
    here = make.scene()
    make.visit_class(make.trigger("asked_on_site", workdays=2), community=here.community, closing="visited_or_gone")
    ticket = make.grievance("accepted", scene=here)
    owed.reckon(here.community, AT)
    assert Reason.objects.get().key == ticket.number
    type(ticket).objects.filter(pk=ticket.pk)

    from grievances import workflow

    workflow.apply(ticket, "withdraw", by=here.manager, at=AT + timedelta(days=1))
    owed.reckon(here.community, AT + timedelta(days=1))

    assert (Reason.objects.get().ending, Task.objects.get().state) == ("gone", "lapsed")
