"""统一社会信用代码 (GB 32100-2015): the normal form of a code, or a sentence that says what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from operator import mul

from django.core.exceptions import ValidationError
from stdnum.cn.uscc import calc_check_digit

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
OLD_LENGTH = 15
_VALUES = bytes.maketrans(ALPHABET.encode(), bytes(range(len(ALPHABET))))
#: 3^i mod 31; the check character counts once, and a right code adds up to nothing (GB 32100-2015, appendix A).
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_SHAPE = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
#: What a list from before 2015 may still contain.
_HISTORICAL = ("check_digit", "old_number")
_IGNORED = re.compile(r"[\s\-\u200b\ufeff'’`]+")
#: Letters the standard leaves out, and the character they are most often mistaken for.
_LOOKALIKE = {"I": "数字 1", "O": "数字 0", "Z": "数字 2", "S": "数字 5", "V": "字母 U 或 Y"}


class UsccRefused(ValidationError):
    """`code` is one of empty, length, old_number, alphabet, region, check_digit."""


def compact(text: str) -> str:
    """Half width, upper case, without blanks, hyphens and the apostrophe that spreadsheets put before text."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).upper()


def normalise_uscc(text: str) -> str:
    """The 18 characters of a right code. Raises UsccRefused.

    Positions 3 to 8 are the digits of the registering region; the first two may be letters, since village co-operatives have codes
    beginning with N (which `stdnum.cn.uscc.validate` refuses), so only its check character is taken from there.
    """
    if _SHAPE.fullmatch(text) and _adds_up(text):
        return text
    code = compact(text)
    _refuse_shape(code)
    expected = calc_check_digit(code[:-1])
    if code[-1] != expected:
        raise UsccRefused(
            f"统一社会信用代码「{code}」的校验位（第 18 位）不对：按前 17 位推算应为「{expected}」，填写的是「{code[-1]}」。请对照营业执照逐位核对。",
            code="check_digit",
        )
    return code


def accepted(text: str) -> tuple[str, str]:
    """(normal form, what is doubtful about it): a wrong check character or an old number may be taken from a historical list.

    Raises UsccRefused for everything else.
    """
    try:
        return normalise_uscc(text), ""
    except UsccRefused as error:
        if error.code not in _HISTORICAL:
            raise
        return compact(text), "".join(error.messages)


def _adds_up(code: str) -> bool:
    return sum(map(mul, code.encode().translate(_VALUES), _WEIGHTS)) % 31 == 0


def _refuse_shape(code: str) -> None:
    if not code:
        raise UsccRefused("请填写统一社会信用代码。", code="empty")
    if len(code) == OLD_LENGTH and code.isdigit():
        raise UsccRefused(f"「{code}」是 15 位的旧注册号，已停用；请填写营业执照上 18 位的统一社会信用代码。", code="old_number")
    if len(code) != LENGTH:
        raise UsccRefused(f"统一社会信用代码须为 18 位，「{code[:40]}」有 {len(code)} 位。", code="length")
    for place, character in enumerate(code, start=1):
        if character in ALPHABET:
            continue
        hint = f"，是否为{_LOOKALIKE[character]}" if character in _LOOKALIKE else ""
        raise UsccRefused(
            f"统一社会信用代码第 {place} 位是「{character}」，代码只用数字和大写字母，且不用 I、O、S、V、Z{hint}。请对照营业执照核对。",
            code="alphabet",
        )
    if not code[2:8].isdigit():
        raise UsccRefused(f"统一社会信用代码第 3 至 8 位是登记机关行政区划码，须为数字，「{code[2:8]}」不是。", code="region")
