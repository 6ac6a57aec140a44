"""Space of parks by place: square metres vacant and in all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from dashboards.sums import Scope
from parks.models import Space, SpaceStatus

M2_PER_MU = Decimal("666.67")
_OF_SPACE = {"all": None, "grid": "building__park__grid", "park": "building__park"}


def vacancy(scope: Scope, by: str) -> dict[int, tuple[Decimal, Decimal]]:
    """Key → square metres vacant and square metres in all."""
    rows = _within(Space.objects.filter(building__park__community__in=scope.communities), scope, _OF_SPACE)
    nothing = Value(Decimal(0), output_field=DecimalField())
    vacant = Coalesce(Sum("area_m2", filter=Q(status=SpaceStatus.VACANT)), nothing)
    grouped = _grouped(rows, _OF_SPACE[by], vacant=vacant, total=Sum("area_m2"))
    return {key: (row["vacant"], row["total"]) for key, row in grouped.items() if row["total"] is not None}


def _within(rows: QuerySet[Any], scope: Scope, columns: dict[str, str | None]) -> QuerySet[Any]:
    for name, key in scope.within:
        column = columns.get(name)
        if column is None:
            return rows.none()
        rows = rows.filter(**{column: key} if key else {f"{column}__isnull": True})
    return rows


def _grouped(rows: QuerySet[Any], column: str | None, **sums: Any) -> dict[int, dict[str, Any]]:
    if column is None:
        return {0: rows.aggregate(**sums)}
    return {row[column] or 0: row for row in rows.order_by().values(column).annotate(**sums)}
