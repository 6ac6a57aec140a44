"""风险企业: the list by gravity, one flag with its history, and what waits for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community.kinds import PostKind
from portal.files import attachment_response
from portal.keyset import page_of, read_number
from portal.queue.places import places_for
from portal.rights import GRID, OFFICE, only
from portal.risk_rows import Row, Typed, findings_of, related, rows_of, signs_of
from portal.trace import record
from risks import people
from risks.filters import LEVELS, FlagFilter
from risks.kinds import PRIVATE, Dimension, LoweringState, kind_choices
from risks.models import Flag, Lowering
from risks.rules import rule_choices
from visits.models import Task

if TYPE_CHECKING:
    from accounts.models import User

WATCHERS = (*OFFICE, *GRID, PostKind.STREET)
MOST = 200


@only(*WATCHERS)
@require_GET
def risks(request: HttpRequest) -> HttpResponse:
    """Open flags, the gravest first; `?state=ended` those that were cleared."""
    user, now = request.user, timezone.now()
    asked = FlagFilter(request.GET, related(Flag.objects.visible_to(user)).with_gravity(), request=request)
    unknown = sorted(set(request.GET) - set(asked.filters) - {"cursor"})
    if unknown:
        raise BadRequest(f"没有“{unknown[0][:40]}”这个筛选条件。")
    problems = [f"{asked.filters[name].label}：{text}" for name, texts in asked.form.errors.items() for text in texts]
    found = Flag.objects.none().with_gravity() if problems else asked.qs
    page = page_of(found, request.GET.get("cursor", ""), key="gravity", read=read_number)
    facts = {
        "rows": rows_of(page.rows, user, now), "next": page.next, "now": now, "problems": problems, "choices": _choices(request),
        "q": request.GET.get("q", ""), "ended": request.GET.get("state") == "ended", "mine": request.GET.get("owner") == "me",
        "waiting": len(waiting_for(user, now)), "filtered": any(request.GET.get(name) for name in asked.filters if name != "state"),
    }  # fmt: skip
    return render(request, "risks/list.html", facts, status=400 if problems else 200)


def _choices(request: HttpRequest) -> list[dict[str, Any]]:
    places = places_for(request.user)
    fields: list[tuple[str, str, Any]] = [
        ("level", "全部等级", [(code, f"{label}色") for code, label in LEVELS]),
        ("kind", "全部种类", kind_choices()),
        ("dimension", "全部维度", Dimension.choices),
        ("rule", "全部规则", rule_choices()),
        ("park", "全部园区", [(code, name) for code, name in places.parks.values()]),
        ("grid", "全部网格", [(code, name) for code, name in places.grids.values()]),
    ]
    return [{"name": name, "all": label, "options": options, "chosen": request.GET.get(name, "")} for name, label, options in fields]


@only(*WATCHERS)
@require_GET
def risk(request: HttpRequest, pk: int) -> HttpResponse:
    return flag_page(request, found(request.user, pk))


def found(user: User, pk: int) -> Flag:
    """Raises Http404."""
    flag: Flag | None = related(Flag.objects.visible_to(user)).filter(pk=pk).first()
    if flag is None:
        raise Http404("没有这个风险标记，或您无权查看。")
    return flag


def flag_page(request: HttpRequest, flag: Flag, *, typed: Typed | None = None, status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    [row] = rows_of([flag], user, now, deeds=True)
    row.typed = typed or row.typed
    facts = {
        "row": row, "flag": flag, "now": now, "signs": signs_of(flag.enterprise, user),
        "levels": list(flag.levels.visible_to(user).select_related("by", "confirmed_by").order_by("-from_at", "-pk")),
        "lowerings": list(flag.lowerings.visible_to(user).exclude(state=LoweringState.PENDING).select_related("asked_by", "decided_by", "file").order_by("-asked_at", "-pk")),
        "owners": people.owners_for(flag.enterprise, now, private=flag.kind in PRIVATE) if row.may_ask else [],
        "findings": findings_of(flag, user), "private": flag.kind in PRIVATE,
        "visit": Task.objects.visible_to(user).open().filter(enterprise=flag.enterprise).select_related("assignee").first(),
    }  # fmt: skip
    return render(request, "risks/flag.html", facts, status=status)


@only(*WATCHERS)
@require_GET
def lowerings(request: HttpRequest) -> HttpResponse:
    """Pending requests, those one decides oneself first."""
    return lowerings_page(request)


def lowerings_page(request: HttpRequest, *, typed: tuple[int, Typed] | None = None, status: int = 200) -> HttpResponse:
    user, now = request.user, timezone.now()
    rows = _pending(user, now)
    for row in rows:
        if typed is not None and row.pending is not None and row.pending.pk == typed[0]:
            row.typed = typed[1]
    facts = {"mine": [row for row in rows if row.decides], "others": [row for row in rows if not row.decides], "now": now}
    return render(request, "risks/lowerings.html", facts, status=status)


def _pending(user: User, now: Any) -> list[Row]:
    """The oldest first."""
    keys = Lowering.objects.visible_to(user).pending().order_by("asked_at", "pk").values_list("flag_id", flat=True)[:MOST]
    order = {key: place for place, key in enumerate(keys)}
    rows = rows_of(list(related(Flag.objects.visible_to(user)).filter(pk__in=list(order))), user, now, deeds=True)
    return sorted(rows, key=lambda row: order[row.flag.pk])


def waiting_for(user: User, now: Any) -> list[Row]:
    return [row for row in _pending(user, now) if row.decides]


@only(*WATCHERS)
@require_GET
def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file that came with a request."""
    lowering = Lowering.objects.visible_to(request.user).select_related("file").filter(pk=pk, file__isnull=False).first()
    if lowering is None:
        raise Http404("没有这个文件，或您无权查看。")
    record(request, "download", target=f"file:{lowering.file_id}", name=lowering.file.name)
    return attachment_response(lowering.file)
