"""Who did what, and when: rows that can be added and read, never changed.

`audit.record(action, by=…, at=…)` writes; `audit.actions.label_of(action)` names.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.models import Entry


def record(action: str, *, by: Any, at: datetime, **facts: Any) -> "Entry":
    """`audit.write.record`, which cannot be imported before the apps are ready."""
    from audit.write import record as write

    return write(action, by=by, at=at, **facts)
