"""The page on which a leader sets dispatch rules."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grievances.models import DispatchRule
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(here, now):
    return {
        "community": here.community.code, "code": "R05", "name": "欠款先看应急站", "rank": "5", "target": "unit", "unit": "BM-YJ",
        "from_on": timezone.localtime(now).date().isoformat(), "c-item": ["ZL02"], "c-keyword": "尾款、漏水",
    }  # fmt: skip


def test_preview_saves_nothing_and_keeps_all_that_was_typed(here, enter, now, form):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=20))
    answer = enter(here.leader).post(reverse("dispatch-rule"), form | {"do": "preview"})
    page = answer.content.decode()

    assert [row.ticket for row in answer.context["preview"].moved] == [ticket]
    assert "尾款、漏水" in page
    assert re.search(r'name="c-item" value="ZL02" checked', page)
    assert not DispatchRule.objects.filter(code="R05").exists()


def test_saving_twice_makes_one_version_and_opening_it_fills_the_form(here, enter, form):
    client = enter(here.leader)
    for _ in range(2):
        assert client.post(reverse("dispatch-rule"), form | {"do": "save"}).status_code == 302

    row = DispatchRule.objects.get(code="R05")
    assert row.conditions == [{"kind": "item", "values": ["ZL02"]}, {"kind": "keyword", "values": ["尾款", "漏水"]}]
    page = client.get(reverse("dispatch-rule"), {"community": here.community.code, "code": "R05"}).content.decode()
    assert "尾款、漏水" in page
    assert "次序 5；事项 ZL02；关键词 尾款、漏水 → 应急管理站" in page
    assert "欠款先看应急站" in client.get(reverse("dispatch-rules")).content.decode()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(here, enter, form):
    answer = enter(here.leader).post(reverse("dispatch-rule"), form | {"do": "save", "rank": "first", "c-item": ["XX99"]})

    assert answer.status_code == 400
    assert "请填 1–999 的整数" in answer.content.decode()
    assert "没有“XX99”" in answer.content.decode()
    assert "欠款先看应急站" in answer.content.decode()


def test_a_rule_is_stopped_from_a_day_on(here, enter, form):
    client = enter(here.leader)
    client.post(reverse("dispatch-rule"), form | {"do": "save"})
    stop = {"community": here.community.code, "code": "R05", "until_on": "2000-01-01"}

    assert "请选今天或以后的日期" in client.post(reverse("dispatch-rule-stop"), stop, follow=True).content.decode()
    client.post(reverse("dispatch-rule-stop"), stop | {"until_on": "2099-01-01"})
    assert str(DispatchRule.objects.get(code="R05").until_on) == "2099-01-01"
    assert client.get(reverse("dispatch-rule"), {"code": "NOPE"}).status_code == 404
