"""A number is the length of its list, for every reader; a rate never counts what was not asked."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dashboards import measures
from dashboards.measures import Period
from grievances import site_visits, workflow
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db

NOW = make.WEDNESDAY + timedelta(days=20)
AUTUMN = Period(date(2026, 11, 1), date(2026, 12, 31))
READERS = ("specialist_zl", "leader", "street")


@pytest.fixture
def here():
    scene = make.scene()
    for state in State.values:
        make.grievance(state, scene=scene)
    make.grievance(State.CLOSED, scene=scene, personal=True)
    scene.attach(NOW)
    return scene


def value(user, code):
    return next(figure for figure in measures.overview(user, AUTUMN, NOW) if figure.measure.code == code)


def test_every_number_is_the_length_of_the_list_behind_it(here):
    for name in READERS:
        reader = here.people[name]
        rows = measures.cohort(reader, AUTUMN)
        for figure in measures.overview(reader, AUTUMN, NOW):
            assert figure.counted == len(list(figure.measure.part(rows, NOW)))
            if figure.measure.is_rate:
                assert figure.base == len(list(figure.measure.part(rows, NOW, "base")))
                assert figure.counted <= figure.base


def test_what_was_filed_is_what_became_of_it(here):
    """INV26: 提交 = 在办 + 已办结 + 已评价 + 已撤回 + 不予受理 + 已并案."""
    slices = {each.key: each.count for each in measures.breakdown(here.street, "state", AUTUMN, NOW)}

    assert "draft" not in slices
    assert sum(slices.values()) == value(here.street, "collected").counted
    over = sum(slices.get(state, 0) for state in ("closed", "rated", "withdrawn", "rejected", "merged"))
    assert sum(slices.values()) == value(here.street, "open").counted + over


@pytest.mark.parametrize("code", measures.BREAKDOWNS)
def test_a_breakdown_adds_up_and_each_slice_opens_its_own_list(here, code):
    rows = measures.cohort(here.leader, AUTUMN)
    slices = measures.breakdown(here.leader, code, AUTUMN, NOW)

    assert sum(each.count for each in slices) == rows.count()
    for each in slices:
        assert measures.of_slice(rows, code, each.key).count() == each.count


def test_grids_of_two_communities_with_the_same_code_stay_apart(here):
    other = make.scene()
    type(other.community).objects.filter(pk=other.community.pk).update(street=here.community.street)
    for scene in (here, other):
        scene.grid.code = "G01"
        scene.grid.save()
    make.grievance(scene=other)
    here.attach(NOW)

    rows = measures.cohort(here.street, AUTUMN)
    slices = measures.breakdown(here.street, "grid", AUTUMN, NOW)

    assert len(slices) == 2
    for each in slices:
        assert measures.of_slice(rows, "grid", each.key).count() == each.count


def test_an_unrated_ticket_is_neither_satisfied_nor_unsatisfied(here):
    satisfied, rated = value(here.street, "satisfied"), value(here.street, "rated")

    assert (satisfied.counted, satisfied.base, satisfied.value) == (1, 1, Decimal("100.0"))
    assert (rated.counted, rated.base) == (1, 3)


def test_a_rate_with_nothing_behind_it_has_no_value():
    scene = make.scene()

    assert value(scene.leader, "satisfied").value is None


def test_an_answer_after_the_promise_is_not_on_time_even_when_rated_well():
    scene = make.scene()
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=scene)
    late = ticket.promise_due_at + timedelta(hours=1)

    workflow.apply(ticket, "feed_back", by=scene.specialist_zl, at=late, reply="办好了。", told_by="phone", told_to="周敏")

    figure = next(f for f in measures.overview(scene.leader, AUTUMN, late) if f.measure.code == "on_time")
    assert (figure.counted, figure.base, figure.value) == (0, 1, Decimal("0.0"))


def test_nobody_outside_community_and_street_reads_numbers(here):
    for name in ("manager", "employee", "partner", "steward", "operator", "grid_leader", "auditor", "admin"):
        person = here.people[name]
        assert not measures.may_read(person)
        assert measures.cohort(person, AUTUMN).count() == 0


def test_the_rate_of_visits_on_the_next_working_day_counts_what_was_due():
    here = make.scene()
    sent = [make.grievance(State.IN_PROGRESS, scene=here) for _ in range(4)]
    for ticket, hours in ((sent[0], 2), (sent[1], 80)):
        when = make.WEDNESDAY + timedelta(hours=hours)
        site_visits.record(ticket, by=here.partner, at=when, made_at=when, person="周敏", note="看了合同")
    workflow.apply(sent[2], "recall", by=here.specialist_zl, at=make.WEDNESDAY + timedelta(hours=1), reason="改派")
    here.attach(NOW)
    found = value(here.leader, "site_visit")

    assert (found.counted, found.base) == (1, 3)
