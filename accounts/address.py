"""From which address a request comes."""

import ipaddress
from typing import Any

from django.conf import settings

UNIX_SOCKET = "unix"


def client_address(request: Any) -> str | None:
    """The peer; behind a proxy of `TRUSTED_PROXIES` (addresses, or "unix"), the last hop that proxy wrote down. None where unknown.

    Only the last entry of X-Forwarded-For is the proxy's own; whatever stands before it, the client may have written.
    """
    peer = request.META.get("REMOTE_ADDR") or UNIX_SOCKET
    if peer in getattr(settings, "TRUSTED_PROXIES", ()):
        peer = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or peer
    try:
        return str(ipaddress.ip_address(peer))
    except ValueError:
        return None
