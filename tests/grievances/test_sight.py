"""Who sees which ticket: every kind of person × every kind of ticket, and the same verdict behind every door of the subject (INV18)."""

from datetime import date, timedelta

import pytest
from django.db import transaction

import community
from community.models import Post, Unit
from dashboards import measures
from grievances import attached, contact, finding, finished, follow_up, queues, workflow
from grievances.capacity import standing
from grievances.filters import GrievanceFilter
from grievances.models import Attachment, Dispatch, Grievance
from grievances.states import Circle
from tests import make
from tests.grievances import papers, town
from wording.errors import NotYours

LATER = town.LATER
EVERYBODY = (
    "manager", "member", "employee", "other_employee", "stranger", "steward", "steward_next", "operator", "operator_next", "partner",
    "other_partner", "official", "grid_leader", "grid_staff", "grid_next", "specialist_dj", "specialist_zl", "colleague", "leader", "street",
    "auditor", "admin", "manager_next", "manager_there", "specialist_there", "specialist_far", "street_far",
)  # fmt: skip


@pytest.fixture(scope="module")
def tickets(built, django_db_blocker):
    scene, posts = built
    with django_db_blocker.unblock(), transaction.atomic():
        made = town.build(scene)
        posts |= {name: person.posts for name, person in scene.people.items()}
        yield made
        transaction.set_rollback(True)


def names_of(rows, tickets):
    keys = set(rows.values_list("pk", flat=True))
    return {name for name, ticket in tickets.items() if ticket.pk in keys}


def expected(who):
    return {name for name, people in town.SEEN_BY.items() if who in people}


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_person_sees_just_the_tickets_of_the_table(who, tickets, here):
    assert names_of(Grievance.objects.visible_to(here.people[who]), tickets) == expected(who)


@pytest.mark.parametrize("who", EVERYBODY)
def test_whoever_may_do_something_with_a_ticket_sees_it(who, tickets, here):
    person = here.people[who]
    doors = [None, *((kind,) for kind in {post.kind for post in person.posts})]
    fresh = {name: Grievance.objects.get(pk=ticket.pk) for name, ticket in tickets.items()}

    for kinds in doors:
        seen = names_of(Grievance.objects.visible_to(person, kinds), tickets)
        assert {name for name, ticket in fresh.items() if standing(ticket, person, kinds).posts} <= seen


@pytest.mark.parametrize("who", EVERYBODY)
def test_search_finds_nothing_that_is_out_of_sight(who, tickets, here):
    rows = Grievance.objects.visible_to(here.people[who])

    assert names_of(rows.search("诉求"), tickets) <= expected(who)
    for words in (here.enterprise.name[2:9], "MC2611"):
        assert names_of(rows.search(words), tickets) <= expected(who)
    hidden = next(ticket for name, ticket in tickets.items() if name not in expected(who) and ticket.title)
    assert not rows.search(hidden.number).exists()
    assert not rows.search(hidden.title).filter(pk=hidden.pk).exists()


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_box_in_the_top_bar_finds_just_what_is_in_sight(who, tickets, here):
    person = here.people[who]
    numbers = {ticket.number: name for name, ticket in tickets.items()}
    filed = {name for name, ticket in tickets.items() if ticket.submitted_at}

    for words in ("尾款", "逾期半年", here.enterprise.name[2:9], "MC2611", "诉求"):
        assert {numbers[each.key] for each in finding.search(words, person, 100)} <= expected(who) & filed, words
    for name, ticket in tickets.items():
        found = {each.key for each in finding.search(ticket.number, person)}
        assert (ticket.number in found) is (name in expected(who) & filed), name


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_queue_and_filter_stays_in_sight_and_counts_its_own_list(who, tickets, here):
    person = here.people[who]
    rows = Grievance.objects.visible_to(person)

    for code, count in queues.counts(rows, person, LATER).items():
        listed = names_of(queues.select(rows, code, person, LATER), tickets)
        assert len(listed) == count, code
        assert listed <= expected(who), code
    for data in ({"enterprise": here.enterprise.uscc}, {"park": here.park.code}, {"service_item": "ZL02"}, {"state": "open,over"}):
        assert names_of(GrievanceFilter(data, rows, user=person, now=LATER).qs, tickets) <= expected(who), data


