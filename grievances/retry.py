"""Serialization failures and deadlocks (40001, 40P01): tried again up to three times around the outermost transaction (R14)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

from wording.errors import StateConflict

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 3
_AGAIN = ("40001", "40P01")


def retry_on_conflict(function: Callable[P, R]) -> Callable[P, R]:
    """Inside a caller's transaction nothing can be tried again, so the error passes through there. Raises StateConflict after the last try."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        for _ in range(TRIES):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", None) not in _AGAIN:
                    raise
        raise StateConflict("同一时间有人也在操作这件诉求，请稍等几秒再试。")

    return wrapper
