"""What people type into the forms of spaces: days, numbers, lines of a split. Raises FactsMissing that names the field."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.dateparse import parse_date

from parks.keeping import Part
from wording.errors import FactsMissing

_LINE = re.compile(r"^(?P<room>.+?)[\s,，、;；:：]+(?P<area>[0-9][0-9.]*)\s*(?:㎡|m2|m²|平方米|平米|平)?$", re.IGNORECASE)


def day(said: QueryDict, name: str, *, needed: bool = True) -> date | None:
    text = said.get(name, "").strip()
    if not text and not needed:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2100:
        raise FactsMissing("日期不对，请按“2026-11-30”的格式填写。", fields={name: "请填日期，如 2026-11-30"})
    return found


def needed_day(said: QueryDict, name: str) -> date:
    found = day(said, name)
    assert found is not None
    return found


def number(said: QueryDict, name: str, *, needed: bool = True, places: int = 2, most: Decimal = Decimal(100_000_000)) -> Decimal | None:
    text = said.get(name, "").replace(",", "").replace("，", "").strip()
    if not text and not needed:
        return None
    return _decimal(text, name, places, most)


def needed_number(said: QueryDict, name: str) -> Decimal:
    found = number(said, name)
    assert found is not None
    return found


def whole(said: QueryDict, name: str, *, most: int = 1_000_000) -> int | None:
    found = number(said, name, needed=False, places=0, most=Decimal(most))
    return None if found is None else int(found)


def parts(said: QueryDict) -> list[Part]:
    """A line for each unit: room and area."""
    found = []
    for line in said.get("parts", "").splitlines():
        text = line.strip()
        if not text:
            continue
        match = _LINE.match(text)
        if match is None:
            raise FactsMissing(f"看不懂「{text[:40]}」，请每行写房号和面积，如：301A 60.5。", fields={"parts": f"看不懂「{text[:40]}」"})
        found.append(Part(match["room"].strip(), _decimal(match["area"], "parts", 2, Decimal(100_000_000))))
    return found


def _decimal(text: str, name: str, places: int, most: Decimal) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    exponent = value.as_tuple().exponent
    if not value.is_finite() or value < 0 or value > most or not isinstance(exponent, int) or -exponent > places:
        what = "整数" if places == 0 else f"数字，最多 {places} 位小数"
        raise FactsMissing(f"「{text[:20]}」不是可用的数字。", fields={name: f"请填{what}，不超过 {most:,f}"})
    return value
