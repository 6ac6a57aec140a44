"""关于梦创: what the community is, what it promises, how to file, whom to call. Open to everybody, so it shows nothing that needs a post."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community.models import Community
from portal.catalogue import CATEGORIES


@login_not_required
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Name, address, office number and hours of a community are on its door; this is the one page that reads them for everybody."""
    communities = Community.objects.select_related("street").order_by("code")
    today = timezone.localdate()
    rows = [{"community": row, "hours": row.hours().on(today).words()} for row in communities]
    return render(request, "about/about.html", {"rows": rows, "categories": CATEGORIES})
