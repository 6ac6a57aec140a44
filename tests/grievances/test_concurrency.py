"""Two at once, for real: one total order, each move legal, nothing twice (F18, F19, F21, INV03)."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction

import community
from community.models import Post
from grievances import morning, ownership, succession, sweeps, tasks, workflow
from grievances.hand import in_hand
from grievances.models import Escalation, Grievance, Transition
from grievances.states import OPEN, State
from notices.models import Notice
from tests import make
from tests.grievances import laws
from tests.grievances.steps import FINISHED, TOLD, at, do, fresh, latest
from tests.threads import together
from wording.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at("2026-11-18 14:00")
ROUNDS = 3


@pytest.fixture
def here(transactional_db):
    return make.scene()


def lawful(ticket, when=NOW):
    laws.check(ticket, when, laws.Ledger())


def test_of_two_who_accept_at_once_one_wins_and_the_other_is_told_who(here):
    """F18."""
    for who, name in (("specialist_zl", "陈岚"), ("colleague", "林海")):
        here.people[who].name = name
        here.people[who].save()
    for _ in range(ROUNDS):
        ticket = make.grievance(scene=here)
        people = (here.specialist_zl, here.colleague)

        outcomes = together(*(partial(do, ticket, "accept", who, NOW, version=1, service_item="ZL02") for who in people))

        lost = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        winner = fresh(ticket).assignee
        assert [type(refused) for refused in lost] == [workflow.Stale]
        assert winner.name in lost[0].message
        assert lost[0].current.version == 2
        assert Transition.objects.filter(grievance=ticket, event="accept").values_list("by", flat=True).get() == winner.pk
        lawful(ticket)


GOOD = {"solved": "yes", "result": 5, "speed": 5}
# Of each pair one may happen, and after it the other may not.
PAIRS = [
    (State.ACCEPTED, ("dispatch", "specialist_zl", {"unit": "LAW1"}), ("self_handle", "colleague", {})),
    (State.IN_PROGRESS, ("finish", "partner", FINISHED), ("recall", "specialist_zl", {"reason": "改派"})),
    (State.CLOSED, ("rate", "manager", GOOD), ("rate", "member", {"solved": "no", "result": 1, "speed": 1})),
    (State.DISPATCHED, ("acknowledge", "partner", {}), ("withdraw", "manager", {})),
]


def test_of_two_moves_that_exclude_each_other_one_goes_through(here):
    """F19, INV03."""
    for state, *pair in PAIRS * 2:
        ticket = make.grievance(state, scene=here)

        outcomes = together(
            *(partial(do, ticket, event, here.people[who], NOW, version=ticket.version, **facts) for event, who, facts in pair)
        )

        assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True], state
        assert fresh(ticket).version == ticket.version + 1
        lawful(ticket)


def test_withdrawing_and_accepting_at_once_end_withdrawn_either_way(here):
    for _ in range(ROUNDS):
        ticket = make.grievance(scene=here)

        outcomes = together(
            partial(do, ticket, "withdraw", here.manager, NOW),
            partial(do, ticket, "accept", here.specialist_zl, NOW, service_item="ZL02"),
        )

        assert not isinstance(outcomes[0], Refused)
        assert fresh(ticket).state == State.WITHDRAWN
        lawful(ticket)


def test_closing_and_escalating_at_once_never_warn_after_the_end(here):
    """F21."""
    late = at("2026-12-08 10:00")
    tickets = [make.grievance(State.AWAITING_FEEDBACK, scene=here) for _ in range(ROUNDS)]

    together(
        lambda: [do(ticket, "feed_back", here.specialist_zl, late, **TOLD) for ticket in tickets],
        partial(sweeps.escalate, late),
        partial(sweeps.escalate, late),
    )

    assert set(Grievance.objects.values_list("state", flat=True)) == {State.CLOSED}
    events = list(Notice.objects.filter(event__startswith="clock:", channel="app").values_list("event", "recipient"))
    assert len(events) == len(set(events))
    before = Escalation.objects.count()
    sweeps.escalate(late)
    assert Escalation.objects.count() == before
    for ticket in tickets:
        assert latest(ticket, "promise").breached_at == at("2026-12-02 17:30")


def test_a_sweep_running_twice_at_once_does_everything_once(here):
    """INV22, F4: two beats."""
    suspended = [make.grievance(State.SUSPENDED, scene=here) for _ in range(ROUNDS)]
    returned = [make.grievance(State.RETURNED, scene=here) for _ in range(ROUNDS)]
    when = at("2026-12-01 10:00")

    for name in ("resume", "remind_supplement", "end_unsupplemented", "escalate"):
        together(*[partial(sweeps.SWEEPS[name], when)] * 3)

    assert all(fresh(ticket).state == State.IN_PROGRESS for ticket in suspended)
    assert all(fresh(ticket).state == State.WITHDRAWN for ticket in returned)
    assert Transition.objects.filter(event__in=("resume", "supplement_timeout")).count() == 2 * ROUNDS
    told = list(Notice.objects.values_list("event", "recipient", "channel"))
    assert len(told) == len(set(told))
    for ticket in (*suspended, *returned):
        lawful(ticket, when)


def test_one_worker_at_a_time_sweeps_and_the_next_finds_the_lock_free(here):
    make.grievance(State.SUSPENDED, scene=here)
    key = "grievances.sweep.resume"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [key])
        assert together(partial(tasks.sweep, name="resume")) == [0]
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [key])

    assert together(partial(tasks.sweep, name="resume")) == [int(Grievance.objects.filter(state=State.IN_PROGRESS).exists())]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)


def test_two_tickets_merged_into_each_other_at_once_leave_one_of_them(here):
    """INV14: no circle; whoever is killed by the database as the victim of a deadlock tries again."""
    for _ in range(ROUNDS):
        one, other = (make.grievance(State.ACCEPTED, scene=here) for _ in range(2))

        together(
            partial(do, one, "merge", here.specialist_zl, NOW, into=other.number, reason="同一件事"),
            partial(do, other, "merge", here.colleague, NOW, into=one.number, reason="同一件事"),
        )

        assert sorted([fresh(one).state, fresh(other).state]) == [State.ACCEPTED, State.MERGED]
        lawful(one)
        lawful(other)


def test_a_chain_of_merges_at_once_stays_one_deep(here):
    for _ in range(ROUNDS):
        one, middle, last = (make.grievance(State.ACCEPTED, scene=here) for _ in range(3))

        together(
            partial(do, one, "merge", here.specialist_zl, NOW, into=middle.number, reason="同一件事"),
            partial(do, middle, "merge", here.colleague, NOW, into=last.number, reason="同一件事"),
        )

        assert sorted(fresh(ticket).state for ticket in (one, middle, last)) == [State.ACCEPTED, State.ACCEPTED, State.MERGED]
        for ticket in (one, middle):
            lawful(ticket)


def test_accepting_while_leaving_leaves_nothing_with_who_has_left(here):
    """INV13: what slips through between the two transactions is taken up by the next sweep."""
    post = Post.objects.get(user=here.specialist_zl)
    tickets = [make.grievance(scene=here) for _ in range(ROUNDS)]

    together(
        partial(community.leave, post, at=NOW, by=None),
        lambda: [do(ticket, "accept", here.specialist_zl, NOW, service_item="ZL02") for ticket in tickets],
    )
    succession.adopt(NOW + timedelta(minutes=1))

    assert not Grievance.objects.filter(assignee=here.specialist_zl, state__in=OPEN).exists()
    assert not ownership.without_owner_or_due(NOW + timedelta(minutes=1)).exists()
    assert succession.adopt(NOW + timedelta(minutes=2)) == 0


def test_without_a_transaction_nothing_is_taken_in_hand(here):
    with pytest.raises(transaction.TransactionManagementError), in_hand():
        pass


def test_two_workers_that_write_the_morning_lists_at_once_write_each_once(here):
    make.grievance(scene=here)
    thursday = at("2026-11-19 08:40")

    counts = together(lambda: morning.send(thursday), lambda: morning.send(thursday))

    assert sorted(counts) == [0, 1]
    assert Notice.objects.filter(kind="morning", channel="app").count() == 1