@pytest.mark.parametrize("who", EVERYBODY)
def test_numbers_are_for_staff_and_count_only_what_they_see(who, tickets, here):
    person = here.people[who]
    counted = names_of(measures.cohort(person, measures.year_to_date(LATER)), tickets)

    assert counted == (expected(who) - {"draft", "thrown away"} if measures.may_read(person) else set())


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_deed_on_what_is_out_of_sight_is_answered_as_if_it_did_not_exist(who, tickets, here):
    person = here.people[who]
    hidden = [ticket for name, ticket in tickets.items() if name not in expected(who)]

    for ticket in (hidden[0], hidden[-1], tickets["personal"] if who not in town.SEEN_BY["personal"] else hidden[0]):
        with pytest.raises(workflow.NotInSight):
            workflow.apply(ticket, "comment", by=person, at=LATER, body="在吗")
        with pytest.raises(workflow.NotInSight):
            contact.reveal(ticket, by=person, at=LATER, reason="联系企业")


def test_a_file_is_reached_by_just_those_who_see_its_ticket(tickets, here):
    looked_at = ("filed", "draft", "at the law firm", "recalled", "closed", "personal", "personal at the grid", "confidential")
    keys = {name: papers.hung(tickets[name]).file_id for name in looked_at}

    for who in EVERYBODY:
        reached = {name for name, key in keys.items() if attached.file_for(here.people[who], key) is not None}
        assert reached == expected(who) & set(looked_at), who


@pytest.mark.parametrize("who", ["manager", "member", "other_employee", "steward", "operator", "grid_leader"])
def test_the_employer_and_its_surroundings_never_learn_of_a_personal_ticket(who, tickets, here):
    person = here.people[who]
    rows = Grievance.objects.visible_to(person).filter(filed_by=here.employee)
    at_the_grid = {"personal at the grid"} if who == "grid_leader" else set()

    assert names_of(rows, tickets) == at_the_grid
    assert names_of(GrievanceFilter({"enterprise": here.enterprise.uscc}, rows, user=person, now=LATER).qs, tickets) == at_the_grid
    for code in queues.QUEUES:
        assert names_of(queues.select(rows, code, person, LATER), tickets) <= at_the_grid


def test_a_door_lets_in_only_its_own_kinds_of_posts(tickets, here):
    both = make.representative(enterprise=here.enterprise, user=here.grid_leader).post.user
    community.attach(both, LATER)

    through = {kind: names_of(Grievance.objects.visible_to(both, (kind,)), tickets) for kind in ("enterprise_member", "grid_leader")}

    assert "confidential" in through["enterprise_member"] - through["grid_leader"]
    assert "of the neighbour" in through["grid_leader"] - through["enterprise_member"]


def test_a_partner_loses_sight_at_the_instant_of_the_recall_and_of_handing_back(tickets, here):
    ticket = tickets["at the law firm"]
    sight = Grievance.objects.visible_to(here.partner).filter(pk=ticket.pk)
    assert sight.exists()

    ticket = workflow.apply(ticket, "recall", by=here.leader, at=LATER, reason="改派")
    assert not sight.exists()

    ticket = workflow.apply(ticket, "dispatch", by=here.leader, at=LATER, unit="LAW1")
    assert sight.exists()
    workflow.apply(ticket, "return_dispatch", by=here.partner, at=LATER, reason="无此专长")
    assert not sight.exists()


