"""Accounts whose sign-in name is a mobile number: whoever comes in by a code, a request or by himself need not think of a name."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from wording.errors import StateConflict

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_BETWEEN = re.compile(r"[\s\-()]+")


class PhoneTaken(StateConflict):
    """Somebody signs in with this number already: he is to do so, and no second account is made."""

    code = "phone_taken"


def normalise_mobile(text: str) -> str:
    """The eleven digits, whatever blanks, hyphens or +86 were typed. Raises ValidationError."""
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    digits = digits.removeprefix("+86").removeprefix("0086")
    if not _MOBILE.fullmatch(digits):
        raise ValidationError("请填写 11 位手机号码；以后就用它登录。", code="no_mobile")
    return digits


def open_account(*, name: str, phone: str, password: str, at: datetime, email: str = "") -> User:
    """A user who signs in with the number. Raises PhoneTaken, ValidationError by field (name, phone, password, email)."""
    try:
        phone = normalise_mobile(phone)
    except ValidationError as error:
        raise ValidationError({"phone": error}) from error
    if not name.strip():
        raise ValidationError({"name": "请填写您的姓名。"})
    if User.objects.named(phone).exists():
        raise _taken()
    user = User(username=phone, name=name, phone=phone, email=email, password_changed_at=at)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error}) from error
    user.set_password(password)
    user.full_clean()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        # Two at once with one number: the constraint lets the first in.
        raise _taken() from error
    return user


def _taken() -> PhoneTaken:
    return PhoneTaken("这个手机号已经有账号。请先用它登录，再回到这一步；忘了密码可以在登录页找回。")
