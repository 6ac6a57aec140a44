"""The checks with their numbers, the list behind each, and mending one row of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from dashboards.quality.checks import CHECKS, GROUPS, Check, figures, offered
from dashboards.quality.mending import DEEDS, mend
from dashboards.quality.sight import READERS, Sight, Subject
from exchange import imports
from exchange.subjects import TABLES
from portal.name_pages import page_of
from portal.quality.forms import ASKS, HOW, PLACES, WORDS, Desk, told
from portal.quality.rows import name_key, related, shown
from portal.rights import only
from wording.errors import NotYours, Refused

SUBJECTS = {Subject.PARK: ("园区", "个"), Subject.BUILDING: ("楼宇", "幢"), Subject.ENTERPRISE: ("在册企业", "家")}


@only(*READERS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    sight = Sight(request.user, timezone.now())
    found = figures(sight)
    groups = [(*GROUPS[group], [figure for figure in found if figure.check.group == group]) for group in GROUPS]
    bases = {figure.check.subject: figure.base for figure in sorted(found, key=lambda figure: not figure.check.wide)}
    facts = {
        "groups": [group for group in groups if group[2]], "now": sight.now,
        "bases": [(*SUBJECTS[subject], bases[subject]) for subject in Subject if subject in bases],
        "missed": sum(figure.is_met is False for figure in found), "targets": sum(figure.is_met is not None for figure in found),
    }  # fmt: skip
    return render(request, "quality/overview.html", facts)


@dataclass(frozen=True)
class Attempt:
    """What somebody tried on one row, and why it was refused."""

    pk: int
    typed: Any
    refusal: Refused


@only(*READERS)
@require_GET
def check_list(request: HttpRequest, code: str) -> HttpResponse:
    """`?cursor=` the next page."""
    sight = Sight(request.user, timezone.now())
    return _show(request, _check(code, sight), sight, request.GET.get("cursor", ""))


@only(*READERS)
@require_POST
def mend_row(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    sight = Sight(request.user, timezone.now())
    check, cursor = _check(code, sight), request.POST.get("cursor", "")
    desk = Desk(request.user, check)
    try:
        row = _mend(request, check, pk, desk, sight)
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        fresh = Sight(request.user, sight.now)
        return _show(request, check, fresh, cursor, Attempt(pk, request.POST, refusal))
    messages.success(request, f"{row}：{WORDS[check.mend][1]}")
    address = reverse("quality-list", args=[check.code])
    return HttpResponseRedirect(f"{address}?{urlencode({'cursor': cursor})}" if cursor else address)


def _mend(request: HttpRequest, check: Check, pk: int, desk: Desk, sight: Sight) -> Any:
    row = check.base(sight).filter(pk=pk).first()
    try:
        facts = desk.read(row, request.POST) if row is not None else {}
        return mend(check, pk, facts, sight=sight)
    except ValidationError as error:
        raise told(error, desk.form(row)) from error


def _check(code: str, sight: Sight) -> Check:
    if code not in CHECKS:
        raise Http404("没有这个检查项。")
    check = CHECKS[code]
    if check not in offered(sight):
        raise NotYours("这个检查项要看整个社区，供社区和街道使用。")
    return check


def _show(request: HttpRequest, check: Check, sight: Sight, cursor: str, attempt: Attempt | None = None) -> HttpResponse:
    rows, desk = check.rows(sight), Desk(request.user, check)
    page = page_of(related(rows, check), cursor, key=name_key(check))
    found, problem = shown(page.rows, check, sight, desk), ""
    if attempt is not None:
        problem = _told(found, attempt, desk)
    facts = {
        "check": check, "group": GROUPS[check.group][0], "rows": found, "page": page, "total": rows.count(), "base": check.base(sight).count(),
        "now": sight.now, "cursor": cursor, "words": WORDS.get(check.mend, ("", ""))[0], "asks": ASKS.get(check.mend, ""),
        "how": HOW.get(check.mend, ""), "places": desk.places if any(each["may"] for each in found) else [], "places_id": PLACES, "problem": problem,
        "export_query": urlencode({"check": check.code}),
        "reads_only": check.mend in DEEDS and not desk.communities,
        "line": f"quality/_{check.subject}.html",
        "posts": imports.may_import(TABLES["posts"], request.user), "people": imports.may_import(TABLES["representatives"], request.user),
    }  # fmt: skip
    return render(request, "quality/list.html", facts, status=attempt.refusal.status_hint if attempt is not None else 200)


def _told(found: list[dict[str, Any]], attempt: Attempt, desk: Desk) -> str:
    """Puts the refusal at its row, with what was typed; answers it for the top of the page where the row is not on it any more."""
    for each in found:
        if each["row"].pk == attempt.pk and each["may"]:
            each["form"], each["bad"] = desk.form(each["row"], attempt.typed, attempt.refusal), True
            return ""
    return attempt.refusal.message
