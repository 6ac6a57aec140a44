"""Claims copied out of a spreadsheet, and their export."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from exchange import line_items as sheet
from exchange.subjects import table_named
from grievances import line_items
from grievances.models import LineItem
from tests import make
from wording.errors import FactsMissing


def values(text):
    rows = sheet.pasted(text)
    assert sheet.in_words(rows) == []
    return [sheet.values_of(row) for row in rows]


def test_with_a_heading_the_columns_stand_in_any_order():
    found = values(
        "项目名称\t欠款金额（元）\t客户\t证据\t追回日期\t追回金额\t状态\n展厅\t386,000.00\t某公司\t合同\t2026/11/5\t386000\t已追回\n"
    )

    assert found == [
        {
            "debtor": "某公司", "matter": "展厅", "amount_yuan": Decimal("386000.00"), "evidence": "合同", "state": "recovered",
            "recovered_on": date(2026, 11, 5), "recovered_yuan": Decimal(386000),
        }
    ]  # fmt: skip


def test_without_a_heading_they_stand_as_the_page_says():
    assert values("某公司\t展厅尾款\t38.6万\t合同\r\n另一家\t活动费\t5000\t")[1] == {
        "debtor": "另一家", "matter": "活动费", "amount_yuan": Decimal("5000.00"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("head", "cell", "yuan"),
    [("金额（万元）", "38.6", 386000), ("欠款金额(万元)", "0.5", 5000), ("金额", "38.6", "38.6"), ("金额（元）", "38.6万", 386000)],
)
def test_a_heading_in_ten_thousands_counts_in_ten_thousands(head, cell, yuan):
    assert values(f"债务人\t{head}\n某公司\t{cell}\n")[0]["amount_yuan"] == Decimal(yuan)


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("386000", "386000"),
        ("386,000.5", "386000.5"),
        ("¥1,200", "1200"),
        ("￥0.01元", "0.01"),
        ("12.5 万元", "125000"),
        (386000.0, "386000"),
    ],
)
def test_amounts_as_people_write_them(cell, yuan):
    assert sheet.read_yuan(cell) == Decimal(yuan)


@pytest.mark.parametrize("cell", ["三十万", "-5", "1e99", "inf", "5 美元", "0.001", "1000001万"])
def test_no_amount(cell):
    with pytest.raises(ValidationError):
        sheet.read_yuan(cell)


def test_every_line_that_cannot_be_read_is_named():
    rows = sheet.pasted("债务人\t金额\n甲\t十万\n\t100\n乙\t\n丙\t100\n")

    assert [line.split("：")[0] for line in sheet.in_words(rows)] == ["第 2 行 金额（元）", "第 3 行 债务人", "第 4 行 金额（元）"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "a\tb\0", "\t\t\t", "甲\t乙\t1\n" * 502])
def test_what_is_no_table_is_refused(text):
    with pytest.raises(FactsMissing) as refused:
        sheet.pasted(text)
    assert set(refused.value.fields) == {"pasted"}


def test_a_sentence_is_a_row_without_an_amount():
    assert sheet.in_words(sheet.pasted("一段话，没有表格")) == ["第 1 行 金额（元）：请填写"]


@pytest.mark.django_db
def test_a_specialist_takes_out_what_he_sees_and_only_that():
    here = make.scene()
    ticket = make.grievance("in_progress", scene=here)
    rows = [{"debtor": f"第{n}家", "amount_yuan": Decimal(n)} for n in (1, 2, 3)]
    line_items.add(ticket, rows, by=here.manager, at=make.WEDNESDAY)
    table = table_named("line_items")

    assert [row["debtor"] for row in table.exported(here.specialist_zl, {}, make.WEDNESDAY)] == ["第1家", "第2家", "第3家"]
    assert list(table.exported(here.specialist_zl, {"number": [ticket.number]}, make.WEDNESDAY))
    assert not list(table.exported(here.leader, {}, make.WEDNESDAY))
    assert LineItem.objects.count() == 3
    with pytest.raises(ValidationError):
        list(table.exported(here.specialist_zl, {"nonsense": ["1"]}, make.WEDNESDAY))
