"""开通率 by park and by grid: every number opens the list it counts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community import held
from community.kinds import PostKind
from enterprises import opened as subject
from portal.rights import GRID, OFFICE, only

READS = (*OFFICE, *GRID, PostKind.STREET, PostKind.STEWARD)
LABELS = {"park": "园区", "grid": "网格"}


@only(*READS)
@require_GET
def opened(request: HttpRequest) -> HttpResponse:
    parts: list[dict[str, Any]] = [{"by": by, "label": label, "rows": subject.rates(request.user, by)} for by, label in LABELS.items()]
    facts = {"whole": subject.overall(request.user), "parts": parts, "at": timezone.now()}
    return render(request, "staff/opened.html", facts | {"may_print": bool(held(request.user, *OFFICE, *GRID, PostKind.STEWARD))})
