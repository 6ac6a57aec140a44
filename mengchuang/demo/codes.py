"""Unified social credit codes that are well formed and belong to nobody.

GB 32100-2015: registration authority, kind, district (6), subject (9, itself checked by GB 11714), check character.
Subjects of real enterprises are digits or begin with MA to MF so far; ours all begin with YY, a block nobody has issued.
"""

from functools import cache

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
DISTRICT = "330110"
ENTERPRISE = "91"
LAW_FIRM = "31"
LARGEST_SERIAL = 999_999


def subject_code(serial: int) -> str:
    """Eight characters and the check character of GB 11714: 11 - sum mod 11, 10 is X and 11 is 0."""
    if not 0 <= serial <= LARGEST_SERIAL:
        raise ValueError(f"serial {serial} is outside the demo block")
    body = f"YY{serial:06d}"
    total = sum(weight * int(char, 36) for weight, char in zip(SUBJECT_WEIGHTS, body, strict=True))
    return body + "0123456789X0"[11 - total % 11]


@cache
def uscc(serial: int, *, kind: str = ENTERPRISE, district: str = DISTRICT) -> str:
    head = kind + district + subject_code(serial)
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(head))
    return head + ALPHABET[(31 - total % 31) % 31]
