"""Many moves in one go (演示数据、批量): who is on duty where is read once for as long as nobody comes or goes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.utils import timezone

from community.kinds import ORGANISATION_KINDS

R = TypeVar("R")


class _Memory:
    def __init__(self) -> None:
        self.answers: dict[tuple[Any, ...], Any] = {}
        self.changes = sorted(_changes())


_memory: ContextVar[_Memory | None] = ContextVar("steady", default=None)


@contextmanager
def steady() -> Iterator[None]:
    """Inside, a `remembered` function is asked once per stretch of time in which no post, absence or agreement begins or ends.

    For those who only move tickets: whoever appoints, dismisses or reports an absence inside would be told of the past.
    """
    token = _memory.set(_memory.get() or _Memory())
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(function: Callable[..., list[R]]) -> Callable[..., list[R]]:
    """For a function that answers with a list and whose last argument is the moment asked about; the others are rows or keys."""

    @wraps(function)
    def answer(*args: Any) -> list[R]:
        memory = _memory.get()
        if memory is None:
            return function(*args)
        *about, at = args
        key = (function, *map(_key, about), bisect_right(memory.changes, at))
        if key not in memory.answers:
            memory.answers[key] = function(*args)
        return list(memory.answers[key])

    return answer


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)


def _changes() -> set[datetime]:
    from community.models import Absence, Post, Unit

    found: set[datetime] = set()
    for rows in (Post.objects.filter(kind__in=ORGANISATION_KINDS), Absence.objects.all()):
        found.update(moment for row in rows.values_list("from_at", "until_at") for moment in row if moment is not None)
    for first, last in Unit.objects.exclude(agreement_from_on=None).values_list("agreement_from_on", "agreement_until_on"):
        found.add(timezone.make_aware(datetime.combine(first, time())))
        if last is not None:
            found.add(timezone.make_aware(datetime.combine(last + timedelta(days=1), time())))
    return found
