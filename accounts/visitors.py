"""The one account that stands for strangers, where a row must say who brought something in. Nobody signs in with it."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from accounts.models import User

USERNAME = "visitor"


def visitor() -> User:
    """Inactive and without a password; made when it is first needed."""
    unusable = {"name": "访客（未登录）", "is_active": False, "password": make_password(None)}
    user, _ = User.objects.get_or_create(username=USERNAME, defaults=unusable)
    return user
