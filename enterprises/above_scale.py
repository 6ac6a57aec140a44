"""规上（四上）: which turnover makes an enterprise one that statistics count, and who is about to reach it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from enterprises.metrics import last_year
from enterprises.models import Enterprise, Figure, Qualification
from enterprises.size_rule import closeness, codes_of

if TYPE_CHECKING:
    from accounts.models import User

#: From this part of the threshold on an enterprise is watched.
NEAR = Decimal("0.8")


@dataclass(frozen=True)
class Threshold:
    """`least_wan`: turnover of a year; None where a licence decides and not the turnover."""

    name: str
    codes: frozenset[str]
    basis: str
    least_wan: Decimal | None


@dataclass(frozen=True)
class Watched:
    """`share` of the threshold; `counted`: it has the qualification 规上 already."""

    enterprise: Enterprise
    threshold: Threshold
    revenue: Decimal
    share: Decimal
    counted: bool

    @property
    def state(self) -> str:
        if self.counted:
            return "在规，收入已低于门槛" if self.share < 1 else "在规"
        return "已达门槛，未入规" if self.share >= 1 else "接近门槛"


@cache
def thresholds() -> tuple[Threshold, ...]:
    text = resources.files("enterprises").joinpath("data/above_scale_thresholds.json").read_text(encoding="utf-8")
    return tuple(
        Threshold(name, codes_of(words), basis, Decimal(least) if least is not None else None)
        for name, words, basis, least in json.loads(text)["rows"]
    )


def threshold_of(industry_code: str) -> Threshold | None:
    """The narrowest that fits; None where the industry is not counted or not known well enough."""
    if not industry_code:
        return None
    found = max(thresholds(), key=lambda row: closeness(industry_code, row.codes))
    return found if closeness(industry_code, found.codes) else None


def watch_list(user: User, today: date) -> tuple[str, list[Watched]]:
    """The year, and who is near or past the threshold without being counted, or counted and below it; the nearest first."""
    year = last_year(today)
    figures = Figure.objects.visible_to(user).standing().filter(metric="revenue", period=year, enterprise__status="active")
    counted = set(Qualification.objects.visible_to(user).in_force(today).filter(kind="above_scale").values_list("enterprise_id", flat=True))
    found = [row for row in _weighed(figures.select_related("enterprise"), counted) if not (row.counted and row.share >= 1)]
    return year, sorted(found, key=lambda row: (-row.share, row.enterprise.pk))


def _weighed(figures: object, counted: set[int]) -> Iterator[Watched]:
    for figure in figures.iterator(chunk_size=2000):  # type: ignore[attr-defined]
        threshold = threshold_of(figure.enterprise.industry_code)
        if threshold is None or not threshold.least_wan:
            continue
        share = figure.value / threshold.least_wan
        known = figure.enterprise_id in counted
        if share >= NEAR or known:
            yield Watched(figure.enterprise, threshold, figure.value, share, known)
