"""Queries that nearly every request asks, written once per process: Django takes two to four times as long to write them as PostgreSQL to answer.

    _of_unit = Prepared(lambda unit, at: Post.objects.in_force(at).filter(unit=unit).select_related("user"))
    posts = _of_unit(unit.pk, now)

Only where the profile says so; what is asked once a minute is a queryset like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

R = TypeVar("R")

_KEY, _MOMENT = -(2**40), datetime(1900, 1, 1, 12, tzinfo=UTC)


class Prepared(Generic[R]):
    """`write` makes the queryset from its arguments: keys (not rows), texts and moments, never None or a list, for these change the SQL.

    It is called once, with stand-ins; whatever a filter makes of an argument must be the argument, or the local date of a moment.
    """

    def __init__(self, write: Callable[..., QuerySet[Any, R]]) -> None:
        self._write = write
        self._written: dict[tuple[type, ...], _Written] = {}

    def __call__(self, *given: Any) -> list[R]:
        kinds = tuple(map(type, given))
        written = self._written.get(kinds)
        if written is None:
            written = self._written[kinds] = _Written(self._write, kinds)
        return written.ask(given)


class _Written:
    """The queryset with its SQL, for arguments of these types."""

    def __init__(self, write: Callable[..., QuerySet[Any, Any]], kinds: tuple[type, ...]) -> None:
        stand_ins = [_stand_in(kind, place) for place, kind in enumerate(kinds)]
        self.rows = write(*stand_ins)
        self.compiler = self.rows.query.get_compiler(self.rows.db)
        self.sql, self.params = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])
        self.places = {value: place for place, value in enumerate(stand_ins)}
        self.days = {_day(value): place for place, value in enumerate(stand_ins) if isinstance(value, datetime)}
        missing = self.places.keys() - set(self.params)
        assert not missing, f"{len(missing)} arguments do not reach the SQL as they are"

    def ask(self, given: tuple[Any, ...]) -> list[Any]:
        params = tuple(self._bound(param, given) for param in self.params)
        compiler = copy(self.compiler)
        compiler.connection = connections[self.rows.db]  # each thread has its own
        compiler.as_sql = lambda *_, **__: (self.sql, params)
        compiler.get_converters = lambda _: self.converters
        rows = self.rows.all()
        rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(rows)

    def _bound(self, param: Any, given: tuple[Any, ...]) -> Any:
        if param in self.places:
            return given[self.places[param]]
        return _day(given[self.days[param]]) if param in self.days else param


def _stand_in(kind: type, place: int) -> Any:
    if issubclass(kind, datetime):
        return _MOMENT + timedelta(days=place)
    if issubclass(kind, str):
        return f"§{place}"
    assert kind is int, f"{kind.__name__} cannot be prepared for"
    return _KEY - place


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
