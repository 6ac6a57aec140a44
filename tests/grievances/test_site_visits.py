"""次日上门: owed by a partner for a case of law, by closing time of the next working day; recorded as a message the enterprise reads."""

from datetime import timedelta

import pytest

from grievances import site_visits
from grievances.models import Clock, SiteVisit, Transition
from grievances.states import State
from notices.models import Notice
from tests import make
from tests.grievances.steps import at, do, local
from wording.errors import FactsMissing, NotYours, StateConflict

NOW = "2026-11-18 14:00"


def sent(here, when=NOW, *, item="ZL02", unit="LAW1"):
    ticket = do(make.grievance(State.SUBMITTED, scene=here), "accept", here.specialist_zl, when, service_item=item)
    return do(ticket, "dispatch", here.specialist_zl, when, unit=unit)


def record(here, ticket, when, by="partner", **changes):
    said = {"made_at": when - timedelta(hours=1), "person": "周敏", "note": "看了合同，建议先发律师函。"} | changes
    return site_visits.record(ticket, by=here.people[by], at=when, **said)


@pytest.mark.parametrize(
    ("when", "due"),
    [
        ("2026-11-18 14:00", "2026-11-19 17:30"), ("2026-11-20 17:29", "2026-11-23 17:30"), ("2026-09-30 09:00", "2026-10-08 17:30"),
        ("2026-11-21 11:00", "2026-11-23 17:30"),
    ],
)  # fmt: skip
def test_it_is_due_at_closing_time_of_the_next_working_day(here, when, due):
    with_posts = at(when)
    here.attach(with_posts)
    ticket = make.grievance(State.SUBMITTED, scene=here, at=with_posts)
    ticket = do(ticket, "accept", here.specialist_zl, when, service_item="ZL02")
    do(ticket, "dispatch", here.specialist_zl, when, unit="LAW1")

    assert local(SiteVisit.objects.get().due_at) == due


@pytest.mark.parametrize(("item", "unit"), [("ZL03", "LAW1"), ("ZL02", "BM-YJ"), ("GS01", "LAW1")])
def test_nobody_else_owes_one(here, item, unit):
    sent(here, item=item, unit=unit)

    assert not SiteVisit.objects.exists()


def test_recording_it_tells_the_enterprise_and_ends_the_clock_of_the_first_contact(here):
    ticket = sent(here)
    visit = record(here, ticket, at("2026-11-19 10:00"))

    line = Transition.objects.filter(grievance=ticket).order_by("-seq").first()
    assert (line.event, line.circle) == ("comment", "enterprise")
    assert "09:00 上门，见到周敏" in line.note
    assert (local(visit.made_at), visit.recorded_by) == ("2026-11-19 09:00", here.partner)
    assert Clock.objects.get(grievance=ticket, code="contact").ended_at is not None
    assert not site_visits.may_record(ticket, here.partner)


@pytest.mark.parametrize("by", ["manager", "leader"])
def test_only_whoever_works_on_it_records(here, by):
    ticket = sent(here)
    with pytest.raises(NotYours):
        record(here, ticket, at("2026-11-19 10:00"), by=by)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"made_at": None}, "made_at"), ({"made_at": at("2026-11-18 13:59")}, "made_at"), ({"made_at": at("2026-11-19 10:01")}, "made_at"),
        ({"person": " "}, "person"), ({"note": ""}, "note"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(here, changes, field):
    ticket = sent(here)
    with pytest.raises(FactsMissing) as refused:
        record(here, ticket, at("2026-11-19 10:00"), **changes)

    assert set(refused.value.fields) == {field}
    assert SiteVisit.objects.get().made_at is None


def test_it_is_recorded_once(here):
    ticket = sent(here)
    record(here, ticket, at("2026-11-19 10:00"))
    with pytest.raises(StateConflict):
        record(here, ticket, at("2026-11-19 11:00"))


def test_who_comes_late_is_reminded_once_with_the_specialist(here):
    sent(here)
    late = at("2026-11-19 17:31")

    assert [site_visits.warn_overdue(moment) for moment in (at("2026-11-19 17:30"), late, late)] == [0, 1, 0]
    told = Notice.objects.filter(event__startswith="site-visit:", channel="app")
    assert {notice.recipient for notice in told} == {here.partner, here.specialist_zl}


def test_a_recalled_ticket_owes_no_visit(here):
    ticket = sent(here)
    do(ticket, "recall", here.specialist_zl, "2026-11-18 15:00", reason="改派")

    assert site_visits.warn_overdue(at("2026-11-20 10:00")) == 0
    assert site_visits.of_ticket(ticket) is None
