"""Random people, lawful and unlawful moves, a clock that jumps over weekends and festivals, sweeps, people leaving: after every step
the invariants of the machine file are computed anew (laws.py). More examples: INVARIANT_EXAMPLES=200."""

import os
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.db.models import Count
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

import community
from community.models import Post
from grievances import filing, queues, sweeps, workflow
from grievances.filters import GrievanceFilter
from grievances.models import Grievance, Transition
from grievances.moves import MOVE
from grievances.states import State
from notices.models import Notice
from tests import make
from tests.grievances import laws, telling
from wording.errors import FactsMissing, Refused

pytestmark = pytest.mark.django_db
PROFILE = settings(
    max_examples=int(os.environ.get("INVARIANT_EXAMPLES", "10")),
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking a walk takes minutes; the failing one is printed and short enough
    database=None,
    suppress_health_check=list(HealthCheck),
)

# An ordinary week; the eves of the Spring Festival 2026, of May Day and of the National Day; the last days with a published calendar.
STARTS = [
    datetime(2026, 11, 18, 10, 0, tzinfo=make.SHANGHAI),
    datetime(2026, 2, 13, 16, 40, tzinfo=make.SHANGHAI),
    datetime(2026, 4, 30, 23, 59, tzinfo=make.SHANGHAI),
    datetime(2026, 9, 24, 8, 15, tzinfo=make.SHANGHAI),
    datetime(2026, 12, 24, 11, 58, tzinfo=make.SHANGHAI),
]
BEGINNINGS = [State.IN_PROGRESS, State.CLOSED, State.SUBMITTED, State.SUSPENDED, State.RATED, State.AWAITING_FEEDBACK, State.ACCEPTED]
STEPS = [timedelta(0), timedelta(minutes=1), timedelta(minutes=47), timedelta(hours=3, seconds=7), timedelta(hours=11), timedelta(days=1)]
LEAPS = [timedelta(days=2), timedelta(days=4, hours=6), timedelta(days=9), timedelta(days=26)]
FILERS = ("manager", "member", "employee")
STAFF = ("specialist_zl", "specialist_gs", "specialist_jf", "colleague")
HANDLERS = ("partner", "other_partner", "official", "operator", "grid_leader", "grid_staff")
EVERYBODY = (*FILERS, *STAFF, *HANDLERS, "leader", "street", "steward", "stranger", "auditor")
# Who is likely to have something to do, so that walks get far.
LIKELY = {
    State.DRAFT: FILERS, State.SUBMITTED: STAFF, State.RETURNED: FILERS, State.REJECTED: FILERS, State.ACCEPTED: STAFF,
    State.DISPATCHED: HANDLERS, State.IN_PROGRESS: (*HANDLERS, "leader", *STAFF), State.SUSPENDED: (*STAFF, *FILERS),
    State.AWAITING_FEEDBACK: STAFF, State.CLOSED: FILERS, State.RATED: FILERS, State.WITHDRAWN: FILERS, State.MERGED: STAFF,
}  # fmt: skip
WEIGHTS = {"accept": 6, "dispatch": 6, "acknowledge": 6, "finish": 5, "feed_back": 6, "rate": 3, "approve": 6, "reopen": 3, "unmerge": 3,
           "request_suspend": 3, "request_extend": 3, "resubmit": 3, "co_done": 6, "submit": 6,
           "recall": 0.5, "reclassify": 0.5, "comment": 0.2, "urge": 0.2, "supervise": 0.2, "hand_over": 0.2, "withdraw": 0.2}  # fmt: skip
MAY_LEAVE = ("specialist_zl", "specialist_gs", "specialist_jf", "specialist_dj", "colleague", "partner", "member", "grid_staff")
# Approving runs what was asked for earlier, which may have become impossible: a date gone by, a promise run out.
MAY_HAVE_BECOME_IMPOSSIBLE = {"approve"}
luck = st.integers(0, 10_000)


def in_sight(person, ticket):
    return Grievance.objects.visible_to(person).filter(pk=ticket.pk).exists()


