"""Keyset paging of lists that are read newest first: no OFFSET, no COUNT."""

from __future__ import annotations

from collections.abc import Callable
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


def read_moment(text: str) -> datetime:
    """Raises ValueError."""
    moment = parse_datetime(text.replace(" ", "+"))
    if moment is None or moment.tzinfo is None:
        raise ValueError(text)
    return moment


def read_number(text: str) -> int:
    """Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ValueError(text)
    return int(text)


def page_of(
    rows: QuerySet[Any], cursor: str, *, size: int = PAGE, key: str = "submitted_at", read: Callable[[str], Any] = read_moment
) -> Page:
    """Rows by `key` descending, then pk. `read`: a value of the key from its text, or ValueError. Raises BadRequest for a cursor that this
    page did not make."""
    rows = rows.order_by(f"-{key}", "-pk")
    if cursor:
        at, pk = _read(cursor, read)
        rows = rows.filter(Q(**{f"{key}__lt": at}) | Q(**{key: at, "pk__lt": pk}))
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{_written(getattr(last, key))}_{last.pk}" if last is not None else "")


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _read(cursor: str, read: Callable[[str], Any]) -> tuple[Any, int]:
    value, _, pk = cursor.rpartition("_")
    try:
        found = read(value)
    except ValueError:
        found = None
    if found is None or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise BadRequest("页码不对，请从第一页看起。")
    return found, int(pk)
