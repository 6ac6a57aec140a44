"""To whom a ticket goes, who takes it, who hands it back, and who helps."""

from datetime import date, timedelta

import pytest

from community.models import Unit
from grievances import workflow
from grievances.models import Dispatch, Grievance
from grievances.states import DispatchState, State
from tests import make
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh
from wording.errors import FactsMissing, NotYours, StateConflict

NOW = "2026-11-18 14:00"


def dispatched(here, unit, *, ticket=None, by="specialist_zl", **facts):
    return do(ticket or make.grievance(State.ACCEPTED, scene=here), "dispatch", here.people[by], NOW, unit=unit, **facts)


def refused(here, unit, *, field="unit", **facts):
    with pytest.raises(FactsMissing) as error:
        dispatched(here, unit, **facts)
    assert set(error.value.fields) == {field}


def test_a_window_of_partners_is_a_choice_of_firm_and_the_firm_is_the_unit(here):
    ticket = dispatched(here, "CW")

    assert ticket.unit == here.firm
    assert Dispatch.objects.get(grievance=ticket, is_main=True).unit == here.firm


def test_the_least_busy_firm_is_picked(here):
    dispatched(here, "LAW1")
    neighbours = make.grievance(scene=here, by="manager")
    Grievance.objects.filter(pk=neighbours.pk).update(enterprise=make.enterprise(park=here.park))
    accepted = do(fresh(neighbours), "accept", here.specialist_zl, NOW, service_item="ZL02")

    assert dispatched(here, "CW", ticket=accepted).unit == here.other_firm


def test_continuity_beats_rotation(here):
    for _ in range(2):
        dispatched(here, "LAW2")

    assert dispatched(here, "CW").unit == here.other_firm


def test_a_firm_that_handed_one_back_or_lost_it_is_no_continuity(here):
    ticket = dispatched(here, "LAW2")
    do(ticket, "return_dispatch", here.other_partner, NOW, reason="无此专长")

    assert dispatched(here, "CW").unit == here.firm


def test_a_firm_that_handed_this_one_back_is_not_picked_for_it_again(here):
    ticket = do(dispatched(here, "LAW1"), "return_dispatch", here.partner, NOW, reason="无此专长")

    assert dispatched(here, "CW", ticket=ticket).unit == here.other_firm


def test_a_firm_with_a_conflict_of_interest_gets_nothing(here):
    make.conflict(unit=here.firm, enterprise=here.enterprise)

    refused(here, "LAW1")
    assert dispatched(here, "CW").unit == here.other_firm
    make.conflict(unit=here.other_firm, enterprise=here.enterprise)
    refused(here, "CW")


@pytest.mark.parametrize(
    "agreement", [{"agreement_until_on": date(2026, 11, 17)}, {"agreement_from_on": date(2026, 11, 19)}, {"retired": True}]
)
def test_a_firm_without_an_agreement_that_runs_gets_nothing(agreement, here):
    Unit.objects.filter(pk=here.firm.pk).update(**agreement)

    refused(here, "LAW1")
    refused(here, "BM-YJ", field="co_units", co_units=["LAW1"])
    assert dispatched(here, "CW").unit == here.other_firm


def test_the_last_day_of_an_agreement_is_a_day_of_it(here):
    Unit.objects.filter(pk=here.firm.pk).update(agreement_until_on=date(2026, 11, 18))

    assert dispatched(here, "LAW1").unit == here.firm


def test_a_confidential_ticket_never_goes_to_the_operator_of_its_own_park(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, confidential=True)

    refused(here, "OP-1", ticket=ticket)
    refused(here, "LAW1", ticket=ticket, field="co_units", co_units=["OP-1"])
    assert dispatched(here, "OP-1").unit == here.operator_unit


def test_a_unit_of_another_community_is_no_unit(here):
    there = make.unit(community=make.community(), kind="department", code="BM-XX", name="别处的部门")

    refused(here, there.code)


@pytest.mark.parametrize("helpers", [["LAW1"], ["BM-YJ", "BM-YJ"], ["CW"]])
def test_nobody_helps_himself_or_twice(helpers, here):
    refused(here, "LAW1", field="co_units", co_units=helpers if helpers != ["CW"] else ["CW", "LAW1"])


def test_only_a_leader_decides_for_good_and_then_nobody_hands_it_back(here):
    """INV24."""
    refused(here, "LAW1", field="final", final=True)

    ticket = dispatched(here, "LAW1", by="leader", final=True)

    assert "return-dispatch" not in {action.code for action in workflow.available(ticket, here.partner, at(NOW))}
    with pytest.raises(StateConflict):
        do(ticket, "return_dispatch", here.partner, NOW, reason="无此专长")


