"""8,126 invented enterprises, and the six listed ones with nothing but what the exchanges publish."""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from itertools import accumulate, islice

from mengchuang.demo.chance import stream, weighted
from mengchuang.demo.codes import ENTERPRISE, uscc
from mengchuang.demo.names import people

HEADS = "澄行云岚启极幻沐知屿栖衡砚霁朗聿曜璟昱牧禾栎泓澍湛泽渊维络擎驭翎隼鲸榕槿棠苇荷陌墨素叙弈棋岑汀渚汐潮渔樵耘垚淼焱鑫翊皓晞昀旻煦熠煜舒绎绮"
TAILS = "视健杉澜影帆舟序境域谱迹桥塔湾屿岸弦律衍析格阵矩芒野原石砾羽翼跃越拓联集聚宁泰诺恒毅衡辰笛笙筑砚笺籁穗麓涧壑岫陂圃苑"
THIRD = "通达思维派图索客迅佳"
PLACES = {"杭州{}有限公司": 70, "浙江{}有限公司": 12, "{}（杭州）有限公司": 15, "杭州{}股份有限公司": 2, "浙江{}股份有限公司": 1}
CAPITALS_WAN = {10: 6, 50: 10, 100: 26, 200: 14, 300: 8, 500: 18, 1000: 12, 2000: 3, 3000: 1.5, 5000: 1}
STAFF_BANDS = {(0, 0): 22, (1, 3): 52, (4, 9): 21, (10, 29): 4.4, (30, 99): 0.7, (100, 299): 0.1, (300, 420): 0.02}

HIGH_TECH, PROVINCIAL_TECH = "国高企", "省科小"
SPECIALISED, LITTLE_GIANT, YOUNG_EAGLE = "专精特新", "小巨人", "雏鹰"
# Counts reported of the community: 287 / 650 / 84 / 11. The fifth is ours.
TAG_COUNTS = {HIGH_TECH: 287, PROVINCIAL_TECH: 650, SPECIALISED: 84, LITTLE_GIANT: 11, YOUNG_EAGLE: 120}
TECHNICAL = ("65", "64", "73", "75", "35", "39", "40")


@dataclass(frozen=True)
class Listed:
    name: str
    short_name: str
    stock_code: str
    exchange: str
    industry_code: str


LISTED = (
    Listed("杭州申昊科技股份有限公司", "申昊科技", "300853", "深圳证券交易所创业板", "3964"),
    Listed("正元智慧集团股份有限公司", "正元智慧", "300645", "深圳证券交易所创业板", "6513"),
    Listed("杭州新坐标科技股份有限公司", "新坐标", "603040", "上海证券交易所主板", "3670"),
    Listed("杭州炬华科技股份有限公司", "炬华科技", "300360", "深圳证券交易所创业板", "4016"),
    Listed("利尔达科技集团股份有限公司", "利尔达", "920249", "北京证券交易所", "3990"),
    Listed("浙江信凯科技集团股份有限公司", "信凯科技", "001335", "深圳证券交易所主板", "5169"),
)
LISTED_SERIAL = 900_000


@dataclass(frozen=True)
class Sector:
    code: str
    weight: int
    terms: tuple[str, ...]
    product: str


@dataclass(frozen=True)
class Firm:
    """`parts` make up the name: place, brand, trade, form."""

    serial: int
    parts: tuple[str, ...]
    short_name: str
    sector: Sector
    established_on: date
    legal_person: str
    capital_wan: int
    staff_count: int
    kind: str = ENTERPRISE

    @property
    def name(self) -> str:
        return "".join(self.parts)

    @property
    def uscc(self) -> str:
        return uscc(self.serial, kind=self.kind)

    @property
    def size_class(self) -> str:
        """By heads alone, as a community would guess; turnover is confidential and not invented here."""
        bounds = ((300, "large"), (100, "medium"), (10, "small"))
        return next((code for least, code in bounds if self.staff_count >= least), "micro")


