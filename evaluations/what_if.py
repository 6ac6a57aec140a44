"""Which single indicator would move a park's grade most, and by how much (以评促优): everything else stays as it was measured.

A park that gets better in one indicator never falls behind: its own points do not fall, those of the others do not rise. So the least change
that reaches a grade is found by halving, and the answer is reckoned by the very functions that made the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from evaluations.indicators import INDICATOR_OF, Indicator
from evaluations.reckoning import Raw, Terms
from evaluations.scoring import NONE, Rule, Standing, graded, points, total, weighted
from evaluations.states import Better

#: Where nothing bounds an indicator, a park is asked for at most twice the best there is.
TWICE = 2


@dataclass(frozen=True)
class Move:
    """`raw` the indicator would have to reach; `change` from what it is now, None where nothing is known yet."""

    raw: Decimal
    change: Decimal | None
    standing: Standing


@dataclass(frozen=True)
class Option:
    """One indicator: as it is, the least change that gains a grade (`next`), the best that it alone can do (`furthest`; None: nothing)."""

    rule: Rule
    now: Decimal | None
    points: Decimal | None
    next: Move | None
    best: Move | None
    furthest: Move | None
    effort: Decimal

    @property
    def indicator(self) -> Indicator:
        return INDICATOR_OF[self.rule.code]


def options(terms: Terms, raw: Raw, park: int) -> list[Option]:
    """Those that gain most grades first, then those that ask least; empty for a park without a score."""
    outlook = _Outlook(terms, raw, park)
    if outlook.standing is None:
        return []
    found = [_option(outlook, rule) for rule in terms.rules]
    return sorted(found, key=lambda each: (each.best.standing.grade if each.best else len(terms.grades), each.effort, -each.rule.weight))


class _Outlook:
    """The round as it stands, and as it would with another value in one place. What the other indicators give each park is summed once."""

    def __init__(self, terms: Terms, raw: Raw, park: int) -> None:
        self.terms, self.raw, self.park = terms, raw, park
        self.points = {rule.code: points(rule, raw[rule.code]) for rule in terms.rules}
        parks = raw[terms.rules[0].code]
        self.known = [key for key in parks if any(raw[rule.code][key] is not None for rule in terms.rules)]
        scores = {key: total(terms.rules, {code: told[key] for code, told in self.points.items()}) for key in self.known}
        self.standing = graded(scores, terms.grades, terms.ties)[park] if park in self.known else None
        self._rest = {rule.code: self._without(rule) for rule in terms.rules}

    def _without(self, left_out: Rule) -> dict[int, tuple[Decimal, Decimal]]:
        """Park → weight and weighted points of all indicators but one."""
        found = {}
        for key in self.known:
            counted = [
                (rule.weight, value)
                for rule in self.terms.rules
                if rule is not left_out and (value := self.points[rule.code][key]) is not None
            ]
            found[key] = sum((weight for weight, _ in counted), NONE), sum((weight * value for weight, value in counted), NONE)
        return found

    def at(self, rule: Rule, value: Decimal) -> Standing:
        told = points(rule, dict(self.raw[rule.code]) | {self.park: value})
        scores = {key: weighted(rule.weight, told[key], rest) for key, rest in self._rest[rule.code].items()}
        return graded(scores, self.terms.grades, self.terms.ties)[self.park]


def _option(outlook: _Outlook, rule: Rule) -> Option:
    now, told = outlook.raw[rule.code][outlook.park], outlook.points[rule.code][outlook.park]
    start, ways, sign = _span(rule, [value for value in outlook.raw[rule.code].values() if value is not None], now)
    assert outlook.standing is not None
    here = outlook.standing.grade
    step = INDICATOR_OF[rule.code].step

    def move(count: int) -> Move:
        value = start + sign * step * count
        return Move(value, value - now if now is not None else None, outlook.at(rule, value))

    furthest = move(ways) if ways else None
    best = _least(move, ways, furthest.standing.grade) if furthest and furthest.standing.grade < here else None
    near = _least(move, ways, here - 1) if best else None
    return Option(rule, now, told, near, best, furthest, _effort(near, start, ways, step))


def _span(rule: Rule, others: list[Decimal], now: Decimal | None) -> tuple[Decimal, int, int]:
    """From where, over how many steps, in which direction one may try: on round values, the first of them better than what is now; without a
    value of its own from the worst there is."""
    meaning, high = INDICATOR_OF[rule.code], rule.better == Better.HIGH
    known = [*others, *(limit for limit, _ in rule.steps)]
    worst = (min(known) if high else max(known)) if known else Decimal(0)
    start = ((worst if now is None else now) / meaning.step).to_integral_value(ROUND_FLOOR if high else ROUND_CEILING) * meaning.step
    bound = meaning.most if high else meaning.least
    if bound is None:
        reach = max([abs(value) for value in (*known, start)], default=Decimal(0)) * TWICE
        bound = max(reach, start) if high else min(-reach, start)
    sign = 1 if high else -1
    return start, max(0, int((bound - start) * sign / meaning.step)), sign


def _least(move: Callable[[int], Move], ways: int, grade: int) -> Move:
    """The least of 1 … `ways` steps that reaches the grade; the last one does."""
    low, high = 0, ways
    while high - low > 1:
        middle = (low + high) // 2
        if move(middle).standing.grade <= grade:
            high = middle
        else:
            low = middle
    return move(high)


def _effort(near: Move | None, start: Decimal, ways: int, step: Decimal) -> Decimal:
    """The share of the way to the end that the next grade asks for; 1 where it is out of reach."""
    return abs(near.raw - start) / (step * ways) if near is not None and ways else Decimal(1)
