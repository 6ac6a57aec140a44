"""Which member of a grid an enterprise calls: whose building it is, while he is there."""

import pytest

from community.kinds import PostKind
from community.models import Post
from grievances import my_people
from parks import people
from parks.models import Building
from tests import make
from tests.grievances.steps import at
from wording.errors import FactsMissing, NotYours

NOW = at("2026-11-18 11:00")


@pytest.fixture
def second(here):
    """Another full-time member of the park's grid."""
    person = make.somebody(PostKind.GRID_STAFF, community=here.community, grid=here.park.grid)
    return Post.objects.get(user=person)


def grid_face(here):
    return next(each.user_id for each in my_people.of_enterprise(here.enterprise, NOW) if each.role == my_people.GRID)


def building_of(here):
    return Building.objects.select_related("park").get(tenancies__enterprise=here.enterprise)


def test_the_keeper_of_the_building_is_the_known_face_on_home_and_ticket(here, second):
    assert grid_face(here) == here.grid_staff.pk
    for by in (here.grid_leader, here.leader):
        people.set_keeper(building_of(here), second, at=NOW, by=by)
    ticket = make.grievance(scene=here)
    row = type(ticket).objects.select_related("community", "park", "window").annotate(**my_people.on_board(NOW)).get(pk=ticket.pk)

    assert grid_face(here) == second.user_id
    assert [each.user_id for each in my_people.of_ticket(row) if each.role == my_people.GRID] == [second.user_id]


def test_who_has_left_or_went_to_another_grid_is_nobodys_face(here, second):
    people.set_keeper(building_of(here), second, at=NOW, by=here.leader)
    Post.objects.filter(pk=second.pk).update(until_at=NOW)

    assert grid_face(here) == here.grid_staff.pk


def test_only_the_head_of_that_grid_and_the_leader_set_it_and_only_to_its_people(here, second):
    elsewhere = make.grid(community=here.community, name="第九网格")
    stranger = make.somebody(PostKind.GRID_LEADER, community=here.community, grid=elsewhere)

    for person in (here.grid_staff, here.steward, here.specialist_gs, here.manager, stranger):
        with pytest.raises(NotYours):
            people.set_keeper(building_of(here), second, at=NOW, by=person)
    with pytest.raises(FactsMissing):
        people.set_keeper(building_of(here), Post.objects.get(user=stranger), at=NOW, by=here.leader)
    assert people.set_keeper(building_of(here), None, at=NOW, by=here.leader).keeper is None
