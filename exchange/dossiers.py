"""What hangs on an enterprise, in and out by sheet: events, qualifications, leases, the key list, tiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F

from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from cultivation.filters import KeyListingFilter, TierHoldingFilter
from cultivation.models import KeyListing, TierHolding
from cultivation.tiers import key_reasons, tier_choices
from enterprises import letting
from enterprises.entries import years_after
from enterprises.filters import EventFilter, LandGradeFilter, LeaseFilter, QualificationFilter
from enterprises.kinds import QUALIFICATION_KINDS, QUALIFICATIONS, event_kinds
from enterprises.leases import DEAREST_WAN
from enterprises.models import Event, Grade, LandGrade, Lease, Qualification
from exchange import references
from exchange.cells import choice, integer, number, read_code, read_date, text, text_of
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.sites import BUILDING_OF, PARK_OF
from exchange.table import RowByRow, Scope, full_clean_of
from parks.models import LARGEST_M2, Occupancy, Park, Space

if TYPE_CHECKING:
    from accounts.models import User

WATCHERS = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET)
NAME = Column("name", "企业名称", value=lambda row: row["enterprise_name"], width=36)
USCC = Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "统一信用代码"), read_code, required=True, kind=Kind.CODE, width=22)
SOURCE = Column("source", "来源", ("数据来源", "信息来源"), text(60), width=20, note="空着按文件名。")


def words(choices: Sequence[tuple[str, str]], **also: str) -> dict[str, str]:
    """What may stand in a cell → the code: labels, other words for them, and the code itself."""
    return {label: code for code, label in choices} | also | {code: code for code, _ in choices}


class OfEnterprise(RowByRow):
    """Rows that hang on an enterprise of the community and are known by some of their fields; the rest is brought up to date."""

    model: ClassVar[type[models.Model]]
    filterset: ClassVar[type[django_filters.FilterSet]]
    #: Fields besides the enterprise that say which row it is, and those that may change.
    known_by: ClassVar[tuple[str, ...]]
    changing: ClassVar[tuple[str, ...]]
    order: ClassVar[tuple[str, ...]]
    #: What an exported row has besides these, by the name of its column.
    beyond: ClassVar[tuple[str, ...]] = ()
    joined: ClassVar[dict[str, F]] = {}

    def known(self, values: dict[str, Any], scope: Scope) -> Any:
        self._enterprise = references.enterprise(values["uscc"], scope)
        which = {name: values.get(name, self._blank(name)) for name in self.known_by}
        return self.model._default_manager.filter(enterprise=self._enterprise, **which).first()

    def current(self, thing: Any) -> dict[str, Any]:
        return {name: getattr(thing, name) for name in self.changing}

    def create(self, values: dict[str, Any], scope: Scope) -> Any:
        fields = {name: value for name, value in values.items() if name in (*self.known_by, *self.changing)}
        fields.setdefault("source", f"表格导入：{scope.source}"[:60])
        return self._save(self.model(enterprise=self._enterprise, **fields, **self.beside(values, scope)))

    def update(self, thing: Any, values: dict[str, Any], scope: Scope) -> None:
        for name, value in values.items():
            setattr(thing, name, value)
        self._save(thing)

    def beside(self, values: dict[str, Any], scope: Scope) -> dict[str, Any]:
        """What a new row has that no cell says."""
        return {}

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(self.filterset, params, self.model._default_manager.visible_to(user), user)  # type: ignore[attr-defined]
        named = {"enterprise_name": F("enterprise__name"), "uscc": F("enterprise__uscc")}
        plain = (*self.known_by, *self.changing, *self.beyond)
        return rows.order_by(*self.order).values(*plain, **named, **self.joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]

    def _blank(self, name: str) -> Any:
        field = self.model._meta.get_field(name)
        return field.get_default()  # type: ignore[union-attr]

    def _save(self, thing: Any) -> Any:
        full_clean_of(thing)
        thing.save()
        return thing


class Events(OfEnterprise):
    code, label, key = "events", "企业动态", ("uscc", "kind", "happened_on")
    importers, exporters = (PostKind.SPECIALIST, PostKind.LEADER), (*WATCHERS, PostKind.STEWARD, PostKind.OPERATOR)
    models, model, filterset = (Event,), Event, EventFilter
    known_by, changing = ("kind", "happened_on"), ("from_place", "to_place", "note", "source")
    order = ("-happened_on", "-pk")
    beyond = ("recorded_at",)
    note = "同一企业、同一天、同一类别只记一条；再导入即更正说明。"
    columns = (
        NAME, USCC,
        Column("kind", "类别", ("动态类别", "异动类型", "变更事项"), choice(words(event_kinds()), called="动态类别"), lambda row: dict(event_kinds())[row["kind"]], required=True, width=14, options=tuple(label for _, label in event_kinds()), words=dict(event_kinds())),
        Column("happened_on", "发生日期", ("日期", "变更日期", "时间"), read_date, required=True, kind=Kind.DATE, width=12, example="2026-10-08"),
        Column("from_place", "原所在地", ("迁出地", "从何处"), text(100), width=18),
        Column("to_place", "去向", ("迁入地", "到何处"), text(100), width=18),
        Column("note", "说明", ("备注", "变更内容"), text(300), width=36),
        SOURCE,
        Column("recorded_at", "登记时间", kind=Kind.DATE, width=17),
    )  # fmt: skip

    def beside(self, values: dict[str, Any], scope: Scope) -> dict[str, Any]:
        return {"recorded_at": scope.at, "recorded_by": scope.by}


class Qualifications(OfEnterprise):
    code, label, key = "qualifications", "企业资质", ("uscc", "kind", "level", "issued_on")
    importers, exporters = (PostKind.SPECIALIST, PostKind.LEADER), (*WATCHERS, PostKind.STEWARD, PostKind.OPERATOR)
    models, model, filterset = (Qualification,), Qualification, QualificationFilter
    known_by, changing = ("kind", "level", "issued_on"), ("number", "valid_until_on", "source")
    order = ("enterprise__pinyin", "enterprise_id", "kind", "-issued_on", "pk")
    note = "有效期空着时按资质类别的年限推算；没有年限的视为长期有效。复评是新的一行。"
    columns = (
        NAME, USCC,
        Column("kind", "资质", ("资质名称", "资质类别", "称号", "荣誉"), choice({kind.word: kind.code for kind in QUALIFICATION_KINDS} | {kind.label: kind.code for kind in QUALIFICATION_KINDS}, called="资质"), lambda row: QUALIFICATIONS[row["kind"]].word, required=True, width=14, options=tuple(kind.word for kind in QUALIFICATION_KINDS), words={kind.code: kind.word for kind in QUALIFICATION_KINDS}),
        Column("level", "级别", ("认定级别",), text(20), width=10, note="空着按该资质的通常级别。"),
        Column("number", "证书编号", ("编号", "证书号", "文号"), text(60), kind=Kind.CODE, width=22),
        Column("issued_on", "认定日期", ("发证日期", "认定时间", "公布日期"), read_date, required=True, kind=Kind.DATE, width=12, example="2025-12-08"),
        Column("valid_until_on", "有效期至", ("有效期", "到期日期", "截止日期"), read_date, kind=Kind.DATE, width=12),
        SOURCE,
    )  # fmt: skip

    def known(self, values: dict[str, Any], scope: Scope) -> Any:
        kind = QUALIFICATIONS[values["kind"]]
        values.setdefault("level", kind.levels[0] if len(kind.levels) == 1 else "")
        if values["level"] and values["level"] not in kind.levels:
            raise ValidationError({"level": f"「{kind.word}」没有「{values['level']}」，可填：{'、'.join(kind.levels)}。"})
        return super().known(values, scope)

    def beside(self, values: dict[str, Any], scope: Scope) -> dict[str, Any]:
        years = QUALIFICATIONS[values["kind"]].years
        if years is None or "valid_until_on" in values:
            return {}
        return {"valid_until_on": years_after(values["issued_on"], years)}


class Leases(OfEnterprise):
    code, label, key = "leases", "租约台账", ("uscc", "park", "building", "room", "from_on")
    importers = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.OPERATOR)
    exporters = (*WATCHERS, PostKind.STEWARD, PostKind.OPERATOR)
    models, model, filterset = (Lease, Occupancy), Lease, LeaseFilter
    known_by = ("building", "room", "from_on")
    changing = ("area_m2", "until_on", "ended_on", "annual_rent_wan", "rent_overdue_since_on", "source")
    order = ("building__park__pinyin", "building__park_id", "building__code", "room", "from_on", "pk")
    joined = {"park_name": F("building__park__name"), "building_name": F("building__name")}
    note = "运营方只能导入自己园区的租约。同一间同一天只能有一份租约；提前退租请填退租日。"
    columns = (
        NAME, USCC, PARK_OF, BUILDING_OF,
        Column("room", "房号", ("室号", "房间号", "房间", "单元", "门牌号"), text(40), kind=Kind.CODE, width=12),
        Column("area_m2", "租赁面积（平方米）", ("租赁面积", "面积", "面积（平方米）"), number(most=LARGEST_M2, places=2), kind=Kind.NUMBER, width=12),
        Column("from_on", "起租日", ("起租日期", "合同起始", "合同起", "租赁开始"), read_date, required=True, kind=Kind.DATE, width=12, example="2025-01-01"),
        Column("until_on", "到期日", ("到期日期", "合同到期", "合同止", "租赁结束"), read_date, kind=Kind.DATE, width=12, note="最后一天；空着为不定期。", example="2027-12-31"),
        Column("ended_on", "退租日", ("退租日期", "提前退租"), read_date, kind=Kind.DATE, width=12),
        Column("annual_rent_wan", "年租金（万元）", ("年租金",), number(most=DEAREST_WAN, places=4, unit="万元"), kind=Kind.NUMBER, width=12, needs="rent"),
        Column("rent_overdue_since_on", "欠租起始日", ("欠租日期", "欠租自"), read_date, kind=Kind.DATE, width=12, needs="rent"),
        SOURCE,
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        return {"park": references.park_names(scope)}

    def columns_for(self, user: User) -> list[Column]:
        """A steward's sheet has no rent in it, whatever other posts he holds."""
        steward = bool(held(user, PostKind.STEWARD))
        return [column for column in self.columns if not (steward and column.needs)]

    def known(self, values: dict[str, Any], scope: Scope) -> Any:
        building = references.building(values["park"], values["building"], scope)
        outsider = scope.by is not None and not held(scope.by, *COMMUNITY_WIDE_KINDS)
        if outsider and not Park.objects.run_by(scope.by).filter(pk=building.park_id).exists():
            raise ValidationError({"park": f"「{building.park.name}」不是您运营的园区。"})
        self._building = building
        return super().known({**values, "building": building}, scope)

    def create(self, values: dict[str, Any], scope: Scope) -> Any:
        return super().create({**values, "building": self._building}, scope)

    def _save(self, thing: Any) -> Any:
        full_clean_of(thing)
        letting.check_space(thing)
        thing.save()
        return thing

    def beside(self, values: dict[str, Any], scope: Scope) -> dict[str, Any]:
        """The room is a space where the building has one of that number."""
        spaces = Space.objects.standing(values["from_on"]).filter(building=self._building)
        space = spaces.filter(room=values["room"]).first() if values.get("room") else None
        return {"space": space} | ({"area_m2": space.area_m2} if space is not None and "area_m2" not in values else {})


