"""The small parts, rendered."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from grievances.states import State
from portal.templatetags import mc

NOW = datetime(2026, 11, 21, 2, 20, tzinfo=UTC)  # 10:20 in Shanghai


def rendered(source: str, **facts: object) -> str:
    return Template("{% load mc %}" + source).render(Context(facts))


def test_an_icon_is_decoration_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "bell" %}')
    assert 'role="img" aria-label="提醒"' in rendered('{% icon "bell" "" "提醒" %}')


@pytest.mark.parametrize("state", State.values)
def test_every_state_has_a_colour_and_the_words_of_the_machine(state: str) -> None:
    assert State(state).label in rendered("{% state_tag state %}", state=state)


def test_a_provisional_deadline_says_so_and_carries_what_the_browser_counts_with() -> None:
    face = SimpleNamespace(level="amber", label="剩 2 小时", provisional=True, left=7200, stops_at=NOW, day=25200, due_at=NOW)

    badge = rendered("{% sla_badge face %}", face=face)

    assert "推定" in badge
    assert 'data-left="7200" data-stop="2026-11-21T02:20:00+00:00" data-day="25200"' in badge
    assert 'title="2026年11月21日 10:20 前"' in badge


def test_a_clock_that_stands_does_not_tick() -> None:
    face = SimpleNamespace(level="grey", label="停计时 6 小时", provisional=False, left=None, stops_at=None)

    badge = rendered("{% sla_badge face %}", face=face)

    assert "data-left" not in badge
    assert "tag-gray" in badge


def test_words_of_others_are_escaped_everywhere() -> None:
    evil = "<script>"
    entry = {"at": NOW, "who": evil, "text": evil, "say": evil, "circle": evil}
    source = '{% tag e %}{% masked e %}{% empty e e "/" %}{% timeline t %}{% steps 2 n %}{% sla_badge None "red" e %}'

    assert evil not in rendered(source, e=evil, t=[entry], n=[evil])


@pytest.mark.parametrize(
    ("reached", "ticked", "now"),
    [(0, 0, "待提交"), (1, 1, "待受理"), (2, 2, "待办理"), (3, 2, "办理中"), (4, 4, "待评价"), (5, 5, ""), ("已答复", 4, "待评价")],
)
def test_the_five_steps_tick_what_is_done_and_name_what_is_next(reached: int | str, ticked: int, now: str) -> None:
    html = rendered("{% steps reached %}", reached=reached)

    assert html.count('class="ok"') == ticked
    assert html.count("<li") == 5
    assert (f"</i>{now}" in html and 'aria-current="step"' in html) if now else "aria-current" not in html


def test_another_end_replaces_the_steps_that_will_not_come() -> None:
    html = rendered('{% steps 1 over="已撤回" %}')

    assert "已撤回" in html
    assert "已答复" not in html


def test_a_field_ties_label_help_and_error_together() -> None:
    class Door(forms.Form):
        title = forms.CharField(label="标题", help_text="一句话")

    html = rendered("{% field form.title count=20 %}{% form_errors form %}", form=Door({"title": ""}))

    assert 'aria-describedby="id_title-help id_title-err"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_title-err"' in html
    assert '<a href="#id_title">标题</a>' in html
    assert 'data-count="20"' in html


def test_the_five_faces_start_with_none_chosen() -> None:
    html = rendered('{% faces "result" %}')

    assert html.count('type="radio"') == 5
    assert "checked" not in html


def test_two_forms_never_share_an_idempotency_key() -> None:
    assert rendered("{% idempotency_key %}") != rendered("{% idempotency_key %}")


def test_a_query_keeps_the_filters_and_drops_the_cursor() -> None:
    request = RequestFactory().get("/queue/", {"queue": "mine", "q": "漏水", "cursor": "abc"})

    assert rendered('{% query queue="overdue" %}', request=request) == "?queue=overdue&amp;q=%E6%BC%8F%E6%B0%B4"
    assert rendered("{% query q=None %}", request=request) == "?queue=mine"
    assert "cursor=next&amp;" not in rendered('{% pager next="n" %}', request=request)
    assert "queue=mine&amp;q=%E6%BC%8F%E6%B0%B4&amp;cursor=n" in rendered('{% pager next="n" %}', request=request)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=45), "今天 09:35"),
        (timedelta(hours=17, minutes=10), "昨天 17:10"),
        (-timedelta(days=1), "明天 10:20"),
        (timedelta(days=2), "11-19 10:20"),
        (timedelta(days=400), "2025-10-17 10:20"),
    ],
)
def test_times_are_said_as_people_say_them(ago: timedelta, words: str) -> None:
    assert mc.cn_datetime(NOW - ago, NOW) == words


def test_dates_are_said_in_full_chinese() -> None:
    assert mc.cn_date(date(2026, 11, 1)) == "2026年11月1日"
    assert mc.cn_moment(NOW) == "2026年11月21日 10:20"
    assert mc.cn_weekday(date(2026, 11, 21)) == "星期六"
    assert mc.cn_datetime(None) == "—"


def test_counts_stop_at_the_cap() -> None:
    assert mc.count_cap(999) == "999"
    assert mc.count_cap(1000) == "999+"


def test_a_masked_number_is_shown_only_through_a_logged_request() -> None:
    plain = rendered('{% masked "138****5678" %}')
    asked = rendered('{% masked "138****5678" reveal="/reveal/" %}', csrf_token="t")

    assert "form" not in plain
    assert 'action="/reveal/"' in asked
    assert 'name="reason"' in asked
    assert 'value="t"' in asked
