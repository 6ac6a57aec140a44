"""Leaving a post: open tickets change hands in the same transaction, sight ends at that instant (INV13)."""

from datetime import timedelta

import pytest

import community
from community.appointments import end_expired
from community.kinds import PostKind
from community.models import Post
from grievances import owners, workflow
from grievances.models import FollowUp, Grievance
from grievances.states import OPEN, State
from notices.models import Notice
from tests import make
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh

NOW = at("2026-11-18 14:00")
OPEN_STATES = ("submitted", "returned", "accepted", "dispatched", "in_progress", "suspended", "awaiting_feedback")


def leave(person, when=NOW):
    for post in Post.objects.in_force(when).filter(user=person):
        community.leave(post, at=when, by=None)
    community.attach(person, when)


def away(person, *, deputy=None, days=3):
    return make.absence(person.all_posts.get(), from_at=NOW, until_at=NOW + timedelta(days=days), deputy=deputy and deputy.all_posts.get())


@pytest.mark.parametrize("state", OPEN_STATES)
def test_an_open_ticket_goes_to_somebody_on_duty_in_the_window(state, here):
    ticket = make.grievance(state, scene=here)
    Grievance.objects.filter(pk=ticket.pk).update(assignee=here.specialist_zl)

    leave(here.specialist_zl)

    assert fresh(ticket).assignee == here.colleague
    line = ticket.transitions.latest("seq")
    assert (line.event, line.actor, line.facts["to"]) == ("hand_over", "Y", here.colleague.username)
    assert (fresh(ticket).state, fresh(ticket).promise_due_at) == (ticket.state, ticket.promise_due_at)
    assert Notice.objects.filter(event=f"grievance:{ticket.pk}:{line.seq}", recipient=here.colleague).exists()


def test_nobody_who_has_left_has_an_open_ticket_and_sight_ends_at_once(here):
    tickets = [make.grievance(State.ACCEPTED, scene=here) for _ in range(3)]

    leave(here.specialist_zl)

    assert not Grievance.objects.filter(assignee=here.specialist_zl, state__in=OPEN).exists()
    assert not Grievance.objects.visible_to(here.specialist_zl).exists()
    with pytest.raises(workflow.NotInSight):
        do(tickets[0], "dispatch", here.specialist_zl, NOW, unit="LAW1")


def test_a_ticket_that_is_over_stays_with_whoever_did_it(here):
    ticket = make.grievance(State.CLOSED, scene=here)

    leave(here.specialist_zl)

    assert fresh(ticket).assignee == here.specialist_zl
    assert do(ticket, "reopen", here.manager, NOW, reason="又拖欠").assignee == here.colleague


def test_when_the_window_is_empty_it_goes_to_a_deputy_then_to_another_then_to_the_leader(here):
    ticket = make.grievance(State.ACCEPTED, scene=here)
    leave(here.colleague)
    leave(here.specialist_zl)
    heir = fresh(ticket).assignee
    assert heir in (here.specialist_dj, here.specialist_jf, here.specialist_gs)

    for person in (here.specialist_dj, here.specialist_jf, here.specialist_gs):
        leave(person)

    assert fresh(ticket).assignee == here.leader


def test_a_deputy_comes_before_the_other_windows(here):
    away(here.colleague, deputy=here.specialist_jf)
    ticket = make.grievance(State.ACCEPTED, scene=here)

    leave(here.specialist_zl)

    assert fresh(ticket).assignee == here.specialist_jf


def test_the_last_one_leaves_though_everybody_else_is_away(here):
    """Better the desk of somebody on leave than nobody's."""
    ticket = make.grievance(State.ACCEPTED, scene=here)
    for name in ("colleague", "specialist_dj", "specialist_jf", "specialist_gs", "leader"):
        away(here.people[name])

    leave(here.specialist_zl)

    assert fresh(ticket).assignee == here.leader


def test_without_any_heir_leaving_is_refused_and_nothing_has_happened(here):
    ticket = make.grievance(State.ACCEPTED, scene=here)
    for name in ("colleague", "specialist_dj", "specialist_jf", "specialist_gs", "leader"):
        leave(here.people[name])

    with pytest.raises(owners.NobodyThere):
        leave(here.specialist_zl)

    assert Post.objects.in_force(NOW).filter(user=here.specialist_zl).exists()
    assert fresh(ticket).assignee == here.specialist_zl


