"""How a cell is read: what somebody typed, pasted or let the spreadsheet turn into something else.

Each reader takes the cell as the file has it and gives a value, None where the cell is empty; it raises ValidationError with a
sentence that says what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from wording import clean
from wording.licence import licence_name

Reader = Callable[[Any], Any]

#: Beyond 2^53 a spreadsheet number has already lost its last digits.
EXACT = 2**53
#: What people write in a cell that is empty.
NOTHING = {
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "暂无",
    "空",
    "null",
    "none",
    "nan",
    "n/a",
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "#div/0!",
}
#: 9.13301E+17; room 5E3 is none.
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d{2,3}$")
_EXCEL_TEXT = re.compile(r'^="(.*)"$')
#: Letters that every rule below leaves as they are; of an address also its marks, and single blanks.
_PLAIN = re.compile(r"[0-9A-Za-z一-龥（）]+")
_PLAIN_TEXT = re.compile(r"[!-~一-龥（），。、；：]+(?: [!-~一-龥（），。、；：]+)*")
_DATE = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*日?|月)?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")
_DIGITS = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_YEAR = re.compile(r"^(19|20)\d\d(\.1)?$")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
_DAY_ZERO = date(1899, 12, 30)  # of the serial numbers of spreadsheets since 1900-03-01
_AMOUNT = re.compile(r"^([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+|(?=\.))(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)\s*(.*)$", re.DOTALL)
#: Between words of Chinese a blank separates; within ISO 9001 it does not.
_BETWEEN_WORDS = re.compile(r"[、，,;；\n\t]+|(?<=[一-龥])\s+(?=[一-龥])")
_UNSTORABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class NumberLost(ValidationError):
    """A code that the spreadsheet has turned into a number, so that its last digits are gone."""


def text_of(cell: Any) -> str:
    """The text of a cell as somebody sees it: 3.0 is 3, an empty cell or a dash is nothing."""
    if type(cell) is str:
        text = cell.strip()
    elif cell is None:
        return ""
    elif isinstance(cell, bool):
        return "是" if cell else "否"
    else:
        text = str(int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT else cell)
    return "" if len(text) <= 8 and text.casefold() in NOTHING else text


def seen(text: str) -> str:
    """For a message or a list: what could not be stored is shown as a lozenge."""
    return _UNSTORABLE.sub("\ufffd", text)


def read_code(cell: Any) -> str | None:
    """A code as typed, to be checked by its register. Raises NumberLost."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT:
        raise NumberLost("代码被表格软件存成了数字，末几位已丢失，无法还原；请把这一列设为「文本」格式后重新填写。")
    text = text_of(cell)
    if text.isascii() and text.isalnum() and len(text) <= 40 and not _SCIENTIFIC.match(text):
        return text
    if inner := _EXCEL_TEXT.match(text):
        text = inner[1].strip()
    text = clean(text, max_length=100)
    if _SCIENTIFIC.match(text):
        raise NumberLost(f"代码显示为「{text}」，是被表格软件存成了数字，末几位已丢失；请把这一列设为「文本」格式后重新填写。")
    return text or None


def read_name(cell: Any) -> str | None:
    """Half-width letters and digits, full-width brackets (as on a business licence), no blanks between Chinese characters."""
    text = text_of(cell)
    if _PLAIN.fullmatch(text) and len(text) <= 200:
        return text
    return clean(licence_name(text), max_length=200) or None


def text(max_length: int, *, multiline: bool = False) -> Reader:
    """Clean text of at most so many characters."""

    def read(cell: Any) -> str | None:
        raw = text_of(cell)
        if len(raw) <= max_length and _PLAIN_TEXT.fullmatch(raw):
            return raw
        return clean(raw, max_length=max_length, multiline=multiline) or None

    return read


