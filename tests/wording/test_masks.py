import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording import mask_email, mask_id, mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("+86 13812345678", "138****5678"),
        ("008613812345678", "138****5678"),
        ("0571-87654321", "****4321"),
        ("87654321", "****4321"),
        ("12345", "****"),
        ("无", "****"),
        ("", ""),
    ],
)
def test_phones(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("李小军", "李*军"),
        ("李军", "李*"),
        ("李", "*"),
        ("欧阳小军", "欧**军"),
        ("阿卜杜拉·买买提", "阿***提"),
        ("𠮷田", "𠮷*"),
        ("葛󠄀城明", "葛󠄀*明"),
        (" 李小军 ", "李*军"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_papers() -> None:
    assert mask_id("330106199001011234") == "3301**********1234"
    assert mask_id("33010619900101123X") == "3301**********123X"
    assert mask_id("330106900101123") == "3301*******1123"
    assert mask_id("E12345678") == "E******78"
    assert mask_id("H1234") == "*****"
    assert mask_id("") == ""


def test_addresses() -> None:
    assert mask_email("zhang.san@example.com") == "z***@example.com"
    assert mask_email("张@例子.中国") == "张***@例子.中国"
    assert mask_email("@example.com") == "***"
    assert mask_email("无") == "***"
    assert mask_email("") == ""


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_middle_of_a_number_is_nowhere(phone: str) -> None:
    masked = mask_phone(phone)

    assert masked[3:7] == "****"
    assert len(masked) == 11


@given(st.text(max_size=40))
def test_masks_never_fail(text: str) -> None:
    for mask in (mask_phone, mask_name, mask_id, mask_email):
        assert isinstance(mask(text), str)
