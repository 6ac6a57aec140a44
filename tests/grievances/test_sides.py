"""Two sides of a dispute: one firm never serves both, the other side sees nothing but its invitation."""

from datetime import date

import pytest

from grievances import filing, legal_days, mediation, routing, workflow
from grievances.models import DispatchRule, Grievance, Mediation
from notices.models import Notice
from tests import make
from tests.grievances.steps import at, do, fresh
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

NOW = at("2026-11-18 14:00")
ASKED = {"subject": "工资支付时间的争议", "held_at": at("2026-11-23 10:00"), "place": "社区调解室", "contact": "0571-12345678"}


@pytest.fixture
def other(here):
    enterprise = make.enterprise(park=here.park, name="杭州欠款建设有限公司")
    here.people |= {"debtor": make.manager(enterprise=enterprise), "debtor_staff": make.employee(enterprise=enterprise)}
    here.attach(make.WEDNESDAY)
    yield enterprise
    del here.people["debtor"], here.people["debtor_staff"]


def accepted(here, by="manager", item="ZL02", **facts):
    ticket = filing.file(here.people[by], {**make.FILED, "service_item": item, **facts}, at=make.WEDNESDAY)
    return do(ticket, "accept", here.specialist_zl, NOW, service_item=item)


def named(here, ticket, enterprise, by="specialist_zl", disputed_on=None):
    return mediation.name_other_side(
        ticket, by=here.people[by], at=NOW, uscc=enterprise.uscc if enterprise else "", disputed_on=disputed_on
    )


def invited(here, ticket, by="specialist_zl", agreed=True, **changes):
    return mediation.invite(ticket, ASKED | changes, by=here.people[by], at=NOW, agreed=agreed)


class TestOneFirm:
    def test_that_serves_an_enterprise_is_not_sent_what_is_asked_against_it(self, here, other):
        do(accepted(here, by="debtor"), "dispatch", here.specialist_zl, NOW, unit="LAW1")
        ticket = named(here, accepted(here), other)

        with pytest.raises(FactsMissing, match="双方"):
            do(ticket, "dispatch", here.specialist_zl, NOW, unit="LAW1")
        assert do(ticket, "dispatch", here.specialist_zl, NOW, unit="CW").unit == here.other_firm

    def test_that_acts_against_an_enterprise_is_not_sent_its_tickets(self, here, other):
        ticket = named(here, accepted(here), other)
        do(ticket, "dispatch", here.specialist_zl, NOW, unit="LAW1")

        with pytest.raises(FactsMissing, match="双方"):
            do(accepted(here, by="debtor"), "dispatch", here.specialist_zl, NOW, unit="LAW1")

    def test_that_serves_the_employer_is_not_sent_a_wage_claim_and_the_other_way_round(self, here):
        do(accepted(here), "dispatch", here.specialist_zl, NOW, unit="LAW1")
        claim = accepted(here, by="employee", item="ZL03", personal=True)
        with pytest.raises(FactsMissing, match="双方"):
            do(claim, "dispatch", here.specialist_zl, NOW, unit="LAW1")

        do(fresh(claim), "dispatch", here.specialist_zl, NOW, unit="LAW2")
        with pytest.raises(FactsMissing, match="双方"):
            do(accepted(here), "dispatch", here.specialist_zl, NOW, unit="LAW2")

    def test_may_help_neither_side_as_a_second_unit(self, here):
        do(accepted(here), "dispatch", here.specialist_zl, NOW, unit="LAW1")
        claim = accepted(here, by="employee", item="ZL03", personal=True)

        with pytest.raises(FactsMissing) as refused:
            do(claim, "dispatch", here.specialist_zl, NOW, unit="LAW2", co_units=["LAW1"])
        assert set(refused.value.fields) == {"co_units"}

    def test_that_handed_the_ticket_back_never_served(self, here):
        ticket = do(accepted(here), "dispatch", here.specialist_zl, NOW, unit="LAW1")
        do(ticket, "return_dispatch", here.partner, NOW, reason="无此专长")

        claim = accepted(here, by="employee", item="ZL03", personal=True)
        assert do(claim, "dispatch", here.specialist_zl, NOW, unit="LAW1").unit == here.firm

    def test_is_not_proposed_by_a_rule_either(self, here, other):
        do(accepted(here, by="debtor"), "dispatch", here.specialist_zl, NOW, unit="LAW1")
        ticket = named(here, accepted(here), other)
        DispatchRule.objects.filter(community=here.community).delete()
        facts = {"community": here.community, "code": "R05", "name": "欠款找清衡", "rank": 5, "conditions": [], "from_on": date(2026, 1, 1)}
        DispatchRule.objects.create(target="unit", unit=here.firm, **facts)

        proposal = routing.propose(ticket, on=date(2026, 11, 18))
        assert proposal.chosen is None
        assert "双方" in proposal.failed[0].why_not

    def test_that_has_the_ticket_already_stands_in_the_way_of_naming_its_own_client(self, here, other):
        do(accepted(here, by="debtor"), "dispatch", here.specialist_zl, NOW, unit="LAW1")
        ticket = do(accepted(here), "dispatch", here.specialist_zl, NOW, unit="LAW1")

        with pytest.raises(StateConflict, match="收回改派"):
            named(here, ticket, other)
        assert fresh(ticket).counterparty is None

    def test_helping_with_something_peaceful_is_no_conflict(self, here):
        do(accepted(here), "dispatch", here.specialist_zl, NOW, unit="LAW1")
        school = accepted(here, by="employee", item="GS05", personal=True)

        assert do(school, "dispatch", here.specialist_zl, NOW, unit="LAW1").unit == here.firm


