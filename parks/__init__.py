"""Where: parks, buildings, spaces, and whose park it is (一园一档)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_FUNCTIONS = {
    "appoint_operator": "parks.people",
    "appoint_steward": "parks.people",
    "columns_for": "parks.columns",
    "entrust": "parks.people",
    "reassign": "parks.people",
    "search": "parks.finding",
    "tree": "parks.places",
}


def __getattr__(name: str) -> Any:
    if name in _FUNCTIONS:
        return getattr(import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
