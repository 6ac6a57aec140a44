"""Who did what, and when: rows that can be added and read, never changed.

`audit.record(action, by=…, at=…)` writes; `audit.actions` names what can be done.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.models import Entry


def record(
    action: str,
    *,
    by: Any,
    at: datetime,
    target: str = "",
    detail: Mapping[str, Any] | None = None,
    request_id: str = "",
    address: str | None = "",
) -> "Entry":
    """`audit.write.record`, which cannot be imported before the apps are ready."""
    from audit.write import record as write

    return write(action, by=by, at=at, target=target, detail=detail, request_id=request_id, address=address)
