"""找空间: what is looked for, which units come nearest, and what nobody can answer yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community import held
from community.kinds import PostKind
from enterprises import demands
from enterprises.models import Enterprise, SpaceDemand
from enterprises.uscc import compact
from parks.models import Listing
from portal.rights import OFFICE, only
from portal.spaces import typed
from portal.spaces.forms import DemandForm
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

SEEKERS = (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER)
READERS = (*OFFICE, PostKind.STREET, PostKind.OPERATOR, *SEEKERS)
ASKERS = (*OFFICE, *SEEKERS)
SHOWN = 100


@only(*READERS)
@require_http_methods(["GET", "POST"])
def demand_list(request: HttpRequest) -> HttpResponse:
    """`?unmet=1`: those that nothing on offer answers. POST: a new one."""
    if request.method == "GET":
        return _show(request)
    try:
        row = _sent(request)
    except Refused as refusal:
        if refusal.status_hint == 404:
            raise
        return _show(request, typed_in=request.POST, refusal=refusal, status=refusal.status_hint)
    messages.success(request, "已登记；下面是现在最合适的空间。")
    return HttpResponseRedirect(reverse("demand", args=[row.pk]))


@only(*READERS)
@require_GET
def demand(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.user
    row = found_of(user, pk)
    found = demands.matches(row, Listing.objects.visible_to(user).shown().select_related("space__building__park__operator"))
    facts = {
        "row": row, "who": name_of(user, row), "matches": found, "fitting": sum(match.fits for match in found), "now": timezone.now(),
        "may_close": row.closed_at is None and demands.may_ask(user, row.community, row.enterprise),
    }  # fmt: skip
    return render(request, "spaces/demand.html", facts)


@only(*ASKERS)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    row = demands.close(found_of(request.user, pk), request.POST.get("outcome", ""), by=request.user, at=timezone.now())
    messages.success(request, f"这条需求已结束：{row.get_outcome_display()}。")
    return HttpResponseRedirect(reverse("demands"))


def found_of(user: User, pk: int) -> SpaceDemand:
    row = SpaceDemand.objects.visible_to(user).select_related("community", "enterprise", "made_by").filter(pk=pk).first()
    if row is None:
        raise Http404("没有这条需求，或您无权查看。")
    return row  # type: ignore[no-any-return]


def name_of(user: User, row: SpaceDemand) -> str:
    """Whose it is; an operator is told only where that was agreed to."""
    return row.who if row.named or held(user, *OFFICE, PostKind.STREET, *SEEKERS) else "一家企业（未同意公开名称）"


def _sent(request: HttpRequest) -> SpaceDemand:
    said, user = request.POST, request.user
    enterprise, who = _enterprise(user, said.get("who", ""))
    if enterprise is not None:
        community = enterprise.community
    else:
        offices = [post.community for post in held(user, *OFFICE)]
        if not offices:
            raise FactsMissing("没有找到您的企业。", fields={"who": "请联系社区"})
        community = offices[0]
    return demands.ask(
        community, enterprise=enterprise, who=who, area_from_m2=typed.number(said, "area_from_m2"), area_to_m2=typed.number(said, "area_to_m2"),
        price_most_yuan=typed.number(said, "price_most_yuan", needed=False), stage=said.get("stage", ""), kind=said.get("kind", ""),
        industry_code=said.get("industry_code", "").strip().upper()[:5], move_in_on=typed.day(said, "move_in_on", needed=False), note=said.get("note", ""),
        named=bool(said.get("named")), by=user, at=timezone.now(),
    )  # fmt: skip


def _enterprise(user: User, who: str) -> tuple[Enterprise | None, str]:
    """For the enterprise's own people their enterprise; for the office the one of this code, otherwise a project by name."""
    if not held(user, *OFFICE):
        return Enterprise.objects.represented_by(user).select_related("community").order_by("pk").first(), ""
    found = Enterprise.objects.visible_to(user).select_related("community").filter(uscc=compact(who)).first()
    return found, "" if found else who


def _show(request: HttpRequest, *, typed_in: Any = None, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    user = request.user
    rows = SpaceDemand.objects.visible_to(user).select_related("community", "enterprise")
    unmet = set(rows.open().unmet().values_list("pk", flat=True))
    only_unmet = request.GET.get("unmet") == "1"
    shown = rows.open().filter(pk__in=unmet) if only_unmet else rows.open()
    form = DemandForm(typed_in, refusal=refusal, auto_id="demand-%s") if held(user, *ASKERS) else None
    if form is not None and not held(user, *OFFICE):
        del form.fields["who"]
    facts = {
        "rows": [{"row": row, "who": name_of(user, row), "unmet": row.pk in unmet} for row in shown.order_by("-made_at", "-pk")[:SHOWN]],
        "over": rows.exclude(closed_at=None).order_by("-closed_at", "-pk")[:20] if not held(user, PostKind.OPERATOR) else [],
        "unmet_count": len(unmet), "open_count": rows.open().count(), "only_unmet": only_unmet, "form": form, "now": timezone.now(),
    }  # fmt: skip
    return render(request, "spaces/demands.html", facts, status=status)
