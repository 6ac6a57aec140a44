"""并案 and 撤销并案: one deep, never in a circle, within one enterprise and one degree of secrecy."""

from datetime import timedelta

import pytest

import community
import workdays
from community.models import Post
from grievances import filing, workflow
from grievances.clocks import calendar_of
from grievances.models import Grievance, Subscription
from grievances.states import ClockCode, State
from notices.models import Notice
from tests import make
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh, latest
from wording.errors import FactsMissing, StateConflict

NOW = "2026-11-18 14:00"
ONE = {"reason": "同一件事"}


def merged(here, ticket, main, when=NOW):
    return do(ticket, "merge", here.specialist_zl, when, into=main.number, **ONE)


def refused(here, ticket, main):
    with pytest.raises(FactsMissing) as error:
        merged(here, ticket, main)
    assert set(error.value.fields) == {"into"}
    return str(error.value.fields["into"])


@pytest.mark.parametrize("state", ["submitted", "accepted", "dispatched", "in_progress", "suspended"])
def test_a_merged_ticket_is_over_and_out_of_everybodys_hands(state, here):
    main, ticket = make.grievance(State.ACCEPTED, scene=here), make.grievance(state, scene=here)

    ticket = merged(here, ticket, main)

    assert (ticket.state, ticket.merged_into, ticket.unit, ticket.resume_at) == (State.MERGED, main, None, None)
    assert not ticket.dispatches.live().exists()
    assert not ticket.clocks.filter(ended_at__isnull=True).exists()
    assert not Grievance.objects.visible_to(here.partner).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize("state", ["closed", "rated", "withdrawn", "rejected", "merged"])
def test_the_main_ticket_is_open_and_not_merged_itself(state, here):
    ticket, main = make.grievance(scene=here), make.grievance(state, scene=here)

    assert "在办" in refused(here, ticket, main)


def test_a_ticket_is_not_merged_into_itself(here):
    ticket = make.grievance(scene=here)

    assert "自己" in refused(here, ticket, ticket)


def test_a_main_ticket_is_not_merged_any_further(here):
    """INV14: one deep."""
    first, main, third = (make.grievance(State.ACCEPTED, scene=here) for _ in range(3))
    merged(here, first, main)

    assert "主件" in refused(here, main, third)


def test_only_tickets_of_one_enterprise_are_merged(here):
    neighbour = filing.file(here.stranger, make.FILED, at=make.WEDNESDAY)

    assert "同一企业" in refused(here, make.grievance(scene=here), neighbour)


def test_a_ticket_out_of_sight_is_no_ticket(here):
    ticket = make.grievance(scene=here)

    with pytest.raises(FactsMissing, match="没有这个办件编号"):
        do(ticket, "merge", here.specialist_zl, NOW, into="MC000000-000000", **ONE)


@pytest.mark.parametrize(
    ("of_one", "of_main", "lawful"),
    [
        ({}, {"confidential": True}, False),
        ({"confidential": True}, {}, True),
        ({"confidential": True}, {"confidential": True}, True),
        ({"personal": True}, {}, True),
        ({}, {"personal": True}, True),
    ],
)
def test_what_is_open_is_not_merged_into_what_is_secret(of_one, of_main, lawful, here):
    ticket, main = make.grievance(scene=here, **of_one), make.grievance(scene=here, **of_main)

    if lawful:
        assert merged(here, ticket, main).state == State.MERGED
    else:
        refused(here, ticket, main)


@pytest.mark.parametrize(("one", "main"), [("employee", "manager"), ("manager", "employee")])
def test_a_personal_ticket_is_merged_only_with_its_owners_own(one, main, here):
    facts = {"employee": {"personal": True, "by": "employee"}, "manager": {}}
    ticket, other = (make.grievance(scene=here, **facts[who]) for who in (one, main))

    assert "本人" in refused(here, ticket, other)


