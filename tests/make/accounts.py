"""People who sign in."""

from datetime import UTC, datetime
from itertools import count

from accounts import notice
from accounts.models import User

_numbers = count(1)
PASSWORD = "Qing-Tian-2026"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


def user(username: str = "", *, name: str = "李小军", password: str = PASSWORD, **facts: object) -> User:
    """A saved user without a post who has accepted the privacy notice; signs in with `make.PASSWORD`."""
    facts.setdefault("privacy_version", notice.VERSION)
    return User.objects.create_user(username or f"user{next(_numbers)}", password=password, name=name, **facts)
