"""好差评: the window, who may, what a poor rating sets going, and the spot check of one in ten."""

from datetime import timedelta

import pytest

from grievances import follow_up, rating, sweeps, workflow
from grievances.models import FollowUp, Grievance, Rating
from grievances.states import ClockCode, State
from tests import make
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh, latest, local
from wording.errors import FactsMissing, NotYours, StateConflict

NOW = "2026-11-18 14:00"
POOR = {"solved": "no", "result": 1, "speed": 4, "comment": "没有下文"}
GOOD = {"solved": "yes", "result": 5, "speed": 4}


@pytest.fixture
def poor(here):
    return do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, NOW, **POOR)


def test_result_and_speed_and_whether_it_was_solved_are_three_answers(here):
    ticket = do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, NOW, solved="partly", result=4, speed=2, comment="再快些")

    row = Rating.objects.get(grievance=ticket)
    assert (row.solved, row.result, row.speed, row.comment, row.by, row.cycle) == ("partly", 4, 2, "再快些", here.manager, 1)


@pytest.mark.parametrize("wrong", [{"result": 0}, {"result": 6}, {"speed": True}, {"result": "很好"}, {"solved": "maybe"}, {"speed": None}])
def test_a_rating_is_one_to_five_stars(wrong, here):
    with pytest.raises(FactsMissing):
        do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, NOW, **{**GOOD, **wrong})


def test_it_is_rated_within_fifteen_working_days_whatever_the_sweep_has_done(here):
    ticket = make.grievance(State.CLOSED, scene=here)
    end = latest(ticket, ClockCode.RATING_WINDOW).due_at
    assert local(end) == "2026-12-09 17:30"
    sweeps.end_rating_windows(end + timedelta(days=3))

    with pytest.raises(StateConflict):
        do(ticket, "rate", here.manager, end + timedelta(seconds=1), **GOOD)
    assert latest(ticket, ClockCode.RATING_WINDOW).ended_at == end
    assert do(ticket, "rate", here.manager, end, **GOOD).state == State.RATED


def test_silence_is_never_a_rating(here):
    ticket = make.grievance(State.CLOSED, scene=here)
    for sweep in sweeps.SWEEPS.values():
        sweep(at("2027-03-01 10:00"))

    assert fresh(ticket).state == State.CLOSED
    assert not Rating.objects.exists()


def test_any_representative_of_the_enterprise_rates_once_a_cycle(here):
    ticket = do(make.grievance(State.CLOSED, scene=here), "rate", here.member, NOW, **GOOD)
    with pytest.raises(StateConflict):
        do(ticket, "rate", here.manager, NOW, **GOOD)

    ticket = do(ticket, "reopen", here.manager, NOW, reason="又拖欠")
    ticket = do(ticket, "self_handle", here.specialist_zl, NOW)
    ticket = do(do(ticket, "finish", here.specialist_zl, NOW, **FINISHED), "feed_back", here.colleague, NOW, **TOLD)
    do(ticket, "rate", here.manager, NOW, **POOR)

    assert list(Rating.objects.order_by("cycle").values_list("cycle", "result")) == [(1, 5), (2, 1)]


def test_who_worked_on_it_does_not_rate_it(here):
    """INV16: a handler who also represents the enterprise."""
    ticket = make.grievance(State.CLOSED, scene=here)
    make.representative(enterprise=here.enterprise, user=here.partner)
    here.attach(make.WEDNESDAY)

    with pytest.raises(NotYours):
        do(ticket, "rate", here.partner, NOW, **GOOD)


def test_a_personal_ticket_is_rated_by_nobody_but_its_owner(here):
    ticket = make.grievance(State.CLOSED, scene=here, by="employee", personal=True)

    with pytest.raises(workflow.NotInSight):
        do(ticket, "rate", here.manager, NOW, **GOOD)
    assert do(ticket, "rate", here.employee, NOW, **GOOD).state == State.RATED


@pytest.mark.parametrize(("result", "starts"), [(1, True), (2, True), (3, False), (4, False), (5, False)])
def test_the_two_lowest_grades_start_a_follow_up_for_the_leader(result, starts, here):
    ticket = do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, NOW, solved="no", result=result, speed=1)

    rows = FollowUp.objects.filter(grievance=ticket)
    assert rows.exists() == starts
    if starts:
        row = rows.get()
        assert (row.kind, row.owner) == (FollowUp.Kind.POOR_RATING, here.leader)
        assert (local(row.contact_due_at), local(row.fix_due_at)) == ("2026-11-19 17:30", "2026-11-25 17:30")


def test_a_follow_up_contacts_first_and_then_says_what_was_done(poor, here):
    row = FollowUp.objects.get(grievance=poor)
    with pytest.raises(StateConflict):
        follow_up.conclude(row, by=here.leader, at=at(NOW), result="fixed", note="已补付")

    row = follow_up.contact(row, by=here.leader, at=at(NOW), note="已电话致歉")
    for wrong in ({"result": "forgotten", "note": "已补付"}, {"result": "fixed", "note": " "}):
        with pytest.raises(FactsMissing):
            follow_up.conclude(row, by=here.leader, at=at(NOW), **wrong)
    row = follow_up.conclude(row, by=here.leader, at=at(NOW), result="fixed", note="已补付")

    assert (row.state, row.ended_by) == (FollowUp.State.DONE, here.leader)
    with pytest.raises(StateConflict):
        follow_up.contact(row, by=here.leader, at=at(NOW), note="又打一次")