def read_date(cell: Any) -> date | None:
    """2024-03-04, 2024/3/4, 2024.3.4, 2024年3月4日, 20240304, 2024年3月 (its first day), a date cell or its serial number.

    A time of day is passed over. The number 2024.1 may have been October before the spreadsheet cut its nought, and 2024 is no day.
    """
    text = unicodedata.normalize("NFKC", text_of(cell))
    if not text:
        return None
    if isinstance(cell, float | int) and _YEAR.match(text):
        raise ValidationError(f"「{text[:40]}」不能确定是哪一天，请写成 2024-03-04 这样的年月日。")
    found = _DATE.match(text) or _DIGITS.match(text)
    try:
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3] or 1))
        elif isinstance(cell, float | int) and 60 < cell < 80_000:
            day = _DAY_ZERO + timedelta(days=int(cell))
        else:
            raise ValidationError(f"「{text[:40]}」不是日期，请写成 2024-03-04 这样的年月日。")
    except ValueError as error:
        raise ValidationError(f"「{text[:40]}」没有这一天，请核对。") from error
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValidationError(f"「{text[:40]}」不在 1900 年到 2100 年之间，请核对。")
    return day


def day_since(first: date) -> Reader:
    """A date not before `first`."""

    def read(cell: Any) -> date | None:
        day = read_date(cell)
        if day is not None and day < first:
            raise ValidationError(f"「{day}」早于 {first}，请核对。")
        return day

    return read


def number(*, least: Decimal | int = 0, most: Decimal | int, places: int = 0, unit: str = "") -> Reader:
    """A number between two bounds, both included; thousands separators and the unit may be written. Never NaN."""
    said = f"{least} 到 {most}" + (f" {unit}" if unit else "")

    def read(cell: Any) -> Decimal | None:
        text = unicodedata.normalize("NFKC", text_of(cell))
        if not text:
            return None
        amount, rest = split_amount(text)
        if amount is None or rest not in ("", unit):
            raise ValidationError(f"「{text[:40]}」不是数字，请填 {said} 之间的数。")
        if not least <= amount <= most:
            raise ValidationError(f"「{text[:40]}」超出范围，须在 {said} 之间。")
        return exact(amount, places, text)

    return read


def integer(*, least: int = 0, most: int, unit: str = "") -> Reader:
    """A whole number between two bounds, both included."""
    decimal = number(least=least, most=most, unit=unit)

    def read(cell: Any) -> int | None:
        found = decimal(cell)
        return None if found is None else int(found)

    return read


def exact(amount: Decimal, places: int, text: str) -> Decimal:
    """With at most so many decimals; more are an error, not rounded. A float's last bits do not count."""
    shortened = round(amount, places)
    if abs(amount - shortened) > abs(amount) * Decimal("1e-12"):
        wanted = f"最多 {places} 位小数" if places else "整数"
        raise ValidationError(f"「{text[:40]}」的小数位过多，须是{wanted}。")
    return shortened


def split_amount(text: str) -> tuple[Decimal | None, str]:
    """1,707(万欧元) → (1707, 万欧元); (None, text) where no number begins it."""
    found = _AMOUNT.match(text)
    if found is None:
        return None, text
    try:
        amount = Decimal(found[1].replace(",", ""))
    except InvalidOperation:
        return None, text
    if not amount.is_finite() or abs(amount) > Decimal("1e15"):
        return None, text
    return amount, found[2].strip().strip("()").strip()


def choice(words: Mapping[str, Any], *, called: str) -> Reader:
    """One of the words; the error lists them."""
    folded = {word.casefold(): value for word, value in words.items()}
    shown = "、".join(list(words)[:12])

    def read(cell: Any) -> Any:
        text = unicodedata.normalize("NFKC", text_of(cell)).casefold()
        if not text:
            return None
        if text not in folded:
            raise ValidationError(f"没有名为「{text[:40]}」的{called}，请从这些里选：{shown}。")
        return folded[text]

    return read


read_yes = choice({"是": True, "否": False, "有": True, "√": True, "1": True, "0": False, "y": True, "n": False}, called="选项（是或否）")


def read_words(cell: Any) -> list[str] | None:
    """Words separated by 、，; line breaks, or blanks between Chinese characters, each once, at most 20 characters."""
    parts = [clean(part, max_length=20) for part in _BETWEEN_WORDS.split(text_of(cell))]
    return list(dict.fromkeys(filter(None, parts))) or None
