"""明细 in and out: pasted from a spreadsheet into one ticket, exported for the specialists. Amounts are yuan."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F

from community.kinds import PostKind
from exchange.cells import choice, exact, read_date, split_amount, text, text_of
from exchange.columns import Column, Kind, find_heading
from exchange.containers import SheetRefused
from exchange.plan import Row
from exchange.planning import understood
from exchange.sheets import Sheet
from exchange.table import Table
from grievances.models import LineItem
from grievances.models.line_item import MOST
from grievances.states import LineItemState
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

_TIMES = {"": 1, "元": 1, "元整": 1, "万": 10_000, "万元": 10_000}
_STATES = {label: value for value, label in LineItemState.choices} | {value: value for value in LineItemState.values}
MOST_PASTED = 500
#: What stands in the columns where nothing heads them.
UNHEADED = ("debtor", "matter", "amount_yuan", "evidence")


def read_yuan(cell: Any) -> Decimal | None:
    """386000, 386,000.00 元, ¥386,000, 38.6 万元: yuan with two decimals. Raises ValidationError."""
    said = text_of(cell).replace("，", ",").lstrip("¥￥ ").strip()
    if not said:
        return None
    amount, rest = split_amount(said)
    if amount is None or rest not in _TIMES:
        raise ValidationError(f"「{said[:40]}」不是金额，请写成 386000 或 38.6 万元。")
    if amount < 0 or amount * _TIMES[rest] > MOST:
        raise ValidationError(f"「{said[:40]}」超出范围，须在 0 和 100 亿元之间。")
    return exact(amount * _TIMES[rest], 2, said)


def _in_yuan(*names: str) -> tuple[str, ...]:
    """Each with and without its unit; 万元 is seen to by `pasted`."""
    return (*names, *(f"{name}（元）" for name in names))


class LineItems(Table):
    code, label = "line_items", "诉求明细"
    exporters = (PostKind.SPECIALIST,)
    note = "欠款、工资等逐笔办理的明细；在诉求页可从表格粘贴。"
    columns = (
        Column("number", "办件编号", kind=Kind.CODE, width=18),
        Column("enterprise", "企业", width=30),
        Column("debtor", "债务人", ("欠款方", "对方", "对方单位", "欠款单位", "客户", "单位名称", "被申请人"), text(100), required=True, width=28),
        Column("matter", "事由", ("项目", "项目名称", "事项", "合同", "摘要", "欠款事由"), text(200), width=30),
        Column("amount_yuan", "金额（元）", _in_yuan("金额", "欠款金额", "尾款", "欠款", "应收金额", "应收款"), read_yuan, required=True, kind=Kind.NUMBER, width=14),
        Column("evidence", "证据", ("佐证", "证据材料", "备注"), text(300), width=24),
        Column("state", "状态", ("进展", "追讨状态"), choice(_STATES, called="状态"), words=dict(LineItemState.choices), width=10, options=tuple(LineItemState.labels), value=lambda row: LineItemState(row["state"]).label),
        Column("recovered_on", "追回日期", ("到账日期", "回款日期"), read_date, kind=Kind.DATE, width=12),
        Column("recovered_yuan", "追回金额（元）", _in_yuan("追回金额", "已追回金额", "到账金额", "回款金额", "已回款"), read_yuan, kind=Kind.NUMBER, width=14),
    )  # fmt: skip

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = LineItem.objects.visible_to(user)
        asked = dict(params)
        if "number" in asked:
            number = asked.pop("number")
            rows = rows.filter(grievance__number__in=number if isinstance(number, list) else [number])
        if asked:
            raise ValidationError(f"没有「{sorted(asked)[0][:40]}」这个筛选条件。")
        named = {"number": F("grievance__number"), "enterprise": F("grievance__enterprise__name")}
        plain = ("debtor", "matter", "amount_yuan", "evidence", "state", "recovered_on", "recovered_yuan")
        return rows.order_by("-grievance__submitted_at", "grievance_id", "pk").values(*plain, **named).iterator(chunk_size=2000)  # type: ignore[no-any-return]


def read(raw: Mapping[str, Any]) -> dict[str, Any]:
    """One claim as typed → values. Only what `raw` names; an emptied field is emptied. Raises FactsMissing at the fields."""
    values: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for column in LineItems.columns:
        if column.read is None or column.code not in raw:
            continue
        try:
            values[column.code] = column.read(raw[column.code])
        except ValidationError as error:
            told[column.code] = error.messages
            continue
        if values[column.code] is None:
            values[column.code] = _EMPTY.get(column.code, "")
        if column.required and values[column.code] in ("", None):
            told[column.code] = ["请填写"]
    if told:
        labels = {column.code: column.label for column in LineItems.columns}
        raise FactsMissing("；".join(f"{labels[name]}：{texts[0]}" for name, texts in told.items()), fields=told)
    return values


_EMPTY: dict[str, Any] = {"amount_yuan": None, "recovered_on": None, "recovered_yuan": Decimal(0), "state": LineItemState.UNVERIFIED}


def pasted(words: str) -> list[Row]:
    """Rows as they were copied out of a spreadsheet, with or without their heading; what cannot be read stands in `Row.problems`.

    Raises FactsMissing where it is no table, or too long a one.
    """
    if "\0" in words:
        raise FactsMissing("粘贴的内容里有不能保存的字符，请从表格重新复制。", fields={"pasted": "有不能保存的字符"})
    delimiter = "\t" if "\t" in words else ","
    try:
        rows: list[list[Any]] = [list(row) for row in csv.reader(io.StringIO(words.replace("\r", "\n")), delimiter=delimiter)]
    except csv.Error as error:
        raise FactsMissing("粘贴的内容不是表格；请在表格软件里选中几行几列复制，再粘贴到这里。", fields={"pasted": "不是表格"}) from error
    if len(rows) > MOST_PASTED + 1:
        raise FactsMissing(f"一次最多粘贴 {MOST_PASTED} 行；请分几次。", fields={"pasted": f"最多 {MOST_PASTED} 行"})
    table, above = LineItems(), 0
    heading = find_heading(rows, table.imported)
    if heading is None:
        labels = {column.code: column.label for column in table.imported}
        rows, above = [[labels[code] for code in UNHEADED], *rows], 1
    else:
        _in_ten_thousands(rows, heading.first - 1, heading.positions, heading.first)
    try:
        plan = understood(table, [Sheet("粘贴", rows)])
    except SheetRefused as refused:
        raise FactsMissing("没有读到明细：每行须有债务人和金额。", fields={"pasted": "每行须有债务人和金额"}) from refused
    for row in plan.rows:
        row.number -= above
        for column in table.imported:
            if column.required and column.code not in row.values and not row.wrong:
                row.refuse(column.code, "请填写")
    return plan.rows


def _in_ten_thousands(rows: list[list[Any]], heading: int, positions: Mapping[str, int], first: int) -> None:
    """金额（万元）: the heading's unit belongs to each bare number below it."""
    for code in ("amount_yuan", "recovered_yuan"):
        place = positions.get(code)
        if place is None or place >= len(rows[heading]) or "万" not in str(rows[heading][place]):
            continue
        for row in rows[first:]:
            if place < len(row) and split_amount(str(row[place]).strip())[1] == "" and str(row[place]).strip():
                row[place] = f"{row[place]}万"


def in_words(rows: list[Row]) -> list[str]:
    """What is wrong, a line each: 第 3 行 金额（元）：…"""
    labels = {column.code: column.label for column in LineItems.columns}
    return [
        f"第 {row.number} 行{' ' + labels[problem.column] if problem.column else ''}：{problem.reason}"
        for row in rows
        for problem in row.problems
    ]


def values_of(row: Row) -> dict[str, Any]:
    """Of a row that was read: what is not there is as on a new claim."""
    return {"matter": "", **row.values}


__all__ = ["LineItems", "in_words", "pasted", "read", "values_of"]
