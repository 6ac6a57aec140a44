import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording import TextRefused, clean, clean_query, tidy

KEPT = [
    "𠮷野家",  # ext B
    "𫓧𬭎𰻝𱁬",  # ext C, E, G
    "䶮㛃",
    "葛󠄀城",  # with a variation selector
    "👍🏽 ❤️‍🔥 👨‍👩‍👧‍👦 🏳️‍🌈 🧑‍⚕️",
    "王\ue863明",  # private use, as old registers have it
    "Ａ座５０１室",
    "·・〇々〆",
    "لا اله",
    "<script>alert(1)</script> ' OR 1=1 -- {{ 7*7 }}",  # escaping is for whoever shows it
]


@pytest.mark.parametrize("text", KEPT)
def test_every_character_people_write_with_is_kept(text: str) -> None:
    assert tidy(text) == text
    assert tidy(text, multiline=True) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\u202d13812345678\u202c", "13812345678"),
        ("合同\u202egpj.exe", "合同gpj.exe"),
        ("\ufeff梦\u200b创\u2060社\u00ad区\u200e", "梦创社区"),
        ("甲\u200d乙", "甲乙"),
        ("👍\u200d", "👍"),
        ("e\u0301cole", "école"),
        ("\u1100\u1161", "가"),
        ("　　两端的空白　", "两端的空白"),
        ("一\t二\u00a0三\u2003四", "一 二 三 四"),
        ("一\r\n二\n\n三\u2028四\x0b五\x85六", "一 二 三 四 五 六"),
        ("[图]\ufffc", "[图]"),
        ("🏴\U000e0067\U000e007f", "🏴"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_what_nobody_can_see_is_dropped(text: str, cleaned: str) -> None:
    assert tidy(text) == cleaned


def test_a_text_of_several_lines_keeps_its_lines_and_indents() -> None:
    text = "\n第一行  \r\n　　第二行\r第三行\u2029\n\n第四行\x0b第五行\t末\n\n"

    assert tidy(text, multiline=True) == "第一行\n　　第二行\n第三行\n\n\n第四行\n第五行 末"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("梦\0创", "nul"),
        ("\x1b[31m", "control"),
        ("\x07", "control"),
        ("\x08", "control"),
        ("\x7f", "control"),
        ("\x9b31m", "control"),
        ("\ud83d", "control"),
        ("\ufffe", "control"),
        ("\U0010ffff", "control"),
        ("\ufdd0", "control"),
        ("z" + "\u0301" * 31, "combining"),
        ("\x1b\0", "nul"),
    ],
)
def test_what_no_keyboard_makes_is_refused(text: str, code: str) -> None:
    for multiline in (False, True):
        with pytest.raises(TextRefused) as refusal:
            clean(text, max_length=100, multiline=multiline)
        assert refusal.value.code == code


def test_length_is_counted_in_characters_of_the_cleaned_text() -> None:
    assert clean("𠮷" * 10, max_length=10) == "𠮷" * 10
    assert clean(" " + "e\u0301" * 10 + "\u200b", max_length=10) == "é" * 10

    with pytest.raises(TextRefused, match="不超过 200 字，现在是 201 字") as refusal:
        clean("字" * 201, max_length=200)
    assert refusal.value.code == "max_length"
    with pytest.raises(TextRefused, match="不超过 200 字，现在是 1000000 字"):
        clean("字" * 1_000_000, max_length=200)
    assert len(clean("字" * 100_000, max_length=None)) == 100_000


@pytest.mark.parametrize(
    "text", [" " * 200_000 + "x", "\u200d" * 200_000, "z\u0301" * 100_000, "\r\n" * 100_000, "\u0301\u0323" * 100_000, "👍\u200d" * 99_999]
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()

    with suppress(TextRefused):
        clean(text, max_length=100_000, multiline=True)

    assert time.process_time() - began < 1


@given(st.text(st.characters(codec=None), max_size=200), st.booleans())
def test_cleaning_is_done_once_and_for_all(text: str, multiline: bool) -> None:
    try:
        cleaned = tidy(text, multiline=multiline)
    except TextRefused:
        return

    assert tidy(cleaned, multiline=multiline) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert not set(cleaned) & set("\0\r\t\u202e\u2066\u200b\ufeff\x1b")
    assert multiline or "\n" not in cleaned
    cleaned.encode("utf-8")


def test_a_query_parameter_is_text_like_any_other() -> None:
    assert clean_query(None) == ""
    assert clean_query(" 利尔达\u200b ") == "利尔达"
    with pytest.raises(TextRefused):
        clean_query("a\0b")
    with pytest.raises(TextRefused, match="不超过 100 字"):
        clean_query("a" * 101)