def test_a_unit_hands_a_ticket_back_once_and_gets_it_again_only_from_the_leader(here):
    """INV24."""
    ticket = do(dispatched(here, "LAW1"), "return_dispatch", here.partner, NOW, reason="无此专长", suggest="LAW2")
    refused(here, "LAW1", ticket=ticket)

    again = dispatched(here, "LAW1", ticket=ticket, by="leader")

    with pytest.raises(StateConflict):
        do(again, "return_dispatch", here.partner, NOW, reason="还是不行")


def test_a_reopened_ticket_is_not_handed_back_a_second_time_either(here):
    ticket = do(dispatched(here, "LAW1"), "return_dispatch", here.partner, NOW, reason="无此专长")
    ticket = do(ticket, "self_handle", here.specialist_zl, NOW)
    ticket = do(do(ticket, "finish", here.specialist_zl, NOW, **FINISHED), "feed_back", here.specialist_zl, NOW, **TOLD)
    ticket = do(ticket, "reopen", here.manager, "2026-11-19 10:00", reason="又拖欠")

    ticket = do(ticket, "dispatch", here.leader, "2026-11-19 10:00", unit="LAW1")

    with pytest.raises(StateConflict):
        do(ticket, "return_dispatch", here.partner, "2026-11-19 10:00", reason="还是不行")


@pytest.mark.parametrize(("when", "lawful"), [("2026-11-19 17:30:00", True), ("2026-11-19 17:30:01", False)])
def test_handing_back_is_for_one_working_day(when, lawful, here):
    ticket = dispatched(here, "LAW1")

    if lawful:
        assert do(ticket, "return_dispatch", here.partner, when, reason="无此专长").state == State.ACCEPTED
    else:
        with pytest.raises(StateConflict):
            do(ticket, "return_dispatch", here.partner, when, reason="无此专长")


def test_who_acknowledges_is_the_handler_and_a_colleague_of_the_unit_may_finish(here):
    associate = make.somebody("partner", community=here.community, unit=here.firm)
    ticket = do(dispatched(here, "LAW1"), "acknowledge", here.partner, NOW, expected_on="2026-11-30")

    ticket = do(ticket, "finish", associate, NOW, **FINISHED)

    assert ticket.handler == here.partner
    assert Dispatch.objects.get(grievance=ticket).expected_on == date(2026, 11, 30)


def test_work_is_not_expected_to_be_done_yesterday(here):
    with pytest.raises(FactsMissing):
        do(dispatched(here, "LAW1"), "acknowledge", here.partner, NOW, expected_on="2026-11-17")


def test_grid_staff_work_as_the_unit_of_their_grid(here):
    ticket = dispatched(here, "WG-1")

    ticket = do(ticket, "acknowledge", here.grid_staff, NOW)

    assert ticket.transitions.latest("seq").unit == here.grid_unit
    assert do(ticket, "finish", here.grid_leader, NOW, **FINISHED).state == State.AWAITING_FEEDBACK


def helped(here, *helpers):
    ticket = dispatched(here, "LAW1", co_units=list(helpers))
    return do(ticket, "acknowledge", here.partner, NOW)


def test_nothing_is_finished_before_every_helper_is_done_or_excused(here):
    ticket = helped(here, "BM-YJ", "GS", "WG-1")
    with pytest.raises(StateConflict, match="应急管理站"):
        do(ticket, "finish", here.partner, NOW, **FINISHED)

    ticket = do(ticket, "co_done", here.official, NOW, result="done", note="已查")
    ticket = do(ticket, "co_done", here.grid_staff, NOW, result="returned", note="不在本网格")
    ticket = do(ticket, "co_done", here.partner, NOW, result="waived", unit="GS", note="已不需要")
    with pytest.raises(StateConflict, match="第一网格"):
        do(ticket, "finish", here.partner, NOW, **FINISHED)
    ticket = do(ticket, "co_done", here.partner, NOW, result="waived", unit="WG-1", note="已不需要")

    assert do(ticket, "finish", here.partner, NOW, **FINISHED).state == State.AWAITING_FEEDBACK


def test_a_helper_does_not_excuse_itself_and_the_main_unit_does_not_answer_for_a_helper(here):
    ticket = helped(here, "BM-YJ")

    with pytest.raises(NotYours):
        do(ticket, "co_done", here.official, NOW, result="waived", note="不想做")
    with pytest.raises(FactsMissing):
        do(ticket, "co_done", here.partner, NOW, result="done", unit="BM-YJ", note="替他们答")
    with pytest.raises((NotYours, workflow.NotInSight)):
        do(ticket, "co_done", here.other_partner, NOW, result="done", note="路过")


