"""Dispatch rules propose, always the same, and say why (INV23); a switched-on rule acts and leaves its reasons on record."""

from datetime import date

import pytest

from community.models import Unit
from grievances import automatic, routing
from grievances.models import DispatchRule, Grievance
from grievances.states import State
from tests import make
from tests.grievances.steps import at, fresh

TODAY = date(2026, 11, 18)


def rule(here, code="R05", *, rank=5, target="unit", unit=None, conditions=(), **facts):
    return DispatchRule.objects.create(
        community=here.community, code=code, name=f"规则{code}", rank=rank, target=target, conditions=list(conditions), unit=unit,
        from_on=date(2026, 1, 1), **facts,
    )  # fmt: skip


def proposed(ticket):
    return routing.propose(Grievance.objects.get(pk=ticket.pk), on=TODAY)


@pytest.mark.parametrize(
    ("item", "code", "unit"),
    [("ZL02", "R01", "CW"), ("GS12", "R02", "OP-1"), ("ZL05", "R03", "WG-1"), ("DJ01", "R90", None), (None, "R90", None)],
)
def test_the_rules_a_community_begins_with(item, code, unit, here):
    proposal = proposed(make.grievance(scene=here, service_item=item))

    assert proposal.chosen.rule.code == code
    assert (proposal.chosen.unit.code if proposal.chosen.unit else None) == unit


def test_the_same_ticket_and_the_same_rules_give_the_same_answer(here):
    rule(here, "R06", unit=here.department)
    rule(here, "R05", unit=here.firm)
    ticket = make.grievance(scene=here)

    answers = {routing.describe(proposed(ticket).chosen) for _ in range(5)}

    assert len(answers) == 1
    assert proposed(ticket).chosen.rule.code == "R05"  # a tie of rank goes by code
    assert [tried.rule.code for tried in proposed(ticket).beaten] == ["R06", "R01", "R90"]


# kind, values that hold for a ticket ZL02 of the scene's park, values that do not
KINDS = {
    "item": (["ZL01", "ZL02"], ["ZL01"]), "category": (["劳动与法律"], ["园区设施"]), "keyword": (["尾款", "漏水"], ["漏水"]),
    "park": (None, ["P-nowhere"]), "grid": (None, ["G-nowhere"]), "channel": (["web"], ["phone"]), "priority": (["normal"], ["emergency"]),
    "personal": (["false"], ["true"]), "site_visit": (["true"], ["false"]),
}  # fmt: skip