def test_who_handled_it_does_not_follow_it_up(here):
    ticket = do(make.grievance(State.ACCEPTED, scene=here), "self_handle", here.specialist_zl, NOW)
    ticket = do(do(ticket, "finish", here.specialist_zl, NOW, **FINISHED), "feed_back", here.specialist_zl, NOW, **TOLD)
    do(ticket, "rate", here.manager, NOW, **POOR)
    row = FollowUp.objects.get()

    with pytest.raises(NotYours):
        follow_up.contact(row, by=here.specialist_zl, at=at(NOW), note="已电话致歉")
    assert follow_up.contact(row, by=here.colleague, at=at(NOW), note="已电话致歉").state == FollowUp.State.FIXING


def test_a_leader_allows_fifteen_days_from_the_rating_once(poor, here):
    row = FollowUp.objects.get(grievance=poor)
    with pytest.raises(NotYours):
        follow_up.extend(row, by=here.colleague, at=at(NOW))

    row = follow_up.extend(row, by=here.leader, at=at("2026-11-24 10:00"))

    assert local(row.fix_due_at) == "2026-12-09 17:30"
    with pytest.raises(StateConflict):
        follow_up.extend(row, by=here.leader, at=at("2026-11-24 10:00"))


def test_the_enterprise_rates_again_once_after_the_fix_and_the_first_rating_stays(poor, here):
    row = FollowUp.objects.get(grievance=poor)
    with pytest.raises(StateConflict):
        follow_up.rate_again(poor, by=here.manager, at=at(NOW), result=4)
    follow_up.contact(row, by=here.leader, at=at(NOW), note="已电话致歉")
    follow_up.conclude(row, by=here.leader, at=at(NOW), result="fixed", note="已补付")
    with pytest.raises(NotYours):
        follow_up.rate_again(poor, by=here.leader, at=at(NOW), result=5)

    assert follow_up.rate_again(poor, by=here.manager, at=at(NOW), result=4).again_result == 4

    assert Rating.objects.get(grievance=poor).result == 1
    with pytest.raises(StateConflict):
        follow_up.rate_again(poor, by=here.manager, at=at(NOW), result=5)


def test_a_poor_rating_is_void_only_by_a_second_person_and_stays_on_record(poor, here):
    row = FollowUp.objects.get(grievance=poor)
    row = follow_up.contact(row, by=here.leader, at=at(NOW), note="企业称点错了")
    with pytest.raises(StateConflict):
        follow_up.void(row, by=here.leader, at=at(NOW), reason="点错")
    second = make.somebody("leader", community=here.community)

    row = follow_up.void(row, by=second, at=at(NOW), reason="点错，企业已书面说明")

    assert (row.state, row.ended_by) == (FollowUp.State.VOID, second)
    assert Rating.objects.get(grievance=poor).result == 1


def test_the_system_reopens_only_what_was_rated_poor_and_unsolved(here):
    content = do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, NOW, **GOOD)
    with pytest.raises(StateConflict):
        do(content, "reopen", None, NOW, reason="差评未解决", source="low_rating")

    poor = do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, NOW, **POOR)
    assert do(poor, "reopen", None, NOW, reason="差评未解决", source="low_rating").cycle == 2


def _self_handled(here, number):
    ticket = do(make.grievance(State.ACCEPTED, scene=here), "self_handle", here.specialist_zl, NOW)
    ticket = do(do(ticket, "finish", here.specialist_zl, NOW, **FINISHED), "feed_back", here.specialist_zl, NOW, **TOLD)
    Grievance.objects.filter(pk=ticket.pk).update(number=number)
    return fresh(ticket)


def test_about_one_in_ten_is_drawn_by_its_number_alone():
    drawn = [number for number in (f"MC261118-{n:06d}" for n in range(2000)) if rating.is_drawn(number)]

    assert 160 < len(drawn) < 240
    assert drawn == [number for number in (f"MC261118-{n:06d}" for n in range(2000)) if rating.is_drawn(number)]


def test_what_is_drawn_is_followed_up_by_another_specialist_and_once(here):
    numbers = [f"MC261118-{n:06d}" for n in range(100)]
    drawn = _self_handled(here, next(number for number in numbers if rating.is_drawn(number)))
    spared = _self_handled(here, next(number for number in numbers if not rating.is_drawn(number)))

    assert [sweeps.draw_spot_checks(at(NOW)) for _ in range(3)] == [1, 0, 0]

    row = FollowUp.objects.get()
    assert (row.grievance, row.kind, row.owner) == (drawn, FollowUp.Kind.SPOT_CHECK, here.colleague)
    assert not spared.follow_ups.exists()
