"""Too many wrong passwords: an account rests for 15 minutes after 5, an address after 50.

`django-axes` counts and forgets. Only failures count, sign-ins that work never do. An address gets a higher limit because a whole
park office signs in through one.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.db.models import Max, Sum

ACCOUNT_LIMIT = 5
ADDRESS_LIMIT = 50
COOL_OFF = timedelta(minutes=15)


def fold(username: str | None) -> str:
    """One account, however it is typed; as long as the counter's column allows."""
    return (username or "").strip().lower()[:150]


def folded_username(request: Any, credentials: dict[str, Any] | None) -> str:
    """AXES_USERNAME_CALLABLE: only ever what was handed to `authenticate`."""
    return fold((credentials or {}).get("username"))


def keep_response(request: Any, response: Any, credentials: Any) -> Any:
    """AXES_LOCKOUT_CALLABLE: the view has already said so, in the words of its face."""
    return response


class PortalHandler(AxesDatabaseHandler):
    """Counts per account, as `AXES_LOCKOUT_PARAMETERS = ["username"]` says, and per address with a limit of its own.

    The address is not a lock-out parameter because axes would then clear its counter when one account signs in: an attacker with one
    account of his own could go on for ever.
    """

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        by_account: int = super().get_failures(request, credentials)
        address = request.axes_ip_address
        if by_account < ACCOUNT_LIMIT and address and _recent(request.axes_attempt_time, ip_address=address)[0] >= ADDRESS_LIMIT:
            return ACCOUNT_LIMIT
        return by_account


def _recent(at: datetime, **which: Any) -> tuple[int, datetime | None]:
    """Failures that still count, and the last of them."""
    rows = AccessAttempt.objects.filter(attempt_time__gte=at - COOL_OFF, **which)
    sums = rows.aggregate(total=Sum("failures_since_start"), last=Max("attempt_time"))
    return sums["total"] or 0, sums["last"]


def account_is_locked(username: str, at: datetime) -> bool:
    return _recent(at, username=fold(username))[0] >= ACCOUNT_LIMIT


def locked_until(username: str, address: str | None, at: datetime) -> datetime:
    """When the account, or the address where that is what rests, may try again."""
    failures, last = _recent(at, username=fold(username))
    lasts = [last] if last and failures >= ACCOUNT_LIMIT else []
    if address:
        failures, last = _recent(at, ip_address=address)
        lasts += [last] if last and failures >= ADDRESS_LIMIT else []
    return max(lasts, default=at) + COOL_OFF


def release(username: str) -> None:
    """Forget the failures of one account, e.g. because its password was reset by staff."""
    reset(username=fold(username))
