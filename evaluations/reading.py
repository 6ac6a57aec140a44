"""What somebody reads of a result: the office and the street everything, an operator its own park without what would tell of one enterprise,
and of the others only how they are spread, where they are enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from community.models import Community
from enterprises.suppression import FEWEST
from evaluations import schemes, what_if
from evaluations.models import Result, Round, Scheme, Value
from evaluations.reckoning import Terms
from evaluations.scoring import rounded
from evaluations.states import TOLD, Withheld
from parks.models import Park

if TYPE_CHECKING:
    from accounts.models import User

TOO_FEW_PARKS = f"其他园区不足 {FEWEST} 个，为避免推算出别的园区，不显示"
WHY = {
    Withheld.TOO_FEW: f"涉及不足 {FEWEST} 家（件），为保护企业数据不显示数值",
    Withheld.TOO_LARGE: "一家企业占了一半以上，为保护企业数据不显示数值",
}
BANDS = ((90, "90–100"), (80, "80–90"), (70, "70–80"), (60, "60–70"), (0, "60 以下"))


@dataclass(frozen=True)
class Line:
    """One indicator. `raw` and `said` are empty where `why` says that they are not this reader's; `mean` is that of all parks' points."""

    value: Value
    raw: Decimal | None
    said: str
    why: str
    weighted: Decimal | None
    mean: Decimal | None


@dataclass(frozen=True)
class Spread:
    """How all parks of a round are spread: graded parks by grade and by band of the score, best first."""

    count: int
    grades: list[tuple[str, int]]
    bands: list[tuple[str, int]]
    middle: Decimal | None


@dataclass(frozen=True)
class Card:
    """Everything on the page of one park's result. `options` and `spread` are empty where the others are too few; `alone` then says so."""

    result: Result
    count: int
    lines: list[Line]
    options: list[what_if.Option]
    hidden: list[str]
    spread: Spread | None
    alone: str
    grades: list[str]


def reads_all(user: User, round_: Round) -> bool:
    """The office of the community, and the street."""
    return Community.objects.worked_by(user).filter(pk=round_.community_id).exists()


def values_of(round_: Round) -> list[Value]:
    rows = Value.objects.filter(result__round=round_).select_related("indicator", "result", "result__park")
    return list(rows.order_by("result_id", "indicator__rank"))


def card(result: Result, user: User) -> Card:
    """`result` is in sight of the user. Five queries."""
    round_ = result.round
    everything, rows = reads_all(user, round_), values_of(round_)
    scheme = Scheme.objects.whole().get(pk=round_.scheme_id)
    terms = schemes.terms(scheme)
    own = set(Park.objects.run_by(user).values_list("pk", flat=True))
    scores = {row.result.park_id: row.result.score for row in rows if row.result.score is not None}
    enough = everything or len(set(scores) - own) >= FEWEST
    lines = [_line(row, terms, rows, everything=everything, enough=enough) for row in rows if row.result_id == result.pk]
    hidden = {line.value.indicator.code for line in lines if line.why}
    options = what_if.options(terms, schemes.values_of(rows), result.park_id) if enough else []
    return Card(
        result, len(scores), lines, [each for each in options if each.rule.code not in hidden],
        [line.value.indicator.meaning.label for line in lines if line.why],
        _spread(round_, scores, terms) if enough else None, "" if enough else TOO_FEW_PARKS, [grade.label for grade in terms.grades],
    )  # fmt: skip


def _line(row: Value, terms: Terms, rows: Sequence[Value], *, everything: bool, enough: bool) -> Line:
    why = "" if everything or not row.withheld else WHY[Withheld(row.withheld)]
    told = [each.points for each in rows if each.indicator_id == row.indicator_id and each.points is not None]
    mean = rounded(sum(told, Decimal(0)) / len(told)) if enough and told else None
    weighted = rounded(row.points * row.indicator.weight / 100) if row.points is not None else None
    return Line(row, None if why else row.raw, "" if why else row.said, why, weighted, mean)


def _spread(round_: Round, scores: dict[int, Decimal], terms: Terms) -> Spread:
    by_grade = Counter(Result.objects.filter(round=round_, grade__isnull=False).values_list("grade__label", flat=True))
    bands = Counter(next(label for least, label in BANDS if score >= least) for score in scores.values())
    ordered = sorted(scores.values())
    middle = rounded((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2) if ordered else None
    return Spread(
        len(ordered),
        [(grade.label, by_grade[grade.label]) for grade in terms.grades],
        [(label, bands[label]) for _, label in BANDS],
        middle,
    )


def earlier(result: Result, user: User, *, most: int = 8) -> list[Result]:
    """The park's own results of other rounds that the user may read, newest first."""
    rows = Result.objects.visible_to(user).filter(park=result.park_id, round__state__in=TOLD).exclude(pk=result.pk)
    return list(rows.select_related("round", "grade").order_by("-round__period")[:most])
