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
    enterprise = make.enterprise(
        community=place, name="杭州澄视（浙江）数字视觉有限公司", code=make.uscc(4_711_000), address="杭州市余杭区良睦路1399号3幢501室"
    )
    FormerName.objects.create(enterprise=enterprise, name="杭州清影图像有限公司")
    make.enterprise(community=place, name="杭州视觉中心有限公司")
    make.enterprise(name="杭州澄视数字视觉二号有限公司")
    return enterprise


@pytest.mark.parametrize(
    "q",
    [
        "澄视", "数字视觉", "澄视(浙江)", "澄视 视觉", "清影图像", "清影　图像", "hzcs", "szsj", "SZSJ", "ｓｚｓｊ", "91330110YX4711",
        "9133 0110-yx47110", "澄", "清", "chengshi", "chengs", "shuzish", "cheng", make.uscc(4_711_000), make.uscc(4_711_000)[-6:],
        make.uscc(4_711_000)[-4:].lower(), "良睦路1399号", "余杭区良睦路", "3幢501",
    ],
)  # fmt: skip
def test_an_enterprise_is_found_within_sight(leader, found, q):
    assert [row.key for row in enterprises.search(q, leader)] == [found.uscc]


@pytest.mark.parametrize("q", ["视澄", "影清", "%", "_", "\\", "（", " ", "' OR 1=1", "chengshu", "YX99", "睦良路"])
def test_what_is_nowhere_written_is_not_found(leader, found, q):
    assert enterprises.search(q, leader) == []


def test_an_employee_finds_the_employer_alone(found):
    employee = make.employee(enterprise=found)

    assert [row.key for row in enterprises.search("视觉", employee)] == [found.uscc]
    assert enterprises.search("视觉中心", employee) == []


def test_the_search_uses_the_index_of_bigrams_and_not_the_table(leader):
    plan = Enterprise.objects.named("数字视觉").explain()

    assert "mc_grams" in plan


def test_the_likeliest_comes_first(leader):
    place = leader.posts[0].community
    code = make.uscc(7_700_001)
    named = {
        "begins": "云栖谷有限公司",
        "early": "杭州云栖谷科技有限公司",
        "early and longer": "杭州云栖谷科技服务有限公司",
        "late": "杭州数字科技云栖谷有限公司",
        "former": "杭州新名字有限公司",
        "spelt": "杭州芸栖谷有限公司",
        "address": "杭州别处有限公司",
    }
    made = {key: make.enterprise(community=place, name=name) for key, name in named.items() if key != "address"}
    made["address"] = make.enterprise(community=place, name=named["address"], address="杭州市云栖谷路8号", code=code)
    FormerName.objects.create(enterprise=made["former"], name="杭州云栖谷旧名有限公司")

    found = enterprises.search("云栖谷", leader, 20)

    assert [row.title for row in found] == [named[key] for key in ("begins", "early", "early and longer", "late", "former", "address")]
    assert [row.why for row in found][-2:] == ["曾用名 杭州云栖谷旧名有限公司", "杭州市云栖谷路8号"]
    assert enterprises.search("yqg", leader, 20)[0].title == named["begins"]
    assert {row.title for row in enterprises.search("yunqigu", leader, 20)} >= {named["spelt"], named["begins"]}
    assert enterprises.search(code, leader)[0].title == named["address"]
    assert [row.title for row in enterprises.search("云栖谷", leader, 2)] == [named["begins"], named["early"]]


def test_the_names_that_begin_with_the_word_are_found_among_more_than_are_looked_at(leader):
    place = leader.posts[0].community
    park = make.park(community=place)
    for number in range(60):
        make.enterprise(park=park, name=f"杭州{number:02}合众科技有限公司")
    make.enterprise(park=park, name="合众有限公司")

    assert enterprises.search("合众", leader, 5)[0].title == "合众有限公司"


@pytest.mark.parametrize(
    "q", ["澄视", "清影图像", "chengshi", "cssz", "YX4711", "良睦路1399", make.uscc(4_711_000), make.uscc(4_711_000)[-6:]]
)
def test_nobody_finds_an_enterprise_out_of_sight_by_any_way(found, q):
    strangers = (
        make.somebody(PostKind.LEADER),
        make.somebody(PostKind.PARTNER, community=found.community),
        make.somebody(PostKind.ADMIN, community=found.community),
        make.somebody(PostKind.AUDITOR, community=found.community),
        make.somebody(PostKind.GRID_STAFF, community=found.community),
        make.steward(park=make.park(community=found.community)),
        make.manager(enterprise=make.enterprise(community=found.community)),
    )

    for user in strangers:
        assert found.uscc not in {row.key for row in enterprises.search(q, user, 50)}


def test_an_employee_asks_only_for_what_the_employer_shows(found):
    employee = make.employee(enterprise=found)

    assert enterprises.search("清影图像", employee) == []
    assert enterprises.search("良睦路1399", employee) == []
    assert [row.key for row in enterprises.search("澄视", employee)] == [found.uscc]


@pytest.mark.parametrize(
    "q", ["𠮷", "%", "_", "\\", "'", "１２３", "…——", "，。", "\u202d澄", "A" * 100, "很" * 100, "xian" * 25, "9" * 100, "MC", "-"]
)
def test_no_question_is_too_odd(leader, found, q):
    enterprises.search(q, leader)
    list(Enterprise.objects.visible_to(leader).search(q))


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
