"""What a unit outside the community keeps of tickets it finished: number, item, result, rating – never the ticket (DESIGN §4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grievances import finished
from grievances.states import GRADES, Outcome, Solved
from portal.keyset import page_of
from portal.rights import UNITS, only


@only(*UNITS)
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    rows = finished.by_units_of(request.user).select_related("grievance__service_item", "unit", "rated")
    page = page_of(rows, request.GET.get("cursor", ""), key="closed_at")
    facts: dict[str, Any] = {"rows": [_shown(row) for row in page.rows], "next": page.next, "now": timezone.now()}
    return render(request, "queue/history.html", facts)


def _shown(row: Any) -> dict[str, Any]:
    item = row.grievance.service_item
    rating = getattr(row, "rated", None)  # a relation that was filtered and found nothing leaves no attribute
    return {
        "number": row.grievance.number,
        "item": item.name if item is not None else "其他诉求",
        "unit": row.unit.name,
        "outcome": Outcome(row.outcome).label if row.outcome else "—",
        "closed_at": row.closed_at,
        "rating": {"result": GRADES[rating.result], "speed": GRADES[rating.speed], "solved": Solved(rating.solved).label}
        if rating
        else None,
    }
