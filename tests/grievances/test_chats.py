"""Chats as the clients copy them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grievances.chats import read_chat
from wording.text import TextRefused

OURS = ("陈岚",)


@pytest.mark.parametrize(
    "words",
    [
        "周敏 2026/11/20 9:40\n公积金怎么开户？\n\n陈岚 2026/11/20 9:42\n网上就能开，指南发您。",
        "周敏 9:40:12\n公积金怎么开户？\n陈岚（经济发展） 9:42:00\n网上就能开，指南发您。",
        "[2026-11-20 09:40] 周敏: 公积金怎么开户？\n[2026-11-20 09:42] 陈岚: 网上就能开，指南发您。",
        "周敏：公积金怎么开户？\n陈岚：网上就能开，指南发您。",
        "————— 2026-11-20 —————\n\n周敏  09:40\n公积金怎么开户？\n\n我  09:42\n网上就能开，指南发您。\n[图片]",
        "2026年11月20日 上午 9:40 周敏：公积金怎么开户？\r\n2026年11月20日 上午 9:42 陈岚-社区：网上就能开，指南发您。",
    ],
)
def test_who_asked_and_what_was_answered(words):
    found = read_chat(words, OURS)

    assert (found.matter, found.reply, found.person) == ("公积金怎么开户？", "网上就能开，指南发您。", "周敏")


def test_several_messages_are_put_together_in_order():
    found = read_chat("周敏 9:40\n第一句\n第二行\n陈岚 9:41\n答一\n周敏 9:42\n还有\n陈岚 9:43\n答二", OURS)

    assert (found.matter, found.reply) == ("第一句\n第二行\n还有", "答一\n答二")


def test_without_names_it_is_the_matter():
    assert read_chat("公积金怎么开户？谢谢", OURS).matter == "公积金怎么开户？谢谢"
    assert read_chat("网址 https://example.com/a:b 打不开", OURS).matter == "网址 https://example.com/a:b 打不开"


@pytest.mark.parametrize("words", ["\0", "字" * 20_001])
def test_what_cannot_be_stored_is_refused(words):
    with pytest.raises(TextRefused):
        read_chat(words, OURS)


@given(st.text(alphabet="周敏陈岚我:：[]【】()（） 0123456789/-年月日上下午\n—字", max_size=400))
def test_nothing_said_is_lost_but_names_times_and_rules(words):
    found = read_chat(words, OURS)
    kept = found.matter + found.reply

    assert kept.count("字") <= words.count("字")
    assert isinstance(found.person, str)
