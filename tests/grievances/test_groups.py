"""What the groups of units and of the community hear: number and event, never what somebody wrote, nothing of a ticket kept close."""

from datetime import timedelta

import pytest

from community.models import Unit
from grievances import filing, settling
from grievances.states import Priority, State
from grievances.sweeps import escalate
from notices.models import Notice, Robot
from tests import make
from tests.grievances.steps import do
from tests.grievances.test_notices import NOW, OFFICE_ZL, TOLD_OF, moved
from tests.grievances.test_settling import SAID


@pytest.fixture
def groups(here):
    """A robot in the group of the community, of each of its units, and of another community."""
    units = {unit.code: unit.pk for unit in Unit.objects.filter(community=here.community)}
    rows = {"community": (here.community.pk, None), "elsewhere": (here.community.pk + 1000, None)}
    rows |= {code: (here.community.pk, key) for code, key in units.items()}
    for number, (name, (community, unit)) in enumerate(rows.items()):
        facts = {"street_key": here.community.street_id, "community_key": community, "unit_key": unit, "created_at": make.WEDNESDAY}
        Robot.objects.create(channel="wecom", name=name, token=f"token-of-a-group-{number}", **facts)
    Notice.objects.all().delete()


def heard(ticket, seq):
    return set(Notice.objects.filter(event=f"grievance:{ticket.pk}:{seq}", channel="wecom").values_list("robot__name", flat=True))


HEARD = {
    "dispatch": {"LAW1", "BM-YJ"},
    "send_back": {"LAW1"},
    "urge": {"LAW1", "community"},
    "supervise": {"LAW1", "community"},
    "reopen": {"ZL", "community"},
}


@pytest.mark.parametrize(("case", "state", "who", "facts", "told"), TOLD_OF, ids=[row[0] for row in TOLD_OF])
def test_just_those_groups_hear_of_it_and_by_number_alone(here, groups, case, state, who, facts, told):
    event = case.split(" ")[0]
    ticket = moved(here, state, who, event, facts)
    ticket.refresh_from_db()

    assert heard(ticket, ticket.transitions.count()) == HEARD.get(case, set())
    for row in Notice.objects.filter(robot__isnull=False):
        words = f"{row.title}{row.body}{row.link}"
        assert ticket.number in words
        assert not row.body
        kept = (ticket.title, ticket.body, ticket.contact_name, ticket.contact_phone, here.enterprise.name, here.enterprise.uscc)
        assert not any(each and each in words for each in kept)


@pytest.mark.parametrize("circle", [{"personal": True, "by": "employee"}, {"confidential": True}])
def test_of_a_ticket_kept_close_no_group_hears_anything(here, groups, circle):
    ticket = make.grievance(State.ACCEPTED, scene=here, **circle)
    do(ticket, "dispatch", here.people[OFFICE_ZL], NOW, unit="LAW1")
    escalate(make.WEDNESDAY + timedelta(days=60))

    assert not Notice.objects.filter(robot__isnull=False).exists()


def test_overdue_is_red_for_those_who_have_it_and_for_the_community(here, groups):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    Notice.objects.all().delete()

    escalate(make.WEDNESDAY + timedelta(days=60))

    late = Notice.objects.filter(event__endswith=":late")
    assert set(late.filter(robot__isnull=False).values_list("robot__name", flat=True)) == {"LAW1", "community"}
    assert set(late.values_list("at_once", flat=True)) == {True}
    assert set(Notice.objects.filter(event__endswith=":half").values_list("at_once", flat=True)) == {False}
    assert ticket.number in late.first().title


def test_an_emergency_is_red_whatever_happens_to_it(here, groups):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    type(ticket).objects.filter(pk=ticket.pk).update(priority=Priority.EMERGENCY)
    ticket.refresh_from_db()

    do(ticket, "urge", here.people["manager"], NOW)

    rows = Notice.objects.filter(event=f"grievance:{ticket.pk}:{ticket.transitions.count()}")
    assert set(rows.values_list("at_once", flat=True)) == {True}


def test_what_was_settled_at_once_is_no_news_to_the_office(here, groups):
    settling.settle(here.specialist_gs, SAID, at=make.WEDNESDAY, uscc=here.enterprise.uscc)

    assert not Notice.objects.filter(robot__isnull=False).exists()


def test_a_need_filed_by_the_enterprise_or_by_the_grid_is(here, groups):
    filed = make.grievance(State.SUBMITTED, scene=here)
    behalf = filing.register(here.steward, {**make.FILED, "channel": "steward", "basis": "企业电话委托"}, at=make.WEDNESDAY, uscc=here.enterprise.uscc)  # fmt: skip

    assert heard(filed, 1) == heard(behalf, 1) == {filed.window.code, "community"}


def test_a_robot_out_of_use_hears_nothing(here, groups):
    Robot.objects.update(retired=True)
    make.grievance(State.DISPATCHED, scene=here)

    assert not Notice.objects.filter(robot__isnull=False).exists()
