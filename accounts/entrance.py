"""The door: who is this, and may they try at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import authenticate

from accounts import lockout
from accounts.address import client_address
from accounts.models import User


@dataclass(frozen=True)
class Attempt:
    """What came of one try: a user, or none; then `locked_until` says whether trying again is of any use."""

    user: User | None
    locked_until: datetime | None = None
    counted: bool = False
    just_locked: bool = False


def attempt(request: Any, username: str, password: str, at: datetime) -> Attempt:
    """Check a name and a password. Unknown names take as long as known ones.

    `counted` is false for tries that were not even looked at: whoever hammers on a locked door should fill no table.
    `just_locked` is true for the failure that locked the account, so that its owner is told once.
    """
    user = authenticate(request, username=username.strip(), password=password)
    if user is not None:
        return Attempt(user=user)
    if not getattr(request, "axes_locked_out", False):
        return Attempt(user=None, counted=True)
    until = lockout.locked_until(username, client_address(request), at)
    # Once locked, axes answers before it counts.
    counted = request.axes_failures_since_start is not None
    return Attempt(user=None, locked_until=until, counted=counted, just_locked=counted and lockout.account_is_locked(username, at))