class TestTheOtherSide:
    def test_sees_nothing_of_a_ticket_that_names_it(self, here, other):
        ticket = named(here, accepted(here), other)

        assert not Grievance.objects.visible_to(here.debtor).exists()
        assert not Mediation.objects.visible_to(here.debtor).exists()
        assert not Notice.objects.filter(recipient__in=(here.debtor, here.debtor_staff)).exists()
        with pytest.raises(workflow.NotInSight):
            workflow.apply(ticket, "comment", by=here.debtor, at=NOW, body="看看")

    def test_is_told_time_place_and_subject_once_it_is_invited_and_no_more(self, here, other):
        row = invited(here, named(here, accepted(here), other))

        assert list(Mediation.objects.visible_to(here.debtor)) == [row]
        assert not Mediation.objects.visible_to(here.debtor_staff).exists()
        assert not Grievance.objects.visible_to(here.debtor).exists()
        notice = Notice.objects.get(recipient=here.debtor, channel="app")
        assert row.grievance.number not in f"{notice.title}{notice.body}{notice.link}"
        assert row.grievance.title not in f"{notice.title}{notice.body}"

    def test_answers_and_the_specialist_is_told(self, here, other):
        row = invited(here, named(here, accepted(here), other))
        mediation.answer(row, by=here.debtor, at=NOW, answer="other_time", note="下周出差，请改到 30 日。")

        assert Mediation.objects.get().answered_by == here.debtor
        assert Notice.objects.filter(recipient=here.specialist_zl, title__startswith="对方请求改期").exists()

    @pytest.mark.parametrize("who", ["manager", "stranger", "debtor_staff", "partner"])
    def test_nobody_else_answers_for_it(self, here, other, who):
        row = invited(here, named(here, accepted(here), other))
        with pytest.raises(NotFound):
            mediation.answer(row, by=here.people[who], at=NOW, answer="coming", note="")

    def test_of_a_wage_claim_is_the_employer_without_being_named(self, here):
        claim = accepted(here, by="employee", item="ZL03", personal=True)
        row = invited(here, claim)

        assert row.enterprise == here.enterprise
        assert list(Mediation.objects.visible_to(here.manager)) == [row]
        assert not Grievance.objects.visible_to(here.manager).filter(pk=claim.pk).exists()

    def test_is_never_invited_without_the_agreement_of_whoever_asked(self, here):
        claim = accepted(here, by="employee", item="ZL03", personal=True)
        with pytest.raises(FactsMissing) as refused:
            invited(here, claim, agreed=False)

        assert set(refused.value.fields) == {"agreed"}
        assert not Notice.objects.filter(recipient=here.manager).exists()

    def test_is_not_invited_before_it_is_known(self, here):
        with pytest.raises(StateConflict):
            invited(here, accepted(here))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"held_at": NOW}, "held_at"), ({"held_at": None}, "held_at"), ({"place": ""}, "place"), ({"subject": "字" * 1001}, "subject")],
    )
    def test_is_invited_to_a_time_and_a_place(self, here, other, changes, field):
        ticket = named(here, accepted(here), other)
        with pytest.raises(FactsMissing) as refused:
            invited(here, ticket, **changes)
        assert set(refused.value.fields) == {field}

    @pytest.mark.parametrize("who", ["leader", "street", "manager", "grid_staff"])
    def test_is_named_and_invited_by_a_specialist_only(self, here, other, who):
        ticket = accepted(here)
        with pytest.raises(NotYours):
            named(here, ticket, other, by=who)

    def test_is_not_the_one_who_asks_and_not_a_stranger_to_the_community(self, here):
        ticket = accepted(here)
        for enterprise in (here.enterprise, make.enterprise()):
            with pytest.raises(FactsMissing):
                named(here, ticket, enterprise)

    def test_one_talk_at_a_time_each_with_its_result(self, here, other):
        ticket = named(here, accepted(here), other)
        row = invited(here, ticket)
        with pytest.raises(StateConflict):
            invited(here, ticket)
        with pytest.raises(StateConflict):
            named(here, ticket, None)
        mediation.conclude(row, by=here.specialist_zl, at=NOW, result="failed", note="对方要求分期，未达成。")

        assert invited(here, ticket).pk != row.pk
        with pytest.raises(StateConflict):
            mediation.answer(row, by=here.debtor, at=NOW, answer="coming", note="")


class TestLegalDays:
    def test_fifteen_calendar_days_and_a_year(self, here):
        claim = accepted(here, by="employee", item="ZL03", personal=True)
        claim = named(here, claim, None, disputed_on=date(2026, 2, 28))
        limits = {limit.code: limit for limit in legal_days.legal_limits(claim)}

        assert (limits["mediation"].last_on, limits["limitation"].last_on) == (date(2026, 12, 3), date(2027, 2, 28))
        assert limits["mediation"].days_left(date(2026, 12, 4)) == -1

    def test_only_for_labour_disputes(self, here):
        assert legal_days.legal_limits(accepted(here)) == []

    @pytest.mark.parametrize(("day", "last"), [(date(2024, 2, 29), date(2025, 2, 28)), (date(2025, 12, 31), date(2026, 12, 31))])
    def test_a_year_ends_on_the_same_day(self, day, last):
        assert legal_days.a_year_after(day) == last