class Walk(RuleBasedStateMachine):
    """`here` is set by the test; everything one example writes is undone by the next."""

    here, posts = None, {}

    @initialize(start=st.sampled_from(STARTS), state=st.sampled_from(BEGINNINGS), seed=luck)
    def begin(self, start, state, seed):
        self.seed, self.rolled = seed, 0
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now, self.ledger, self.tickets, self.left = start, laws.Ledger(), [], set()
        for name, person in self.here.people.items():
            person.posts = self.posts[name]
        self.tickets.append(make.grievance(state, scene=self.here, at=start).pk)
        self.now += timedelta(minutes=20)
        self.examine_all()

    def teardown(self):
        if hasattr(self, "undo"):
            self.look_at_the_desks()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def person(self, name):
        """Posts are read again only after somebody left: nobody's begins or ends by the calendar here."""
        if name in self.left:
            community.attach(self.here.people[name], self.now)
        return self.here.people[name]

    def ticket(self, dice):
        return Grievance.objects.get(pk=dice.choice(self.tickets))

    def file_one(self, name, facts, *, draft):
        who = self.person(name)
        if who.posts:
            ticket = filing.file(who, {**make.FILED, **facts}, at=self.now, draft=draft, enterprise=self.here.enterprise)
            self.tickets.append(ticket.pk)
            self.examine(ticket)

    def examine(self, ticket):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        laws.check(ticket, self.now, self.ledger)

    def examine_all(self):
        for ticket in Grievance.objects.filter(pk__in=self.tickets):
            self.examine(ticket)

    def dice(self, chance):
        """What Hypothesis draws is small and alike; mixed with the number of the step it reaches every choice, and repeats exactly."""
        self.rolled += 1
        return Random(f"{self.seed}:{self.rolled}:{chance}")

    @precondition(lambda self: len(self.tickets) < 4)
    @rule(chance=luck, draft=st.booleans())
    def file(self, chance, draft):
        dice = self.dice(chance)
        flag = dice.choice(["", "", "personal", "confidential", "urgent"])
        self.file_one(dice.choice(FILERS), {"service_item": dice.choice(telling.ITEMS)} | ({flag: True} if flag else {}), draft=draft)

    @rule(chance=luck)
    def work_on_one(self, chance):
        dice = self.dice(chance)
        key = dice.choice(self.tickets)
        for _ in range(8):
            ticket = Grievance.objects.get(pk=key)
            likely = LIKELY[State(ticket.state)]
            any(self.move(ticket, name, dice) for name in dice.sample(likely, min(4, len(likely))))
            self.now += dice.choice(STEPS)

    @rule(chance=luck)
    def a_lawful_move_by_anybody(self, chance):
        dice = self.dice(chance)
        self.move(self.ticket(dice), dice.choice(EVERYBODY), dice)

    def move(self, ticket, name, dice):
        person = self.person(name)
        offered = workflow.available(ticket, person, self.now) if in_sight(person, ticket) else []
        weights = [WEIGHTS.get(action.event, 1) for action in offered]
        event = dice.choices(offered, weights)[0].event if offered else ""
        facts = telling.facts_for(event, ticket, person, self.now, dice.randrange(1000))
        if not event or facts is None:
            return False
        self.ledger.before_move(ticket, self.now)
        try:
            moved = workflow.apply(ticket, event, by=person, at=self.now, version=ticket.version, **facts)
        except FactsMissing:
            assert event in MAY_HAVE_BECOME_IMPOSSIBLE
            return False
        self.ledger.after_move(moved)
        self.examine(moved)
        return True

    @rule(chance=luck)
    def an_unlawful_move(self, chance):
        """INV02: refused, and nothing changes."""
        dice = self.dice(chance)
        ticket, person, event = self.ticket(dice), self.person(dice.choice(EVERYBODY)), dice.choice(sorted(MOVE))
        if in_sight(person, ticket) and event in {action.event for action in workflow.available(ticket, person, self.now)}:
            return
        before = self.everything(ticket)

        with pytest.raises(Refused):
            workflow.apply(ticket, event, by=person, at=self.now, **(telling.facts_for(event, ticket, person, self.now, 0) or {}))

        assert self.everything(ticket) == before

    def everything(self, ticket):
        rows = Grievance.objects.filter(pk=ticket.pk).values()
        return list(rows), laws.of_cycle(ticket, ticket.cycle), Transition.objects.count(), Notice.objects.count()

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step):
        self.now += step

    @rule(leap=st.sampled_from(LEAPS))
    def much_time_passes(self, leap):
        self.now += leap

    @rule(names=st.lists(st.sampled_from(sorted(sweeps.SWEEPS)), min_size=1, max_size=4))
    def sweeps_run(self, names):
        for ticket in Grievance.objects.filter(pk__in=self.tickets):
            self.ledger.before_move(ticket, self.now)
        for name in names:
            sweeps.SWEEPS[name](self.now)
        self.examine_all()

    @rule(chance=luck, absent=st.booleans())
    def somebody_leaves(self, chance, absent):
        """INV13: nobody who has left has an open ticket; somebody absent keeps his, but gets no new ones."""
        name = self.dice(chance).choice(MAY_LEAVE)
        posts = Post.objects.in_force(self.now).filter(user=self.here.people[name])
        for post in posts:
            if absent:
                make.absence(post, from_at=self.now, until_at=self.now + timedelta(days=3))
            else:
                community.leave(post, at=self.now, by=None)
                self.left.add(name)
        self.examine_all()

    def look_at_the_desks(self):
        """INV21: a tab counts its own list; INV26: what was filed is somewhere; INV18: not with the neighbours."""
        submitted = Transition.objects.filter(event="submit")
        for name in ("specialist_zl", "partner", "manager"):
            person = self.person(name)
            rows = Grievance.objects.visible_to(person)
            for code, count in queues.counts(rows, person, self.now).items():
                listed = GrievanceFilter({"queue": code}, rows, user=person, now=self.now)
                assert listed.is_valid()
                assert len(listed.qs) == count, (name, code)
            parts = dict(rows.filed().order_by().values_list("state").annotate(Count("pk")))
            assert State.DRAFT not in parts
            assert sum(parts.values()) == rows.filter(pk__in=submitted.values("grievance")).count(), name
        assert not Grievance.objects.visible_to(self.person("stranger")).exists()
        others = Grievance.objects.filter(personal=True).exclude(filed_by=self.here.people["manager"])
        assert not Grievance.objects.visible_to(self.here.people["manager"]).filter(pk__in=others).exists()


def test_the_invariants_hold_whatever_people_do_and_whenever(here):
    Walk.here, Walk.posts = here, {name: person.posts for name, person in here.people.items()}

    run_state_machine_as_test(Walk, settings=PROFILE)
