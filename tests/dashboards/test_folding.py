"""Sums follow the events exactly: whatever the order of commits, run twice, late, or cut off; a full recount agrees to the last unit."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError

from dashboards import folding, measures, recount
from dashboards.marks import COUNTED, TICKET_MARKS
from dashboards.measures import Period
from dashboards.models import Change, EnterpriseTally, FigureSum, Moment, Rollup, Subject, TicketTally
from grievances import workflow
from grievances.models import Grievance
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY + timedelta(days=20)
WHOLE = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def here():
    scene = make.scene()
    for state in State.values:
        make.grievance(state, scene=scene)
    make.grievance(State.CLOSED, scene=scene, personal=True)
    return scene


def sums(scene, basis="filed", dimension="all"):
    rows = Rollup.objects.filter(community=scene.community, basis=basis, span="month", dimension=dimension, n__gt=0)
    return {(row.key, row.mark): row.n for row in rows}


def differences(at=NOW):
    return sum(recount.check_month(community, month.isoformat(), at) for community, month in recount.months()) + recount.check_stock(at)


def test_each_sum_is_the_length_of_the_measures_own_list(here):
    folding.fold(NOW)

    here.attach(NOW)
    rows = measures.cohort(here.leader, WHOLE)
    at = Moment.objects.get().at
    for code, select in TICKET_MARKS.items():
        assert sums(here).get((0, code), 0) == select(rows, at).count(), code


def test_a_recount_finds_nothing_to_put_right(here):
    folding.fold(NOW)

    assert differences() == 0
    assert TicketTally.objects.standing().count() == Grievance.objects.filed().count()


def test_folding_twice_changes_nothing_but_the_moment(here):
    first = folding.fold(NOW)
    before = sums(here), TicketTally.objects.count()
    second = folding.fold(NOW)

    assert (sums(here), TicketTally.objects.count()) == before
    assert second.at > first.at


def test_time_alone_makes_a_ticket_overdue(here):
    folding.fold(make.WEDNESDAY + timedelta(minutes=1))
    early = sums(here).get((0, "overdue"), 0)
    folding.fold(NOW + timedelta(days=60))

    assert early == 0
    assert sums(here)[0, "overdue"] == Grievance.objects.overdue(NOW + timedelta(days=60)).count() > 0


def test_what_stood_at_a_moment_is_still_known_later(here):
    moment = folding.fold(make.WEDNESDAY + timedelta(hours=1))
    before = sums(here)
    ticket = Grievance.objects.get(state=State.SUBMITTED, personal=False)
    workflow.apply(ticket, "withdraw", by=here.manager, at=make.WEDNESDAY + timedelta(hours=2))
    folding.fold(NOW)

    now = sums(here)
    for code in TICKET_MARKS:
        assert TicketTally.objects.as_of(moment.at).marked(code).count() == before.get((0, code), 0)
        assert TicketTally.objects.standing().marked(code).count() == now.get((0, code), 0)
    assert now[0, "state_withdrawn"] == before[0, "state_withdrawn"] + 1


def test_what_was_filed_is_what_became_of_it_in_every_sum(here):
    """INV26, of every day, month, place, window and item."""
    folding.fold(NOW)

    over = [mark for mark in TICKET_MARKS if mark.startswith("state_")]
    for dimension in ("all", "grid", "park", "window", "item"):
        found = sums(here, dimension=dimension)
        for key in {key for key, _ in found}:
            assert found[key, "collected"] == found.get((key, "open"), 0) + sum(found.get((key, mark), 0) for mark in over)


def test_any_history_folded_at_any_moments_comes_to_the_same_as_a_recount():
    """Random moves with folds strewn in; two scenes in one street; then everything counted anew."""
    for seed in range(2):
        dice = random.Random(seed)
        scenes = [make.scene(), make.scene()]
        for step in range(25):
            make.grievance(
                dice.choice(State.values), scene=dice.choice(scenes), at=make.WEDNESDAY + timedelta(minutes=dice.randrange(20000))
            )
            if dice.random() < 0.3:
                folding.fold(make.WEDNESDAY + timedelta(days=step), at_most=dice.choice((1, 3, 4000)))
        while (moment := folding.fold(NOW)).waiting or Change.objects.exists():
            assert moment
        kept = {
            row[:-1]: row[-1]
            for row in Rollup.objects.filter(n__gt=0).values_list("community", "basis", "span", "first_on", "dimension", "key", "mark", "n")
        }

        assert differences() == 0
        folding.everything_anew()
        while folding.fold(NOW).waiting:
            pass
        again = {
            row[:-1]: row[-1]
            for row in Rollup.objects.filter(n__gt=0).values_list("community", "basis", "span", "first_on", "dimension", "key", "mark", "n")
        }
        assert again == kept


def test_what_somebody_spoilt_is_found_and_put_right(here):
    folding.fold(NOW)
    Rollup.objects.filter(mark="collected", dimension="all", span="month").update(n=7)
    TicketTally.objects.standing().filter(marks__contains=["open"]).update(marks=["collected"])

    assert differences() > 0
    folding.fold(NOW)
    assert differences() == 0


def test_a_change_costs_the_same_however_long_the_history(django_assert_max_num_queries, here):
    folding.fold(NOW)
    ticket = Grievance.objects.get(state=State.SUBMITTED, personal=False)
    workflow.apply(ticket, "withdraw", by=here.manager, at=make.WEDNESDAY + timedelta(hours=2))

    with django_assert_max_num_queries(30):
        folding.fold(NOW)


def test_enterprises_and_their_figures_are_summed_where_they_sit(here):
    other = make.park(community=here.community)
    firm = make.enterprise(park=other)
    make.figure("tax", value=120, enterprise=firm, period="2025")
    make.figure("tax", value=Decimal("30.5"), enterprise=here.enterprise, period="2025")
    folding.fold(NOW)

    assert FigureSum.objects.get(metric="tax", dimension="all").total == Decimal("150.5")
    assert FigureSum.objects.get(metric="tax", dimension="park", key=other.pk).total == 120
    active = Rollup.objects.get(mark="active", dimension="all", community=here.community).n
    assert active == EnterpriseTally.objects.standing().filter(community=here.community).count() == 3


def test_only_one_thing_may_be_named_by_a_change():
    for wrong in ({"subject": Subject.TICKET}, {"subject": Subject.FIGURE, "key": 3}, {"subject": "other", "key": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Change.objects.create(**wrong)
    assert set(COUNTED) == {Subject.TICKET, Subject.ENTERPRISE}


@pytest.mark.django_db(transaction=True)
def test_a_ticket_whose_transaction_commits_late_is_not_passed_over(here):
    """Its change has the lower key, and commits after a fold that has taken a higher one."""
    folding.fold(NOW)
    late, early = Grievance.objects.filter(state=State.RATED).first(), Grievance.objects.filter(state=State.CLOSED).first()
    slow = connections["default"].copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute("UPDATE grievances_grievance SET urges = 3 WHERE id = %s", [late.pk])
        Grievance.objects.filter(pk=early.pk).update(urges=1)
        folding.fold(NOW)
        first = sums(here)[0, "urged"]
        slow.commit()
        folding.fold(NOW)
    finally:
        slow.close()

    assert first == 1
    assert sums(here)[0, "urged"] == 2
    assert connection.in_atomic_block is False
