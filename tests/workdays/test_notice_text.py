"""Notices of the State Council as they are pasted, and what is said of one that does not fit together."""

from datetime import date

import pytest

from tests.workdays.oracle import MADE_UP, OFF
from workdays.notice_text import understand, written

# 国办发明电〔2025〕7号, abridged
OF_2026 = """国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。
国务院办公厅
2025年11月4日
"""


def test_the_notice_of_2026_word_for_word():
    found = understand(OF_2026, 2026)

    assert (found.problems, found.year, found.notice_no) == ([], 2026, "国办发明电〔2025〕7号")
    assert {row.date for row in found.rows if not row.is_workday} == {day for day in OFF if day.year == 2026}
    assert {row.date for row in found.rows if row.is_workday} == {day for day in MADE_UP if day.year == 2026}
    assert {row.name for row in found.rows if row.date.month == 2} == {"春节", "春节调休上班"}


def test_what_is_written_a_day_a_line_reads_back_the_same():
    found = understand(OF_2026, 2026)

    assert understand(written(found.rows), 2026).rows == found.rows


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("元旦：2023年12月30日至2024年1月1日放假调休，共3天。", ["2023-12-30", "2023-12-31", "2024-01-01"]),
        ("中秋节、国庆节：9月29日(星期日)至10月1日(星期二)放假", ["2024-09-29", "2024-09-30", "2024-10-01"]),
        ("2024/1/1 休息 元旦", ["2024-01-01"]),
        ("２０２４．１．１　放假", ["2024-01-01"]),
        ("1月1日放假1天，不调休。", ["2024-01-01"]),
        ("10月1日—3日放假，10月12日上班", ["2024-10-01", "2024-10-02", "2024-10-03"]),
    ],
)
def test_shapes_of_a_line(text, days):
    found = understand(text, 2024)

    assert found.problems == []
    assert [f"{row.date:%Y-%m-%d}" for row in found.rows if not row.is_workday] == days


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("元旦：1月1日（周五）放假", "周五"),
        ("元旦：1月1日至3日放假，共4天。", "4 天"),
        ("元旦：2月30日放假", "不是一个日子"),
        ("元旦：1月9日至1日放假", "起止"),
        ("元旦：1月1日至3日", "放假还是上班"),
        ("1月1日放假\n1月1日上班", "又放假又上班"),
        ("1月1日放假" * 2000, "太长"),
    ],
)
def test_what_does_not_fit_together_is_said(text, said):
    assert said in "；".join(understand(text, 2026).problems)


@pytest.mark.parametrize(
    "text", ["", "\0\0", "放假", "年月日", "9" * 5000, "13月45日放假", "(" * 3000, "1月1日(" * 900, "9999年12月31日至1日放假"]
)
def test_anything_else_is_no_calendar_and_no_failure(text):
    assert understand(text, 2026).rows == []


def test_days_keep_the_year_they_are_given():
    assert [row.date for row in understand("2025年12月31日放假", 2026).rows] == [date(2025, 12, 31)]
