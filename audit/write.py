"""Writing the trail. There is nothing else one can do to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.models import Entry


def _safe(value: Any) -> Any:
    """Text without NUL and control characters, which neither jsonb nor a reader should meet; a stranger may have typed it."""
    if isinstance(value, str):
        return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in value)
    if isinstance(value, Mapping):
        return {str(key): _safe(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [_safe(part) for part in value]
    return value


def record(
    action: str,
    *,
    by: Any,
    at: datetime,
    target: str = "",
    detail: Mapping[str, Any] | None = None,
    request_id: str = "",
    address: str | None = "",
) -> Entry:
    """Write one entry, in the caller's transaction, so that a deed that is rolled back leaves none.

    `by` is the person, or None for a stranger (a failed sign-in) and for the clock. `detail` must hold no password, token or
    unmasked phone number: the trail is read by people who may not see those.
    """
    return Entry.objects.create(
        at=at,
        by=by,
        by_name=f"{by.display_name}（{by.username}）" if by else "",
        action=action,
        target=_safe(target)[:200],
        detail=_safe(detail or {}),
        request_id=request_id[:64],
        address=address or None,
    )
