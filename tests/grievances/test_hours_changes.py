"""Other hours from a day on: exact before it and after it, seen before they are saved, taken back while they have not begun."""

from datetime import date, time

import pytest

import workdays
from community import hours_changes
from community.models import Community
from community.setting_up import past
from grievances import recalculate, sweeps
from grievances.models import Recalculation
from notices.models import Notice
from tests import make
from tests.grievances.steps import at, fresh, local
from wording.errors import FactsMissing, NotFound, NotYours
from workdays import Hours, HoursRefused

LONG_DAY = [("08:30", "12:00"), ("13:00", "17:30")]


def asked(here, from_on="2026-11-20", spans=LONG_DAY, **rest):
    return {"community": here.community.code, "from_on": from_on, "spans": spans, "reason": "冬季作息"} | rest


def test_a_limit_across_the_day_counts_old_hours_before_it_and_new_ones_after_it(calendar_of_2026):
    hours = Hours(changes=((date(2026, 11, 20), ((time(8), time(12)),)),))
    own = workdays.Calendar(calendar_of_2026.days, hours)

    assert local(workdays.hours_limit(at("2026-11-19 15:30"), 4, calendar=own).at) == "2026-11-20 10:00"
    assert local(workdays.days_limit(at("2026-11-18 10:00"), 3, calendar=own).at) == "2026-11-23 12:00"
    assert workdays.elapsed(at("2026-11-18 09:00"), at("2026-11-23 09:00"), calendar=own) == (7 + 7 + 4 + 1) * 3600
    assert (own.day_seconds(date(2026, 11, 19)), own.day_seconds(date(2026, 11, 20))) == (7 * 3600, 4 * 3600)


@pytest.fixture
def calendar_of_2026(db):
    return workdays.calendar()


def test_what_runs_keeps_its_budget_and_the_promise_moves_as_it_was_shown_before(here):
    ticket, now = make.grievance(scene=here), at("2026-11-18 11:00")
    _, _, hours = hours_changes.drafted(asked(here), by=here.leader, at=now)
    shown = recalculate.preview({here.community.pk: workdays.calendar(hours)}, by=here.leader, at=now)

    hours_changes.save(asked(here), by=here.leader, at=now)
    hours_changes.save(asked(here), by=here.leader, at=now)
    assert sweeps.SWEEPS["recalculate"](now) == 1
    assert sweeps.SWEEPS["recalculate"](now) == 0

    [shift] = shown.rows
    assert (shown.count, shown.later, shift.ticket) == (1, 0, ticket)
    assert fresh(ticket).promise_due_at == shift.to_due_at < ticket.promise_due_at
    budget = workdays.elapsed(now, ticket.promise_due_at, calendar=workdays.calendar())
    assert workdays.elapsed(now, shift.to_due_at, calendar=workdays.calendar(fresh(ticket).community.hours())) == budget
    assert Recalculation.objects.filter(clock__grievance=ticket, clock__code="promise").count() == 1
    assert Notice.objects.filter(title__startswith="社区工作时间调整").exists()


def test_taking_it_back_before_it_begins_puts_everything_back(here):
    ticket, now = make.grievance(scene=here), at("2026-11-18 11:00")
    hours_changes.save(asked(here), by=here.leader, at=now)
    recalculate.after_publication(now)

    hours_changes.withdraw(here.community.code, date(2026, 11, 20), by=here.leader, at=now)
    hours_changes.withdraw(here.community.code, date(2026, 11, 20), by=here.leader, at=now)
    recalculate.after_publication(now)

    assert fresh(ticket).promise_due_at == ticket.promise_due_at
    assert Community.objects.get(pk=here.community.pk).hours_changes == []


def test_what_has_begun_cannot_be_taken_back_and_today_is_too_late(here):
    hours_changes.save(asked(here), by=here.leader, at=at("2026-11-18 11:00"))

    with pytest.raises(FactsMissing):
        hours_changes.withdraw(here.community.code, date(2026, 11, 20), by=here.leader, at=at("2026-11-20 07:00"))
    with pytest.raises(FactsMissing) as refused:
        hours_changes.save(asked(here), by=here.leader, at=at("2026-11-20 07:00"))
    assert "from_on" in refused.value.fields


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [("09:00", "")],
        [("12:00", "09:00")],
        [("09:00", "12:00"), ("11:00", "17:00")],
        [("九点", "十二点")],
        [("09:00:30", "12:00")],
        [(f"{hour:02}:00", f"{hour:02}:30") for hour in range(8, 14)],
        [("09:00+08:00", "12:00+08:00")],
    ],
)
def test_hours_that_make_no_day_are_refused_at_their_field(here, spans):
    with pytest.raises(FactsMissing) as refused:
        hours_changes.save(asked(here, spans=spans), by=here.leader, at=at("2026-11-18 11:00"))
    assert "spans" in refused.value.fields


def test_two_changes_on_one_day_are_no_hours():
    with pytest.raises(HoursRefused):
        Hours(changes=((date(2026, 1, 5), Hours().spans), (date(2026, 1, 5), Hours().spans)))


def test_only_the_leader_and_the_admin_set_hours_and_of_their_own_community(here):
    now, elsewhere = at("2026-11-18 11:00"), make.community()

    for person in (here.specialist_gs, here.manager, here.street):
        with pytest.raises(NotYours):
            hours_changes.save(asked(here), by=person, at=now)
    with pytest.raises(NotFound):
        hours_changes.save(asked(here, community=elsewhere.code), by=here.leader, at=now)
    hours_changes.save(asked(here), by=make.somebody("admin", community=here.community), at=now)
    assert [event.hours_changes[0]["from_on"] for event in past(Community, pgh_obj=here.community)] == ["2026-11-20"]
