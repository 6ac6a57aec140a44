"""The median of an enterprise's industry and park, where it may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import F, Q

from enterprises.models import Enterprise, Figure, Industry, Tenancy
from enterprises.suppression import WHY, publishable

INDUSTRY, PARK = "industry", "park"


@dataclass(frozen=True)
class Benchmark:
    """`value` is None where it may not be shown; `why` then says why. `members` are those with a value, the enterprise itself among them."""

    group: str
    name: str
    value: Decimal | None
    members: int | None
    why: str = ""


def benchmarks(enterprise: Enterprise, metrics: Sequence[str], periods: Sequence[str]) -> dict[tuple[str, str], list[Benchmark]]:
    """(metric, period) → those of the industry (大类, in the community) and of the park of the main place. Three queries."""
    names = _groups(enterprise)
    division, park = enterprise.industry_code[:2], _park(enterprise)
    here = Q(pk__in=[])
    if INDUSTRY in names:
        here |= Q(enterprise__industry_code__startswith=division, enterprise__industry_edition="2017")
    sitting = Tenancy.objects.open().filter(is_main=True, building__park=park).values("enterprise_id") if park else None
    if sitting is not None:
        here |= Q(enterprise__in=sitting)
    rows = Figure.objects.standing().filter(here, metric__in=list(metrics), period__in=list(periods))
    rows = rows.filter(enterprise__community=enterprise.community_id, enterprise__status="active")
    in_park = set(sitting.values_list("enterprise_id", flat=True)) if sitting is not None else set()
    found: dict[tuple[str, str], dict[str, dict[int, Decimal]]] = defaultdict(lambda: {name: {} for name in names})
    told = rows.values_list("metric", "period", "enterprise_id", "value", F("enterprise__industry_code"))
    for metric, period, key, value, code in told.iterator(chunk_size=5000):
        groups = found[metric, period]
        if INDUSTRY in groups and code.startswith(division):
            groups[INDUSTRY][key] = value
        if PARK in groups and key in in_park:
            groups[PARK][key] = value
    return {(metric, period): _told(found[metric, period], names) for metric in metrics for period in periods}


def _told(groups: dict[str, dict[int, Decimal]], names: dict[str, str]) -> list[Benchmark]:
    verdicts = publishable(groups, order=[name for name in (INDUSTRY, PARK) if name in groups])
    return [
        Benchmark(code, names[code], None, None, WHY[why])
        if why
        else Benchmark(code, names[code], _middle(groups[code]), len(groups[code]))
        for code, why in verdicts.items()
    ]


def _middle(values: dict[int, Decimal]) -> Decimal:
    """With three significant digits: what lies between two members is then neither of them."""
    middle = Decimal(median(values.values()))
    return middle if not middle else round(middle, 2 - middle.adjusted())


def _groups(enterprise: Enterprise) -> dict[str, str]:
    names: dict[str, str] = {}
    division = enterprise.industry_code[:2]
    if division.isdigit() and len(division) == 2 and enterprise.industry_edition == "2017":
        called = Industry.objects.filter(edition="2017", code=division).values_list("name", flat=True).first()
        names[INDUSTRY] = f"本社区{called or division}"
    if park := _park(enterprise):
        names[PARK] = park.name
    return names


def _park(enterprise: Enterprise) -> Any:
    seat = Tenancy.objects.open().filter(enterprise=enterprise, is_main=True).select_related("building__park").first()
    return seat.building.park if seat else None
