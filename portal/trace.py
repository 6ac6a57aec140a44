"""Audit entries of pages: who, when, from where and under which request number."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

import audit
from accounts.address import client_address

_SAME: Any = object()


def record(request: HttpRequest, action: str, *, target: str = "", by: Any = _SAME, **detail: Any) -> None:
    """Write one entry for `request`; `by` is who asks unless said otherwise (None: somebody not signed in)."""
    audit.record(
        action,
        by=request.user if by is _SAME else by,
        at=timezone.now(),
        target=target,
        detail=detail,
        request_id=getattr(request, "id", ""),
        address=client_address(request),
    )
