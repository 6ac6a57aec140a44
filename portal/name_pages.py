"""Lists that are read by name (pinyin, then key), page by page without OFFSET. The cursor is the key of the last row shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet

PAGE = 50


@dataclass(frozen=True)
class Page:
    """`next` is empty at the end."""

    rows: list[Any]
    next: str = ""


def page_of(rows: QuerySet[Any], cursor: str, *, size: int = PAGE, key: str = "pinyin") -> Page:
    """Of rows that have `pinyin`, or another name to go by. Raises BadRequest for a cursor that is none; a row that has gone since starts anew."""
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise BadRequest("页码不对，请从第一页看起。")
        name = rows.model._base_manager.filter(pk=int(cursor)).values_list(key, flat=True).first()
        if name is not None:
            rows = rows.filter(Q(**{f"{key}__gte": name}) & (Q(**{f"{key}__gt": name}) | Q(pk__gt=int(cursor))))
    found = list(rows.order_by(key, "pk")[: size + 1])
    return Page(found[:size], str(found[size - 1].pk) if len(found) > size else "")
