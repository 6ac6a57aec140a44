"""Tickets by number, title and body: what is found, in which order, and that nothing odd breaks it."""

from datetime import timedelta

import pytest

from grievances import finding
from grievances.models import Grievance
from grievances.models.querysets import number_part
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return make.scene()


@pytest.fixture
def tickets(here):
    texts = {
        "lift": ("电梯停运一周", "三号楼电梯从周一停运，客户上楼要走楼梯。"),
        "power": ("申请增容用电", "现有 200 千伏安不够，实验室（二期）设备与电梯抢电。"),
        "later lift": ("货运电梯也停了", "请一并处理。"),
    }
    return {
        name: make.grievance(scene=here, at=make.WEDNESDAY + timedelta(minutes=place), title=title, body=body)
        for place, (name, (title, body)) in enumerate(texts.items())
    }


def found(q, user, limit=10):
    return [each.key for each in finding.search(q, user, limit)]


def numbers(tickets, *names):
    return [tickets[name].number for name in names]


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("电梯", ("later lift", "lift", "power")),
        ("增容", ("power",)),
        ("增", ("power",)),
        ("客户上楼", ("lift",)),
        ("200 千伏安", ("power",)),
        ("实验室二期", ("power",)),
        ("电梯 客户", ("lift",)),
        ("梯电", ()),
        ("%", ()),
        ("没有这话", ()),
    ],
)
def test_by_title_and_body_titles_and_the_newest_first(here, tickets, q, names):
    assert found(q, here.specialist_zl) == numbers(tickets, *names)
    assert found(q, here.street) == numbers(tickets, *names)
    assert found(q, here.manager) == numbers(tickets, *names)
    assert {ticket.number for ticket in Grievance.objects.visible_to(here.leader).search(q)} == set(numbers(tickets, *names))


def test_by_the_number_whole_or_in_part(here, tickets):
    number = tickets["lift"].number

    for part in (
        number,
        number.lower(),
        number.replace("-", ""),
        number[2:],
        number[-6:],
        number[-5:-1],
        number[5:12],
        number.replace("-", " "),
    ):
        assert number in found(part, here.specialist_zl, 50), part
    assert found(number, here.specialist_zl)[0] == number


@pytest.mark.parametrize(
    ("q", "part"),
    [
        ("MC261118-012345", "MC261118-012345"),
        ("mc261118012345", "MC261118-012345"),
        ("261118 012345", "261118-012345"),
        ("ＭＣ２６１１", "MC2611"),
        ("2345", "2345"),
        ("18-01", "18-01"),
        ("23", ""),
        ("MC", ""),
        ("3号楼", ""),
        ("-", ""),
        ("1399号", ""),
    ],
)
def test_what_looks_like_a_number(q, part):
    assert number_part(q) == part


def test_the_place_in_the_body_is_shown_where_the_title_does_not_say_it(here, tickets):
    lines = {each.key: each.why for each in finding.search("电梯", here.specialist_zl)}

    assert lines[tickets["power"].number] == "…安不够，实验室（二期）设备与电梯抢电。"
    assert lines[tickets["lift"].number] == ""


def test_tickets_of_an_enterprise_follow_and_drafts_are_not_searched(here, tickets):
    draft = make.grievance("draft", scene=here, title="电梯草稿", body="还没写完")

    assert set(found(here.enterprise.name, here.specialist_zl)) == {ticket.number for ticket in tickets.values()}
    assert draft.number not in found("电梯", here.manager)
    assert draft.number not in found("草稿", here.manager)


@pytest.mark.parametrize("q", ["𠮷", "_", "\\", "'", "１２３", "…——", "A" * 100, "很" * 100, "9" * 100, "MC" * 40, "-" * 9])
def test_no_question_is_too_odd(here, q):
    finding.search(q, here.specialist_zl)
    list(Grievance.objects.visible_to(here.specialist_zl).search(q))
