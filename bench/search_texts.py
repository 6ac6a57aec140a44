"""Texts of invented tickets, as varied as people's own words: none like the next, and the words as frequent as they are in life.

A case of the demo tells what it is about; of its clauses some are left out, clauses of other cases come between, in any order, and every
text says who, where, how much and since when. So a fragment of four characters of it is in one ticket of some hundred (a turn of phrase),
of some thousand (a place) or in ten of a million (a name, an amount).
"""

from __future__ import annotations

import random
import re
from datetime import date
from functools import cache
from typing import NamedTuple

from mengchuang.demo import cases, firms, names

TERMS = tuple(term for row in firms.sectors() for term in row.terms for _ in range(row.weight))
LETTERS = tuple(firms.HEADS + firms.TAILS)
ROADS = ("文一西路", "龙园街", "良睦路", "海曙路", "余杭塘路", "高教路", "绿汀路", "仓兴街", "向往街", "时尚大街")
THINGS = (
    "样机", "合同", "账户", "发票", "消防", "空调", "网络", "车位", "宿舍", "招牌", "会议室", "货梯", "食堂", "门禁", "垃圾清运", "营业执照", "社保账户",
    "专利年费", "贷款", "租约", "物业费", "电费", "水管", "漏水", "噪声", "装修", "班车", "快递柜", "充电桩", "监控", "人才房", "居住证", "培训", "展会",
)  # fmt: skip
DETAILS = (
    "联系人{person}，电话尾号{tail}", "地点在{road}{number}号{block}幢{room}室", "涉及金额{sum}元", "从{month}月{day}日到现在",
    "对方是{firm}", "我们{firm}有{many}人", "经办的是{person}", "{person}{month}月来过一次", "已付{sum}元", "还差{many}份材料",
    "上次的编号尾数是{tail}", "就在{road}边上", "{month}月{day}日前要用", "请找{person}", "和{thing}也有关系", "顺便问一下{thing}的事",
    "{thing}坏了{number}天", "{thing}要在{month}月办好",
)  # fmt: skip
A_DAY = date(2026, 6, 1)


class Told(NamedTuple):
    title: str
    clauses: tuple[str, ...]


def text(dice: random.Random) -> tuple[str, str]:
    """Title and body."""
    told = dice.choices(_told(), weights=_weights())[0]
    own = [clause for clause in told.clauses if dice.random() < 0.7] or list(told.clauses)
    others = dice.choices(_clauses(), k=dice.randrange(1, 5))
    details = dice.sample(DETAILS, dice.randrange(2, 5))
    between = others + details
    dice.shuffle(between)
    facts = _facts(dice)
    title = (
        told.title if dice.random() < 0.5 else dice.choice(("{thing}：", "{firm}：", "{road}{number}号，", "")) + dice.choice(_clauses())
    )
    return title.format_map(facts)[:200], "，".join(own + between).format_map(facts)[:5000] + "。"


def _facts(dice: random.Random) -> dict[str, str]:
    """Of the cases' own gaps and of DETAILS'."""
    return cases.slots(
        dice, A_DAY, firm=firm(dice), product=dice.choice(TERMS), park=f"{''.join(dice.choices(LETTERS, k=2))}园",
        building=f"{dice.randrange(1, 30)}幢", room=str(dice.randrange(101, 2400)),
    ) | {
        "person": dice.choice(names.SURNAMES) + dice.choice(names.FIRST) + dice.choice(names.SECOND),
        "tail": f"{dice.randrange(10_000):04}", "road": dice.choice(ROADS), "number": str(dice.randrange(1, 2000)),
        "block": str(dice.randrange(1, 30)), "sum": str(dice.randrange(300, 900_000)), "month": str(dice.randrange(1, 13)),
        "day": str(dice.randrange(1, 29)), "thing": dice.choice(THINGS),
    }  # fmt: skip


def firm(dice: random.Random) -> str:
    return "".join(dice.choices(LETTERS, k=2)) + dice.choice(TERMS)


@cache
def _told() -> tuple[Told, ...]:
    return tuple(Told(case.title, _cut(case.body)) for told in cases.cases().values() for case in told)


@cache
def _weights() -> tuple[float, ...]:
    """An item is asked for as often as in the demo, each of its cases alike."""
    often = cases.weights()
    return tuple(often[item] / len(told) for item, told in cases.cases().items() for _ in told)


@cache
def _clauses() -> tuple[str, ...]:
    """What was said in any case, by whoever."""
    every = (
        clause for told in cases.cases().values() for case in told for part in (case.body, case.done, case.reply) for clause in _cut(part)
    )
    return tuple(dict.fromkeys(every))


def _cut(part: str) -> tuple[str, ...]:
    return tuple(clause for clause in re.split("[，。；？！]", part) if clause)
