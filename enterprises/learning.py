"""得知时滞: how many days after something happened to an enterprise we learnt of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from enterprises.models import Event
from workdays import SHANGHAI

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

LATE_DAYS = 30


@dataclass(frozen=True)
class Lag:
    """Of `count` events; `middle` and `mean` in days, None where there are none; `late` took more than LATE_DAYS."""

    count: int
    middle: Decimal | None
    mean: Decimal | None
    late: int
    kinds: dict[str, int]


def learnt(user: User, first: date, last: date, *, kind: str = "", late: bool = False) -> QuerySet[Any]:
    """Events that were recorded from `first` to `last`, both inclusive, in sight: the list behind every number of `lag`."""
    since, until = (datetime.combine(day, time(), SHANGHAI) for day in (first, last + timedelta(days=1)))
    rows = Event.objects.visible_to(user).filter(recorded_at__gte=since, recorded_at__lt=until)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(pk__in=_late(rows)) if late else rows


def lag(rows: QuerySet[Any]) -> Lag:
    """One query: the days are worked out of two columns."""
    told = [(row.kind, row.lag_days) for row in rows.only("kind", "happened_on", "recorded_at")]
    days = [each for _, each in told]
    mean = (Decimal(sum(days)) / len(days)).quantize(Decimal("0.1"), ROUND_HALF_UP) if days else None
    late = sum(each > LATE_DAYS for each in days)
    return Lag(len(days), Decimal(str(median(days))) if days else None, mean, late, dict(Counter(kind for kind, _ in told)))


def _late(rows: QuerySet[Any]) -> list[int]:
    return [row.pk for row in rows.only("happened_on", "recorded_at") if row.lag_days > LATE_DAYS]
