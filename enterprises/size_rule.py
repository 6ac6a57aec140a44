"""《统计上大中小微型企业划分办法（2017）》(国统字〔2017〕213号): the size class a year's figures come to, or why none can be said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from enterprises.models import Industry, SizeClass

BASIS = "国统字〔2017〕213号"
#: Letters of the rule → metrics.
MEASURED = {"X": "staff", "Y": "revenue", "Z": "assets"}
WORDS = {"staff": "从业人员", "revenue": "营业收入", "assets": "资产总额"}
#: From above: a class is reached when every indicator of the industry reaches its lower bound.
_CLASSES = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL)


@dataclass(frozen=True)
class Row:
    """One line of the table: which industries, and the lower bounds of large, medium and small by metric."""

    name: str
    codes: frozenset[str]
    bounds: dict[str, tuple[Decimal, ...]]


@dataclass(frozen=True)
class Verdict:
    """`size` is empty where nothing can be said; `why` then says what is missing."""

    size: str
    why: str
    row: Row | None = None

    @property
    def label(self) -> str:
        return str(SizeClass(self.size).label) if self.size else "无法判定"


@cache
def table() -> tuple[Row, ...]:
    text = resources.files("enterprises").joinpath("data/size_classification_2017.json").read_text(encoding="utf-8")
    return tuple(
        Row(name, codes_of(words), {MEASURED[letter]: tuple(map(Decimal, limits)) for letter, limits in bounds.items()})
        for name, words, bounds in json.loads(text)["rows"]
    )


def codes_of(words: str) -> frozenset[str]:
    """「54-58」, 「63,64」, 「M,N,O,84,R,703,709」, 「B-D」, 「83卫生」: sections by letter, classes by the digits they begin with."""
    codes: set[str] = set()
    for part in words.split(","):
        first, _, last = part.strip().partition("-")
        first = "".join(sign for sign in first if sign.isascii())
        if not last:
            codes.add(first)
        elif first.isdigit():
            codes |= {str(code) for code in range(int(first), int(last) + 1)}
        else:
            codes |= {chr(letter) for letter in range(ord(first), ord(last) + 1)}
    return frozenset(codes)


def section_of(code: str) -> str:
    """The letter of a class of GB/T 4754-2017; empty where there is no such class."""
    return code if code.isalpha() else _sections().get(code, "")


@cache
def _sections() -> dict[str, str]:
    return dict(Industry.objects.filter(edition="2017").values_list("code", "section"))


def closeness(code: str, codes: frozenset[str]) -> int:
    """0 where none of them takes the industry in; the longer the digits that do, the closer; a section is the widest."""
    digits = max((len(each) for each in codes if each.isdigit() and code.startswith(each)), default=0)
    return digits or int(section_of(code) in codes)


def row_of(code: str) -> tuple[Row | None, str]:
    """The line an industry falls under, or why none."""
    if not code:
        return None, "没有登记行业"
    found = max(table(), key=lambda row: closeness(code, row.codes))
    if closeness(code, found.codes):
        return found, ""
    # a section or a division that several lines divide among them
    within = any(each.isdigit() and (each.startswith(code) or section_of(each[:2]) == code) for row in table() for each in row.codes)
    return None, "行业只到门类或大类，请细到小类" if within else "这个行业不在划分办法的范围内"


def classify(industry_code: str, values: Mapping[str, Decimal | None]) -> Verdict:
    """`values` by metric, of one and the same year. All indicators of the line or nothing: a missing one is never guessed."""
    row, why = row_of(industry_code)
    if row is None:
        return Verdict("", f"无法判定：{why}。")
    missing = [WORDS[metric] for metric in row.bounds if values.get(metric) is None]
    if missing:
        return Verdict("", f"无法判定：缺{'、'.join(missing)}。", row)
    known = {metric: values[metric] for metric in row.bounds}
    for place, size in enumerate(_CLASSES):
        if all(value is not None and value >= row.bounds[metric][place] for metric, value in known.items()):
            return Verdict(size.value, _because(row, known, size.label), row)
    return Verdict(SizeClass.MICRO.value, _because(row, known, SizeClass.MICRO.label), row)


def _because(row: Row, known: Mapping[str, Decimal | None], label: str) -> str:
    units = {"staff": "人", "revenue": "万元", "assets": "万元"}
    said = "，".join(f"{WORDS[metric]} {value:,.0f} {units[metric]}" for metric, value in known.items())
    return f"按「{row.name}」：{said}，为{label}。"
