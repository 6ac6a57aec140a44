"""预警规则 and 园区预警 on the pages: who reads, who sets, what a preview says, and that two people close."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from risks.kinds import Level
from risks.models import Flag, ParkAlert, RuleVersion
from risks.watch import watch
from tests import make
from tests.portal_staff.test_doors import ROLES

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(now):
    return timezone.localtime(now).date()


@pytest.fixture
def typed(here, today):
    return {"community": here.community.code, "level": "orange", "active": "on", "from_on": str(today), "p-days": "30"}


def late(firm, days, today):
    return make.lease(
        enterprise=firm, from_on=today - timedelta(days=400), until_on=None, rent_overdue_since_on=today - timedelta(days=days)
    )


def test_only_the_leader_sets_a_rule(here, enter, typed):
    address = reverse("risk-rule", args=["rent_overdue"])
    for role in ROLES:
        client = enter(here.people[role])
        expected = 200 if role == "leader" else 403
        assert (role, client.get(address).status_code) == (role, expected)
        assert (role, client.post(address, typed | {"do": "preview"}).status_code) == (role, expected)
    assert enter(here.leader).get(reverse("risk-rule", args=["nothing"])).status_code == 404
    assert not RuleVersion.objects.exists()


def test_a_preview_says_how_many_and_who_and_saves_nothing(here, enter, typed, today, now):
    late(here.enterprise, 70, today)
    watch(here.community, now)
    one = make.enterprise(park=here.park, name="杭州新欠科技有限公司")
    late(one, 40, today)

    answer = enter(here.leader).post(reverse("risk-rule", args=["rent_overdue"]), typed | {"do": "preview"})

    found = answer.context["preview"]
    assert (found.would, found.do, found.fresh, found.first) == (2, 1, 1, [one])
    assert "杭州新欠科技有限公司" in answer.text
    assert not RuleVersion.objects.exists()


def test_saving_twice_makes_one_version_and_the_history_shows_it(here, enter, typed, today, now):
    client, address = enter(here.leader), reverse("risk-rule", args=["rent_overdue"])
    for _ in range(2):
        assert client.post(address, typed | {"do": "save"}).status_code == 302

    version = RuleVersion.objects.get()
    assert (version.level, version.params, version.from_on, version.set_by) == (Level.ORANGE, {"days": 30}, today, here.leader)
    assert "拖欠满 30 天" in client.get(address).text
    late(here.enterprise, 40, today)
    watch(here.community, now)
    assert Flag.objects.get().level == Level.ORANGE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"p-days": "0"}, "p-days"), ({"p-days": "三十"}, "p-days"), ({"p-days": "9" * 30}, "p-days"), ({"p-days": ""}, "p-days"), ({"level": "blue"}, "level"),
        ({"from_on": "2020-01-01"}, "from_on"), ({"from_on": "2026-13-40"}, "from_on"), ({"from_on": "9999-12-31"}, "from_on"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("do", ["preview", "save"])
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(here, enter, typed, wrong, field, do):
    answer = enter(here.leader).post(reverse("risk-rule", args=["rent_overdue"]), typed | wrong | {"do": do})

    assert answer.status_code == 400
    problems = {each["row"].code: each["problem"] for each in answer.context["parameters"]} | dict(answer.context["form"].errors)
    assert problems[field.removeprefix("p-")]
    assert not field.startswith("p-") or f'value="{wrong[field][:6]}' in answer.text
    assert not RuleVersion.objects.exists()


def test_a_park_is_closed_by_a_second_person_and_only_with_evidence(here, enter, now):
    alert = make.park_alert(park=here.park, at=now, owner=here.specialist_zl)
    elsewhere = make.park_alert(park=make.park(), at=now)
    close, approve = (reverse("risk-park-act", args=[alert.pk, deed]) for deed in ("close", "approve"))
    asker, leader = enter(here.grid_staff), enter(here.leader)

    assert asker.post(close, {"verdict": "resolved", "evidence": ""}).status_code == 400
    assert asker.post(close, {"verdict": "", "evidence": "已签意向书"}).status_code == 400
    for _ in range(2):
        assert asker.post(close, {"verdict": "resolved", "evidence": "已签意向书"}).status_code == 302
    assert asker.post(approve).status_code == 403
    assert enter(here.specialist_jf).post(approve).status_code == 403
    assert leader.post(reverse("risk-park-act", args=[elsewhere.pk, "approve"])).status_code == 404
    for _ in range(2):
        assert leader.post(approve).status_code == 302
    assert leader.post(close, {"verdict": "resolved", "evidence": "再来"}).status_code == 409

    alert.refresh_from_db()
    assert (alert.asked_by, alert.ended_by, alert.verdict) == (here.grid_staff, here.leader, "resolved")
    assert "已签意向书" in leader.get(reverse("risk-parks"), {"state": "ended"}).text
    assert ParkAlert.objects.open().get() == elsewhere


def test_a_flag_shows_what_its_rule_found_with_the_figures_of_then(here, enter, today, now):
    late(here.enterprise, 75, today)
    watch(here.community, now)
    page = enter(here.specialist_zl).get(reverse("risk", args=[Flag.objects.get().pk])).text

    assert "预警依据" in page
    assert "租金拖欠" in page
    assert "拖欠满 60 天" in page


def test_what_was_told_in_confidence_is_not_found_by_the_grid_at_any_door(here, enter, now):
    hidden = make.private_flag(enterprise=here.enterprise, at=now)
    grid, office = enter(here.grid_staff), enter(here.specialist_jf)

    assert (grid.get(reverse("risk", args=[hidden.pk])).status_code, office.get(reverse("risk", args=[hidden.pk])).status_code) == (
        404,
        200,
    )
    assert here.enterprise.name not in grid.get(reverse("risks")).text
    assert here.enterprise.name in office.get(reverse("risks")).text
    rows = {each["rule"].code: each["record"].open for each in grid.get(reverse("risk-rules")).context["rows"]}
    assert rows["labour_private"] == 0
    raised = {"kind": "labour_private", "level": "red", "evidence": "猜的"}
    assert grid.post(reverse("risk-raise", args=[here.enterprise.uscc]), raised).status_code == 400


def test_every_number_of_open_alerts_is_the_length_of_the_list_it_opens(here, enter, now):
    make.finding(make.flag(enterprise=here.enterprise, at=now))
    make.finding(make.flag(enterprise=make.enterprise(community=here.community), at=now))
    make.private_flag(enterprise=here.enterprise, at=now)
    for role in ("grid_staff", "specialist_jf", "street"):
        client = enter(here.people[role])
        for each in client.get(reverse("risk-rules")).context["rows"]:
            if not each["park"]:
                listed = client.get(reverse("risks"), {"rule": each["rule"].code}).context["rows"]
                assert (role, each["rule"].code, each["record"].open) == (role, each["rule"].code, len(listed))
