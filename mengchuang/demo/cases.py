"""The texts of a ticket: cases per service item, and what is said around them, with their slots filled."""

import csv
import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

BOOKS = ("dangqun", "jingji1", "jingji2", "gonggong", "zongzhi")
WINDOWS = {"DJ": "DJ", "JF": "JF", "GS": "GS", "ZL": "ZL", "QT": "GS"}
WEEKDAYS = "一二三四五"


@dataclass(frozen=True)
class Case:
    """One need as told, handled and answered. `by`: self, grid, operator, a unit's code, or a partner window's."""

    item: str
    title: str
    body: str
    done: str
    reply: str
    by: str

    @property
    def window(self) -> str:
        return WINDOWS[self.item[:2]]

    def filled(self, slots: Mapping[str, str]) -> "Case":
        title, body, done, reply = (part.format_map(slots) for part in (self.title, self.body, self.done, self.reply))
        return replace(self, title=title, body=body, done=done, reply=reply)


def _text(name: str) -> str:
    return resources.files("mengchuang.demo").joinpath(f"data/{name}").read_text(encoding="utf-8")


@cache
def cases() -> dict[str, tuple[Case, ...]]:
    """Item → its cases, by code."""
    found: dict[str, tuple[Case, ...]] = {}
    for book in BOOKS:
        for item, rows in tomllib.loads(_text(f"cases/{book}.toml")).items():
            found[item] = tuple(Case(item=item, **row) for row in rows)
    return dict(sorted(found.items()))


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(_text("words.toml"))


@cache
def weights() -> dict[str, int]:
    """Item → how often it is asked for, relative to the others."""
    return {row["code"]: int(row["weight"]) for row in csv.DictReader(_text("weights.csv").splitlines())}


def slots(dice: random.Random, on: date, *, firm: str, product: str, park: str, building: str, room: str) -> dict[str, str]:
    """What a case may ask for; months and days lie before `on`."""
    return {
        "firm": firm,
        "product": product,
        "park": park,
        "building": building,
        "room": room,
        "floor": f"{room[:-3] or '1'}楼",
        "n": str(dice.randint(2, 9)),
        "many": str(dice.randint(12, 58)),
        "money": f"{dice.choice((dice.randint(3, 90), dice.randint(30, 960) / 10)):g}万元",
        "month": f"{(on.month - dice.randint(1, 3) - 1) % 12 + 1}月",
        "day": f"上周{dice.choice(WEEKDAYS)}",
    }


def say(dice: random.Random, key: str, sub: str = "", **fills: str) -> str:
    """A sentence of the kind `key` (and `sub`); what is empty in the book is silence."""
    book = words()[key]
    fills.setdefault("weekday", f"周{dice.choice(WEEKDAYS)}")
    return dice.choice(book[sub] if sub else book).format_map(fills)
