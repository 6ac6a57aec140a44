"""The auditor's page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.actions import label_of
from audit.models import Entry
from audit.search import EntryFilter
from community import held
from community.kinds import PostKind
from exchange.trail import in_words, who

PAGE = 50


def _page(entries: Any, cursor: str) -> tuple[list[Entry], str | None]:
    """Newest first by id, which grows with time; the cursor is the last id shown."""
    if cursor.isdecimal() and len(cursor) < 19:
        entries = entries.filter(pk__lt=int(cursor))
    rows = list(entries.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], str(rows[PAGE - 1].pk) if len(rows) > PAGE else None


def audit_list(request: HttpRequest) -> HttpResponse:
    if not held(request.user, PostKind.AUDITOR):
        raise PermissionDenied
    found = EntryFilter(request.GET, queryset=Entry.objects.visible_to(request.user))
    rows, more = _page(found.qs if found.is_valid() else found.queryset.none(), request.GET.get("cursor", ""))
    shown = [
        {"entry": row, "action": label_of(row.action), "who": who(row.by_name, row.request_id), "detail": in_words(row.detail)}
        for row in rows
    ]
    return render(request, "audit/list.html", {"form": found.form, "rows": shown, "more": more})
