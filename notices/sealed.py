"""Keys of robots at rest: sealed with a key made of SECRET_KEY, so that a copy of the database alone opens no group.

Sealed by the newest key, opened by any of SECRET_KEY and SECRET_KEY_FALLBACKS: rotating the key asks for nothing but the fallback.
"""

import base64
import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

_USE = b"notices.robot"


class SealBroken(ValueError):
    """Sealed with a key this portal does not have any more."""


def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), _USE, hashlib.sha256).digest()


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_key(secret))) for secret in secrets])


def seal(text: str) -> str:
    """Empty for empty."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """Raises SealBroken."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise SealBroken(
            "a key of a robot cannot be opened: SECRET_KEY has changed, and SECRET_KEY_FALLBACKS does not name the old one"
        ) from None


def marks(text: str) -> list[str]:
    """By which the same text is known again without being opened: by the newest key first, then by the older ones."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.new(_key(secret), text.encode(), hashlib.sha256).hexdigest() for secret in secrets]


class SealedField(models.TextField):
    """Plain in Python, sealed in the database. Not to be filtered by; one that cannot be opened reads as None."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(seal(value) if isinstance(value, str) else value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        try:
            return unseal(value) if value is not None else None
        except SealBroken:
            return None


class MarkField(models.CharField):
    """The mark of another field of the row, for a unique constraint; written with it."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        text = getattr(model_instance, self.of)
        value = marks(text)[0] if text else getattr(model_instance, self.attname)
        setattr(model_instance, self.attname, value)
        return value
