"""Accounts whose sign-in name is a mobile number."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.phones import PhoneTaken, normalise_mobile, open_account
from tests import make

AT = make.AT
PASSWORD = "Gui-Hua-2026-Lou"


@pytest.mark.parametrize(
    "typed", ["13812345678", "138 1234 5678", "138-1234-5678", "+86 13812345678", "１３８１２３４５６７８", "008613812345678"]
)
def test_a_mobile_number_is_read_however_it_is_typed(typed):
    assert normalise_mobile(typed) == "13812345678"


@pytest.mark.parametrize("typed", ["", "0571-88881234", "12812345678", "1381234567", "138123456789", "abc", "١٣٨١٢٣٤٥٦٧٨x"])
def test_anything_else_is_refused(typed):
    with pytest.raises(ValidationError, match="11 位手机号码"):
        normalise_mobile(typed)


@pytest.mark.django_db
def test_the_number_is_the_sign_in_name():
    user = open_account(name="王晓梅", phone="138 1234 5678", password=PASSWORD, at=AT)

    assert (user.username, user.phone, user.name) == ("13812345678", "13812345678", "王晓梅")
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_a_number_that_signs_in_already_makes_no_second_account():
    open_account(name="王晓梅", phone="13812345678", password=PASSWORD, at=AT)

    with pytest.raises(PhoneTaken, match="请先用它登录"):
        open_account(name="李小军", phone="+8613812345678", password=PASSWORD, at=AT)
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("password", {"password": "12345678"}),
        ("password", {"password": "13812345678"}),
        ("name", {"name": ""}),
        ("phone", {"phone": "1"}),
        ("email", {"email": "x"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field, facts):
    given = {"name": "王晓梅", "phone": "13812345678", "password": PASSWORD, "at": AT}

    with pytest.raises(ValidationError) as refused:
        open_account(**given | facts)
    assert set(refused.value.message_dict) == {field}
