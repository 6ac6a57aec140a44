"""What a roster is written with: rows of a table in blocks, their values as JSON, lists as workbooks."""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from enterprises import bulk
from enterprises.models import Industry
from exchange import planning, workbook
from exchange.columns import Column, Kind
from exchange.plan import dumps
from exchange.sheets import Sheet
from exchange.subjects import table_named


@pytest.mark.django_db
def test_more_rows_than_are_written_at_once_get_the_keys_they_are_told():
    names = [f"行业\t{n}\\" for n in range(2 * bulk.AT_ONCE + 1)]

    keys = bulk.insert(Industry, names, lambda name: {"edition": "2099", "code": name[3:-1], "level": 4, "section": "I", "name": name})

    assert [Industry.objects.in_bulk(keys)[key].name for key in keys] == names
    assert bulk.insert(Industry, []) == []


@pytest.mark.django_db
def test_what_a_row_says_as_json_is_what_its_values_would_say():
    heading = ["企业名称", "统一社会信用代码", "注册资本（万元）", "成立日期", "从业人数", "标签"]
    cells = [
        ["甲“公司”\\", "91330110MA2CF12C7U", "1,707(万欧元)", "2024.3.4", "12人", "高新、专精特新"],
        ["乙公司", "330106000012345", 500.5, 45355.0, None, "", ""],
        ["", "9.13301E+17", "很多", "", 3.5, None],
    ]
    table = table_named("enterprises")

    plan = planning.understood(table, [Sheet("名录", [heading, *cells])])

    assert [row.said() for row in plan.rows] == [dumps(row.values) for row in plan.rows]
    assert plan.rows[0].cells["name"] == "甲“公司”\\"


COLUMNS = (
    Column("name", "名称", value=lambda row: row["name"]),
    Column("code", "代码", value=lambda row: row["code"], kind=Kind.CODE),
    Column("n", "数", value=lambda row: row["n"], kind=Kind.NUMBER),
    Column("on", "日期", value=lambda row: row["on"], kind=Kind.DATE),
    Column("at", "时间", value=lambda row: row["at"]),
)


def test_a_list_keeps_text_as_text_numbers_as_numbers_and_days_as_days():
    at = datetime(2026, 3, 4, 1, 2, tzinfo=timezone.get_fixed_timezone(0))
    rows = [
        {"name": "=HYPERLINK(1)", "code": "00123456789012345678", "n": Decimal("12.3400"), "on": date(2024, 3, 4), "at": at},
        {"name": "http://梦.cn/\n_x0041_", "code": 913301, "n": "1707万欧元", "on": None, "at": True},
    ]

    content, count = workbook.as_xlsx(COLUMNS, rows, name="名录", title="谁在何时")

    sheet = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_name("名录")
    assert count == 2
    assert sheet.to_python(skip_empty_area=False) == [
        ["谁在何时", "", "", "", ""],
        ["名称", "代码", "数", "日期", "时间"],
        ["=HYPERLINK(1)", "00123456789012345678", 12.34, date(2024, 3, 4), "2026-03-04 09:02"],
        ["http://梦.cn/\n_x0041_", "913301", "1707万欧元", "", "True"],
    ]


def test_a_list_of_nothing_still_has_its_heading():
    content, count = workbook.as_xlsx(COLUMNS[:2], [], name="名录", title="谁在何时")

    rows = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert (count, rows[:2]) == (0, [["谁在何时", ""], ["名称", "代码"]])


def test_what_breaks_while_a_list_is_written_is_told_as_it_is():
    def rows():
        yield {"name": "甲", "code": "1"}
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        workbook.as_xlsx(COLUMNS[:2], rows(), name="名录", title="")