def test_every_kind_of_condition_is_tried_here():
    assert set(KINDS) == set(routing.CONDITIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_condition_says_whether_it_holds_and_can_be_computed_again(kind, here):
    holding, failing = KINDS[kind]
    holding = holding or [{"park": here.park.code, "grid": here.grid.code}[kind]]
    rule(here, "R05", unit=here.department, conditions=[{"kind": kind, "values": failing}])
    rule(here, "R06", unit=here.department, conditions=[{"kind": kind, "values": holding}])
    ticket = make.grievance(scene=here)

    proposal = proposed(ticket)

    assert proposal.chosen.rule.code == "R06"
    failed = next(tried for tried in proposal.failed if tried.rule.code == "R05")
    assert failed.why_not == f"{routing.CONDITIONS[kind].label}不符"
    for tried in (proposal.chosen, failed):
        for met in tried.conditions:
            assert met.holds == routing.CONDITIONS[met.kind].holds(fresh(ticket), list(met.values))


def test_all_conditions_of_a_rule_must_hold(here):
    conditions = [{"kind": "item", "values": ["ZL02"]}, {"kind": "keyword", "values": ["漏水"]}, {"kind": "channel", "values": ["phone"]}]
    rule(here, unit=here.department, conditions=conditions)

    failed = next(tried for tried in proposed(make.grievance(scene=here)).failed if tried.rule.code == "R05")

    assert failed.why_not == "关键词、来源不符"


def test_a_rule_says_its_number_its_conditions_and_its_target(here):
    rule(here, unit=here.department, conditions=[{"kind": "item", "values": ["ZL02"]}])

    assert routing.describe(proposed(make.grievance(scene=here)).chosen) == "规则 R05（规则R05）：事项＝ZL02 → 应急管理站"


@pytest.mark.parametrize("facts", [{"until_on": TODAY}, {"until_on": date(2026, 11, 1)}])
def test_a_rule_out_of_force_is_not_tried(facts, here):
    rule(here, unit=here.department, **facts)

    tried = proposed(make.grievance(scene=here))

    assert "R05" not in {each.rule.code for each in (tried.chosen, *tried.beaten, *tried.failed)}


def _over(here):
    Unit.objects.filter(parent__code="CW").update(agreement_until_on=date(2026, 11, 17))


def _retired(here):
    Unit.objects.filter(code="CW").update(retired=True)


@pytest.mark.parametrize(("change", "why"), [(_over, "没有可派的机构"), (_retired, "已停用")])
def test_a_target_that_cannot_have_it_is_passed_over_with_the_reason(change, why, here):
    change(here)

    proposal = proposed(make.grievance(scene=here))

    assert proposal.chosen.rule.code == "R90"
    assert why in next(tried.why_not for tried in proposal.failed if tried.rule.code == "R01")


def test_a_conflict_of_interest_is_a_reason(here):
    rule(here, unit=here.firm)
    make.conflict(unit=here.firm, enterprise=here.enterprise)

    assert "利益冲突" in next(tried.why_not for tried in proposed(make.grievance(scene=here)).failed if tried.rule.code == "R05")


def test_a_confidential_ticket_is_not_proposed_to_the_operator_of_its_park(here):
    proposal = proposed(make.grievance(scene=here, service_item="GS12", confidential=True))

    assert proposal.chosen.rule.code == "R90"
    assert "保密" in next(tried.why_not for tried in proposal.failed if tried.rule.code == "R02")


def test_no_rule_at_all_proposes_nothing(here):
    DispatchRule.objects.filter(community=here.community).update(until_on=date(2026, 1, 2))

    assert proposed(make.grievance(scene=here)).chosen is None


def test_nothing_acts_by_itself_unless_a_rule_is_switched_on(here):
    waiting, accepted = make.grievance(scene=here), make.grievance(State.ACCEPTED, scene=here)

    assert automatic.by_rule(at("2026-11-18 11:00")) == 0
    assert (fresh(waiting).state, fresh(accepted).state) == (State.SUBMITTED, State.ACCEPTED)


def test_a_switched_on_rule_dispatches_and_its_reasons_are_on_record(here):
    DispatchRule.objects.filter(community=here.community, code="R01").update(automatic=True)
    ticket = make.grievance(State.ACCEPTED, scene=here)

    assert [automatic.by_rule(at("2026-11-18 11:00")) for _ in range(2)] == [1, 0]

    line = ticket.transitions.latest("seq")
    assert (line.event, line.actor, line.by) == ("dispatch", "Y", None)
    assert "R01" in line.note
    assert "落选：R90" in line.note
    assert fresh(ticket).unit == here.firm


def test_a_switched_on_rule_accepts_only_while_its_specialist_is_there(here):
    DispatchRule.objects.filter(community=here.community, code="R01").update(automatic_accept=True)
    ticket = make.grievance(scene=here)
    post = ticket.assignee.all_posts.get()
    away = make.absence(post, from_at=at("2026-11-18 10:30"), until_at=at("2026-11-19 09:00"))

    assert automatic.by_rule(at("2026-11-18 11:00")) == 0
    away.delete()
    assert automatic.by_rule(at("2026-11-18 11:00")) == 1

    assert (fresh(ticket).state, fresh(ticket).assignee) == (State.ACCEPTED, ticket.assignee)


def test_nobody_passes_himself_off_as_a_rule(here):
    from grievances import workflow
    from wording.errors import FactsMissing

    with pytest.raises(FactsMissing):
        workflow.apply(
            make.grievance(scene=here), "accept", by=here.specialist_zl, at=at("2026-11-18 11:00"), service_item="ZL02", rule="规则 R01"
        )
