"""Lists: allowed filters only, and pages by keyset, so that a row added meanwhile neither repeats nor hides another."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

PAGE_SIZE, LARGEST_PAGE = 50, 200
PAGING = ("cursor", "page_size")
_BOOLEANS = {"true", "false", "1", "0", "True", "False"}


@dataclass(frozen=True)
class Order:
    """By `column`, then by key. Ascending puts what has no value last, descending first: one is the other read backwards."""

    code: str
    column: str
    descending: bool = False
    nullable: bool = False
    read: Callable[[str], Any] = str
    key: type[int] | type[UUID] = int


def read_moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ValueError(text)
    return moment


@dataclass(frozen=True)
class Cursor:
    """The row a page begins after; `back` reads towards the beginning."""

    value: Any
    pk: int | UUID
    back: bool

    @classmethod
    def read(cls, text: str, order: Order) -> Cursor:
        """Raises ValidationError: a cursor is ours and made for this order, or it is nothing."""
        try:
            code, back, value, pk = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
            if code != order.code or not isinstance(back, bool) or type(pk) is not (int if order.key is int else str):
                raise ValueError(text)
            pk = order.key(pk)
            if isinstance(pk, int) and not 0 <= pk < 2**63:
                raise ValueError(text)
            if value is not None and not isinstance(value, str) or value is None and not order.nullable:
                raise ValueError(text)
            return cls(None if value is None else order.read(value), pk, back)
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise ValidationError({"cursor": ["游标无效，或不属于这个列表；请从第一页重新读取。"]}) from None

    @staticmethod
    def write(order: Order, row: dict[str, Any], *, back: bool) -> str:
        value = row[order.column]
        if value is not None:
            value = value.isoformat() if isinstance(value, datetime | date) else str(value)
        return base64.urlsafe_b64encode(
            json.dumps([order.code, back, value, row["pk"] if order.key is int else str(row["pk"])]).encode()
        ).decode()


@dataclass(frozen=True)
class Page:
    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None

    def answer(self, results: list[dict[str, Any]]) -> dict[str, Any]:
        return {"results": results, "next": self.next, "previous": self.previous}


def page(request: Request, rows: QuerySet[Any], order: Order, columns: tuple[str, ...]) -> Page:
    """One page as dictionaries of `columns`, always in the list's order. One query."""
    size = _size(request)
    text = request.query_params.get("cursor", "")
    cursor = Cursor.read(text, order) if text else None
    descending = order.descending != bool(cursor and cursor.back)
    if cursor:
        rows = rows.filter(_beyond(order, cursor, descending))
    found = list(_ordered(rows, order, descending).values(*dict.fromkeys((*columns, order.column, "pk")))[: size + 1])
    more, found = len(found) > size, found[:size]
    if cursor and cursor.back:
        found.reverse()
        return Page(found, _link(request, order, found, back=False), _link(request, order, found, back=True) if more else None)
    return Page(
        found, _link(request, order, found, back=False) if more else None, _link(request, order, found, back=True) if cursor else None
    )


def _size(request: Request) -> int:
    text = request.query_params.get("page_size", "")
    if not text:
        return PAGE_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise ValidationError({"page_size": [f"每页条数须是 1 到 {LARGEST_PAGE} 的整数。"]})
    return min(int(text), LARGEST_PAGE)


def _ordered(rows: QuerySet[Any], order: Order, descending: bool) -> QuerySet[Any]:
    column = F(order.column)
    if descending:
        return rows.order_by(column.desc(nulls_first=True) if order.nullable else column.desc(), "-pk")
    return rows.order_by(column.asc(nulls_last=True) if order.nullable else column.asc(), "pk")


def _beyond(order: Order, cursor: Cursor, descending: bool) -> Q:
    """Rows after the cursor. The bound on the column alone comes first: it is what an index on (column, key) can begin at."""
    name, (far, near) = order.column, ("lt", "lte") if descending else ("gt", "gte")
    after_key = Q(**{f"pk__{far}": cursor.pk})
    empty = Q(**{f"{name}__isnull": True})
    if cursor.value is None:
        return empty & after_key | (~empty if descending else Q(pk__in=()))
    beyond = Q(**{f"{name}__{near}": cursor.value}) & (Q(**{f"{name}__{far}": cursor.value}) | after_key)
    return beyond | empty if order.nullable and not descending else beyond


def _link(request: Request, order: Order, rows: list[dict[str, Any]], *, back: bool) -> str | None:
    if not rows:
        # Back past the first row there is nothing; the beginning of the list is where one goes on.
        return None if back else remove_query_param(request.build_absolute_uri(), "cursor")
    row = rows[0] if back else rows[-1]
    return replace_query_param(request.build_absolute_uri(), "cursor", Cursor.write(order, row, back=back))


def narrowed(
    request: Request,
    filters: type[django_filters.FilterSet],
    rows: QuerySet[Any],
    *,
    several: Collection[str] = (),
    beside: Collection[str] = (),
    **facts: Any,
) -> QuerySet[Any]:
    """`rows` by the filters of the address (R8). Raises ValidationError for an unknown name, a name given twice and a bad value.

    `several`: names that may be given more than once and are joined by commas; `beside`: names the caller reads himself.
    """
    data = filter_data(request, filters, several, beside)
    if not data:
        return rows
    filterset = only(filters, frozenset(data))(data, rows, request=request._request, **facts)
    if not filterset.is_valid():
        raise ValidationError(filterset.errors)
    return filterset.qs


@lru_cache(maxsize=256)
def only(filters: type[django_filters.FilterSet], names: frozenset[str]) -> type[django_filters.FilterSet]:
    """The same FilterSet with the filters named: making all of one copies each of them, and few are ever asked for together."""
    narrow = type(filters.__name__, (filters,), {})
    narrow.base_filters = {name: each for name, each in filters.base_filters.items() if name in names}
    return narrow


def filter_data(
    request: Request, filters: type[django_filters.FilterSet], several: Collection[str] = (), beside: Collection[str] = ()
) -> QueryDict:
    known = filters.base_filters
    problems: dict[str, list[str]] = {}
    data = QueryDict(mutable=True)
    for name, values in request.query_params.lists():
        filter_ = known.get(name)
        many = isinstance(filter_, django_filters.MultipleChoiceFilter)
        if filter_ is None and name not in (*PAGING, *beside):
            problems[name] = ["没有这个筛选条件。"]
        elif len(values) > 1 and not many and name not in several:
            problems[name] = ["这个条件只能给一次。"]
        elif isinstance(filter_, django_filters.BooleanFilter) and values[0] not in _BOOLEANS:
            problems[name] = ["只能是 true 或 false。"]
        elif filter_ is not None:
            data.setlist(name, values if many else [",".join(values)])
    if problems:
        raise ValidationError(problems)
    return data


def refuse_filters(request: Request, beside: Collection[str] = ()) -> None:
    """For lists without filters."""
    filter_data(request, django_filters.FilterSet, beside=beside)
