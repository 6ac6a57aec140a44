"""What each reader learns of a ticket's history: three circles, and lines whose note is not for everybody."""

from datetime import timedelta

import pytest

from community.kinds import PostKind
from grievances import attached, contact, story, workflow
from grievances.capacity import standing
from grievances.models import Grievance, Transition
from grievances.states import Circle, State
from tests import make
from tests.grievances import papers
from wording.errors import FactsMissing, NotYours

LATER = make.WEDNESDAY + timedelta(hours=1)
OPEN, WORKING, ALL = {"enterprise"}, {"enterprise", "partners"}, {"enterprise", "partners", "internal"}
READS = {
    "manager": OPEN, "member": OPEN, "partner": WORKING, "official": WORKING, "grid_leader": WORKING, "specialist_zl": ALL,
    "specialist_dj": ALL, "leader": ALL, "street": ALL,
}  # fmt: skip


@pytest.fixture
def ticket(here):
    """In hand at the law firm with a department helping, after a recall and a dispatch handed back; three messages of three circles."""
    row = make.grievance(State.DISPATCHED, scene=here)
    zl = here.specialist_zl
    for event, who, facts in (
        ("recall", zl, {"reason": "内部：先问问所里"}),
        ("dispatch", zl, {"unit": "LAW2", "note": "交办：请先核对合同"}),
        ("return_dispatch", here.other_partner, {"reason": "内部：与对方有旧"}),
        ("dispatch", zl, {"unit": "LAW1", "co_units": ["BM-YJ"], "note": "交办：请先核对合同"}),
        ("acknowledge", here.partner, {}),
        ("hand_over", zl, {"to": here.colleague.username, "reason": "内部：休假"}),
        ("comment", zl, {"body": "internal", "circle": "internal"}),
        ("comment", zl, {"body": "partners", "circle": "partners"}),
        ("comment", zl, {"body": "enterprise", "circle": "enterprise"}),
    ):
        row = workflow.apply(row, event, by=who, at=LATER, **facts)
    return row


def told(ticket, person):
    circles = story.readable_circles(standing(ticket, person))
    lines = Transition.objects.filter(grievance=ticket).select_related("by", "unit").order_by("seq")
    return [line for line in (story.tell(each, circles) for each in lines) if line is not None]


@pytest.mark.parametrize("who", READS)
def test_a_reader_reads_the_messages_and_files_of_his_circles_and_no_other(who, ticket, here):
    person = here.people[who]
    keys = {circle: papers.hung(ticket, circle=circle).file_id for circle in Circle.values}

    said = {line["note"] for line in told(ticket, person) if line["event"] == "comment"}
    opened = {circle for circle, key in keys.items() if attached.file_for(person, key) is not None}
    listed = set(attached.attachments_of(ticket, standing(ticket, person)).values_list("circle", flat=True))

    assert said == opened == listed == READS[who]


@pytest.mark.parametrize("who", ["manager", "member", "partner", "official", "grid_leader"])
def test_nobody_outside_the_community_reads_why_it_was_recalled_handed_back_or_over(who, ticket, here):
    lines = told(ticket, here.people[who])

    assert not [line for line in lines if "内部" in line["note"]]
    assert {"recall", "return_dispatch", "hand_over"}.isdisjoint({line["event"] for line in lines})


def test_the_enterprise_learns_who_has_it_but_not_what_they_were_told(ticket, here):
    dispatched = [line for line in told(ticket, here.manager) if line["event"] == "dispatch"]

    assert len(dispatched) == 3
    assert {line["note"] for line in dispatched} == {""}
    assert {line["note"] for line in told(ticket, here.partner) if line["event"] == "dispatch"} >= {"交办：请先核对合同"}


def test_who_filed_it_on_behalf_reads_as_little_as_the_enterprise(here):
    row = make.grievance(scene=here)
    Grievance.objects.filter(pk=row.pk).update(filed_by=here.steward, on_behalf=True)
    row.refresh_from_db()

    assert story.readable_circles(standing(row, here.steward)) == (Circle.ENTERPRISE,)


def test_names_of_the_enterprise_are_masked_for_those_who_work_on_it(ticket, here):
    assert told(ticket, here.manager)[0]["by"] == here.manager.display_name
    assert told(ticket, here.partner)[0]["by"] != here.manager.display_name
    assert "*" in told(ticket, here.partner)[0]["by"]


@pytest.mark.parametrize(
    ("who", "circle", "verdict"),
    [
        ("manager", "internal", NotYours),
        ("manager", "partners", NotYours),
        ("partner", "internal", NotYours),
        ("official", "internal", NotYours),
        ("partner", "enterprise", None),
        ("manager", "everybody", FactsMissing),
    ],
)
def test_nobody_speaks_into_a_circle_he_is_not_of(who, circle, verdict, ticket, here):
    if verdict is None:
        workflow.apply(ticket, "comment", by=here.people[who], at=LATER, body="补充", circle=circle)
    else:
        with pytest.raises(verdict):
            workflow.apply(ticket, "comment", by=here.people[who], at=LATER, body="补充", circle=circle)


@pytest.mark.parametrize(
    ("who", "usual"), [("manager", "enterprise"), ("specialist_zl", "internal"), ("partner", "partners"), ("official", "partners")]
)
def test_who_says_nothing_about_the_circle_speaks_into_the_narrowest_of_his_own(who, usual, ticket, here):
    workflow.apply(ticket, "comment", by=here.people[who], at=LATER, body="补充")

    assert Transition.objects.filter(grievance=ticket).latest("seq").circle == usual


def test_a_contact_is_masked_for_everybody_but_the_filer_and_unmasked_only_for_those_who_work_on_it(ticket, here):
    assert contact.shown(ticket, here.manager).phone == "13812345678"
    assert contact.shown(ticket, here.member).phone == contact.shown(ticket, here.specialist_zl).phone == "138****5678"

    for who in ("specialist_zl", "leader", "partner", "official"):
        assert contact.reveal(ticket, by=here.people[who], at=LATER, reason="约时间上门").phone == "13812345678"
    for who in ("street", "grid_leader", "member"):
        with pytest.raises(NotYours):
            contact.reveal(ticket, by=here.people[who], at=LATER, reason="约时间上门")


def test_a_specialist_of_another_community_stands_nowhere(ticket, here):
    there = make.somebody(PostKind.SPECIALIST, community=make.community(street=here.community.street))

    assert standing(ticket, there).posts == {}
    assert workflow.available(ticket, there, LATER) == []
