"""The buttons of a list that goes out as a table, or comes in from one."""

from __future__ import annotations

from typing import Any

from django import template

from exchange import exports, imports
from exchange.subjects import TABLES

register = template.Library()


@register.inclusion_tag("sheets/_buttons.html", takes_context=True)
def sheet_buttons(context: template.Context, code: str, query: str | None = None) -> dict[str, Any]:
    """Export with the conditions of this page's address (or those of `query`), and import, where the reader may."""
    request, table = context["request"], TABLES[code]
    return {
        "table": table, "query": request.GET.urlencode() if query is None else query, "csrf_token": context.get("csrf_token"),
        "may_export": exports.may_export(table, request.user), "may_import": imports.may_import(table, request.user),
    }  # fmt: skip
