"""Who is owed a visit, since when and until when."""

from datetime import date, datetime, timedelta

import pytest

from grievances import workflow
from tests import make
from visits import defaults, owed
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

    workflow.apply(ticket, "withdraw", by=here.manager, at=AT + timedelta(days=1))
    owed.reckon(here.community, AT + timedelta(days=1))

    assert (Reason.objects.get().ending, Task.objects.get().state) == ("gone", "lapsed")


def test_a_day_agreed_at_the_door_is_owed_once_it_has_come():
    here = make.scene()
    make.visit_class(make.trigger("revisit_agreed", workdays=1), community=here.community)
    firm = make.enterprise(park=here.park)
    make.visit(enterprise=firm, at=AT - timedelta(days=2), next_on=TODAY + timedelta(days=1))

    assert owed.reckon(here.community, AT) == owed.Outcome()
    owed.reckon(here.community, AT + timedelta(days=1))

    reason = Reason.objects.get()
    assert (reason.enterprise, reason.since_on, reason.due_on, reason.ended_on) == (firm, date(2026, 11, 19), date(2026, 11, 20), None)


def test_the_six_find_what_each_is_for():
    here = make.scene()
    defaults.load(here.community, from_on=date(2026, 1, 1), at=AT)
    firms = {name: make.enterprise(park=here.park, name=f"{name}企业") for name in ("red", "key", "tier", "ending", "leaving", "overdue")}
    make.flag(enterprise=firms["red"], level=3)
    make.key_listing(enterprise=firms["key"], from_on=date(2026, 10, 1))
    make.tier_holding(enterprise=firms["tier"], gained_on=TODAY)
    make.lease(enterprise=firms["ending"], from_on=date(2026, 1, 1), until_on=TODAY + timedelta(days=60))
    make.event("intends_to_leave", enterprise=firms["leaving"], on=TODAY)
    make.lease(enterprise=firms["overdue"], from_on=date(2026, 1, 1), until_on=None, rent_overdue_since_on=date(2026, 8, 1))

    owed.reckon(here.community, AT)

    found = {(row.enterprise.name[:-2], row.visit_class.code, row.trigger, row.due_on) for row in Reason.objects.all()}
    assert found == {
        ("red", "FX", "risk_flagged:red", date(2026, 11, 19)),
        ("key", "ZD", "key_listed", date(2026, 12, 31)),
        ("tier", "CZ", "tier_gained", date(2026, 12, 2)),
        ("tier", "CZ", "tier_held", date(2026, 12, 31)),
        ("ending", "YD", "lease_ending", date(2026, 10, 22)),
        ("leaving", "YD", "changed", date(2026, 11, 23)),
        ("overdue", "FX", "rent_overdue", date(2026, 10, 13)),
    }
