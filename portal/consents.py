"""转交同意: what the enterprise says to its cases being handed to partner firms; its members read it, its manager decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from community.kinds import ENTERPRISE_KINDS, UnitKind
from community.models import Unit
from enterprises import consents as subject
from enterprises.models import Consent, Enterprise
from portal.rights import only
from wording.errors import StateConflict

SHOWN = 50


@only(*ENTERPRISE_KINDS)
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """`?uscc=` for somebody who speaks for several."""
    at = timezone.now()
    own = list(Enterprise.objects.represented_by(request.user).select_related("community").order_by("pinyin", "pk"))
    wanted = (request.POST.get("uscc") or request.GET.get("uscc") or "").upper()[:18]
    found = next((row for row in own if row.uscc == wanted), None if wanted else own[0] if own else None)
    if found is None:
        raise Http404("没有这家企业，或您无权查看。")
    facts: dict[str, Any] = {"enterprise": found, "own": own, "at": at, "version": subject.VERSION}
    if request.method == "POST":
        try:
            standing = subject.decide(
                found, given=request.POST.get("do") == "give", version=request.POST.get("version", "")[:20], by=request.user, at=at
            )
        except StateConflict as changed:
            return render(request, "enterprise/consent.html", facts | _shown(request, found, at) | {"problem": changed.message}, status=409)
        messages.success(request, "已记下：同意转交。" if standing.given else "已记下：不同意转交；以后转交前会先问您。")
        return HttpResponseRedirect(f"{reverse('consent')}?{urlencode({'uscc': found.uscc})}")
    return render(request, "enterprise/consent.html", facts | _shown(request, found, at))


def _shown(request: HttpRequest, found: Enterprise, at: Any) -> dict[str, Any]:
    rows = Consent.objects.visible_to(request.user).filter(enterprise=found, number="").select_related("by").order_by("-at", "-pk")
    firms = (
        Unit.objects.visible_to(request.user)
        .usable(timezone.localtime(at).date())
        .filter(kind=UnitKind.PARTNER, community=found.community_id)
    )
    return {
        "standing": subject.consent_of(found, at), "may_decide": subject.may_decide(found, request.user), "rows": list(rows[:SHOWN]),
        "firms": list(firms.select_related("parent").order_by("parent__code", "code")),
    }  # fmt: skip
