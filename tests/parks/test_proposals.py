"""A park without a steward is proposed to the office."""

from datetime import timedelta

import pytest

import community
from community.kinds import PostKind
from parks.proposals import proposals
from parks.unplaced import unplaced_park
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY


@pytest.fixture
def town():
    return make.community()


def test_parks_without_a_steward_the_largest_first(town):
    leader = make.somebody(PostKind.LEADER, community=town)
    small, large, kept = (make.park(community=town, grid=make.grid(community=town), name=name) for name in ("小园", "大园", "有人园"))
    make.building(park=small)
    make.building(park=large)
    make.building(park=large)
    make.steward_post(park=kept)
    unplaced_park(town)
    make.park()

    found = proposals(leader, NOW)

    assert [(row.kind, row.key) for row in found] == [("no_steward", large.code), ("no_steward", small.code)]
    assert "2 幢楼" in found[0].reason


def test_a_steward_who_left_leaves_the_post_empty(town):
    specialist = make.somebody(PostKind.SPECIALIST, community=town)
    park = make.park(community=town, grid=make.grid(community=town))
    post = make.steward_post(park=park)
    assert proposals(specialist, NOW) == []

    community.leave(post, at=NOW, by=None)

    assert [row.key for row in proposals(specialist, NOW + timedelta(minutes=1))] == [park.code]


def test_what_was_set_aside_does_not_take_a_place(town):
    leader = make.somebody(PostKind.LEADER, community=town)
    parks = [make.park(community=town, name=f"{place}号园") for place in range(7)]
    for row in proposals(leader, NOW):
        community.proposals.answer(row, by=leader, at=NOW, answer="dismissed")

    left = {row.key for row in proposals(leader, NOW)}

    assert len(left) == 2
    assert left < {park.code for park in parks}


def test_others_are_proposed_nothing(town):
    make.park(community=town)

    assert proposals(make.somebody(PostKind.GRID_STAFF, community=town), NOW) == []
