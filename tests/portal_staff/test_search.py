"""The box in the top bar: page and panel, for every role, and whatever is typed into it."""

import re

import pytest
from django.urls import reverse

from grievances.states import State
from portal.templatetags.found import met
from tests import make

pytestmark = pytest.mark.django_db
ODD = (
    "",
    " ",
    "%",
    "_",
    "\\",
    "\0",
    "a\0b",
    "\ud83d",
    "𠮷",
    "，。",
    "（）",
    "很" * 10_000,
    "%00",
    "<script>",
    "' OR 1=1 --",
    "\u202e利",
    "e\u0301" * 40,
)


def page(client, name, q):
    answer = client.get(reverse(name), {"q": q.encode("utf-8", "surrogatepass")})
    return answer.status_code, answer.content.decode()


def links(html):
    return re.findall(r'href="(/[^"]+)"', re.sub(r"(?s)<header.*?</header>|<nav.*?</nav>|<footer.*?</footer>", "", html))


@pytest.mark.parametrize("name", ["search", "search-panel"])
@pytest.mark.parametrize("q", ODD)
def test_no_question_is_an_error_of_ours(here, enter, name, q):
    for person in (here.specialist_zl, here.manager, here.partner):
        assert page(enter(person), name, q)[0] in (200, 400)


def test_panel_and_page_show_the_same_lines(here, enter):
    ticket = make.grievance(State.SUBMITTED, scene=here)
    client = enter(here.specialist_zl)

    for q in (here.enterprise.name[2:6], ticket.title[:4], here.park.name[:3], "窗口", "李小"):
        _, panel = page(client, "search-panel", q)
        _, full = page(client, "search", q)
        rows = re.findall(r'<a role="option"[^>]*href="([^"]+)"', panel)

        assert rows
        assert set(rows) <= set(re.findall(r'<a class="c hit" href="([^"]+)"', full))


def test_the_panel_is_a_list_box_of_groups(here, enter):
    _, html = page(enter(here.specialist_zl), "search-panel", here.enterprise.name[2:6])

    assert 'id="found"' in html
    assert 'role="listbox"' in html
    assert 'role="group"' in html
    assert 'aria-selected="false"' in html
    assert "<mark>" in html


def test_nothing_found_says_what_to_try(here, enter):
    for name in ("search", "search-panel"):
        _, html = page(enter(here.specialist_zl), name, "龘龘龘")

        assert "没有找到" in html
        assert "首字母" in html
        assert 'role="listbox"' not in html


def test_a_whole_number_opens_its_ticket_for_those_who_see_it(here, enter):
    ticket = make.grievance(State.SUBMITTED, scene=here)

    for typed in (ticket.number, ticket.number.lower().replace("-", "")):
        assert enter(here.specialist_zl).get(reverse("search"), {"q": typed}).url == reverse("grievance", args=[ticket.number])
        assert enter(here.partner).get(reverse("search"), {"q": typed}).status_code == 200


@pytest.mark.parametrize("name", ["search", "search-panel"])
def test_the_employer_never_reads_of_a_personal_ticket_nor_a_stranger_of_any(here, enter, name):
    personal = make.grievance(
        State.SUBMITTED, scene=here, by="employee", personal=True, title="工资被拖欠两个月", body="单位说下个月再发。"
    )
    secret = make.grievance(State.SUBMITTED, scene=here, confidential=True, title="举报运营方乱收费", body="物业费翻了一倍。")

    for q in ("工资", "下个月再发", personal.number, personal.number[-6:]):
        for who in ("manager", "member", "steward", "operator", "grid_staff", "partner", "stranger", "auditor"):
            assert personal.number not in links_of(enter(here.people[who]), name, q)
        assert personal.number in links_of(enter(here.employee), name, q)
    for q in ("乱收费", "翻了一倍", secret.number[-6:]):
        for who in ("operator", "steward", "grid_staff", "partner", "employee", "stranger"):
            assert secret.number not in links_of(enter(here.people[who]), name, q)
        assert secret.number in links_of(enter(here.manager), name, q)


def links_of(client, name, q):
    """What the answer leads to, wherever it leads."""
    answer = client.get(reverse(name), {"q": q})
    return answer.url if answer.status_code == 302 else " ".join(links(answer.content.decode()))


def test_every_line_found_opens_for_the_one_who_found_it(here, enter):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    questions = (here.enterprise.name[2:6], ticket.title[:4], here.park.name[:2], "窗口", "网格", "李小军")

    for who, person in here.people.items():
        client = enter(person)
        for q in questions:
            for link in re.findall(r'<a role="option"[^>]*href="([^"]+)"', page(client, "search-panel", q)[1]):
                assert client.get(link.replace("&amp;", "&")).status_code == 200, (who, q, link)


@pytest.mark.parametrize(
    ("text", "q", "initials", "marked"),
    [
        ("杭州澄视有限公司", "澄视", "", "杭州<mark>澄视</mark>有限公司"),
        ("澄视（浙江）有限公司", "视浙江", "", "澄<mark>视（浙江</mark>）有限公司"),
        ("ABC科技", "ａｂｃ", "", "<mark>ABC</mark>科技"),
        ("杭州利尔达科技", "ledkj", "hzledkj", "杭州<mark>利尔达科技</mark>"),
        ("杭州利尔达科技", "lierd", "hzledkj", "杭州<mark>利尔达</mark>科技"),
        ("杭州 利尔达", "州 达", "", "杭<mark>州</mark> 利尔<mark>达</mark>"),
        ("<b>&利", "利", "", "&lt;b&gt;&amp;<mark>利</mark>"),
        ("𠮷野家", "𠮷", "", "<mark>𠮷</mark>野家"),
        ("杭州", "x", "", "杭州"),
        ("", "x", "", ""),
    ],
)
def test_what_was_met_is_marked(text, q, initials, marked):
    assert met(text, q, initials) == marked
