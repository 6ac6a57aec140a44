import pytest

import community
from community.kinds import PostKind
from community.staffing import staffing
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


def _man(grid, *kinds):
    for kind in kinds:
        make.post(kind, community=grid.community, grid=grid)


def test_a_grid_with_one_leader_three_staff_and_one_part_timer_raises_no_alarm():
    grid = make.grid()
    _man(grid, PostKind.GRID_LEADER, *[PostKind.GRID_STAFF] * 3, PostKind.GRID_PART_TIME)

    assert community.vacancies(grid.community, AT) == []


def test_an_empty_grid_lacks_all_three():
    grid = make.grid(name="第三网格")

    assert [str(vacancy) for vacancy in community.vacancies(grid.community, AT)] == [
        "第三网格缺网格长 1 人（应有 1，现有 0）",
        "第三网格缺专职网格员 3 人（应有 3，现有 0）",
        "第三网格缺兼职网格员或园区力量 1 人（应有 1，现有 0）",
    ]


def test_the_steward_of_a_park_of_the_grid_counts_as_park_force():
    grid = make.grid()
    _man(grid, PostKind.GRID_LEADER, *[PostKind.GRID_STAFF] * 3)

    make.steward(park=make.park(grid=grid))

    assert community.vacancies(grid.community, AT) == []


def test_who_leaves_is_missed_the_same_minute_but_who_is_absent_is_not():
    grid = make.grid()
    _man(grid, *[PostKind.GRID_STAFF] * 3, PostKind.GRID_PART_TIME)
    leader = make.post(PostKind.GRID_LEADER, community=grid.community, grid=grid)
    make.absence(leader, from_at=AT, until_at=AT.replace(day=20))
    assert community.vacancies(grid.community, AT) == []

    community.leave(leader, at=AT, by=None)

    assert [vacancy.code for vacancy in community.vacancies(grid.community, AT)] == ["leader"]


def test_twelve_grids_cost_as_many_queries_as_one(django_assert_num_queries):
    place = make.community()
    for _ in range(12):
        make.grid(community=place)

    with django_assert_num_queries(2):
        assert len(staffing(place, AT)) == 12