@cache
def sectors() -> tuple[Sector, ...]:
    text = resources.files(__package__).joinpath("data/sectors.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Sector(row["code"], int(row["weight"]), tuple(row["terms"].split("|")), row["product"]) for row in rows)


def sector(code: str) -> Sector:
    return next(row for row in sectors() if row.code == code)


@cache
def forbidden() -> tuple[str, ...]:
    """Firms and people of the press reports, and well-known firms of the city an invented name could be taken for."""
    text = resources.files(__package__).joinpath("data/forbidden.txt").read_text(encoding="utf-8")
    return (*text.split(), *(listed.short_name for listed in LISTED), "申昊", "正元", "炬华", "信凯")


def firms(count: int, today: date, *, first_serial: int = 1, name: str = "firms") -> list[Firm]:
    """`count` firms in order of serial; the same arguments give the same firms."""
    dice = stream(name)
    named = _names(dice)
    persons = people(stream(f"{name}:people"))
    cumulated = list(accumulate(row.weight for row in sectors()))
    drawn = []
    for serial in range(first_serial, first_serial + count):
        row = dice.choices(sectors(), cum_weights=cumulated)[0]
        parts, short = named(row)
        drawn.append(
            Firm(
                serial=serial,
                parts=parts,
                short_name=short,
                sector=row,
                established_on=_founded(dice, today),
                legal_person=next(persons),
                capital_wan=weighted(dice, CAPITALS_WAN),
                staff_count=dice.randint(*weighted(dice, STAFF_BANDS)),
            )
        )
    return drawn


def tagged(drawn: list[Firm]) -> dict[int, tuple[str, ...]]:
    """Serial → qualifications, exactly as many as reported; each higher one stands on the ones below it."""
    dice = stream("tags")
    technical = [firm for firm in drawn if firm.sector.code.startswith(TECHNICAL)]
    technical.sort(key=lambda firm: (-firm.staff_count * dice.random(), firm.serial))
    ratio = len(drawn) / 8126
    counts = {tag: max(1, round(count * ratio)) for tag, count in TAG_COUNTS.items()}
    tags: dict[int, list[str]] = {}
    for tag in (PROVINCIAL_TECH, HIGH_TECH, SPECIALISED, LITTLE_GIANT):
        for firm in technical[: counts[tag]]:
            tags.setdefault(firm.serial, []).append(tag)
    five_years_back = max(firm.established_on for firm in drawn) - timedelta(days=5 * 365)
    young = (firm for firm in technical[counts[HIGH_TECH] :] if firm.established_on > five_years_back)
    for firm in islice(young, counts[YOUNG_EAGLE]):
        tags.setdefault(firm.serial, []).append(YOUNG_EAGLE)
    return {serial: tuple(found) for serial, found in tags.items()}


def _names(dice: random.Random) -> Callable[[Sector], tuple[tuple[str, ...], str]]:
    """A function that draws the parts of a full name and the short name, never one that was drawn before."""
    taken: set[str] = set()

    def draw(row: Sector) -> tuple[tuple[str, ...], str]:
        while True:
            brand = dice.choice(HEADS) + dice.choice(TAILS)
            if brand[0] == brand[1]:
                continue
            if dice.random() < 0.18:
                brand += dice.choice(THIRD)
            term = dice.choice(row.terms)
            before, after = weighted(dice, PLACES).split("{}")
            parts = (before, brand, term, after) if before else (brand, term, after)
            full = "".join(parts)
            if brand + term not in taken and not any(word in full for word in forbidden()):
                taken.add(brand + term)
                return parts, brand + term

    return draw


def _founded(dice: random.Random, today: date) -> date:
    """Young on the whole: half within twelve years, the oldest about twenty."""
    return today - timedelta(days=int(40 + 7200 * dice.random() ** 1.35))


def listed_codes() -> Iterator[tuple[Listed, str]]:
    """Codes from the demo block as placeholders: the real ones are not ours to state without the register at hand."""
    for place, listed in enumerate(LISTED):
        yield listed, uscc(LISTED_SERIAL + place)