class KeyListings(OfEnterprise):
    code, label, key = "key-list", "重点企业名单", ("uscc", "reason", "from_on")
    importers, exporters = (PostKind.SPECIALIST, PostKind.LEADER), WATCHERS
    models, model, filterset = (KeyListing,), KeyListing, KeyListingFilter
    known_by, changing = ("reason", "from_on"), ("until_on", "source")
    order = ("enterprise__pinyin", "enterprise_id", "from_on", "pk")
    note = "一家企业可因几个原因列入；移出名单请填移出日期，不要删行。"
    columns = (
        NAME, USCC,
        Column("reason", "列入原因", ("原因", "重点类别"), choice(words(key_reasons()), called="列入原因"), lambda row: dict(key_reasons())[row["reason"]], required=True, width=14, options=tuple(label for _, label in key_reasons()), words=dict(key_reasons())),
        Column("from_on", "列入日期", ("列入时间", "起始日期"), read_date, required=True, kind=Kind.DATE, width=12, example="2026-01-01"),
        Column("until_on", "移出日期", ("截止日期", "至"), read_date, kind=Kind.DATE, width=12, note="在名单上的最后一天。"),
        SOURCE,
    )  # fmt: skip


class TierHoldings(OfEnterprise):
    code, label, key = "tiers", "梯度台账", ("uscc", "tier", "gained_on")
    importers, exporters = (PostKind.SPECIALIST, PostKind.LEADER), WATCHERS
    models, model, filterset = (TierHolding,), TierHolding, TierHoldingFilter
    known_by, changing = ("tier", "gained_on"), ("valid_until_on", "evidence", "source")
    order = ("enterprise__pinyin", "enterprise_id", "tier", "-gained_on", "pk")
    note = "同一梯度复评后另起一行。"
    columns = (
        NAME, USCC,
        Column("tier", "梯度", ("培育库", "梯度名称"), choice(words(tier_choices(), 国高企="high_tech", 创新型中小企业="innovative"), called="梯度"), lambda row: dict(tier_choices())[row["tier"]], required=True, width=12, options=tuple(label for _, label in tier_choices()), words=dict(tier_choices())),
        Column("gained_on", "取得日期", ("入库日期", "认定日期", "取得时间"), read_date, required=True, kind=Kind.DATE, width=12, example="2025-12-08"),
        Column("valid_until_on", "有效期至", ("有效期", "到期日期"), read_date, kind=Kind.DATE, width=12),
        Column("evidence", "依据", ("文号", "证书编号", "佐证"), text(200), width=28),
        SOURCE,
    )  # fmt: skip


