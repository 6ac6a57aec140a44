"""Units and agreements as a leader sets them, and what hangs on one."""

from datetime import date, timedelta

import pytest

import community
from community import unit_changes
from community.models import Grid, Unit
from community.setting_up import past
from grievances import unit_use
from grievances.models import Grievance
from grievances.states import State
from tests import make
from tests.grievances.steps import at
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

NOW = at("2026-11-18 11:00")


def firm(here, **rest):
    return {
        "community": here.community.code, "kind": "partner", "code": "CW-09", "name": "新约律师事务所", "phone": "0571-88880000",
        "parent": Unit.objects.partner_windows().filter(community=here.community).first().code, "agreement_from_on": "2026-11-20",
        "agreement_until_on": "2027-11-19", "has_account": "on",
    } | rest  # fmt: skip


def law_firm(here):
    return Unit.objects.select_related("community").get(community=here.community, code="LAW1")


def test_a_new_firm_works_from_the_first_day_of_its_agreement_to_the_last(here):
    unit = unit_changes.add(firm(here), by=here.leader, at=NOW)

    assert [unit.is_usable(date(2026, 11, day)) for day in (19, 20)] == [False, True]
    assert [unit.is_usable(date(2027, 11, day)) for day in (19, 20)] == [True, False]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "bank"}, "kind"),
        ({"code": "LAW1"}, "code"),
        ({"code": "律所"}, "code"),
        ({"code": ""}, "code"),
        ({"name": "  "}, "name"),
        ({"name": "名" * 61}, "name"),
        ({"phone": "1" * 31}, "phone"),
        ({"parent": "GS"}, "parent"),
        ({"agreement_from_on": ""}, "agreement_from_on"),
        ({"agreement_from_on": "0001-01-01"}, "agreement_from_on"),
        ({"agreement_until_on": "2026-13-01"}, "agreement_until_on"),
        ({"agreement_until_on": "2026-11-19"}, "agreement_until_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(here, wrong, field):
    with pytest.raises(FactsMissing) as refused:
        unit_changes.add(firm(here, **wrong), by=here.leader, at=NOW)
    assert field in refused.value.fields


def test_a_grid_comes_with_its_unit_and_they_are_renamed_together(here):
    unit = unit_changes.add(firm(here, kind="grid", code="WG-77", name="第77网格"), by=here.leader, at=NOW)
    unit_changes.change(unit, {"name": "东湖网格"}, by=here.leader, at=NOW)

    assert Grid.objects.get(community=here.community, code="WG-77").name == "东湖网格"


def test_every_change_is_in_the_history_and_the_same_twice_is_one(here):
    unit = unit_changes.add(firm(here), by=here.leader, at=NOW)
    for _ in range(2):
        unit_changes.change(unit, firm(here, name="新约（杭州）律师事务所", agreement_until_on=""), by=here.leader, at=NOW)

    assert [(row.name, row.agreement_until_on) for row in past(Unit, pgh_obj_id=unit.pk)] == [
        ("新约（杭州）律师事务所", None),
        ("新约律师事务所", date(2027, 11, 19)),
    ]


def test_ending_the_agreement_ends_sight_on_the_day_after_and_the_specialist_is_told(here):
    ticket, unit = make.grievance(State.IN_PROGRESS, scene=here), law_firm(here)
    for _ in range(2):
        unit_changes.end_agreement(unit, date(2026, 11, 18), by=here.leader, at=NOW)

    seen = []
    for day in (NOW, NOW + timedelta(days=1)):
        community.attach(here.partner, day)
        seen.append(Grievance.objects.visible_to(here.partner).filter(pk=ticket.pk).exists())
    assert seen == [True, False]
    assert unit_use.in_hand([unit]) == {unit.pk: (1, 0)}


def test_at_once_means_yesterday_and_no_earlier_than_the_agreement(here):
    unit = unit_changes.add(firm(here, agreement_from_on="2026-11-18"), by=here.leader, at=NOW)

    for day in (date(2026, 11, 16), date(2026, 11, 17), None):
        with pytest.raises(FactsMissing):
            unit_changes.end_agreement(unit, day, by=here.leader, at=NOW)
    with pytest.raises(FactsMissing):
        unit_changes.end_agreement(here.specialist_gs.posts[0].unit, date(2026, 11, 18), by=here.leader, at=NOW)


def test_what_nobody_else_would_do_keeps_a_unit_in_use(here):
    for code in ("GS", "WG-1", "OP-1"):
        with pytest.raises(StateConflict) as refused:
            unit_use.retire(Unit.objects.select_related("community").get(community=here.community, code=code), by=here.leader, at=NOW)
        assert "还不能停用" in refused.value.message

    unit = unit_use.retire(law_firm(here), by=here.leader, at=NOW)
    assert unit.retired
    assert not unit_changes.set_retired(unit, False, by=here.leader, at=NOW).retired


def test_only_who_sets_up_the_community_does_any_of_it(here):
    elsewhere = make.somebody("leader", community=make.community())

    for person in (here.specialist_gs, here.manager, here.partner, here.street):
        with pytest.raises(NotYours):
            unit_changes.add(firm(here), by=person, at=NOW)
        with pytest.raises(NotYours):
            unit_changes.end_agreement(law_firm(here), date(2026, 11, 18), by=person, at=NOW)
    with pytest.raises(NotFound):
        unit_changes.change(law_firm(here), firm(here), by=elsewhere, at=NOW)
    with pytest.raises(NotFound):
        unit_use.retire(law_firm(here), by=elsewhere, at=NOW)
