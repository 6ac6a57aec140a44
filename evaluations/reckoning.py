"""From a scheme and the records to what each park gets: measured, scored, graded, with the reason in words. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluations.formulas import NOTHING, Measured, Records
from evaluations.indicators import INDICATOR_OF
from evaluations.scoring import Grade, Rule, Standing, graded, scored
from evaluations.states import Ties

Raw = Mapping[str, Mapping[int, Decimal | None]]


@dataclass(frozen=True)
class Terms:
    """What a scheme says, apart from its rows: a draft that nobody has saved has terms too."""

    rules: tuple[Rule, ...]
    grades: tuple[Grade, ...]
    ties: str = Ties.UP


@dataclass(frozen=True)
class Outcome:
    """Of one park. `standing` is None where nothing is known of it."""

    points: Mapping[str, Decimal | None]
    score: Decimal | None
    standing: Standing | None


def measure(records: Records, codes: Iterable[str]) -> dict[str, dict[int, Measured]]:
    """Indicator → park → value; every park of the community is named."""
    found = {}
    for code in codes:
        told = INDICATOR_OF[code].measure(records)
        found[code] = {park: told.get(park, NOTHING) for park in records.parks}
    return found


def reckon(terms: Terms, raw: Raw) -> dict[int, Outcome]:
    told = scored(terms.rules, raw)
    standings = graded({park: score for park, (_, score) in told.items()}, terms.grades, terms.ties)
    return {park: Outcome(points, score, standings.get(park)) for park, (points, score) in told.items()}


def reason(outcome: Outcome, terms: Terms, count: int) -> str:
    """In words, for the operator; `count` parks have a grade."""
    standing = outcome.standing
    if standing is None:
        return "各项指标都没有数据，不参加评级。"
    so_far = sum((grade.quota for grade in terms.grades[: standing.grade + 1]), Decimal(0))
    grade = terms.grades[standing.grade]
    shared = f"（{standing.shared} 个园区同分，{Ties(terms.ties).label}）" if standing.shared > 1 else ""
    until = "其余" if standing.grade == len(terms.grades) - 1 else f"前 {_percent(so_far)} "
    spread = sum(value is None for value in outcome.points.values())
    said = f"得分 {standing.score}，在 {count} 个园区中第 {standing.rank} 名{shared}，{until}评为「{grade.label}」。"
    return said + (f"{spread} 项没有数据，权重分摊到其余各项。" if spread else "")


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}%"


def terms_of(rules: Sequence[Rule], grades: Sequence[Grade], ties: str) -> Terms:
    return Terms(tuple(rules), tuple(grades), ties)