def test_a_helper_handed_back_sees_it_no_more_and_one_that_is_done_still_does(here):
    ticket = do(helped(here, "BM-YJ", "WG-1"), "co_done", here.official, NOW, result="returned", note="无关")
    assert not Grievance.objects.visible_to(here.official).filter(pk=ticket.pk).exists()

    other = do(helped(here, "BM-YJ"), "co_done", here.official, NOW, result="done", note="已查")
    assert Grievance.objects.visible_to(here.official).filter(pk=other.pk).exists()


def test_a_recall_takes_it_from_helpers_too_and_keeps_what_was_done(here):
    ticket = do(helped(here, "BM-YJ"), "co_done", here.official, NOW, result="done", note="已查")
    lines = ticket.transitions.count()

    ticket = do(ticket, "recall", here.leader, NOW, reason="改派")

    assert set(ticket.dispatches.values_list("state", flat=True)) == {DispatchState.RECALLED}
    assert ticket.transitions.count() == lines + 1
    assert (ticket.unit, ticket.handler) == (None, None)


def test_a_recall_in_a_later_cycle_leaves_the_earlier_one_alone(here):
    """INV17: the firm of the first cycle finished it, whatever happens to the second."""
    ticket = do(make.grievance(State.CLOSED, scene=here), "reopen", here.manager, NOW, reason="又拖欠")
    before = Dispatch.objects.values().get(grievance=ticket, cycle=1)
    ticket = do(ticket, "dispatch", here.specialist_zl, NOW, unit="LAW2")

    ticket = do(ticket, "recall", here.specialist_zl, "2026-11-18 15:00", reason="改派")

    assert Dispatch.objects.values().get(grievance=ticket, cycle=1) == before
    assert not Grievance.objects.visible_to(here.partner).filter(pk=ticket.pk).exists()


def test_the_handler_does_not_tell_the_enterprise_himself(here):
    """INV15."""
    ticket = dispatched(here, "GS")
    ticket = do(ticket, "acknowledge", here.specialist_gs, NOW)
    ticket = do(ticket, "finish", here.specialist_gs, NOW, **FINISHED)

    assert "feed-back" not in {action.code for action in workflow.available(ticket, here.specialist_gs, at(NOW))}
    with pytest.raises(NotYours):
        do(ticket, "feed_back", here.specialist_gs, NOW, **TOLD)
    assert do(ticket, "feed_back", here.specialist_zl, NOW, **TOLD).state == State.CLOSED


def test_neither_does_who_finished_it_whatever_he_filled_in(here):
    """INV15: a source of incoming mail makes nobody a clerk; only a department without an account does."""
    second = make.somebody("specialist", community=here.community, unit=here.windows["GS"])
    ticket = do(dispatched(here, "GS"), "acknowledge", here.specialist_gs, NOW)
    ticket = do(ticket, "finish", second, NOW, **FINISHED, incoming="市政函〔2026〕8 号")

    for person in (second, here.specialist_gs):
        with pytest.raises(NotYours):
            do(ticket, "feed_back", person, NOW, **TOLD)


def test_a_self_handled_ticket_is_told_by_its_handler_and_marked_for_a_spot_check(here):
    ticket = do(make.grievance(State.ACCEPTED, scene=here), "self_handle", here.specialist_zl, NOW)
    ticket = do(ticket, "finish", here.specialist_zl, NOW, **FINISHED)

    by_himself = do(ticket, "feed_back", here.specialist_zl, NOW, **TOLD)

    assert (by_himself.spot_check, by_himself.handler, by_himself.unit) == (True, here.specialist_zl, here.windows["ZL"])


def test_a_self_handled_ticket_told_by_another_needs_no_spot_check(here):
    ticket = do(make.grievance(State.ACCEPTED, scene=here), "self_handle", here.specialist_zl, NOW)
    ticket = do(ticket, "finish", here.specialist_zl, NOW, **FINISHED)

    assert not do(ticket, "feed_back", here.colleague, NOW, **TOLD).spot_check


def test_finishing_needs_evidence_and_nobody_talks_in_the_future(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    future = {"talk": {"channel": "电话", "person": "周敏", "note": "已核实", "at": (at(NOW) + timedelta(minutes=1)).isoformat()}}

    for evidence in ([], [future], [{"talk": {"channel": "电话"}}], ["no-such-file"]):
        with pytest.raises(FactsMissing) as error:
            do(ticket, "finish", here.partner, NOW, outcome="solved", note="已付", evidence=evidence)
        assert set(error.value.fields) == {"evidence"}
    assert (
        do(ticket, "finish", here.partner, NOW, outcome="solved", note="已付", evidence=["visit:2026-118"]).state == State.AWAITING_FEEDBACK
    )
