"""Where the columns stand, in the sheets offices send."""

import pytest

from exchange.columns import find_heading, heading
from exchange.enterprises import COLUMNS
from exchange.planning import understood
from exchange.sheets import Sheet
from exchange.sites import Parks, Spaces
from exchange.subjects import table_named

NAME, CODE, FIRM = "企业名称", "统一社会信用代码", ("甲公司", "91330110MA27XXXX0A")


def found(*rows, columns=COLUMNS):
    return find_heading([list(row) for row in rows], columns)


@pytest.mark.parametrize(
    ("rows", "first", "positions"),
    [
        ([(NAME, CODE), FIRM], 1, {"name": 0, "uscc": 1}),
        ([("序号", "税号", "单位名称"), (1, *FIRM)], 1, {"uscc": 1, "name": 2}),
        ([("梦创社区名录", ""), ("截至十月", ""), ("", ""), (NAME, CODE), FIRM], 4, {"name": 0, "uscc": 1}),
        # merged over the whole width
        ([("名录", "名录"), (NAME, CODE), FIRM], 2, {"name": 0, "uscc": 1}),
        # merged downwards, as workbooks and as CSV have it
        ([(NAME, CODE, "所在地", "所在地"), (NAME, CODE, "园区", "楼宇"), (*FIRM, "云谷", "3幢")], 2, {"name": 0, "uscc": 1, "park": 2, "building": 3}),
        ([(NAME, CODE, "所在地", ""), ("", "", "园区", "楼宇"), (*FIRM, "云谷", "3幢")], 2, {"name": 0, "uscc": 1, "park": 2, "building": 3}),
        # groups over all columns, and a title above them
        ([("基本信息", "基本信息", "位置"), (NAME, CODE, "园区"), (*FIRM, "云谷")], 2, {"name": 0, "uscc": 1, "park": 2}),
        ([("名录",) * 3, (NAME, CODE, "位置"), (NAME, CODE, "园区"), (*FIRM, "云谷")], 3, {"name": 0, "uscc": 1, "park": 2}),
        ([("名录",) * 3, (NAME, CODE, "位置"), ("", "", "园区"), (*FIRM, "云谷")], 3, {"name": 0, "uscc": 1, "park": 2}),
        # the same in English below
        ([(NAME, CODE, "备注"), ("Enterprise name", "USCC code", "Remark"), (*FIRM, "")], 2, {"name": 0, "uscc": 1}),
        ([(NAME, CODE, "园区"), ("name", "uscc", "park"), (*FIRM, "云谷")], 2, {"name": 0, "uscc": 1, "park": 2}),
        # a line of units below
        ([(NAME, CODE, "注册资本"), ("", "", "（万元）"), FIRM], 2, {"name": 0, "uscc": 1, "capital": 2}),
        ([(NAME, CODE, "注册资本", "面积"), (None, "", "元", "平方米"), FIRM], 2, {"name": 0, "uscc": 1}),
        # a row of data whose cells are words of a heading
        ([(NAME, CODE, "类别"), (*FIRM, "园区")], 1, {"name": 0, "uscc": 1}),
        ([(NAME, CODE, "联系人"), ("法人", FIRM[1], "地址")], 1, {"name": 0, "uscc": 1}),
    ],
)  # fmt: skip
def test_the_heading_is_found_and_no_row_of_data_is_lost(rows, first, positions):
    heading = found(*rows)

    assert (heading.first, heading.positions) == (first, positions)


def test_a_line_of_data_in_capitals_is_no_english_heading():
    rows = [("所属园区", "楼宇", "房号", "面积"), ("Alpha", "Main", "A", "x"), ("Alpha", "Main", "B", "y")]

    assert found(*rows, columns=Spaces.columns).first == 1


@pytest.mark.parametrize(
    "text",
    [
        "* 企业名称（必填）",
        "企业\n名称",
        "企 业 名 称",
        "企业名称：",
        "1.企业名称".removeprefix("1."),
        "企业名称*",
        "【必填】企业名称",
        "企业名称#",
    ],
)
def test_stars_remarks_and_blanks_do_not_count(text):
    assert heading(text) == "企业名称"


@pytest.mark.parametrize("unit", ["元", "亿元", "千元", "万美元", "单位：元"])
def test_a_column_in_another_unit_is_not_taken_for_ours_but_reported(unit):
    known = found((NAME, CODE, f"注册资本（{unit}）"), FIRM)

    assert "capital" not in known.positions
    assert known.ignored == (f"注册资本（{unit}）",)
    assert "capital" in found((NAME, CODE, "注册资本（万元）"), FIRM).positions
    assert "land_area_m2" not in found(("园区名称", "园区代码", "土地面积（亩）"), columns=Parks.columns).positions


def test_the_first_of_two_equal_headings_counts_and_the_other_is_reported():
    known = found((NAME, CODE, "地址", "地址", "备注"), FIRM)

    assert (known.positions["address"], known.ignored) == (2, ("地址", "备注"))


@pytest.mark.parametrize("rows", [[("一", "二")], [(NAME, "地址")], [("", "")] * 31 + [(NAME, CODE)], [(float("nan"), 5.0), (None, True)]])
def test_without_both_required_headings_among_the_first_rows_there_is_none(rows):
    assert found(*rows) is None


def test_blank_rows_and_rows_of_dashes_are_no_rows_and_a_hidden_one_is_told():
    rows = [[NAME, CODE], list(FIRM), ["", None], ["-", "——"], [" ", "\u3000"], ["乙公司", "1"], ["", ""]]

    plan = understood(table_named("enterprises"), [Sheet("甲\x01", rows, frozenset({6}))])

    assert [(row.number, [problem.reason[:8] for problem in row.problems]) for row in plan.rows] == [(2, []), (6, ["这一行在表格里是"])]
    assert plan.sheet == "甲\ufffd"
