"""What one could do today about tickets and enterprises; each kind with the clock handed in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from community.proposals import answer
from enterprises.models import Enterprise
from grievances import proposals as subject
from grievances.models import Grievance, Letter
from grievances.states import State
from grievances.workflow import apply
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY


@pytest.fixture
def here():
    return make.scene()


def keys(rows):
    return [row.key for row in rows]


def due(ticket, at, **facts):
    Grievance.objects.filter(pk=ticket.pk).update(promise_due_at=at, next_due_at=at, **facts)
    return ticket


class TestSlipping:
    def test_a_promise_that_ends_by_tomorrow_evening_is_proposed_to_who_answers_for_it(self, here):
        soon = due(make.grievance(State.IN_PROGRESS, scene=here), NOW + timedelta(hours=30))
        due(make.grievance(State.IN_PROGRESS, scene=here), NOW + timedelta(days=2))
        due(make.grievance(State.IN_PROGRESS, scene=here), NOW - timedelta(hours=1))

        assert keys(subject.slipping(here.specialist_zl, NOW)) == [soon.number]
        assert subject.slipping(here.specialist_gs, NOW) == []
        assert keys(subject.slipping(here.leader, NOW)) == [soon.number]

    def test_over_a_weekend_the_next_working_day_is_monday(self, here):
        friday = NOW + timedelta(days=2)
        monday = due(make.grievance(State.IN_PROGRESS, scene=here), friday + timedelta(days=3))

        assert keys(subject.slipping(here.specialist_zl, friday)) == [monday.number]

    def test_what_waits_for_the_enterprise_stands_still(self, here):
        due(make.grievance(State.RETURNED, scene=here), NOW + timedelta(hours=1))

        assert subject.slipping(here.leader, NOW) == []

    def test_the_reason_says_what_it_waits_for_and_at_whom(self, here):
        due(make.grievance(State.DISPATCHED, scene=here), NOW + timedelta(hours=1))

        (row,) = subject.slipping(here.specialist_zl, NOW)

        assert row.reason == f"{here.enterprise.name}；承诺 11月18日 11:00 前答复，还没有签收（清衡律师事务所）。"


class TestLetters:
    def test_a_letter_past_its_day_is_proposed_and_one_within_it_is_not(self, here):
        ticket = make.grievance(State.ACCEPTED, scene=here)
        apply(ticket, "dispatch", by=here.specialist_zl, at=NOW + timedelta(hours=1), unit="BM-SZ")
        letter = Letter.objects.get()
        late = NOW + timedelta(days=(letter.due_on - NOW.date()).days + 1)

        assert subject.unanswered_letters(here.specialist_zl, late - timedelta(days=1)) == []
        (row,) = subject.unanswered_letters(here.specialist_zl, late)
        assert (row.key, row.facts) == (letter.number, {"ticket": ticket.number})
        assert "已过 1 天" in row.reason
        assert subject.unanswered_letters(here.specialist_gs, late) == []

        Letter.objects.update(answered_at=late, incoming="来函", typed_by=here.specialist_zl)
        assert subject.unanswered_letters(here.specialist_zl, late) == []


class TestSharedNeed:
    def ask(self, here, *, item="ZL02", at=NOW, park=None):
        firm = make.enterprise(park=park or here.park)
        ticket = make.grievance(State.SUBMITTED, scene=here, at=at, service_item=item)
        Grievance.objects.filter(pk=ticket.pk).update(enterprise=firm, park=park or here.park)
        return ticket

    def test_three_firms_of_one_park_with_the_same_item_are_one_proposal(self, here):
        for _ in range(3):
            self.ask(here)
        self.ask(here, item="GS01")

        (row,) = subject.shared_needs(here.specialist_zl, NOW + timedelta(hours=1))

        assert row.key == f"ZL02:{here.park.code}"
        assert "3 家企业提了同一件事，共 3 件" in row.reason

    def test_two_firms_another_park_or_another_month_do_not_make_three(self, here):
        for _ in range(2):
            self.ask(here)
        self.ask(here, park=make.park(community=here.community, grid=here.grid))
        self.ask(here, at=NOW - timedelta(days=31))

        assert subject.shared_needs(here.specialist_zl, NOW + timedelta(hours=1)) == []

    def test_three_tickets_of_one_firm_are_no_shared_need(self, here):
        for _ in range(3):
            make.grievance(State.SUBMITTED, scene=here)

        assert subject.shared_needs(here.specialist_zl, NOW + timedelta(hours=1)) == []


class TestSilent:
    def test_active_firms_without_ticket_sign_in_or_letter_the_large_first(self, here):
        Enterprise.objects.update(staff_count=10)
        large = make.enterprise(park=here.park, staff_count=300)
        listed = make.enterprise(park=here.park, listed=True, stock_code="688001")
        make.enterprise(park=here.park, status="closed")

        found = keys(subject.silent_enterprises(here.specialist_zl, NOW))

        assert found[:2] == [listed.uscc, large.uscc]
        assert len(found) == 4

    def test_a_ticket_or_a_sign_in_within_six_months_breaks_the_silence(self, here):
        make.grievance(State.SUBMITTED, scene=here, at=NOW)
        User.objects.filter(pk=here.stranger.pk).update(last_login=NOW)

        assert subject.silent_enterprises(here.leader, NOW + timedelta(days=1)) == []
        assert len(subject.silent_enterprises(here.leader, NOW + timedelta(days=181))) == 2

    def test_an_employees_own_ticket_says_nothing_of_the_firm(self, here):
        make.grievance(State.SUBMITTED, scene=here, by="employee", personal=True, service_item="ZL03")

        assert here.enterprise.uscc in keys(subject.silent_enterprises(here.leader, NOW))


def test_an_answer_silences_a_proposal_of_every_kind(here):
    due(make.grievance(State.IN_PROGRESS, scene=here), NOW + timedelta(hours=30))
    for row in subject.proposals(here.specialist_zl, NOW):
        answer(row, by=here.specialist_zl, at=NOW, answer="dismissed")

    assert subject.proposals(here.specialist_zl, NOW) == []
    assert keys(subject.proposals(here.leader, NOW)) != []


def test_nothing_is_proposed_of_another_community_or_to_others(here):
    due(make.grievance(State.IN_PROGRESS, scene=here), NOW + timedelta(hours=30))
    elsewhere = make.scene()

    assert here.enterprise.uscc not in keys(subject.proposals(elsewhere.leader, NOW))
    for role in ("partner", "grid_staff", "steward", "manager", "street", "auditor"):
        assert subject.proposals(here.people[role], NOW) == []


def test_as_many_queries_as_kinds_whatever_there_is(here):
    with CaptureQueriesContext(
        connection,
    ) as few:
        subject.proposals(here.leader, NOW)
    for _ in range(3):
        due(make.grievance(State.IN_PROGRESS, scene=here), NOW + timedelta(hours=30))
        make.enterprise(park=here.park)
    with CaptureQueriesContext(connection) as many:
        subject.proposals(here.leader, NOW)

    assert len(many) == len(few) == len(subject.KINDS) + 1  # and the calendar
