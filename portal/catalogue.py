"""办事指南: what one may ask for, in eight plain categories, with the promise of each item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from community import held
from community.kinds import PostKind
from grievances.models import PlainCategory, ServiceItem
from grievances.offers import Offer, offers
from portal.qr import qr
from wording import clean_query, normalise

FILERS = (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER, PostKind.EMPLOYEE)


@dataclass(frozen=True)
class Plain:
    """A plain category as an enterprise sees it: a picture, and what belongs there."""

    code: str
    picture: str
    hint: str


CATEGORIES = (
    Plain(PlainCategory.SETTLING, "building", "入驻、注册、找场地、变更、迁出"),
    Plain(PlainCategory.POLICY, "license", "政策咨询、项目申报、资质认定、兑现"),
    Plain(PlainCategory.FINANCE, "cash", "贷款、财税、找客户、投融资、统计"),
    Plain(PlainCategory.TALENT, "baby-carriage", "人才、住房、子女入学、落户、社保"),
    Plain(PlainCategory.LEGAL, "gavel", "合同、欠款、劳动争议、知识产权"),
    Plain(PlainCategory.SAFETY, "shield-check", "消防、安全生产、环保、治安"),
    Plain(PlainCategory.FACILITIES, "tool", "物业、停车、水电网、餐饮、班车"),
    Plain(PlainCategory.PARTY, "heart-handshake", "党建、工会、活动、场地预约"),
)


def offered(user: Any) -> Any:
    return ServiceItem.objects.visible_to(user).offered()


def with_offers(rows: Any, at: datetime) -> list[tuple[ServiceItem, Offer]]:
    """Items in order, each with its limits in force and what would be promised now."""
    items = list(rows.select_related("window", "partner_window", "community").ordered())
    found = offers(items, at)
    return [(item, found[item.pk]) for item in items]


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """All items under their categories; `?c=` one category, `?q=` by words of name, materials or result."""
    at = timezone.now()
    rows = with_offers(offered(request.user), at)
    wanted, q = request.GET.get("c", ""), clean_query(request.GET.get("q", ""))
    if q:
        rows = [pair for pair in rows if normalise(q) in normalise(f"{pair[0].code} {pair[0].name} {pair[0].materials} {pair[0].result}")]
    groups = [
        {"plain": plain, "rows": [pair for pair in rows if pair[0].plain_category == plain.code]}
        for plain in CATEGORIES
        if not wanted or wanted == plain.code
    ]
    rest = [pair for pair in rows if not pair[0].plain_category and not wanted]
    facts = {
        "categories": CATEGORIES, "wanted": wanted, "q": q, "groups": [group for group in groups if group["rows"]], "rest": rest,
        "count": len(rows), "may_file": bool(held(request.user, *FILERS)),
    }  # fmt: skip
    return render(request, "catalogue/items.html", facts)


@require_GET
def item(request: HttpRequest, code: str) -> HttpResponse:
    """One item as a guide: who, what with, how long, where, by whom (DOMAIN §5.3)."""
    at = timezone.now()
    rows = with_offers(offered(request.user).filter(code=code), at)
    if not rows:
        raise Http404("没有这个事项，或它已停用。")
    found, offer = rows[0]
    facts = {
        "item": found, "offer": offer, "community": found.community,
        "materials": [line.strip() for line in found.materials.replace("；", ";").split(";") if line.strip()],
        "category": next((plain for plain in CATEGORIES if plain.code == found.plain_category), None),
        "hours": found.community.hours().on(timezone.localtime(at).date()), "may_file": bool(held(request.user, *FILERS)),
        "code": qr(settings.PUBLIC_URL + reverse("item", args=[found.code])),
    }  # fmt: skip
    return render(request, "catalogue/item.html", facts)
