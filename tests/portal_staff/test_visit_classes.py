"""The page on which a leader sets the classes of must-visits."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cultivation.models import KeyListing
from enterprises.models import Enterprise
from tests import make
from visits import defaults, owed, selectors
from visits.models import ClassVersion, Reason, VisitClass

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(here, now):
    return {
        "community": here.community.code, "code": "KN", "name": "困难企业必访", "active": "on", "weight": "40", "said": "看看有什么难处",
        "closing": "visited", "absorb_workdays": "0", "lead": "window:JF", "who": ["grid_staff"],
        "from_on": timezone.localtime(now).date().isoformat(), "t-key_listed": "on", "t-key_listed-workdays": "5",
    }  # fmt: skip


@pytest.fixture
def listed(here, now):
    firm = make.enterprise(park=here.park, name="上榜企业")
    KeyListing.objects.create(
        enterprise=firm, reason="above_scale", from_on=timezone.localtime(now).date() - timedelta(days=9), source="名单"
    )
    return firm


def test_before_it_is_saved_the_leader_sees_who_comes_in(here, enter, form, listed):
    answer = enter(here.leader).post(reverse("visit-class"), form | {"do": "preview"})

    assert (answer.context["preview"].entering, answer.context["preview"].leaving) == (1, 0)
    assert "上榜企业" in answer.content.decode()
    assert not VisitClass.objects.exists()


def test_a_seventh_class_is_a_row_and_owes_visits_the_same_day(here, enter, form, listed, now):
    client = enter(here.leader)
    client.post(reverse("visit-class"), {"community": here.community.code, "do": "six"})
    for _ in range(2):
        assert client.post(reverse("visit-class"), form | {"do": "save"}).status_code == 302

    owed.reckon(here.community, now)

    assert VisitClass.objects.count() == 7
    version = ClassVersion.objects.get(visit_class__code="KN")
    assert version.who == ["window:JF", "grid_staff"]
    assert Reason.objects.filter(visit_class__code="KN", enterprise=listed).count() == 1
    page = client.get(reverse("visit-class"), {"code": "KN"}).content.decode()
    assert "困难企业必访" in page
    assert "在重点企业名单上，5 个工作日内走访" in client.get(reverse("visit-classes")).content.decode()


def test_a_seventh_selector_is_a_row_of_code(here, enter, form, now, monkeypatch):
    def everybody(params, first, last):
        return selectors.matters(
            Enterprise.objects.filter(established_on__range=(first, last)), on=selectors.F("established_on"), enterprise="pk"
        )

    row = selectors.Selector(
        "founded_lately",
        "新近成立",
        "成立未满 {days}",
        "本社区自定",
        everybody,
        (selectors.Parameter("days", "成立后", 60),),
        looks_back="days",
    )
    monkeypatch.setitem(selectors.SELECTORS, row.code, row)
    make.enterprise(park=here.park, established_on=timezone.localtime(now).date() - timedelta(days=20))
    del form["t-key_listed"]
    form |= {"t-founded_lately": "on", "t-founded_lately-days": "30", "t-founded_lately-workdays": "3", "do": "save"}

    assert enter(here.leader).post(reverse("visit-class"), form).status_code == 302
    owed.reckon(here.community, now)

    assert [row.trigger for row in Reason.objects.all()] == ["founded_lately"]


def test_what_is_on_file_fills_the_form_and_saved_as_it_is_changes_nothing(here, enter, form):
    defaults.load(here.community, from_on=make.WEDNESDAY.date(), at=make.WEDNESDAY)
    client = enter(here.leader)
    for code in ("XS", "XQ", "FX", "ZD", "CZ", "YD"):
        typed = client.get(reverse("visit-class"), {"code": code}).context["form"].data.copy()
        assert client.post(reverse("visit-class"), dict(typed.lists()) | {"do": "save"}).status_code == 302

        before, after = ClassVersion.objects.filter(visit_class__code=code).order_by("from_on")
        same = ("name", "triggers", "who", "closing", "absorb_workdays", "weight", "said", "staff_only", "active")
        assert [getattr(before, name) for name in same if name != "triggers"] == [
            getattr(after, name) for name in same if name != "triggers"
        ]
        assert sorted(map(str, before.triggers)) == sorted(map(str, after.triggers))


def test_swapping_one_lets_its_firms_go_and_takes_others_in(here, enter, form, listed, now):
    client = enter(here.leader)
    today = timezone.localtime(now).date()
    made = make.visit_class(
        {"selector": "key_listed", "params": {}, "workdays": 5, "every": ""},
        community=here.community,
        code="KN",
        from_on=today - timedelta(days=30),
    )
    owed.reckon(here.community, now)
    assert Reason.objects.open().count() == 1
    del form["t-key_listed"]
    form |= {"t-lease_ending": "on", "t-lease_ending-before_days": "90", "t-lease_ending-workdays": "3"}

    answer = client.post(reverse("visit-class"), form | {"do": "preview"})
    client.post(reverse("visit-class"), form | {"do": "save"})
    owed.reckon(here.community, now)

    assert (answer.context["preview"].entering, answer.context["preview"].leaving) == (0, 1)
    assert made.versions.count() == 2
    assert Reason.objects.get().ending == "gone"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"weight": "很大"}, "请填 1–100 的整数"),
        ({"weight": "101"}, "权重为 1–100"),
        ({"lead": "", "who": []}, "请选首先由谁走访"),
        ({"from_on": "2020-01-01"}, "请选今天或以后的日期"),
        ({"t-key_listed-workdays": "0"}, "请填 1–120 的整数"),
        ({"t-key_listed-workdays": ""}, "请填写几个工作日内走访"),
        ({"t-key_listed-every": "days", "t-key_listed-gap": "0"}, "1–366 天"),
        ({"t-key_listed": ""}, "至少写一个触发条件"),
        ({"code": "小写"}, "代码只能用大写字母"),
        ({"said": ""}, "告诉企业的事由"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(here, enter, form, typed, said):
    answer = enter(here.leader).post(reverse("visit-class"), form | typed | {"do": "save"})

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "困难企业必访" in answer.content.decode()
    assert not VisitClass.objects.exists()


def test_only_the_leader_sets_them_and_staff_read_them(here, enter, form):
    defaults.load(here.community, from_on=make.WEDNESDAY.date(), at=make.WEDNESDAY)

    assert enter(here.specialist_zl).post(reverse("visit-class"), form | {"do": "save"}).status_code == 403
    assert "新设企业必访" in enter(here.grid_staff).get(reverse("visit-classes")).content.decode()
    assert enter(here.manager).get(reverse("visit-classes")).status_code == 403
