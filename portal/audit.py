"""The auditor's page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.actions import FACTS, label_of
from audit.models import Entry
from audit.search import EntryFilter
from community import held
from community.kinds import PostKind

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
    shown = [{"entry": row, "action": label_of(row.action), "who": _who(row), "detail": _words(row.detail)} for row in rows]
    return render(request, "audit/list.html", {"form": found.form, "rows": shown, "more": more})


def _who(entry: Entry) -> str:
    """A request without a person comes from a stranger, a deed without a request from the clock."""
    return entry.by_name or ("（未登录）" if entry.request_id else "（系统）")


def _words(detail: dict[str, Any]) -> str:
    """The facts of an entry in Chinese; a fact that was not there is left out."""
    known = {name: value for name, value in detail.items() if value not in (None, "", [], {})}
    return "；".join(f"{FACTS.get(name, name)}：{_word(value)}" for name, value in known.items())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(PostKind(value).label) if value in PostKind.values else str(value)
