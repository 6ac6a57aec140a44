"""From raw values to points, scores, ranks and grades. Knows no database: the what-if sheet and the preview of a scheme ask the same functions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from evaluations.states import Better, Missing, Scoring, Ties

Key = TypeVar("Key", bound=Hashable)
Raw = Mapping[Key, Decimal | None]
CENT, FULL, NONE = Decimal("0.01"), Decimal(100), Decimal(0)


@dataclass(frozen=True)
class Rule:
    """How one indicator counts. `steps` are (limit, points) from the easiest to the hardest to reach; none for `minmax`."""

    code: str
    weight: Decimal
    better: str = Better.HIGH
    scoring: str = Scoring.MINMAX
    missing: str = Missing.ZERO
    steps: tuple[tuple[Decimal, Decimal], ...] = ()


@dataclass(frozen=True)
class Grade:
    """`quota` in percent of the graded parks; the best grade comes first and the quotas of a scheme add up to 100."""

    label: str
    quota: Decimal


@dataclass(frozen=True)
class Standing:
    """`rank` counts those before it, `grade` is the place of the grade in the scheme; `shared` how many have this very score."""

    score: Decimal
    rank: int
    grade: int
    shared: int


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def points(rule: Rule, raw: Raw[Key]) -> dict[Key, Decimal | None]:
    """0 to 100 with two decimals; None where the weight is spread."""
    known = {key: value for key, value in raw.items() if value is not None}
    found: dict[Key, Decimal | None] = dict(_in_proportion(rule, known) if rule.scoring == Scoring.MINMAX else _by_steps(rule, known))
    for key in raw:
        if key not in found:
            found[key] = _of_missing(rule, [found[each] for each in known])
    return found


def _in_proportion(rule: Rule, known: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    if not known:
        return {}
    low, high = min(known.values()), max(known.values())
    if low == high:
        return dict.fromkeys(known, FULL)
    worst, span = (low, high - low) if rule.better == Better.HIGH else (high, low - high)
    return {key: rounded((value - worst) * 100 / span) for key, value in known.items()}


def _by_steps(rule: Rule, known: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    return {key: max((gained for limit, gained in rule.steps if reaches(rule, value, limit)), default=NONE) for key, value in known.items()}


def reaches(rule: Rule, value: Decimal, limit: Decimal) -> bool:
    return value >= limit if rule.better == Better.HIGH else value <= limit


def _of_missing(rule: Rule, others: Sequence[Decimal | None]) -> Decimal | None:
    if rule.missing == Missing.SPREAD:
        return None
    told = [each for each in others if each is not None]
    return rounded(sum(told, NONE) / len(told)) if rule.missing == Missing.MEAN and told else NONE


def total(rules: Sequence[Rule], of_park: Mapping[str, Decimal | None]) -> Decimal | None:
    """The weighted mean of the points, over the weights that count; None where none does."""
    weight, gained = NONE, NONE
    for rule in rules:
        value = of_park[rule.code]
        if value is not None:
            weight, gained = weight + rule.weight, gained + rule.weight * value
    return rounded(gained / weight) if weight else None


def weighted(weight: Decimal, value: Decimal | None, rest: tuple[Decimal, Decimal]) -> Decimal | None:
    """The same of one indicator beside the sums of the others."""
    whole, gained = (rest[0] + weight, rest[1] + weight * value) if value is not None else rest
    return rounded(gained / whole) if whole else None


def scored(rules: Sequence[Rule], raw: Mapping[str, Raw[Key]]) -> dict[Key, tuple[dict[str, Decimal | None], Decimal | None]]:
    """Park → its points by indicator and its score. `raw` by indicator; every indicator names every park.

    A park of which nothing at all is known has no score: points for missing values alone would be a verdict on nothing.
    """
    by_rule = {rule.code: points(rule, raw[rule.code]) for rule in rules}
    parks = list(raw[rules[0].code]) if rules else []
    told = {}
    for key in parks:
        of_park = {rule.code: by_rule[rule.code][key] for rule in rules}
        known = any(raw[rule.code][key] is not None for rule in rules)
        told[key] = (of_park, total(rules, of_park) if known else None)
    return told


def places(count: int, grades: Sequence[Grade]) -> list[int]:
    """Up to which place each grade reaches among `count` parks: the quotas so far, half a place rounded up."""
    reached, so_far = [], NONE
    for grade in grades:
        so_far += grade.quota
        reached.append(int((so_far * count / 100).quantize(Decimal(1), ROUND_HALF_UP)))
    return reached


def graded(scores: Mapping[Key, Decimal | None], grades: Sequence[Grade], ties: str) -> dict[Key, Standing]:
    """Those with a score, with rank and grade; equal scores share both."""
    told = {key: score for key, score in scores.items() if score is not None}
    reach = places(len(told), grades)
    order = sorted(told.values(), reverse=True)
    first, last = {}, {}
    for place, score in enumerate(order, start=1):
        first.setdefault(score, place)
        last[score] = place
    found = {}
    for key, score in told.items():
        deciding = first[score] if ties == Ties.UP else last[score]
        grade = next(place for place, until in enumerate(reach) if deciding <= until)
        found[key] = Standing(score, first[score], grade, last[score] - first[score] + 1)
    return found
