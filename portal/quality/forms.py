"""The smallest form that mends a row, and what was typed in it, read as a sheet's cell would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from dashboards.quality import mending
from dashboards.quality.checks import Check, Mend
from enterprises.models import Enterprise, SizeClass
from exchange.enterprises import Enterprises
from portal.told_forms import ToldForm
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

#: What the button says, and what is said when it is done.
WORDS = {
    Mend.GRID: ("划入网格", "已划入网格。"),
    Mend.OPERATOR: ("定运营方", "已定下运营方。"),
    Mend.PLACE: ("登记入驻", "已登记主要办公地。"),
    Mend.FACT: ("补上", "已补上。"),
    Mend.CODE: ("更正代码", "代码已更正，待核标记已去掉。"),
    Mend.GONE: ("办理迁出", "已登记为迁出，不再算作在册企业。"),
    Mend.FRESH: ("确认无误", "已记下：档案核对过，没有变化。"),
    Mend.APART: ("不是同一家", "已记下：不是同一家，不再提示。"),
}
#: What one should know before pressing.
HOW = {
    Mend.GRID: "网格按园区划：划好一处，园里的楼宇和企业都随之有了网格。",
    Mend.STEWARD: "园区长按园区任命：任命一位，园里的企业都随之有了园区长。",
    Mend.PLACE: "登记后从今天起算搬入；待核的入驻随之结束。",
    Mend.FRESH: "核对过、没有变化的，确认一下即可，12 个月内不再提示；有变化的，请到企业档案修改。",
    Mend.GONE: "确已搬走的办理迁出；还在的，请到“企业没有主要办公地”登记入驻。",
    Mend.APART: "确是两家的，确认后不再提示；同一家登记了两次的，先不要确认，核实后留下对的一条。",
}
#: Asked before a deed that takes more than a press to take back.
ASKS = {Mend.GONE: "登记为迁出后，这家企业不再算作在册企业。确定吗？"}
PLACES = "quality-places"


def _text(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})


FACTS: dict[str, Callable[[], forms.Field]] = {
    "industry_code": lambda: forms.CharField(label="行业代码或名称", widget=_text(maxlength=40, placeholder="如 6513 或 应用软件开发")),
    "size_class": lambda: forms.ChoiceField(label="企业规模", choices=[("", "请选择"), *SizeClass.choices]),
    "established_on": lambda: forms.CharField(label="成立日期", widget=_text(type="date")),
    "legal_person": lambda: forms.CharField(label="法定代表人", widget=_text(maxlength=60)),
    "staff_count": lambda: forms.CharField(label="从业人数", widget=_text(inputmode="numeric", maxlength=9, placeholder="人")),
    "address": lambda: forms.CharField(label="注册地址", widget=_text(maxlength=200, placeholder="营业执照上的住所")),
}


class MendForm(ToldForm):
    @property
    def problem(self) -> str:
        """What was refused and belongs to no field."""
        return "".join(self.non_field_errors())


@dataclass
class Desk:
    """What the forms of one page choose from, read once however many rows."""

    user: User
    check: Check
    communities: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.communities = list(mending.mendable_communities(self.user).values_list("pk", flat=True))

    @cached_property
    def _options(self) -> dict[int, list[tuple[int, str]]]:
        """Community → grids or operators."""
        rows = (mending.grids if self.check.mend == Mend.GRID else mending.operators)(self.communities)
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for community, pk, name in rows.values_list("community_id", "pk", "name"):
            found[community].append((pk, name))
        return found

    @cached_property
    def _buildings(self) -> list[tuple[int, int, str]]:
        rows = mending.buildings(self.communities)
        return [(row.park.community_id, row.pk, f"{row.park.name} · {row.name}") for row in rows]

    @property
    def places(self) -> list[str]:
        """For the list below the place fields: 园区 · 楼宇."""
        return [words for _, _, words in self._buildings] if self.check.mend == Mend.PLACE else []

    def form(self, row: Any, typed: Any = None, refusal: Refused | None = None) -> MendForm:
        form = MendForm(typed, refusal=refusal, auto_id=f"mend-{row.pk}-%s")
        form.fields |= self._fields(row)
        return form

    def _fields(self, row: Any) -> dict[str, forms.Field]:
        match self.check.mend:
            case Mend.GRID | Mend.OPERATOR:
                name, label = ("grid", "网格") if self.check.mend == Mend.GRID else ("operator", "运营方")
                options = self._options[row.park.community_id if hasattr(row, "park") else row.community_id]
                return {name: forms.ChoiceField(label=label, choices=[("", f"选{label}"), *options])}
            case Mend.PLACE:
                place = forms.CharField(label="园区和楼宇", widget=_text(list=PLACES, maxlength=130, placeholder="园区或楼宇，从清单选"))
                return {
                    "place": place,
                    "room": forms.CharField(label="房号", widget=_text(maxlength=40, placeholder="房号"), required=False),
                }
            case Mend.FACT:
                return {self.check.field: FACTS[self.check.field]()}
            case Mend.CODE:
                return {"uscc": forms.CharField(label="统一社会信用代码", widget=_text(maxlength=24, placeholder="营业执照上的 18 位代码"))}
            case _:
                return {}

    def read(self, row: Any, typed: Any) -> dict[str, Any]:
        """What was typed, as `mending` takes it. Raises FactsMissing at the field."""
        match self.check.mend:
            case Mend.GRID | Mend.OPERATOR:
                name = str(self.check.mend)
                return {name: _key(typed.get(name, ""))}
            case Mend.PLACE:
                return {"building": self._building(row, typed.get("place", "")), "room": typed.get("room", "")}
            case Mend.FACT:
                return {self.check.field: _fact(self.check.field, typed.get(self.check.field, ""))}
            case Mend.CODE:
                return {"uscc": typed.get("uscc", "")}
            case Mend.APART:
                return {"others": [_key(each) for each in typed.getlist("others")]}
            case _:
                return {}

    def _building(self, row: Enterprise, words: str) -> int:
        asked = "".join(words.split())
        found = [pk for community, pk, name in self._buildings if community == row.community_id and "".join(name.split()) == asked]
        if len(found) != 1:
            raise FactsMissing("没有这处楼宇。", fields={"place": "请从清单里选园区和楼宇，写法如“梦想天地 · 1 幢”。"})
        return found[0]


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _fact(name: str, typed: str) -> Any:
    """By the reader of the sheet's column, so that page and import understand the same words."""
    if name == "size_class":
        return typed if typed in SizeClass.values else ""
    reader = Enterprises().find(name).read
    assert reader is not None
    try:
        return reader(typed)
    except ValidationError as error:
        raise FactsMissing("".join(error.messages), fields={name: "".join(error.messages)}) from error


def told(error: ValidationError, form: MendForm) -> FactsMissing:
    """What a subject found wrong, at the field where the page has it."""
    words = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    only = next(iter(form.fields), "")
    fields = {name if name in form.fields else only: "".join(texts) for name, texts in words.items()}
    return FactsMissing("".join(error.messages), fields={name: text for name, text in fields.items() if name})
