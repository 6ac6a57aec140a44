"""What somebody typed, pasted or let the spreadsheet turn into something else: each spelling, and what becomes of it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from enterprises.uscc import UsccRefused, accepted
from exchange.cells import NumberLost, choice, integer, number, read_code, read_date, read_name, read_words, read_yes, text
from exchange.enterprises import read_capital
from tests import make

GOOD = make.uscc(8_100_001)
WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in GOOD)
LONG = "甲" * 10_000


@pytest.mark.parametrize(
    "nothing", [None, "", " ", "\u3000", "-", "—", "——", "/", "无", "暂无", "N/A", "#N/A", "#REF!", "NaN", float("nan")]
)
@pytest.mark.parametrize("read", [read_code, read_name, read_date, read_capital, read_words, read_yes, text(20), integer(most=9)])
def test_an_empty_cell_is_nothing_however_it_is_written(read, nothing):
    assert read(nothing) is None


@pytest.mark.parametrize(
    "cell",
    ["2024-03-04", "2024/3/4", "2024.3.4", "2024年3月4日", "2024 年 3 月 4 日", "20240304", 20240304.0, 20240304, "２０２４－０３－０４",
     "2024-03-04 00:00:00", "2024-03-04 10:30:00", "2024-03-04 00:00:00.0", "2024-03-04T08:00", 45355.0, 45355, 45355.75],
)  # fmt: skip
def test_a_day_in_every_spelling(cell):
    assert read_date(cell) == date(2024, 3, 4)


@pytest.mark.parametrize(("cell", "day"), [("2024年3月", date(2024, 3, 1)), ("2024.10", date(2024, 10, 1)), (202403.0, date(2024, 3, 1)), (2024.12, date(2024, 12, 1))])  # fmt: skip
def test_a_month_is_its_first_day(cell, day):
    assert read_date(cell) == day


@pytest.mark.parametrize("cell", ["2023-02-29", "2024-13-01", "2024年2月30日", "20240231", "1850-01-01", "2200-01-01", "3/4/2024", "三月四日", "45355", 2024, 2024.0, 2024.1, 1e400, -5.0, "去年", LONG, "2024-03-04\0"])  # fmt: skip
def test_what_is_no_day_or_may_be_several_is_refused(cell):
    with pytest.raises(ValidationError) as refused:
        read_date(cell)

    assert len("".join(refused.value.messages)) < 120


@pytest.mark.parametrize(
    ("cell", "capital"),
    [
        (1707, ("1707", "人民币")), (1707.5, ("1707.5", "人民币")), ("1,707", ("1707", "人民币")), ("1,707(万欧元)", ("1707", "欧元")), ("１，７０７（万欧元）", ("1707", "欧元")),
        ("500万", ("500", "人民币")), ("500万元", ("500", "人民币")), ("500万元人民币", ("500", "人民币")), ("500万人民币元", ("500", "人民币")), ("500 万元整", ("500", "人民币")),
        ("500万元（人民币）", ("500", "人民币")), ("（人民币）300万元整", ("300", "人民币")), ("人民币300万元", ("300", "人民币")), ("人民币：300万元", ("300", "人民币")), ("RMB 300万", ("300", "人民币")),
        ("￥300万", ("300", "人民币")), ("1.2亿", ("12000", "人民币")), ("1.2亿元", ("12000", "人民币")), ("3千万", ("3000", "人民币")), ("2百万元", ("200", "人民币")), ("5000000元", ("500", "人民币")),
        ("5,000,000.00元", ("500", "人民币")), ("800千元", ("80", "人民币")), ("USD 50万", ("50", "美元")), ("50万USD", ("50", "美元")), ("50万美元", ("50", "美元")), ("美元50万", ("50", "美元")),
        ("$50万", ("50", "美元")), ("US$50万", ("50", "美元")), ("€50万", ("50", "欧元")), ("HK$1,000万", ("1000", "港元")), ("100万港币", ("100", "港元")), ("500000美元", ("50", "美元")),
        ("3亿日元", ("30000", "日元")), ("0", ("0", "人民币")),
    ],
)  # fmt: skip
def test_capital_as_offices_write_it(cell, capital):
    assert read_capital(cell) == (Decimal(capital[0]), capital[1])


@pytest.mark.parametrize("cell", ["约五百万", "伍佰万元", "1,2亿", "1,7075", "1，5", "¥5,000,000", "500万(实缴100万)", "500万比特币", "-5", "-1万元", "1e400", "1e99999999", "inf", float("inf"), "2亿亿", "200000000", "0.00001", LONG, "9" * 5000])  # fmt: skip
def test_capital_that_is_not_clear_is_refused_and_never_guessed(cell):
    with pytest.raises(ValidationError) as refused:
        read_capital(cell)

    assert len("".join(refused.value.messages)) < 120


@pytest.mark.parametrize(
    "cell", ["1,2", "5%", "abc", "-1", "1e400", "1e99999999", float("inf"), "10000000", "1.234", LONG, "（5）", "１２个"]
)
def test_a_number_out_of_bounds_or_that_is_none_is_refused(cell):
    with pytest.raises(ValidationError):
        number(most=1_000_000, places=2, unit="平方米")(cell)


@pytest.mark.parametrize(("cell", "value"), [("1,234.50", "1234.50"), (126.5, "126.5"), (0.1 + 0.2, "0.30"), ("１２６．５", "126.5"), ("126.5平方米", "126.5"), ("126.5 (平方米)", "126.5"), (3.0, "3")])  # fmt: skip
def test_a_number_with_separators_unit_or_the_last_bits_of_a_float(cell, value):
    assert number(most=1_000_000, places=2, unit="平方米")(cell) == Decimal(value)


@pytest.mark.parametrize(
    "cell", [913301061432551905, 9.13301061432552e17, "9.13301E+17", "9.13301061432552E+017", "9.13E17", '="9.13301E+17"', 2**53]
)
def test_a_code_the_spreadsheet_has_made_a_number_of_is_refused_and_never_rounded(cell):
    with pytest.raises(NumberLost, match="末几位已丢失"):
        read_code(cell)


@pytest.mark.parametrize("cell", [GOOD, f" {GOOD} ", GOOD.lower(), WIDE, f"'{GOOD}", f"’{GOOD}", f'="{GOOD}"', f"{GOOD[:8]} {GOOD[8:]}", f"{GOOD[:8]}-{GOOD[8:]}", f"\u202d{GOOD}\u202c", f"\ufeff{GOOD}\u200b"])  # fmt: skip
def test_a_code_in_every_dress_is_the_same_code(cell):
    assert accepted(read_code(cell)) == (GOOD, "")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (GOOD[:-1], "length"), (GOOD + "1", "length"), ("1", "length"), *((GOOD[:10] + letter + GOOD[11:], "alphabet") for letter in "IOZSV"), (GOOD[:4] + "A" + GOOD[5:], "region"),
        (GOOD[:-1] + "?", "alphabet"), (LONG[:90], "length"),
    ],
)  # fmt: skip
def test_a_code_that_cannot_be_one_is_an_error(code, why):
    with pytest.raises(UsccRefused) as refused:
        accepted(code)

    assert refused.value.code == why


def test_a_wrong_check_character_and_an_old_number_are_doubts():
    wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")

    assert accepted(wrong)[0] == wrong
    assert "校验位" in accepted(wrong)[1]
    assert "15 位" in accepted(read_code(330106000123456.0))[1]


def test_the_code_of_a_village_co_operative_begins_with_a_letter():
    from stdnum.cn.uscc import calc_check_digit

    body = "N2330110MF1234567"

    assert accepted(body + calc_check_digit(body)) == (body + calc_check_digit(body), "")


@pytest.mark.parametrize("cell", ["甲\0公司", "甲\x01公司", "甲\ufffe公司", LONG])
@pytest.mark.parametrize("read", [read_code, read_name, text(60), read_words])
def test_what_cannot_be_stored_is_refused(read, cell):
    with pytest.raises(ValidationError):
        read(cell)


@pytest.mark.parametrize(("cell", "name"), [("甲 (杭州) 公司", "甲（杭州）公司"), ("ＡＢＣ公司", "ABC公司"), ("杭州𠮷田\u200b公司", "杭州𠮷田公司"), ("甲\u202e公司", "甲公司"), ("A B 公司", "A B公司"), ("甲\n公司", "甲公司"), ("🏢公司", "🏢公司"), ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"), (123.0, "123")])  # fmt: skip
def test_a_name_as_a_licence_writes_it(cell, name):
    assert read_name(cell) == name
    assert read_name(name) == name


@pytest.mark.parametrize("room", ["03-1", "5e3", "5E3", "000123", "=1+1", "-5", "＝1", "'12", '="7"', "A 1", "１２"])
def test_a_room_stays_as_it_stands(room):
    assert text(40)(room) == room


def test_words_are_parted_where_people_part_them():
    assert read_words("高新技术企业、ISO 9001，专精特新 瞪羚\n雏鹰;高新技术企业") == [
        "高新技术企业",
        "ISO 9001",
        "专精特新",
        "瞪羚",
        "雏鹰",
    ]


def test_a_word_not_on_the_list_is_told_the_list():
    read = choice({"大型": "large", "小型": "small"}, called="规模")

    assert (read("大型"), read(" 小型 ")) == ("large", "small")
    with pytest.raises(ValidationError, match="大型、小型"):
        read("巨型")
