"""企业档案: the list, and one enterprise with its places, people and tickets, each column as its reader may see it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

import enterprises as subject
from community import held
from community.kinds import PostKind
from cultivation.models import KeyListing, TierHolding
from enterprises import activation, consents, profiles
from enterprises.filters import EnterpriseFilter
from enterprises.models import (
    Conflict,
    ConsentWaiver,
    Enterprise,
    EnterpriseStatus,
    Event,
    Industry,
    Lease,
    ProfileTag,
    Qualification,
    Representative,
    SizeClass,
    Tenancy,
)
from enterprises.record import may_record, may_report
from grievances.models import Grievance
from portal.name_pages import page_of
from portal.posters import PRINTS
from portal.queue.places import places_for
from portal.queue.rows import TAGS
from portal.rights import DESK, GRID, OFFICE, REGISTERS, SERVED, UNITS, only
from portal.risk_rows import panel
from wording import mask_name, mask_phone

if TYPE_CHECKING:
    from accounts.models import User

LISTED = (*OFFICE, *GRID, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)
#: Who may open one file: those who see a list, and the enterprise's own people.
READERS = (*LISTED, *SERVED)
TICKETS, EVENTS = 10, 12
SECTIONS = (
    ("A", "农林牧渔"), ("C", "制造业"), ("E", "建筑业"), ("F", "批发零售"), ("G", "交通运输"), ("H", "住宿餐饮"), ("I", "信息软件"), ("J", "金融业"),
    ("K", "房地产"), ("L", "租赁和商务服务"), ("M", "科学研究和技术服务"), ("N", "水利环境"), ("O", "居民服务"), ("P", "教育"), ("Q", "卫生"), ("R", "文体娱乐"),
)  # fmt: skip


@only(*LISTED)
@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """`?q=` part of a name, pinyin initials or the beginning of a code; `?cursor=` the next page."""
    columns = subject.list_columns_for(request.user)
    asked = EnterpriseFilter(request.GET, Enterprise.objects.visible_to(request.user), request=request)
    unknown = sorted(set(request.GET) - set(asked.filters) - {"cursor"})
    if unknown:
        raise BadRequest(f"没有“{unknown[0][:40]}”这个筛选条件。")
    problems = [f"{asked.filters[name].label}：{text}" for name, texts in asked.form.errors.items() for text in texts]
    page = page_of(asked.qs if not problems else Enterprise.objects.none(), request.GET.get("cursor", ""))
    facts = {
        "rows": rows_of(page.rows, request.user), "page": page, "columns": columns, "q": request.GET.get("q", ""), "problems": problems,
        "choices": choices(request), "filtered": any(request.GET.get(name) for name in asked.filters),
        "now": timezone.now(), "may_register": bool(held(request.user, *REGISTERS)),
    }  # fmt: skip
    return render(request, "enterprises/list.html", facts, status=400 if problems else 200)


def choices(request: HttpRequest) -> list[dict[str, Any]]:
    places = places_for(request.user)
    fields: list[tuple[str, str, Iterable[tuple[str, str]]]] = [
        ("park", "全部园区", [(code, name) for code, name in places.parks.values()]),
        ("grid", "全部网格", [(code, name) for code, name in places.grids.values()]),
        ("industry", "全部行业", SECTIONS),
        ("size_class", "全部规模", SizeClass.choices),
        ("tag", "全部资质", [(word, word) for word, _ in TAGS if word not in ("上市", "规上")]),
        (
            "profile",
            "全部画像",
            [
                (str(key), name)
                for key, name in ProfileTag.objects.visible_to(request.user).in_use().order_by("name", "pk").values_list("pk", "name")
            ],
        ),
        ("status", "全部状态", EnterpriseStatus.choices),
        ("opened", "是否开通", (("true", "已开通"), ("false", "未开通"))),
    ]
    return [{"name": name, "all": label, "options": options, "chosen": request.GET.get(name, "")} for name, label, options in fields]


def rows_of(rows: list[Enterprise], user: User) -> list[dict[str, Any]]:
    """Each with its place, industry and open tickets; three queries whatever the number of rows."""
    keys = [row.pk for row in rows]
    main = Tenancy.objects.visible_to(user).open().filter(enterprise__in=keys).order_by("is_main", "-pk")
    places = {row["enterprise_id"]: row for row in main.values("enterprise_id", "building__park__name", "building__name", "room")}
    counted = Grievance.objects.visible_to(user).open().filter(enterprise__in=keys).values_list("enterprise").annotate(n=Count("pk"))
    tickets = dict(counted.order_by())
    names = industries({row.industry_code for row in rows})
    return [
        {"row": row, "tags": tags_of(row), "place": places.get(row.pk), "industry": names.get(row.industry_code, ""), "tickets": tickets.get(row.pk, 0)} for row in rows
    ]  # fmt: skip


def tags_of(row: Enterprise) -> list[str]:
    """资质 to show beside the name; that it is listed has a tag of its own."""
    return [word for word in row.tags if not (row.listed and word == "上市")]


def industries(codes: set[str]) -> dict[str, str]:
    return dict(Industry.objects.filter(edition="2017", code__in=codes - {""}).values_list("code", "name"))


@only(*READERS)
@require_GET
def enterprise(request: HttpRequest, uscc: str) -> HttpResponse:
    user, now = request.user, timezone.now()
    found = Enterprise.objects.visible_to(user).select_related("community__street").filter(uscc=uscc.upper()[:18]).first()
    if found is None:
        raise Http404("没有这家企业，或您无权查看。")
    columns = subject.columns_for(user, found)
    tickets = Grievance.objects.visible_to(user).filed().filter(enterprise=found)
    facts = {
        "enterprise": found, "columns": columns, "now": now,
        "tags": tags_of(found),
        "industry": industries({found.industry_code}).get(found.industry_code, ""),
        "tenancies": list(Tenancy.objects.visible_to(user).filter(enterprise=found).select_related("building__park__grid").order_by("until_on", "-is_main", "pk")),
        "former": list(found.former_names.visible_to(user).order_by("-until_on", "pk")) if "former_names" in columns else [],
        "people": people(found, user) if "representatives" in columns else [],
        "conflicts": list(Conflict.objects.visible_to(user).filter(enterprise=found).select_related("unit")) if "conflicts" in columns else [],
        "tickets": list(tickets.newest().values("number", "title", "state", "submitted_at", "next_due_at")[:TICKETS]),
        "open_count": tickets.open().count(), "all_count": tickets.count(),
        "has_queue": bool(held(user, *DESK)) and not held(user, *UNITS), "own": bool(held(user, *SERVED)),
        "may_register": bool(held(user, *REGISTERS)), "prints": bool(held(user, *PRINTS)), "risk": panel(found, user, now) if "risk" in columns else None,
    }  # fmt: skip
    return render(request, "enterprises/file.html", facts | hanging(found, user, now, columns) | getting_in(found, user, now, columns))


def hanging(found: Enterprise, user: User, now: datetime, columns: frozenset[str]) -> dict[str, Any]:
    """Qualifications, leases, events and tiers as this reader sees them."""
    today, of = timezone.localtime(now).date(), {"enterprise": found}
    if "qualifications" not in columns:
        return {"today": today}
    return {
        "today": today,
        "worn": profiles.worn([found], user, today)[found.pk],
        "qualifications": list(Qualification.objects.visible_to(user).filter(**of).order_by("-issued_on", "pk")),
        "leases": list(Lease.objects.visible_to(user).filter(**of).select_related("building__park").order_by("-from_on", "pk")),
        "events": list(Event.objects.visible_to(user).filter(**of).select_related("case_owner").order_by("-happened_on", "-pk")[:EVENTS]),
        "tiers": list(TierHolding.objects.visible_to(user).in_force(today).filter(**of).order_by("-gained_on", "pk")),
        "listings": list(KeyListing.objects.visible_to(user).in_force(today).filter(**of).order_by("from_on", "pk")),
        "enters": may_record(found, user),
        "reports": may_report(found, user),
        "says_why": "figures" in columns or "risk" in columns,
    }


def getting_in(found: Enterprise, user: User, now: datetime, columns: frozenset[str]) -> dict[str, Any]:
    """For who oversees it: consent to handing cases on, and what was handed on without. For the office: whether a code may be printed."""
    if "conflicts" not in columns:
        return {}
    waivers = ConsentWaiver.objects.visible_to(user).filter(enterprise=found).select_related("unit", "by").order_by("-at", "-pk")
    free = found.status == EnterpriseStatus.ACTIVE and Enterprise.objects.without_manager().filter(pk=found.pk).exists()
    return {
        "consent": consents.consent_of(found, now),
        "waivers": list(waivers[:5]),
        "may_print": free and activation.may_issue(found, user),
        "code": activation.standing_of([found]).get(found.pk) if free else None,
    }


def people(found: Enterprise, user: User) -> list[dict[str, Any]]:
    """Managers and members, name and number masked for everybody but themselves."""
    rows = Representative.objects.visible_to(user).in_force().filter(enterprise=found).exclude(role=PostKind.EMPLOYEE)
    shown = []
    for row in rows.select_related("post__user").order_by("role", "pk"):
        person, own = row.post.user, row.post.user_id == user.pk
        shown.append(
            {
                "name": person.display_name if own else mask_name(person.display_name),
                "phone": person.phone if own else mask_phone(person.phone),
                "role": row.get_role_display(),
                "title": row.post.title,
                "from_at": row.post.from_at,
            }
        )
    return shown