def test_a_second_post_in_the_community_keeps_the_tickets(here):
    ticket = make.grievance(State.ACCEPTED, scene=here)
    make.post(PostKind.LEADER, user=here.specialist_zl, community=here.community)

    community.leave(here.specialist_zl.all_posts.get(kind=PostKind.SPECIALIST), at=NOW, by=None)

    assert fresh(ticket).assignee == here.specialist_zl


def test_a_post_that_runs_out_hands_over_by_itself_and_once(here):
    ticket = make.grievance(State.ACCEPTED, scene=here)
    Post.objects.filter(user=here.specialist_zl).update(until_at=NOW)

    assert [end_expired(NOW + timedelta(minutes=1)) for _ in range(2)] == [1, 0]

    assert fresh(ticket).assignee == here.colleague
    assert ticket.transitions.filter(event="hand_over").count() == 1


def test_the_posts_of_others_carry_no_tickets(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)

    for name in ("partner", "manager", "grid_leader", "street"):
        leave(here.people[name])

    assert fresh(ticket).version == ticket.version


def test_the_unit_goes_on_when_its_handler_has_left_and_is_told_instead_of_him(here):
    associate = make.somebody(PostKind.PARTNER, community=here.community, unit=here.firm)
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    leave(here.partner)

    ticket = do(ticket, "urge", here.manager, NOW)

    told = set(Notice.objects.filter(event=f"grievance:{ticket.pk}:{ticket.version}").values_list("recipient", flat=True))
    assert associate.pk in told
    assert here.partner.pk not in told
    assert do(ticket, "finish", associate, NOW, **FINISHED).state == State.AWAITING_FEEDBACK


def test_a_follow_up_changes_hands_with_its_owner(here):
    ticket = do(make.grievance(State.CLOSED, scene=here), "rate", here.manager, NOW, solved="no", result=1, speed=1)
    row = FollowUp.objects.get(grievance=ticket)
    assert row.owner == here.leader
    heir = make.somebody(PostKind.LEADER, community=here.community)

    leave(here.leader)

    assert FollowUp.objects.get(pk=row.pk).owner == heir


def test_a_follow_up_never_goes_to_who_handled_the_ticket(here):
    ticket = do(make.grievance(State.ACCEPTED, scene=here), "self_handle", here.colleague, NOW)
    ticket = do(do(ticket, "finish", here.colleague, NOW, **FINISHED), "feed_back", here.colleague, NOW, **TOLD)
    do(ticket, "rate", here.manager, NOW, solved="no", result=1, speed=1)

    leave(here.leader)

    assert FollowUp.objects.get().owner == here.specialist_zl


def test_somebody_absent_keeps_his_tickets_and_gets_no_new_ones(here):
    mine = make.grievance(State.ACCEPTED, scene=here)
    away(here.specialist_zl)

    fresh_one = make.grievance(scene=here, at=NOW + timedelta(minutes=1))

    assert fresh(mine).assignee == here.specialist_zl
    assert fresh_one.assignee == here.colleague


def test_somebody_absent_does_not_accept(here):
    from wording.errors import StateConflict

    ticket = make.grievance(scene=here)
    away(here.specialist_zl)

    assert "accept" not in {action.code for action in workflow.available(ticket, here.specialist_zl, NOW)}
    with pytest.raises(StateConflict):
        do(ticket, "accept", here.specialist_zl, NOW, service_item="ZL02")


def test_who_leaves_the_enterprise_is_told_no_more_and_somebody_else_is(here):
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here, by="member")
    leave(here.member)

    closed = do(ticket, "feed_back", here.specialist_zl, NOW, **TOLD)

    told = set(Notice.objects.filter(event=f"grievance:{closed.pk}:{closed.version}").values_list("recipient", flat=True))
    assert here.member.pk not in told
    assert here.manager.pk in told


def test_when_an_employee_leaves_nobody_at_the_employer_is_told_of_his_personal_ticket(here):
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here, by="employee", personal=True)
    leave(here.employee)

    closed = do(ticket, "feed_back", here.specialist_zl, NOW, **TOLD)

    told = set(Notice.objects.filter(event=f"grievance:{closed.pk}:{closed.version}").values_list("recipient", flat=True))
    assert told.isdisjoint({here.employee.pk, here.manager.pk, here.member.pk})
