"""What may be said of a park as a whole: 亩均税收 and which industries sit there, now and before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from enterprises.models import Enterprise, Figure, Industry, Tenancy
from enterprises.suppression import WHY, refused
from parks.models import Park

#: 1 亩 in m².
MU = Decimal("666.67")
TAX = "tax"
#: Industries that are named; the others are one.
NAMED = 6


@dataclass(frozen=True)
class PerMu:
    """亩均税收 of a year: `tax_wan` is the sum of those that have reported, `reporting` of `tenants`. Where it may not be shown `why` says why."""

    year: int
    tax_wan: Decimal | None
    per_mu_wan: Decimal | None
    reporting: int
    tenants: int
    why: str = ""


@dataclass(frozen=True)
class Mix:
    """Enterprises by industry on a day, the largest first."""

    day: date
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def tax_per_mu(park: Park, years: Sequence[int], *, today: date, guarded: bool) -> list[PerMu]:
    """By the enterprises whose main place was here on the last day of the year (of this year: today). `guarded`: for the operator, to whom a
    group of fewer than five, or with one over half, is not told. Two queries a year."""
    return [_of_year(park, year, min(date(year, 12, 31), today), guarded) for year in years]


def _of_year(park: Park, year: int, day: date, guarded: bool) -> PerMu:
    here = seated(park, day).values("enterprise_id")
    values = list(Figure.objects.standing().filter(metric=TAX, period=str(year), enterprise__in=here).values_list("value", flat=True))
    tenants = seated(park, day).values("enterprise_id").distinct().count()
    why = refused(values) if guarded else ""
    if not values or why:
        return PerMu(year, None, None, len(values) if not why else 0, tenants, WHY[why] if why and values else "还没有企业填报税收")
    tax = sum(values, Decimal(0))
    if not park.land_area_m2:
        return PerMu(year, tax, None, len(values), tenants, "园区没有登记土地面积，算不出亩均")
    return PerMu(year, tax, round(tax / (park.land_area_m2 / MU), 2), len(values), tenants)


def industries(park: Park, days: Sequence[date]) -> list[Mix]:
    """By division (大类) of GB/T 4754—2017; the six largest of the last day are named on all days, the rest are 其他. Two queries a day."""
    names = dict(Industry.objects.filter(edition="2017", level=2).values_list("code", "name"))
    counted = [Counter(_division(code, edition, names) for code, edition in _codes(park, day)) for day in days]
    top = (
        [name for name, _ in sorted(counted[-1].items(), key=lambda each: (-each[1], each[0])) if name != UNKNOWN][:NAMED]
        if counted
        else []
    )
    return [Mix(day, _folded(found, top)) for day, found in zip(days, counted, strict=True)]


UNKNOWN, OTHERS = "行业未登记", "其他行业"


def _folded(found: Counter[str], top: Sequence[str]) -> dict[str, int]:
    counts = {name: found.get(name, 0) for name in top}
    rest = sum(count for name, count in found.items() if name not in counts and name != UNKNOWN)
    return counts | ({OTHERS: rest} if rest else {}) | ({UNKNOWN: found[UNKNOWN]} if found[UNKNOWN] else {})


def _codes(park: Park, day: date) -> list[tuple[str, str]]:
    rows = Enterprise.objects.filter(pk__in=seated(park, day).values("enterprise_id"))
    return list(rows.values_list("industry_code", "industry_edition"))


def _division(code: str, edition: str, names: dict[str, str]) -> str:
    return names.get(code[:2], UNKNOWN) if edition == "2017" and len(code) > 1 else UNKNOWN


def seated(park: Park, day: date) -> Any:
    """Main places in the park on that day."""
    still = Q(until_on__isnull=True) | Q(until_on__gte=day)
    return Tenancy.objects.filter(still, is_main=True, from_on__lte=day, building__park=park)