def read_grade(cell: Any) -> str | None:
    """A, a, A类, 「B 类企业」."""
    words = text_of(cell).upper().replace(" ", "").removesuffix("企业").removesuffix("类").removesuffix("级")
    if not words:
        return None
    if words not in Grade.values:
        raise ValidationError(f"看不懂等级「{words[:20]}」，只能是 A、B、C、D。")
    return words


class LandGrades(OfEnterprise):
    code, label, key = "land-grades", "亩均评价结果", ("uscc", "year")
    importers, exporters = (PostKind.SPECIALIST, PostKind.LEADER), (*COMMUNITY_WIDE_KINDS, PostKind.STREET)
    models, model, filterset = (LandGrade,), LandGrade, LandGradeFilter
    known_by, changing = ("year",), ("grade", "source")
    order = ("-year", "grade", "enterprise__pinyin", "pk")
    note = "政府公布的年度评价等级，照录不推算；一家企业一年一个等级，再导入即更正。"
    columns = (
        NAME, USCC,
        Column("year", "评价年度", ("年度", "年份", "评价年份"), integer(least=2010, most=2100), required=True, kind=Kind.NUMBER, width=10, example="2025"),
        Column("grade", "等级", ("评价等级", "亩均评价", "类别", "评价结果", "综合评价等级"), read_grade, required=True, width=8, options=tuple(Grade.values), words={}),
        SOURCE,
    )  # fmt: skip


__all__ = ["Events", "KeyListings", "LandGrades", "Leases", "Qualifications", "TierHoldings"]
