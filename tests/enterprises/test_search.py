import pytest
from django.http import QueryDict

import enterprises
from community.kinds import PostKind
from enterprises.filters import EnterpriseFilter
from enterprises.models import Enterprise, FormerName
from parks.models import Building, Park
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


@pytest.fixture
def leader():
    return make.somebody(PostKind.LEADER)


@pytest.fixture
def found(leader):
    """The enterprise every search here should bring, beside others it should not."""
    place = leader.posts[0].community
    enterprise = make.enterprise(community=place, name="杭州澄视（浙江）数字视觉有限公司", code=make.uscc(4_711_000))
    FormerName.objects.create(enterprise=enterprise, name="杭州清影图像有限公司")
    make.enterprise(community=place, name="杭州视觉中心有限公司")
    make.enterprise(name="杭州澄视数字视觉二号有限公司")
    return enterprise


@pytest.mark.parametrize(
    "q", ["澄视", "数字视觉", "澄视(浙江)", "澄视 视觉", "清影图像", "hzcs", "szsj", "SZSJ", "91330110YX4711", "9133 0110-yx47110", "澄"]
)
def test_an_enterprise_is_found_within_sight(leader, found, q):
    assert [row.key for row in enterprises.search(q, leader)] == [found.uscc]


@pytest.mark.parametrize("q", ["视澄", "影清", "%", "_", "\\", "（", " ", "' OR 1=1"])
def test_what_is_nowhere_written_is_not_found(leader, found, q):
    assert enterprises.search(q, leader) == []


def test_an_employee_finds_the_employer_alone(found):
    employee = make.employee(enterprise=found)

    assert [row.key for row in enterprises.search("视觉", employee)] == [found.uscc]
    assert enterprises.search("视觉中心", employee) == []


def test_the_search_uses_the_index_of_bigrams_and_not_the_table(leader):
    plan = Enterprise.objects.search("数字视觉").explain()

    assert "mc_bigrams" in plan


def test_counts_by_place_are_the_lengths_of_the_lists_they_open(leader, rf):
    place = leader.posts[0].community
    park = make.park(community=place)
    one, two = make.building(park=park), make.building(park=park)
    both = make.enterprise(building=one)
    make.tenancy(enterprise=both, building=two)
    make.enterprise(building=two)
    moved = make.enterprise(building=two)
    enterprises.move_out(moved, at=AT, by=None)
    make.enterprise()

    for user in (leader, make.steward(park=park), make.manager(enterprise=both), make.somebody(PostKind.PARTNER, community=place)):
        counts = enterprises.counts_by_place(user)
        rows = Enterprise.objects.visible_to(user)
        request = rf.get("/")
        request.user = user
        for found_park in Park.objects.visible_to(user):
            listed = EnterpriseFilter({"park": found_park.code}, queryset=rows, request=request)
            assert listed.is_valid()
            assert counts.parks.get(found_park.pk, 0) == listed.qs.count()
        for building in Building.objects.visible_to(user):
            assert counts.buildings.get(building.pk, 0) == rows.in_place(building=building).count()
    assert enterprises.counts_by_place(leader).parks == {park.pk: 2}
    assert enterprises.counts_by_place(leader).buildings == {one.pk: 1, two.pk: 2}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"industry": "I"}, True),
        ({"industry": "65"}, True),
        ({"industry": "6513"}, True),
        ({"industry": "7520"}, False),
        ({"size_class": ["small", "micro"]}, True),
        ({"size_class": ["large"]}, False),
        ({"tag": "国高企"}, True),
        ({"tag": "高企"}, False),
        ({"listed": "true"}, False),
        ({"status": ["active"]}, True),
        ({"q": "澄视"}, True),
    ],
)
def test_the_list_is_narrowed(leader, rf, query, wanted):
    enterprise = make.enterprise(
        community=leader.posts[0].community, name="杭州澄视有限公司", industry_code="6513", size_class="small", tags=["国高企"]
    )
    request = rf.get("/")
    request.user = leader
    data = QueryDict(mutable=True)
    for name, value in query.items():
        data.setlist(name, value if isinstance(value, list) else [value])

    listed = EnterpriseFilter(data, queryset=Enterprise.objects.visible_to(leader), request=request)

    assert listed.is_valid()
    assert list(listed.qs) == ([enterprise] if wanted else [])


@pytest.mark.parametrize("query", [{"industry": "65'"}, {"park": "nowhere"}, {"size_class": "huge"}, {"q": "很" * 61}])
def test_a_filter_that_makes_no_sense_is_refused(leader, rf, query):
    request = rf.get("/")
    request.user = leader

    assert not EnterpriseFilter(query, queryset=Enterprise.objects.visible_to(leader), request=request).is_valid()
