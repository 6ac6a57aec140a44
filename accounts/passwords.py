"""Changing, forgetting and resetting passwords. Whoever calls writes the audit entry: `audit` lies above."""

import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import lockout, sessions
from accounts.models import Token, User

# Read over the telephone and typed on a phone: lower case, no 0/o, 1/l/i.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def _set(user: User, password: str, *, at: datetime, must_change: bool) -> None:
    user.set_password(password)
    user.must_change_password = must_change
    user.password_changed_at = at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    Token.objects.filter(user=user).delete()
    lockout.release(user.username)


@transaction.atomic
def change(user: User, password: str, *, at: datetime, keep_session: str | None = None) -> None:
    """Set a password the user chose; ends all tokens and all sessions but `keep_session`.

    Raises ValidationError where the password is too weak.
    """
    validate_password(password, user)
    _set(user, password, at=at, must_change=False)
    sessions.revoke_all(user, but=keep_session)


@transaction.atomic
def give_first_password(user: User, *, at: datetime) -> str:
    """Set and return a random password that must be changed at the next sign-in; everything signed in is ended.

    The answer is shown once to whoever asked for it and kept nowhere.
    """
    groups = ["".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)]
    password = "-".join(groups)
    _set(user, password, at=at, must_change=True)
    sessions.revoke_all(user)
    return password


def reset_path(user: User) -> tuple[str, str]:
    """(uidb64, token) of a link that lets this user choose a new password within an hour, once."""
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def user_of_reset(uidb64: str, token: str) -> User | None:
    """The active user whose unused, unexpired link this is, or None."""
    try:
        pk = int(urlsafe_base64_decode(uidb64).decode("ascii"))
    except ValueError:
        return None
    # Beyond bigint the database would raise rather than find nothing.
    user = User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
    return user if user and default_token_generator.check_token(user, token) else None
