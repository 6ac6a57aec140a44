"""The street, its communities, grids and units, and who holds which post in them.

The functions are reached as ``community.leave(...)``; they are loaded on first use, because this package is imported before the models are.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from community.models import Post

#: Called in the transaction of `leave` with (post, at, by), in the order of registration; filled in ``AppConfig.ready`` of upper apps.
successions: list[Callable[[Post, datetime, User | None], None]] = []

_FUNCTIONS = {
    "PostsNotAttached": "community.posts",
    "attach": "community.posts",
    "held": "community.posts",
    "posts_of": "community.posts",
    "appoint": "community.appointments",
    "end_expired": "community.appointments",
    "leave": "community.appointments",
    "report_absence": "community.appointments",
    "Vacancy": "community.staffing",
    "vacancies": "community.staffing",
    "PostKind": "community.kinds",
    "UnitKind": "community.kinds",
    "Found": "community.finding",
    "search": "community.finding",
    "search_people": "community.finding",
}


def __getattr__(name: str) -> Any:
    if name in _FUNCTIONS:
        return getattr(import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