def test_the_filer_follows_the_main_ticket_and_is_told_of_it(here):
    main, ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here), make.grievance(scene=here, by="member")
    merged(here, ticket, main)
    assert Subscription.objects.get().user == here.member

    closed = do(main, "feed_back", here.specialist_zl, NOW, **TOLD)

    told = set(Notice.objects.filter(event=f"grievance:{main.pk}:{closed.version}").values_list("recipient", flat=True))
    assert {here.manager.pk, here.member.pk} <= told


def test_a_steward_does_not_follow_a_ticket_he_may_not_see(here):
    main = make.grievance(State.ACCEPTED, scene=here)
    facts = {**make.FILED, "basis": "走访", "channel": "steward"}
    his = filing.register(here.steward, facts, at=make.WEDNESDAY, uscc=here.enterprise.uscc)

    merged(here, his, main)

    assert not Subscription.objects.exists()
    assert not Grievance.objects.visible_to(here.steward).filter(pk=main.pk).exists()


def test_undoing_a_merge_goes_on_with_what_was_left(here):
    main, ticket = make.grievance(State.ACCEPTED, scene=here), make.grievance(State.IN_PROGRESS, scene=here)
    calendar = calendar_of(ticket.community)
    left = {
        code: workdays.elapsed(at(NOW), latest(ticket, code).due_at, calendar=calendar) for code in (ClockCode.PROMISE, ClockCode.HANDLE)
    }

    ticket = do(merged(here, ticket, main), "unmerge", here.specialist_zl, "2026-11-27 10:00", reason="两件事")

    assert (ticket.state, ticket.merged_into, ticket.handler) == (State.ACCEPTED, None, None)
    for code, seconds in left.items():
        assert workdays.elapsed(at("2026-11-27 10:00"), latest(ticket, code).due_at, calendar=calendar) == seconds
    assert not Subscription.objects.exists()


def test_a_ticket_merged_before_it_was_accepted_comes_back_accepted_and_with_terms(here):
    main, ticket = make.grievance(State.ACCEPTED, scene=here), make.grievance(scene=here, service_item=None)

    ticket = do(merged(here, ticket, main), "unmerge", here.specialist_zl, NOW, reason="两件事")

    assert (ticket.service_item.code, ticket.policy["workdays"]) == ("QT00", 5)
    assert ticket.accepted_at == at(NOW)


def test_what_was_late_when_merged_is_late_when_it_comes_back(here):
    main, ticket = make.grievance(State.ACCEPTED, scene=here, at=at("2026-12-01 10:00")), make.grievance(State.ACCEPTED, scene=here)
    ticket = merged(here, ticket, main, when="2026-12-04 10:00")

    back = do(ticket, "unmerge", here.specialist_zl, "2026-12-07 10:00", reason="两件事")

    first = back.clocks.filter(code=ClockCode.PROMISE).order_by("pk").first()
    assert first.breached_at == at("2026-12-02 17:30")
    assert back.promise_due_at == at("2026-12-07 10:00") + timedelta(seconds=1)


def test_a_merge_is_not_undone_once_the_main_ticket_is_closed(here):
    main, ticket = make.grievance(State.IN_PROGRESS, scene=here), make.grievance(scene=here)
    ticket = merged(here, ticket, main)
    main = do(main, "finish", here.partner, NOW, **FINISHED)
    do(main, "feed_back", here.specialist_zl, NOW, **TOLD)

    assert "unmerge" not in {action.code for action in workflow.available(fresh(ticket), here.specialist_zl, at(NOW))}
    with pytest.raises(StateConflict):
        do(ticket, "unmerge", here.specialist_zl, NOW, reason="两件事")


def test_a_ticket_comes_back_to_somebody_who_is_still_there(here):
    """INV13: its specialist has left while it was merged."""
    main, ticket = make.grievance(State.ACCEPTED, scene=here), make.grievance(State.ACCEPTED, scene=here)
    ticket = merged(here, ticket, main)
    community.leave(Post.objects.get(user=here.specialist_zl), at=at("2026-11-19 10:00"), by=None)
    here.attach(at("2026-11-19 11:00"))

    back = do(ticket, "unmerge", here.colleague, "2026-11-19 11:00", reason="两件事")

    assert back.assignee == here.colleague
