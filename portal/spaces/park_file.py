"""一园一档: the park on paper – place, space, industries, 亩均税收, tenants – and its stewards with term and deputy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community import held
from community.kinds import PostKind
from enterprises import park_numbers
from enterprises.models import Enterprise, Lease
from parks import stock
from parks.columns import columns_for
from parks.models import Park
from parks.people import stewards_in_office
from portal.rights import OFFICE, only
from portal.spaces.book import READERS, park_of

if TYPE_CHECKING:
    from accounts.models import User

YEARS = 4


@only(*READERS)
@require_GET
def park_print(request: HttpRequest, code: str) -> HttpResponse:
    user, now = request.user, timezone.now()
    park, today = park_of(user, code), timezone.localtime(now).date()
    buildings = stock.by_building([park.pk], today)
    facts = {
        "park": park, "now": now, "stock": stock.trend([park.pk], [today])[0][1], "trend": stock.trend([park.pk], stock.month_ends(today)),
        "buildings": [{"row": row, "stock": buildings.get(row.pk, stock.Stock())} for row in park.buildings.order_by("code")],
        "stewards": stewards_in_office(park, now), "tenant_count": Enterprise.objects.visible_to(user).in_place(park=park).count(),
        "tenants": Enterprise.objects.visible_to(user).in_place(park=park).order_by("pinyin", "pk")[:500],
        "ending": Lease.objects.visible_to(user).filter(building__park=park).ending(today, within_days=90).count(), **numbers(user, park, today),
    }  # fmt: skip
    return render(request, "spaces/print.html", facts)


def numbers(user: User, park: Park, today: date) -> dict[str, Any]:
    """Industries now and before; 亩均税收 for whoever may read sums of the park, guarded for its operator."""
    days = [date(today.year - 2, 12, 31), date(today.year - 1, 12, 31), today]
    mixes = park_numbers.industries(park, days)
    largest = max((count for mix in mixes[-1:] for count in mix.counts.values()), default=0)
    rows = [
        {"name": name, "counts": [mix.counts.get(name, 0) for mix in mixes], "now": mixes[-1].counts.get(name, 0)} for name in mixes[-1].counts
    ]  # fmt: skip
    facts: dict[str, Any] = {"mix_days": days, "mix": rows, "mix_largest": largest, "mix_totals": [mix.total for mix in mixes]}
    if "aggregates" in columns_for(user, park):
        guarded = not held(user, *OFFICE, PostKind.STREET)
        years = range(today.year - YEARS, today.year)
        facts["per_mu"] = park_numbers.tax_per_mu(park, list(years), today=today, guarded=guarded)
        facts["mu"] = park.land_area_m2 / park_numbers.MU if park.land_area_m2 else None
    return facts
