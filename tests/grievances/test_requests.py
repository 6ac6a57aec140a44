"""What needs a second person: asked by one, decided by another, run by the system; at most one at a time."""

import pytest

from grievances import workflow
from grievances.models import Attachment, Evidence, Request
from grievances.states import RequestState, State
from tests import make
from tests.grievances import papers
from tests.grievances.steps import FINISHED, at, do, fresh
from wording.errors import FactsMissing, NotYours, StateConflict

NOW = "2026-11-18 11:00"
SUSPEND = {"reason": "等对方回函", "resume_on": "2026-11-25"}
EXTEND = {"reason": "对方分期", "due_at": "2026-12-10 17:30"}
WITHDRAW = {"reason": "已和解，无安全风险"}
ASKED = {"suspend": ("partner", SUSPEND), "extend": ("partner", EXTEND), "withdraw": ("manager", WITHDRAW)}
DECIDES = {"suspend": "leader", "extend": "leader", "withdraw": "colleague"}


def asked(here, kind, who=None, ticket=None):
    ticket = ticket or make.grievance(State.IN_PROGRESS, scene=here)
    usual, facts = ASKED[kind]
    return do(ticket, f"request_{kind}", here.people[who or usual], NOW, **facts)


def codes(ticket, person):
    return {action.code for action in workflow.available(ticket, person, at(NOW))}


@pytest.mark.parametrize(("kind", "then"), [("suspend", State.SUSPENDED), ("extend", State.IN_PROGRESS), ("withdraw", State.WITHDRAWN)])
def test_approving_runs_what_was_asked_as_two_lines_of_history(kind, then, here):
    ticket = asked(here, kind)
    assert (ticket.pending, ticket.state) == (kind, State.IN_PROGRESS)

    ticket = do(ticket, "approve", here.people[DECIDES[kind]], NOW, note="同意")

    assert (ticket.pending, ticket.state) == ("", then)
    asked_line, approved, ran = list(ticket.transitions.order_by("seq"))[-3:]
    assert (approved.event, approved.actor) == ("approve", "S" if kind == "withdraw" else "L")
    assert (ran.event, ran.actor, ran.by) == ({"withdraw": "withdraw_late"}.get(kind, kind), "Y", None)
    assert asked_line.facts["reason"] == ran.facts["reason"]
    decided = Request.objects.get(grievance=ticket)
    assert (decided.state, decided.decided_by, decided.note) == (RequestState.APPROVED, here.people[DECIDES[kind]], "同意")


@pytest.mark.parametrize("kind", ASKED)
def test_declining_leaves_everything_as_it_was(kind, here):
    before = make.grievance(State.IN_PROGRESS, scene=here)
    ticket = asked(here, kind, ticket=before)

    declined = do(ticket, "decline", here.people[DECIDES[kind]], NOW, reason="理由不足")

    assert (declined.state, declined.pending) == (State.IN_PROGRESS, "")
    assert (declined.promise_due_at, declined.next_due_at) == (before.promise_due_at, before.next_due_at)
    assert Request.objects.get().state == RequestState.DECLINED


@pytest.mark.parametrize("kind", ASKED)
def test_only_one_request_waits_at_a_time(kind, here):
    ticket = asked(here, kind)

    for other, (who, facts) in ASKED.items():
        assert f"request-{other}" not in codes(ticket, here.people[who])
        with pytest.raises(StateConflict):
            do(ticket, f"request_{other}", here.people[who], NOW, **facts)


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        *(("suspend", who) for who in ("partner", "specialist_zl", "manager", "street", "official")),
        *(("extend", who) for who in ("partner", "specialist_zl", "colleague", "manager", "street")),
        *(("withdraw", who) for who in ("partner", "leader", "manager", "street")),
    ],
)
def test_nobody_else_decides(kind, who, here):
    ticket = asked(here, kind)

    assert {"approve", "decline"}.isdisjoint(codes(ticket, here.people[who]))
    for event, facts in (("approve", {}), ("decline", {"reason": "理由不足"})):
        with pytest.raises((NotYours, workflow.NotInSight)):
            do(ticket, event, here.people[who], NOW, **facts)
    assert fresh(ticket).version == ticket.version


def test_a_specialist_who_asked_does_not_decide_though_another_may(here):
    """A leader who holds a specialist's post too asks as a specialist: then the street decides."""
    both = make.post("leader", user=here.colleague, community=here.community).user
    here.attach(make.WEDNESDAY)
    ticket = asked(here, "suspend", who="colleague")

    assert {"approve", "decline"}.isdisjoint(codes(ticket, both))
    with pytest.raises(NotYours):
        do(ticket, "approve", both, NOW)
    assert {"approve", "decline"} <= codes(ticket, here.street)
    assert do(ticket, "approve", here.street, NOW).state == State.SUSPENDED


def test_the_street_decides_nothing_that_the_leader_can(here):
    ticket = asked(here, "extend")

    assert "approve" not in codes(ticket, here.street)


@pytest.mark.parametrize(
    ("kind", "event", "who", "facts"),
    [
        ("suspend", "recall", "specialist_zl", {"reason": "改派"}),
        ("extend", "finish", "partner", FINISHED),
        ("withdraw", "finish", "partner", FINISHED),
        ("suspend", "merge", "specialist_zl", {"reason": "同一件事"}),
    ],
)
def test_a_request_whose_ticket_has_moved_on_lapses(kind, event, who, facts, here):
    ticket = asked(here, kind)
    if event == "merge":
        facts = {**facts, "into": make.grievance(State.ACCEPTED, scene=here).number}

    moved = do(ticket, event, here.people[who], NOW, **facts)

    assert moved.pending == ""
    assert Request.objects.get().state == RequestState.LAPSED
    with pytest.raises(StateConflict):
        do(moved, "approve", here.leader, NOW)


def test_a_withdrawal_waits_while_the_ticket_is_suspended(here):
    ticket = do(make.grievance(State.SUSPENDED, scene=here), "request_withdraw", here.manager, "2026-11-18 14:00", **WITHDRAW)

    resumed = do(ticket, "resume", here.partner, "2026-11-18 15:00", reason="manual")

    assert resumed.pending == "withdraw"
    assert do(resumed, "approve", here.specialist_zl, "2026-11-18 15:30").state == State.WITHDRAWN


@pytest.mark.parametrize("kind", ASKED)
def test_asking_without_a_reason_is_refused(kind, here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    who, facts = ASKED[kind]

    with pytest.raises(FactsMissing) as refused:
        do(ticket, f"request_{kind}", here.people[who], NOW, **{**facts, "reason": " "})
    assert "reason" in refused.value.fields


def test_asking_makes_what_others_have_read_stale(here):
    before = make.grievance(State.IN_PROGRESS, scene=here)
    ticket = asked(here, "extend", ticket=before)
    assert ticket.version == before.version + 1

    with pytest.raises(workflow.Stale) as stale:
        do(before, "finish", here.partner, NOW, version=before.version, **FINISHED)
    assert stale.value.current.version == ticket.version


def test_the_evidence_of_a_request_hangs_on_the_ticket_from_the_asking_and_once(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    file = papers.uploaded(here.partner, at=make.WEDNESDAY)

    ticket = do(ticket, "request_suspend", here.partner, NOW, **SUSPEND, evidence=[str(file.pk)])
    assert Attachment.objects.get(grievance=ticket).file == file
    ticket = do(ticket, "approve", here.leader, NOW)

    assert Attachment.objects.filter(grievance=ticket).count() == 1
    assert Evidence.objects.get(grievance=ticket).file == file
