"""Row history by database triggers, once per statement: per row they doubled the cost of entering a roster of 8,000 (decision 6)."""

from __future__ import annotations

from typing import Any

import pghistory


def row_history() -> Any:
    """Class decorator: every insert, update and delete of a row leaves its image."""
    trackers = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    return pghistory.track(*trackers, level=pghistory.Statement)
