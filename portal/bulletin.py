"""月报: one press, a page to print and a sheet to take along."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from dashboards import bulletin, measures
from wording.errors import FactsMissing


@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """`?month=2026-11`, else the last month that is over."""
    if not measures.may_read(request.user):
        raise PermissionDenied("月报供社区和街道使用。")
    now = timezone.now()
    today, problem = timezone.localtime(now).date(), ""
    try:
        period = bulletin.month_of(request.GET.get("month", ""), today)
    except FactsMissing as refusal:
        period, problem = bulletin.month_of("", today), refusal.message
    made = bulletin.make(request.user, period, now)
    places = sorted(
        {post.community.name if post.community else post.street.name for post in request.user.posts if post.community or post.street}
    )
    facts = {
        "made": made, "problem": problem, "month": f"{period.first:%Y-%m}", "this_month": f"{today:%Y-%m}", "now": now, "places": places,
        "before": f"{bulletin.month_before(period).first:%Y-%m}",
    }  # fmt: skip
    return render(request, "numbers/bulletin.html", facts, status=400 if problem else 200)
