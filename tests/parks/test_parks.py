from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

import community
import parks
from community.kinds import PostKind
from community.models import Post
from parks.filters import ParkFilter, SpaceFilter
from parks.models import Building, Park, Space
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


@pytest.fixture
def leader():
    return make.somebody(PostKind.LEADER)


def test_the_tree_shows_parks_by_pinyin_with_buildings_and_the_stewards_in_office(leader, django_assert_num_queries):
    place = leader.posts[0].community
    second = make.park(community=place, name="天目里")
    first = make.park(community=place, name="海创园")
    buildings = [make.building(park=first, code=code) for code in ("A", "B")]
    steward = make.steward(park=first)
    gone = make.steward_post(park=second)
    community.leave(gone, at=AT - timedelta(days=1), by=None)
    make.park(name="别处的园区")

    with django_assert_num_queries(4):
        [node] = parks.tree(leader, AT)

    assert [(park.park, list(park.buildings), list(park.stewards)) for park in node.parks] == [
        (first, buildings, [steward.display_name]),
        (second, [], []),
    ]


def test_giving_a_park_to_another_grid_takes_its_steward_along_and_keeps_the_history():
    place = make.community()
    park = make.park(community=place, grid=make.grid(community=place))
    post = make.steward_post(park=park)
    target = make.grid(community=place)
    before = park.grid

    parks.reassign(park, target, at=AT, by=None)

    park.refresh_from_db()
    assert park.grid == target
    assert Post.objects.get(pk=post.pk).grid == target
    assert list(park.events.order_by("pgh_id").values_list("grid", flat=True)) == [before.pk, target.pk]


def test_a_park_stays_within_its_community():
    park = make.park()

    with pytest.raises(ValidationError, match="不属于"):
        parks.reassign(park, make.grid(), at=AT, by=None)


def test_an_operators_person_may_be_narrowed_to_one_park():
    unit = make.unit(kind="operator")
    one, two = make.park(operator=unit), make.park(operator=unit, name="二号园")

    assert set(Park.objects.run_by(make.operator(unit=unit))) == {one, two}
    assert set(Park.objects.run_by(make.operator(unit=unit, park=one))) == {one}
    with pytest.raises(ValidationError, match="不是"):
        parks.appoint_operator(unit, make.user(), park=make.park(community=unit.community), at=AT, by=None)


def test_a_park_that_changes_its_operator_is_out_of_sight_of_the_old_one_at_once():
    unit = make.unit(kind="operator")
    park = make.park(operator=unit)
    user = make.operator(unit=unit, park=park)
    space = make.space(building=make.building(park=park), state="let")

    park.operator = make.unit(community=unit.community, kind="operator")
    park.save()

    assert not Park.objects.run_by(user).exists()
    assert not Space.objects.visible_to(user).filter(pk=space.pk).exists()


@pytest.mark.parametrize("q", ["海创", "hcy", "HCY", "创园", "P-HC"])
def test_a_park_is_found_by_part_of_its_name_initials_or_code(leader, q):
    park = make.park(community=leader.posts[0].community, code="P-HC", name="海创园")

    assert [found.key for found in parks.search(q, leader) if found.kind == "park"] == [park.code]


def test_a_building_is_found_with_its_park_and_nothing_of_another_community(leader):
    place = leader.posts[0].community
    make.building(park=make.park(community=place, name="海创园"), name="创新大厦")
    make.building(name="创新大厦")

    assert [(found.title, found.note) for found in parks.search("创新大", leader)] == [("创新大厦", "海创园")]
    assert parks.search("（）", leader) == []


def test_a_filter_knows_only_places_in_sight(leader, rf):
    place = leader.posts[0].community
    here, there = make.park(community=place), make.park()
    request = rf.get("/")
    request.user = leader

    assert SpaceFilter({"park": here.code}, queryset=Space.objects.all(), request=request).is_valid()
    assert not SpaceFilter({"park": there.code}, queryset=Space.objects.all(), request=request).is_valid()
    assert list(ParkFilter({"q": here.name}, queryset=Park.objects.visible_to(leader), request=request).qs) == [here]


@pytest.mark.parametrize("area", [-1, "NaN", 200_000_000])
def test_an_area_out_of_range_is_refused_by_the_database(area):
    space = make.space()

    with pytest.raises(IntegrityError, match="space_area_in_range"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE parks_space SET area_m2 = %s WHERE id = %s", [area, space.pk])


def test_names_and_codes_are_unique_where_people_look_them_up():
    park = make.park(code="P01", name="海创园")
    make.building(park=park, code="A", name="一号楼")

    for make_twin in (
        lambda: Park.objects.create(community=make.community(), code="P01", name="另一园"),
        lambda: Park.objects.create(community=park.community, code="P02", name="海创园"),
        lambda: Building.objects.create(park=park, code="A", name="二号楼"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_twin()
