"""Keyset paging of lists that are read newest first: no OFFSET, no COUNT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

PAGE = 50


@dataclass(frozen=True)
class Page:
    """`rows` in order; `next` is the cursor of the following page, empty at the end."""

    rows: list[Any]
    next: str


def page_of(rows: QuerySet[Any], cursor: str, *, size: int = PAGE, key: str = "submitted_at") -> Page:
    """Rows by `key` descending, then pk. Raises BadRequest for a cursor that this page did not make."""
    rows = rows.order_by(f"-{key}", "-pk")
    if cursor:
        at, pk = _read(cursor)
        rows = rows.filter(Q(**{f"{key}__lt": at}) | Q(**{key: at, "pk__lt": pk}))
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{getattr(last, key).isoformat()}_{last.pk}" if last is not None else "")


def _read(cursor: str) -> tuple[datetime, int]:
    at, _, pk = cursor.rpartition("_")
    try:
        moment = parse_datetime(at.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise BadRequest("页码不对，请从第一页看起。")
    return moment, int(pk)
