"""The columns of an enterprise, and how a cell of each is read."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from enterprises.models import Enterprise
from exchange.columns import Column
from wording import clean

NAME_LENGTH = 200
ADDRESS_LENGTH = 200
ROOM_LENGTH = 40

#: Real headings of street and park rosters (DOMAIN §5.9 and public lists).
COLUMNS = (
    Column(
        "name",
        "企业名称",
        ("单位名称", "公司名称", "企业全称", "单位全称", "公司全称", "市场主体名称", "纳税人名称", "户名", "企业", "公司", "单位", "名称"),
        lambda enterprise: enterprise.name,
        required=True,
        width=36,
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        (
            "社会信用代码",
            "信用代码",
            "统一信用代码",
            "统一社会信用代码/注册号",
            "统一社会信用代码(注册号)",
            "社会统一信用代码",
            "企业信用代码",
            "信用代码/注册号",
            "机构代码",
            "纳税人识别号",
            "税号",
            "uscc",
        ),
        lambda enterprise: enterprise.uscc,
        required=True,
        width=22,
    ),
    Column(
        "park",
        "所属园区",
        ("园区", "园区名称", "所在园区", "入驻园区", "产业园", "所在镇(街道)/园区", "镇(街道)/园区", "园区/楼宇"),
        lambda enterprise: _place(enterprise, "park"),
        width=20,
    ),
    Column(
        "building",
        "楼宇",
        ("所在楼宇", "所属楼宇", "楼宇名称", "楼栋", "楼幢", "幢号", "楼号", "楼"),
        lambda enterprise: _place(enterprise, "building"),
        width=16,
    ),
    Column("room", "房号", ("室号", "房间号", "房间", "单元", "门牌号"), lambda enterprise: _place(enterprise, "room"), width=12),
    Column(
        "address",
        "注册地址",
        (
            "地址",
            "经营地址",
            "企业地址",
            "单位地址",
            "公司地址",
            "详细地址",
            "办公地址",
            "住所",
            "经营场所",
            "注册住所",
            "住所(经营场所)",
            "生产经营地址",
            "实际经营地址",
        ),
        lambda enterprise: enterprise.address,
        width=40,
    ),
)

_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d+$")
_EXCEL_TEXT = re.compile(r'^="(.*)"$')
_BRACKETS = str.maketrans({"(": "（", ")": "）"})
#: Beyond 2^53 a spreadsheet number has already lost its last digits.
EXACT = 2**53
#: What people write in a cell that is empty.
NOTHING = {"", "-", "--", "—", "/", "无", "暂无", "空", "null", "none", "n/a", "#n/a", "#ref!", "#value!", "#name?"}


def _place(enterprise: Enterprise, what: str) -> str:
    """Of the open main tenancy; the export prefetches tenancies with building and park."""
    for tenancy in enterprise.tenancies.all():
        if tenancy.is_main and tenancy.until_on is None:
            return {"park": tenancy.building.park.name, "building": tenancy.building.name, "room": tenancy.room}[what]
    return ""


class NumberLost(ValidationError):
    """A code that the spreadsheet has turned into a number, so that its last digits are gone."""


def text_of(cell: Any) -> str:
    """The text of a cell as somebody sees it: 3.0 is 3, an empty cell or a dash is nothing."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        cell = int(cell)
    text = str(cell).strip()
    inner = _EXCEL_TEXT.match(text)
    text = inner[1] if inner else text
    return "" if text.casefold() in NOTHING else text


def read_code(cell: Any) -> str:
    """The code as typed, to be checked by the register. Raises NumberLost."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and abs(cell) >= EXACT:
        raise NumberLost("代码被表格软件存成了数字，末几位已丢失，无法还原；请把这一列设为「文本」格式后重新填写。")
    text = text_of(cell)
    if _SCIENTIFIC.match(text):
        raise NumberLost(f"代码显示为「{text}」，是被表格软件存成了数字，末几位已丢失；请把这一列设为「文本」格式后重新填写。")
    return text


def read_name(cell: Any) -> str:
    """Half-width letters and digits, full-width brackets (as on a business licence), no blanks between Chinese characters. Raises ValidationError."""
    text = unicodedata.normalize("NFKC", text_of(cell)).translate(_BRACKETS)
    text = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text)
    return clean(text, max_length=NAME_LENGTH)


def read_place(cell: Any) -> str:
    return clean(" ".join(text_of(cell).split()), max_length=NAME_LENGTH)


def read_address(cell: Any) -> str:
    return clean(" ".join(text_of(cell).split()), max_length=ADDRESS_LENGTH)


def read_room(cell: Any) -> str:
    return clean(" ".join(text_of(cell).split()), max_length=ROOM_LENGTH)


READERS = {"name": read_name, "uscc": read_code, "park": read_place, "building": read_place, "room": read_room, "address": read_address}
