"""Units, hours and the calendar as pages: whose they are, what they show before anything is saved, what is typed wrong."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

import workdays
from audit.models import Entry
from community.models import Community, Post, Unit
from tests import make
from tests.workdays.test_notice_text import OF_2026

pytestmark = pytest.mark.django_db

OF_2027 = (
    "国办发明电〔2026〕9号\n一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日（周一）上班。\n"
    "二、春节：2月5日至13日放假调休，共9天。2月14日（周日）上班。"
)


def test_another_communitys_units_are_not_found(here, enter):
    there = make.unit(community=make.community())
    client, which = enter(here.leader), {"community": there.community.code, "unit": there.code}

    assert client.get(reverse("unit"), which).status_code == 404
    assert client.post(reverse("unit"), which | {"name": "改名"}).status_code == 404
    for deed in ("end", "retire", "resume"):
        assert client.post(reverse("unit-act", args=[deed]), which).status_code == 404
    assert client.post(reverse("unit-act", args=["drop"]), {"community": here.community.code, "unit": "LAW1"}).status_code == 404


def test_a_unit_is_added_changed_ended_and_taken_out_of_use_on_its_page(here, enter):
    client, code = enter(here.leader), {"community": here.community.code}
    told = {"kind": "department", "code": "BM-ZJ", "name": "住建局", "phone": "0571-1"} | code
    page = client.post(reverse("unit"), told | {"code": "bm zj"})
    assert page.status_code == 400
    assert "住建局" in page.content.decode()

    assert client.post(reverse("unit"), told).status_code == 302
    which = code | {"unit": "BM-ZJ"}
    assert client.post(reverse("unit"), which | {"name": "住房和城乡建设局"}).status_code == 302
    assert "名称：住建局 → 住房和城乡建设局" in client.get(reverse("unit"), which).content.decode()
    client.post(reverse("unit-act", args=["retire"]), which)
    assert Unit.objects.get(community=here.community, code="BM-ZJ").retired
    assert "已停用" in client.get(reverse("units")).content.decode()

    today = timezone.localdate()
    client.post(reverse("unit-act", args=["end"]), code | {"unit": "LAW1", "last_on": str(today - timedelta(days=1))})
    assert not Unit.objects.get(community=here.community, code="LAW1").is_usable(today)
    assert enter(here.partner).get(reverse("queue")).status_code == 403


def test_hours_are_tried_saved_and_taken_back(here, enter):
    ticket, client = make.grievance(scene=here, at=timezone.now() - timedelta(minutes=1)), enter(here.leader)
    day = timezone.localdate() + timedelta(days=1)
    told = {
        "community": here.community.code,
        "from_on": str(day),
        "start": ["08:00", "", "", ""],
        "end": ["10:00", "", "", ""],
        "reason": "试行",
    }

    tried = client.post(reverse("working-hours"), told | {"do": "preview"})
    assert [row.ticket for row in tried.context["shifts"].rows] == [ticket]
    assert "08:00" in tried.content.decode()
    assert Community.objects.get(pk=here.community.pk).hours_changes == []

    wrong = client.post(reverse("working-hours"), told | {"do": "save", "end": ["07:00", "", "", ""]})
    assert wrong.status_code == 400
    assert "结束须晚于开始" in wrong.content.decode()

    assert client.post(reverse("working-hours"), told | {"do": "save"}).status_code == 302
    assert Community.objects.get(pk=here.community.pk).hours_changes == [{"from_on": str(day), "spans": [["08:00", "10:00"]]}]
    page = client.get(reverse("working-hours")).content.decode()
    assert "未到起用日" in page
    assert here.leader.display_name in page
    client.post(reverse("working-hours-withdraw"), {"community": here.community.code, "from_on": str(day)})
    assert Community.objects.get(pk=here.community.pk).hours_changes == []


def test_an_admin_sees_how_many_promises_move_but_not_which(here, enter):
    make.grievance(scene=here, at=timezone.now() - timedelta(minutes=1))
    told = {
        "community": here.community.code,
        "from_on": str(timezone.localdate() + timedelta(days=1)),
        "start": ["08:00"],
        "end": ["10:00"],
        "do": "preview",
    }

    tried = enter(make.somebody("admin", community=here.community)).post(reverse("working-hours"), told)

    assert (tried.context["shifts"].count, tried.context["shifts"].rows) == (1, [])


def test_a_notice_is_read_shown_and_put_on_file_once(here, enter):
    client = enter(here.leader)
    tried = client.post(reverse("calendar"), {"year": "2027", "text": OF_2027, "do": "preview"})
    assert tried.context["notice_no"] == "国办发明电〔2026〕9号"
    assert len(tried.context["found"].rows) == 14
    assert not workdays.calendar().published(2027)

    for _ in range(2):
        assert client.post(reverse("calendar"), {"year": "2027", "text": OF_2027, "do": "save"}).status_code == 302
    assert workdays.calendar().published(2027)
    assert Entry.objects.filter(action="configure", target="calendar:2027").count() == 1
    page = client.get(reverse("calendar"), {"year": "2027"}).content.decode()
    assert "2027-02-14 上班 春节调休上班" in page


@pytest.mark.parametrize(
    ("year", "text", "said"),
    [
        ("2027", OF_2026, "这是 2026 年的通知"),
        ("2027", "国办发明电〔2026〕9号 元旦：1月1日（周四）放假", "周四"),
        ("2027", "元旦：1月1日放假", "文号"),
        ("2027", "国办发明电〔2026〕9号", "没有读出"),
        ("2027", "国办发明电〔2026〕9号\n2031年1月1日放假", "不属于 2027 年"),
        ("2027", "国办发明电〔2026〕9号\n1月4日上班", "没有一天是放假"),
        ("９９９９９", "<b>今天</b>", "没有读出"),
    ],
)
def test_a_notice_that_cannot_be_right_is_not_put_on_file(here, enter, year, text, said):
    answer = enter(here.leader).post(reverse("calendar"), {"year": year, "text": text, "do": "save"})

    assert answer.status_code == 400
    assert said in answer.content.decode()


@pytest.mark.parametrize("year", ["", "2003", "-1", "20261", "今年", "9" * 60])
def test_any_year_that_is_none_shows_one_that_is(here, enter, year):
    assert enter(here.leader).get(reverse("calendar"), {"year": year}).status_code == 200


def test_a_grid_leader_names_the_keeper_of_a_building_on_the_parks_page(here, enter):
    building, post = here.park.buildings.get(), Post.objects.get(user=here.grid_staff)
    address = reverse("building-keeper", args=[here.park.code, building.pk])

    assert enter(here.grid_staff).post(address, {"keeper": post.pk}).status_code == 403
    for typed in ("x", "9" * 30, str(Post.objects.get(user=here.steward).pk)):
        enter(here.grid_leader).post(address, {"keeper": typed})
        assert here.park.buildings.get().keeper is None
    assert enter(here.grid_leader).post(address, {"keeper": post.pk}).status_code == 302
    assert here.park.buildings.get().keeper == post
    assert here.grid_staff.display_name in enter(here.steward).get(reverse("park", args=[here.park.code])).content.decode()
    assert enter(here.leader).post(reverse("building-keeper", args=["XX", building.pk]), {"keeper": ""}).status_code == 404
