"""Whom we serve (一企一档): enterprises, where they sit, who speaks for them.

The functions are reached as ``enterprises.register(...)``; they are loaded on first use, because this package is imported before the models are.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_FUNCTIONS = {
    "ROSTER_FACTS": "enterprises.roster",
    "UsccRefused": "enterprises.uscc",
    "normalise_uscc": "enterprises.uscc",
    "correct_uscc": "enterprises.registry",
    "consent_of": "enterprises.consents",
    "columns_for": "enterprises.columns",
    "counts_by_place": "enterprises.places",
    "edit": "enterprises.registry",
    "list_columns_for": "enterprises.columns",
    "move": "enterprises.registry",
    "move_out": "enterprises.registry",
    "register": "enterprises.registry",
    "rename": "enterprises.registry",
    "search": "enterprises.finding",
}


def __getattr__(name: str) -> Any:
    if name in _FUNCTIONS:
        return getattr(import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
