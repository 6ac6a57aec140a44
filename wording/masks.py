"""Personal data as shown by default: 138****5678, 李*军 (R34, ECOSYSTEM §3). Always on the server, never by style sheet."""

import re
import unicodedata

_DIGITS = re.compile(r"\D+")


def mask_phone(phone: str) -> str:
    """Mobile 138****5678 (an international prefix is dropped); other numbers keep the last four digits at most."""
    digits = _DIGITS.sub("", unicodedata.normalize("NFKC", phone))
    if not digits:
        return "****" if phone.strip() else ""
    if len(digits) >= 13 and digits[:-11].lstrip("0") == "86":
        digits = digits[-11:]
    if len(digits) == 11 and digits[0] == "1":
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) >= 7 else "****"


def mask_name(name: str) -> str:
    """李小军 → 李*军, 李军 → 李*, 欧阳小军 → 欧**军; at most three stars, so that a long name does not tell its length."""
    letters = _letters(name.strip())
    match len(letters):
        case 0:
            return ""
        case 1:
            return "*"
        case 2:
            return f"{letters[0]}*"
        case count:
            return letters[0] + "*" * min(count - 2, 3) + letters[-1]


def mask_id(number: str) -> str:
    """Identity card 3301**********1234; other papers (passport, permit) keep the first and the last two characters."""
    number = unicodedata.normalize("NFKC", number).strip()
    if len(number) in (15, 18):
        return number[:4] + "*" * (len(number) - 8) + number[-4:]
    if len(number) >= 6:
        return number[0] + "*" * (len(number) - 3) + number[-2:]
    return "*" * len(number)


def mask_email(address: str) -> str:
    """z***@example.com; what is not an address becomes stars."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local:
        return "***" if address.strip() else ""
    return f"{local[0]}***@{domain}"


def _letters(name: str) -> list[str]:
    """Characters as read: combining marks and variation selectors stay with the character before them."""
    letters: list[str] = []
    for character in name:
        follows = unicodedata.combining(character) or unicodedata.category(character) == "Mn"
        if follows and letters:
            letters[-1] += character
        else:
            letters.append(character)
    return letters
