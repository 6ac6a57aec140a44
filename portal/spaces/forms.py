"""The forms beside a unit; each is told what its deed refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from enterprises.models import MoveKind
from parks.models import Listing, Space, SpaceKind, SpaceStage
from portal.told_forms import ToldForm


def _day(label: str, *, needed: bool = True, note: str = "") -> forms.DateField:
    return forms.DateField(label=label, required=needed, widget=forms.DateInput(attrs={"type": "date"}), help_text=note)


def _text(label: str, *, most: int, needed: bool = True, hint: str = "", decimal: bool = False, note: str = "") -> forms.CharField:
    attrs = {"maxlength": most, "placeholder": hint} | ({"inputmode": "decimal"} if decimal else {})
    return forms.CharField(label=label, required=needed, widget=forms.TextInput(attrs=attrs), help_text=note)


class PublishForm(ToldForm):
    price_yuan = _text("租金（元/㎡·天）", most=10, decimal=True, hint="如 2.50")
    available_on = _day("可入驻日期")
    stage = forms.ChoiceField(label="适合阶段", choices=[("", "请选择"), *SpaceStage.choices])
    note = _text("说明", most=200, needed=False, hint="如：精装修，含 10 个工位")


class ReserveForm(ToldForm):
    holder = _text("为谁预订", most=200, hint="企业或项目名称")
    until_on = _day("预订到", note="最长 180 天，到期自动闲置")


class LetForm(ToldForm):
    uscc = _text("统一社会信用代码", most=24, hint="本社区企业；新来的请报送入驻")
    from_on = _day("起租日")
    until_on = _day("到期日", needed=False, note="空着为不定期")
    annual_rent_wan = _text("年租金（万元）", most=16, needed=False, decimal=True)


class SplitForm(ToldForm):
    parts = forms.CharField(
        label="拆成", widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1200, "placeholder": "301A 60.5\n301B 59.5"}), help_text="每行一间：房号 面积；合计须等于原面积"
    )  # fmt: skip
    on = _day("生效日期")
    note = _text("说明", most=200, needed=False)


class MergeForm(ToldForm):
    room = _text("合并后的房号", most=40)
    on = _day("生效日期")
    note = _text("说明", most=200, needed=False)


class RetireForm(ToldForm):
    on = _day("最后一天", note="拆除、改自用等；此后不计入可租面积")


class EndForm(ToldForm):
    ended_on = _day("退租日", note="最后一天，次日起闲置")


class MoveForm(ToldForm):
    kind = forms.ChoiceField(label="类别", choices=MoveKind.choices)
    uscc = _text("统一社会信用代码", most=24)
    name = _text("企业名称", most=200, needed=False, hint="已有档案的可不填")
    building = forms.ChoiceField(label="楼宇")
    space = forms.ChoiceField(label="空间", required=False)
    on = _day("入驻或离园日期")
    place = _text("从何处来、到何处去", most=100, needed=False, hint="如：外省、滨江区")
    staff_count = _text("员工人数", most=7, needed=False, decimal=True)
    lease_until_on = _day("租约到期日", needed=False, note="选了空间才记租约；空着为不定期")
    annual_rent_wan = _text("年租金（万元）", most=16, needed=False, decimal=True)
    note = _text("说明", most=300, needed=False)


class DemandForm(ToldForm):
    who = _text("企业或项目", most=200, hint="外来项目写名称；本社区企业填信用代码")
    area_from_m2 = _text("面积从（㎡）", most=12, decimal=True)
    area_to_m2 = _text("到（㎡）", most=12, decimal=True)
    price_most_yuan = _text("租金不超过（元/㎡·天）", most=10, needed=False, decimal=True)
    stage = forms.ChoiceField(label="阶段", required=False, choices=[("", "不限"), *SpaceStage.choices])
    kind = forms.ChoiceField(label="用途", required=False, choices=[("", "不限"), *SpaceKind.choices])
    industry_code = _text("行业代码", most=4, needed=False, hint="如 65", note="同行业集中的园区排在前面")
    move_in_on = _day("最迟入驻", needed=False)
    note = _text("其他要求", most=300, needed=False)
    named = forms.BooleanField(label="让园区运营方看到名称，方便直接联系", required=False)


FORMS: dict[str, type[ToldForm]] = {
    "publish": PublishForm, "reserve": ReserveForm, "let": LetForm, "split": SplitForm, "retire": RetireForm, "end-lease": EndForm,
}  # fmt: skip


def of(space: Space, offer: Listing | None, sent: ToldForm | None, today: date) -> dict[str, Any]:
    """All of a unit, each filled with what is likely; the refused one as it was sent."""
    likely: dict[str, dict[str, Any]] = {
        "publish": {
            "available_on": (offer.available_on if offer else today).isoformat(), "stage": space.stage,
            "price_yuan": str(offer.price_yuan) if offer else "", "note": offer.note if offer else "",
        },
        "reserve": {"until_on": (today + timedelta(days=30)).isoformat()}, "let": {"from_on": today.isoformat()},
        "split": {"on": today.isoformat()}, "retire": {}, "end-lease": {"ended_on": today.isoformat()},
    }  # fmt: skip
    made = {name: form(likely[name], auto_id=f"{name}-%s") for name, form in FORMS.items()}
    if sent is not None:
        made |= {name: sent for name, form in FORMS.items() if type(sent) is form}
    return {f"{name.replace('-', '_')}_form": form for name, form in made.items()} | {"sent": type(sent).__name__ if sent else ""}
