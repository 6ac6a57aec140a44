"""Pages by keyset on (column, key), forwards and backwards: a row added meanwhile neither repeats nor hides another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Order:
    """By a moment that no row of the list lacks, then by key."""

    code: str
    column: str
    descending: bool = False


DUE = Order("due", "next_due_at")
NEWEST = Order("newest", "submitted_at", descending=True)


@dataclass(frozen=True)
class Page:
    """`next` and `previous` are cursors, empty where there is nothing more."""

    rows: list[dict[str, Any]]
    next: str = ""
    previous: str = ""


def page_of(rows: QuerySet[Any], order: Order, cursor: str, columns: tuple[str, ...], *, size: int = PAGE) -> Page:
    """One page as dictionaries, always in the list's order. One query. Raises BadRequest for a cursor this list did not make."""
    back, at, pk = _read(cursor, order) if cursor else (False, None, 0)
    down = order.descending != back
    if at is not None:
        far, near = ("lt", "lte") if down else ("gt", "gte")
        # The bound on the column alone comes first: it is what an index on (column, key) can begin at.
        rows = rows.filter(Q(**{f"{order.column}__{near}": at}) & (Q(**{f"{order.column}__{far}": at}) | Q(**{f"pk__{far}": pk})))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{order.column}", f"{sign}pk").values("pk", *{order.column, *columns} - {"pk"})[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([])
    first, last = _write(order, found[0], back=True), _write(order, found[-1], back=False)
    return Page(found, last if more or back else "", first if (more and back) or (cursor and not back) else "")


def _write(order: Order, row: dict[str, Any], *, back: bool) -> str:
    return f"{order.code}.{'b' if back else 'f'}.{(row[order.column] - _EPOCH) // _MICROSECOND}.{row['pk']}"


def _read(cursor: str, order: Order) -> tuple[bool, datetime, int]:
    code, _, rest = cursor.partition(".")
    way, micros, pk = ([*rest.split("."), "", "", ""])[:3]
    digits = all(part.isascii() and part.isdecimal() for part in (micros, pk))
    if code != order.code or way not in ("f", "b") or not digits or len(micros) > 17 or len(pk) > 18:
        raise BadRequest("页码不对，请从第一页看起。")
    return way == "b", _EPOCH + int(micros) * _MICROSECOND, int(pk)
