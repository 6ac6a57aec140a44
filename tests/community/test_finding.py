"""Units, grids and people of the organisation: found by whoever has a post in the community, and by nobody else."""

from datetime import timedelta

import pytest

import community
from community.kinds import PostKind
from community.models import Post
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


@pytest.fixture
def place():
    return make.community()


@pytest.fixture
def window(place):
    return make.unit(community=place, code="JF", name="经济发展专员窗口")


def people(q, user, at=AT):
    return [(found.title, found.note) for found in community.search_people(q, user, at)]


@pytest.mark.parametrize(
    "kind", [PostKind.LEADER, PostKind.PARTNER, PostKind.ENTERPRISE_MANAGER, PostKind.EMPLOYEE, PostKind.GRID_STAFF, PostKind.AUDITOR]
)
def test_anybody_with_a_post_finds_a_specialist_with_the_telephone_masked(place, window, kind):
    make.post(PostKind.SPECIALIST, user=make.user(name="欧阳云帆", phone="16001234567"), community=place, unit=window)
    somebody = make.somebody(kind, community=place)

    assert people("云帆", somebody) == [("欧阳云帆", "社区专员 · 经济发展专员窗口 · 160****4567")]
    assert people("欧", somebody) == people("云帆", somebody)


def test_nobody_of_another_community_and_nobody_who_left_is_found(place, window):
    make.post(PostKind.SPECIALIST, user=make.user(name="欧阳云帆"), community=place, unit=window)
    make.post(PostKind.SPECIALIST, user=make.user(name="欧阳云舟"), community=place, unit=window, until_at=AT)

    assert people("云帆", make.somebody(PostKind.LEADER)) == []
    assert [name for name, _ in people("欧阳", make.somebody(PostKind.LEADER, community=place))] == ["欧阳云帆"]
    assert [name for name, _ in people("欧阳", make.somebody(PostKind.LEADER, community=place), AT - timedelta(days=1))] == [
        "欧阳云帆",
        "欧阳云舟",
    ]


def test_who_works_for_an_enterprise_is_no_part_of_the_organisation(place):
    enterprise = make.enterprise(community=place)
    for role, name in ((PostKind.ENTERPRISE_MANAGER, "司徒一一"), (PostKind.EMPLOYEE, "司徒二二")):
        make.representative(enterprise=enterprise, role=role, user=make.user(name=name))

    for kind in (PostKind.LEADER, PostKind.EMPLOYEE, PostKind.PARTNER):
        assert people("司徒", make.somebody(kind, community=place)) == []


def test_a_title_is_found_after_the_names(place, window):
    make.post(PostKind.SPECIALIST, user=make.user(name="王园"), community=place, unit=window)
    post = make.post(PostKind.LEADER, user=make.user(name="李明"), community=place)
    Post.objects.filter(pk=post.pk).update(title="园区党委书记")

    assert [name for name, _ in people("园", make.somebody(PostKind.LEADER, community=place))] == ["王园", "李明"]


def test_units_and_grids_by_part_of_the_name_or_by_code(place, window):
    make.grid(community=place, code="G7", name="海曙第七网格")
    leader = make.somebody(PostKind.LEADER, community=place)

    assert [(found.kind, found.key, found.place) for found in community.search("经济", leader)] == [("unit", "JF", place.code)]
    assert [found.key for found in community.search("jf", leader)] == ["JF"]
    assert [(found.kind, found.key) for found in community.search("七", leader)] == [("grid", "G7")]
    assert community.search("经济", make.somebody(PostKind.LEADER)) == []