def test_a_partner_loses_sight_when_the_agreement_ends_and_when_the_post_does(tickets, here):
    theirs = expected("partner")
    Unit.objects.filter(pk=here.firm.pk).update(agreement_until_on=date(2026, 11, 18))
    assert names_of(Grievance.objects.visible_to(community.attach(here.partner, LATER)), tickets) == theirs
    assert names_of(Grievance.objects.visible_to(community.attach(here.partner, LATER + timedelta(days=1))), tickets) == set()

    Unit.objects.filter(pk=here.firm.pk).update(agreement_until_on=None)
    community.leave(Post.objects.get(user=here.partner), at=LATER, by=None)
    assert names_of(Grievance.objects.visible_to(community.attach(here.partner, LATER)), tickets) == set()


def test_what_a_firm_finished_is_a_line_of_its_history_and_not_a_ticket(tickets, here):
    history = {row.grievance_id: row for row in finished.by_units_of(here.partner)}

    assert set(history) == {tickets["closed"].pk, tickets["rated"].pk}
    assert history[tickets["closed"].pk].outcome == "solved"
    assert not finished.by_units_of(here.other_partner).exists()
    assert not finished.by_units_of(here.manager).exists()


def test_a_member_who_left_sees_nothing_any_more_not_even_what_he_filed(tickets, here):
    mine = make.grievance(scene=here, by="member")
    assert Grievance.objects.visible_to(here.member).filter(pk=mine.pk).exists()

    community.leave(Post.objects.get(user=here.member), at=LATER, by=None)

    assert not Grievance.objects.visible_to(community.attach(here.member, LATER)).exists()


def test_a_steward_does_not_see_what_he_registered_as_a_specialist_for_an_employee(tickets, here):
    both = make.steward_post(park=here.park, user=make.user()).user
    Grievance.objects.filter(pk=tickets["personal by telephone"].pk).update(filed_by=both)

    assert not Grievance.objects.visible_to(community.attach(both, LATER)).exists()


def test_follow_ups_are_listed_for_staff_in_whose_sight_the_ticket_is(tickets, here):
    ticket = workflow.apply(tickets["closed"], "rate", by=here.manager, at=LATER, solved="no", result=1, speed=1)

    listing = {who for who in EVERYBODY if follow_up.list_for(here.people[who]).filter(grievance=ticket).exists()}
    assert listing == town.INSIDE & set(EVERYBODY)
    with pytest.raises(NotYours):
        follow_up.contact(follow_up.list_for(here.leader).get(), by=here.specialist_there, at=LATER, note="已电话联系")


def test_evidence_is_for_those_who_work_on_it_and_not_for_the_enterprise(tickets, here):
    ticket = tickets["at the law firm"]
    key = papers.hung(ticket, circle=Circle.PARTNERS).file_id
    inner = papers.hung(ticket, circle=Circle.INTERNAL).file_id

    reached = {who for who in EVERYBODY if attached.file_for(here.people[who], key) is not None}
    assert reached == (town.INSIDE | town.GRID | {"partner"}) & set(EVERYBODY)
    assert {who for who in EVERYBODY if attached.file_for(here.people[who], inner) is not None} == town.INSIDE & set(EVERYBODY)


def test_a_file_goes_out_of_reach_with_the_ticket(tickets, here):
    ticket = tickets["at the law firm"]
    key = papers.hung(ticket).file_id
    assert attached.file_for(here.partner, key) is not None

    workflow.apply(ticket, "recall", by=here.specialist_zl, at=LATER, reason="改派")

    assert attached.file_for(here.partner, key) is None
    assert Attachment.objects.filter(grievance=ticket).exists()


def test_the_share_of_a_former_cycle_opens_nothing(tickets, here):
    ticket = workflow.apply(tickets["closed"], "reopen", by=here.manager, at=LATER, reason="对方又拖欠")

    assert Dispatch.objects.filter(grievance=ticket, unit=here.firm, finished=True).exists()
    assert not Grievance.objects.visible_to(here.partner).filter(pk=ticket.pk).exists()
