"""我的服务团队: who is named to an enterprise, by which number, and who stands in today."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import community
from community import cards
from community.kinds import PostKind
from grievances import my_people
from grievances.models import Grievance
from grievances.my_people import GRID, SPECIALIST, STEWARD
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
DAY = timedelta(days=1)


@pytest.fixture
def here():
    scene = make.scene(at=AT)
    scene.community.phone = "0571-80000000"
    scene.community.save(update_fields=["phone"])
    for post, name in (
        ("steward", "范一"),
        ("grid_staff", "葛二"),
        ("grid_leader", "郭三"),
        ("specialist_zl", "庄四"),
        ("colleague", "钟五"),
    ):
        person = scene.people[post]
        person.name = name
        person.save(update_fields=["name"])
    scene.enterprise.refresh_from_db()
    return scene


def post_of(person):
    return person.all_posts.get()


def away(person, *, deputy=None, start=AT - DAY, end=AT + DAY):
    return make.absence(post_of(person), from_at=start, until_at=end, deputy=post_of(deputy) if deputy is not None else None)


def by_role(people):
    return {person.role: person for person in people}


def asked(here, at=AT):
    return by_role(my_people.of_enterprise(here.enterprise, at))


def on_ticket(ticket, at=AT):
    row = Grievance.objects.annotate(**my_people.on_board(at)).select_related("community", "park").get(pk=ticket.pk)
    return by_role(my_people.of_ticket(row))


def test_an_enterprise_has_a_steward_a_member_of_its_grid_and_a_specialist(here):
    people = asked(here)

    assert (people[STEWARD].name, people[STEWARD].place) == ("范一", here.park.name)
    assert (people[GRID].name, people[GRID].word) == ("葛二", "专职网格员")
    assert people[SPECIALIST].kind == PostKind.SPECIALIST
    assert {person.is_away for person in people.values()} == {False}


def test_one_calls_the_number_of_the_card_else_of_the_unit_else_of_the_community(here):
    assert asked(here)[GRID].phone == "0571-80000000"

    here.grid_unit.phone = "0571-81111111"
    here.grid_unit.save(update_fields=["phone"])
    assert asked(here)[GRID].phone == "0571-81111111"

    cards.save(here.grid_staff, phone="0571-82222222 转 8", hours="周一至周六 8:30–18:00", at=AT)
    person = asked(here)[GRID]
    assert (person.phone, person.dial, person.hours) == ("0571-82222222转8", "057182222222,8", "周一至周六 8:30–18:00")


def test_the_number_somebody_signs_in_with_is_never_named(here):
    for person in here.people.values():
        person.phone = "13912345678"
        person.save(update_fields=["phone"])

    assert "13912345678" not in str(my_people.of_enterprise(here.enterprise, AT))
    assert "13912345678" not in str(my_people.of_park(here.park, AT))


@pytest.mark.parametrize("role", [STEWARD, GRID])
def test_whoever_is_away_is_named_with_his_deputy_from_the_first_second_to_the_last(here, role):
    person = {STEWARD: here.steward, GRID: here.grid_staff}[role]
    cards.save(here.colleague, phone="0571-83333333", hours="工作日", at=AT)
    away(person, deputy=here.colleague, start=AT, end=AT + DAY)

    assert asked(here, AT - timedelta(seconds=1))[role].stand_in is None
    shown = asked(here, AT)[role]
    assert (shown.name, shown.away_until) == (person.name, AT + DAY)
    assert (shown.answers.name, shown.answers.phone) == ("钟五", "0571-83333333")
    assert not asked(here, AT + DAY)[role].is_away


def test_where_the_deputy_is_away_too_a_colleague_of_the_grid_answers_and_else_nobody(here):
    away(here.grid_staff, deputy=here.colleague)
    away(here.colleague)
    assert asked(here)[GRID].answers.name == "郭三"

    away(here.grid_leader)
    shown = asked(here)[GRID]
    assert shown.stand_in is None
    assert shown.is_away


def test_a_deputy_who_has_left_does_not_stand_in(here):
    away(here.steward, deputy=here.colleague)
    community.leave(post_of(here.colleague), at=AT - timedelta(hours=1), by=None)

    assert asked(here)[STEWARD].stand_in is None


def test_a_steward_who_is_there_comes_before_one_who_is_not(here):
    second = make.steward_post(park=here.park, at=AT - DAY)
    away(here.steward)

    assert asked(here)[STEWARD].user_id == second.user_id


def test_who_has_left_and_who_is_switched_off_is_not_named(here):
    community.leave(post_of(here.steward), at=AT - timedelta(hours=1), by=None)
    here.grid_staff.is_active = False
    here.grid_staff.save(update_fields=["is_active"])

    people = asked(here)

    assert STEWARD not in people
    assert people[GRID].name == "郭三"


def test_an_enterprise_without_a_place_still_has_a_specialist(here):
    firm = make.enterprise(community=here.community)
    firm.tenancies.all().delete()

    assert set(by_role(my_people.of_enterprise(firm, AT))) == {SPECIALIST}


def test_a_community_where_nobody_is_in_post_has_nobody_to_name():
    lonely = make.enterprise()
    from grievances import catalogue

    windows = [make.unit(community=lonely.community, code=code) for code in ("DJ", "JF", "GS", "ZL")]
    assert windows
    for code in ("CW", "RC"):
        make.unit(community=lonely.community, code=code, is_partner=True)
    catalogue.load(lonely.community, in_force_on=AT.date())

    assert my_people.of_enterprise(lonely, AT) == ()


def test_on_a_ticket_the_specialist_is_the_one_who_has_it(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT)

    people = on_ticket(ticket)

    assert people[SPECIALIST].user_id == ticket.assignee_id
    assert {role: person.name for role, person in people.items() if role != SPECIALIST} == {STEWARD: "范一", GRID: "葛二"}


def test_the_specialist_of_a_ticket_is_stood_in_for_by_his_deputy_else_by_his_window(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT)
    absence = away(here.specialist_zl, deputy=here.leader)
    assert on_ticket(ticket)[SPECIALIST].answers.user_id == here.leader.pk

    absence.deputy = None
    absence.save(update_fields=["deputy"])
    assert on_ticket(ticket)[SPECIALIST].answers.name == "钟五"


@pytest.mark.parametrize(("by", "facts"), [("employee", {"personal": True, "service_item": "GS05"}), ("manager", {"confidential": True})])
def test_of_a_ticket_that_others_do_not_see_the_specialist_alone_is_named(here, by, facts):
    ticket = make.grievance(State.SUBMITTED, scene=here, at=AT, by=by, **facts)

    assert set(on_ticket(ticket)) == {SPECIALIST}


def test_the_number_of_queries_does_not_depend_on_who_is_away(here):
    def count(at):
        with CaptureQueriesContext(connection) as queries:
            my_people.of_enterprise(here.enterprise, at)
        return len(queries)

    assert here.enterprise.community.phone
    before = count(AT - 3 * DAY)
    for person in (here.steward, here.grid_staff):
        away(person, deputy=here.colleague)

    assert count(AT) == before == 6


def test_a_poster_names_everybody_of_the_park_and_its_grid_once(here):
    double = make.post(PostKind.GRID_STAFF, user=here.steward, community=here.community, grid=here.grid, unit=here.grid_unit)

    people = my_people.of_park(here.park, AT)

    assert [person.user_id for person in people].count(double.user_id) == 1
    assert [(person.role, person.name) for person in people] == [(STEWARD, "范一"), (GRID, "葛二"), (GRID, "郭三")]
