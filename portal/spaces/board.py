"""空置看板: how much of the reader's parks is let and vacant, how that went, and every vacant unit; for enterprises what is on offer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.db.models import Count, DateField, F, Max, Q, Sum
from django.db.models.functions import Cast, Greatest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community import held
from enterprises.models import SpaceDemand
from parks import stock
from parks.filters import ListingFilter
from parks.models import Listing, Park, Space, SpaceKind, SpaceStage
from parks.querysets import parks_whose_spaces_show
from portal.charts import columns
from portal.rights import only
from portal.spaces.book import READERS, SEEKERS

if TYPE_CHECKING:
    from accounts.models import User

MONTHS = 7
SHOWN = 200


@only(*READERS, *SEEKERS)
@require_GET
def vacancies(request: HttpRequest) -> HttpResponse:
    """`?park=` one park. Enterprises get what is on offer."""
    if not held(request.user, *READERS):
        return _offers(request)
    user, now = request.user, timezone.now()
    today = timezone.localtime(now).date()
    parks = list(parks_whose_spaces_show(user).filter(community__in=_own(user)).order_by("pinyin", "pk"))
    chosen = next((park for park in parks if park.code == request.GET.get("park", "")), None)
    if request.GET.get("park") and chosen is None:
        raise BadRequest("没有这个园区，或您无权查看它的空间。")
    keys = [chosen.pk] if chosen else [park.pk for park in parks]
    history = stock.trend(keys, stock.month_ends(today, MONTHS))
    by_park = stock.by_park([park.pk for park in parks], [today])
    vacant = vacant_units(user, keys, today)
    offered = Listing.objects.visible_to(user).shown().filter(space__building__park__in=keys)
    prices = {row.space_id: row for row in offered}
    facts = {
        "parks": parks, "chosen": chosen, "stock": history[-1][1], "chart": _chart(history), "now": now, "today": today, "vacant": [_aged(row, prices.get(row.pk), today) for row in vacant[:SHOWN]],
        "vacant_count": len(vacant), "most": SHOWN, "offered": len(prices), "rows": _ranked(parks, by_park, today), "demand_count": SpaceDemand.objects.visible_to(user).open().count(),
        "unmet_count": SpaceDemand.objects.visible_to(user).open().unmet().count(), "sees_demands": SpaceDemand.objects.visible_to(user).exists(),
    }  # fmt: skip
    return render(request, "spaces/board.html", facts)


def _own(user: User) -> Any:
    """Communities in sight; a street sees all of its."""
    from community.models import Community

    return Community.objects.visible_to(user)


def vacant_units(user: User, parks: list[int], today: date) -> list[Space]:
    """Each with the day it is `vacant_since`, None where it was never let; the longest vacant first."""
    rows = Space.objects.visible_to(user).on(today).filter(state="vacant", building__park__in=parks).select_related("building__park")
    last = Max("occupancies__until_on", filter=Q(occupancies__until_on__lt=today))
    began = Greatest(Cast(F("ended") + timedelta(days=1), DateField()), F("from_on"))
    rows = rows.annotate(ended=last).annotate(vacant_since=began)
    return list(rows.order_by(F("vacant_since").asc(nulls_first=True), "-area_m2", "pk"))


def _aged(row: Space, offer: Listing | None, today: date) -> dict[str, Any]:
    return {
        "space": row,
        "offer": offer,
        "since": row.vacant_since,
        "days": (today - row.vacant_since).days + 1 if row.vacant_since else None,
    }


def _chart(history: list[tuple[date, stock.Stock]]) -> dict[str, Any] | None:
    points = [(f"{day.month}月" if day != history[-1][0] else "今天", found.vacancy) for day, found in history]
    chart = columns(points, title="空置率", unit="%", places=1, each="")
    return {"chart": chart, "metric": {"label": "空置率", "unit": "各月末，%"}, "medians": [], "marked": False} if chart else None


def _ranked(parks: list[Park], by_park: dict[int, dict[date, stock.Stock]], today: date) -> list[dict[str, Any]]:
    rows = [{"park": park, "stock": by_park[park.pk][today]} for park in parks if park.pk in by_park]
    return sorted(rows, key=lambda each: (-(each["stock"].vacancy or Decimal(0)), each["park"].pinyin, each["park"].pk))


def _offers(request: HttpRequest) -> HttpResponse:
    rows = (
        Listing.objects.visible_to(request.user)
        .shown()
        .select_related("space__building__park__operator", "space__building__park__community")
    )
    asked = ListingFilter(request.GET, rows, request=request)
    unknown = sorted(set(request.GET) - set(asked.filters))
    if unknown:
        raise BadRequest(f"没有“{unknown[0][:40]}”这个筛选条件。")
    problems = [f"{asked.filters[name].label}：{text}" for name, texts in asked.form.errors.items() for text in texts]
    found = list(asked.qs.order_by("price_yuan", "space__area_m2", "pk")[: SHOWN + 1]) if not problems else []
    total = rows.aggregate(n=Count("pk"), area=Sum("space__area_m2"))
    facts = {
        "rows": found[:SHOWN], "more": len(found) > SHOWN, "problems": problems, "total": total, "kinds": SpaceKind.choices, "stages": SpaceStage.choices,
        "parks": Park.objects.visible_to(request.user).filter(pk__in=rows.values("space__building__park")).order_by("pinyin", "pk"), "asked": request.GET,
    }  # fmt: skip
    return render(request, "spaces/offers.html", facts, status=400 if problems else 200)
