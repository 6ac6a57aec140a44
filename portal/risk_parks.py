"""园区预警: parks a rule warned of; closed by two people like a flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.rights import only
from portal.risk_rows import COLOURS
from portal.risks import WATCHERS
from risks import park_alerts
from risks.kinds import Verdict
from risks.models import ParkAlert
from risks.rules import rule_label
from wording.errors import Refused

MOST = 200


@dataclass
class Row:
    alert: ParkAlert
    rule: str
    colour: str
    may_ask: bool
    decides: bool
    problem: str = ""
    typed: Any = None


@only(*WATCHERS)
@require_GET
def park_alerts_list(request: HttpRequest) -> HttpResponse:
    """Open ones, the gravest first; `?state=ended` those that were closed."""
    return _page(request)


def _page(request: HttpRequest, *, wrong: int = 0, problem: str = "", status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    ended = request.GET.get("state") == "ended"
    found = ParkAlert.objects.visible_to(user).select_related("park__community", "owner", "asked_by", "ended_by")
    found = (
        found.filter(ended_at__isnull=False).order_by("-ended_at", "-pk") if ended else found.open().order_by("-level", "-opened_at", "-pk")
    )
    rows = [
        Row(
            alert, rule_label(alert.rule), COLOURS[alert.level],
            may_ask=not ended and alert.asked_at is None and park_alerts.may_ask(user, alert),
            decides=not ended and alert.asked_at is not None and park_alerts.may_decide(user, alert),
        )
        for alert in found[:MOST]
    ]  # fmt: skip
    for row in rows:
        if row.alert.pk == wrong:
            row.problem, row.typed = problem, request.POST
    facts = {"rows": rows, "ended": ended, "now": now, "verdicts": Verdict.choices}
    return render(request, "risks/parks.html", facts, status=status)


@only(*WATCHERS)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """`close` with `verdict` and `evidence`; `approve` or `decline` by the second person."""
    user, at = request.user, timezone.now()
    alert = ParkAlert.objects.visible_to(user).filter(pk=pk).first()
    if alert is None or deed not in ("close", "approve", "decline"):
        raise Http404("没有这条预警，或您无权查看。")
    try:
        if deed == "close":
            park_alerts.ask_to_close(alert, request.POST.get("verdict", ""), request.POST.get("evidence", ""), by=user, at=at)
            said = "已提出申请，等第二人复核。"
        else:
            park_alerts.decide(alert, deed == "approve", by=user, at=at)
            said = "已解除。" if deed == "approve" else "未同意，已告知申请人。"
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _page(request, wrong=pk, problem=refusal.message, status=refusal.status_hint)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("risk-parks"))
