"""招租, 企业进出 and 找空间 by sheet: what is on offer goes in and out, the other two out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from enterprises.filters import MoveReportFilter, SpaceDemandFilter
from enterprises.models import MoveKind, MoveReport, SpaceDemand
from exchange import references
from exchange.cells import choice, number, read_date, text
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.sites import BUILDING_OF, PARK_OF
from exchange.table import RowByRow, Scope, Table
from parks import offering
from parks.filters import ListingFilter
from parks.letting import DEAREST_YUAN
from parks.models import Listing, Space, SpaceKind, SpaceStage

if TYPE_CHECKING:
    from accounts.models import User

STAFF = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)
_STAGES = {label: value for value, label in SpaceStage.choices}


class Listings(RowByRow):
    code, label, key = "listings", "招租台账", ("park", "building", "room")
    importers = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.OPERATOR)
    exporters = STAFF
    models = (Space, Listing)
    note = "运营方只能发布自己园区的空间；已在招租的按新的价格更新。撤下请在空间页面办。"
    columns = (
        PARK_OF, BUILDING_OF,
        Column("room", "房号", ("室号", "房间号", "房间", "单元", "门牌号"), text(40), required=True, kind=Kind.CODE, width=12, example="502"),
        Column("area_m2", "面积（平方米）", kind=Kind.NUMBER, width=12),
        Column("kind", "用途", value=lambda row: SpaceKind(row["kind"]).label, width=8),
        Column("stage", "阶段", ("适合阶段", "载体类型"), choice(_STAGES, called="阶段"), lambda row: SpaceStage(row["stage"]).label if row["stage"] else "", required=True, width=10, options=tuple(SpaceStage.labels), words=dict(SpaceStage.choices)),
        Column("price_yuan", "租金（元/㎡·天）", ("租金", "单价", "日租金"), number(most=DEAREST_YUAN, places=2), required=True, kind=Kind.NUMBER, width=14, example="2.5"),
        Column("available_on", "可入驻日期", ("入驻时间", "可入驻时间", "交付日期"), read_date, required=True, kind=Kind.DATE, width=12),
        Column("note", "说明", ("备注",), text(200), width=30),
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        return {"park": references.park_names(scope)}

    def known(self, values: dict[str, Any], scope: Scope) -> Listing | None:
        building = references.building(values["park"], values["building"], scope)
        today = timezone.localtime(scope.at).date()
        self._space = Space.objects.standing(today).filter(building=building, room=values["room"]).first()
        if self._space is None:
            raise ValidationError({"room": f"「{building.name}」没有房号为「{values['room']}」的空间，请先导入空间台账。"})
        return Listing.objects.filter(space=self._space, withdrawn_at__isnull=True).select_related("space").first()  # type: ignore[no-any-return]

    def current(self, thing: Listing) -> dict[str, Any]:
        return {"stage": thing.space.stage, "price_yuan": thing.price_yuan, "available_on": thing.available_on, "note": thing.note}

    def create(self, values: dict[str, Any], scope: Scope) -> Listing:
        return self._publish({"note": ""} | values, scope)

    def update(self, thing: Listing, values: dict[str, Any], scope: Scope) -> None:
        self._publish(self.current(thing) | values, scope)

    def _publish(self, values: dict[str, Any], scope: Scope) -> Listing:
        if scope.by is None:
            raise ValidationError("招租须由运营方或社区的人发布。")
        facts = {name: values[name] for name in ("stage", "price_yuan", "available_on", "note")}
        return offering.publish(self._space, **facts, by=scope.by, at=scope.at)

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(ListingFilter, params, Listing.objects.visible_to(user).shown(), user)
        rows = rows.order_by("space__building__park__pinyin", "space__building__park_id", "space__building__code", "space__room", "pk")
        joined = {
            "park_name": F("space__building__park__name"), "building_name": F("space__building__name"), "room": F("space__room"),
            "area_m2": F("space__area_m2"), "kind": F("space__kind"), "stage": F("space__stage"),
        }  # fmt: skip
        return rows.values("price_yuan", "available_on", "note", **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


class Moves(Table):
    code, label = "moves", "企业进出"
    exporters = STAFF
    columns = (
        Column("name", "企业名称", width=36), Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=22),
        Column("kind", "类别", value=lambda row: MoveKind(row["kind"]).label, width=8),
        Column("park", "园区", value=lambda row: row["park_name"], width=20), Column("building", "楼宇", value=lambda row: row["building_name"], width=16),
        Column("room", "房号", value=lambda row: row["room_name"] or "", kind=Kind.CODE, width=12), Column("on", "日期", kind=Kind.DATE, width=12),
        Column("place", "从何处来、到何处去", width=20), Column("reported_at", "报送时间", kind=Kind.DATE, width=17),
        Column("decided_at", "确认时间", kind=Kind.DATE, width=17),
        Column("verdict", "结果", value=lambda row: {True: "已确认", False: "已退回", None: "待确认"}[row["confirmed"]], width=10),
        Column("reason", "退回说明", width=30),
    )  # fmt: skip

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(MoveReportFilter, params, MoveReport.objects.visible_to(user), user).order_by("-reported_at", "-pk")
        joined = {"park_name": F("building__park__name"), "building_name": F("building__name"), "room_name": F("space__room")}
        plain = ("name", "uscc", "kind", "on", "place", "reported_at", "decided_at", "confirmed", "reason")
        return rows.values(*plain, **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


class SpaceDemands(Table):
    code, label = "space-demands", "空间需求"
    exporters = (*COMMUNITY_WIDE_KINDS, PostKind.STREET, PostKind.OPERATOR)
    note = "没有同意公开名称的，运营方的表里不写是谁。"
    columns = (
        Column("who", "企业或项目", width=36), Column("area_from_m2", "面积从（㎡）", kind=Kind.NUMBER, width=12),
        Column("area_to_m2", "面积到（㎡）", kind=Kind.NUMBER, width=12), Column("price_most_yuan", "租金上限（元/㎡·天）", kind=Kind.NUMBER, width=14),
        Column("stage", "阶段", value=lambda row: dict(SpaceStage.choices).get(row["stage"], "不限"), width=10),
        Column("kind", "用途", value=lambda row: dict(SpaceKind.choices).get(row["kind"], "不限"), width=10),
        Column("industry_code", "行业代码", kind=Kind.CODE, width=10), Column("move_in_on", "最迟入驻", kind=Kind.DATE, width=12),
        Column("note", "其他要求", width=30), Column("made_at", "提出时间", kind=Kind.DATE, width=17),
        Column("answer", "现在", value=lambda row: "暂无合适的" if row["lacks"] else "有合适的", width=12),
    )  # fmt: skip

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(SpaceDemandFilter, params, SpaceDemand.objects.visible_to(user).open(), user)
        unmet = set(SpaceDemand.objects.visible_to(user).open().unmet().values_list("pk", flat=True))
        inside = bool(held(user, *COMMUNITY_WIDE_KINDS, PostKind.STREET))
        plain = (
            "pk",
            "who",
            "named",
            "area_from_m2",
            "area_to_m2",
            "price_most_yuan",
            "stage",
            "kind",
            "industry_code",
            "move_in_on",
            "note",
            "made_at",
        )
        for row in rows.order_by("-made_at", "-pk").values(*plain).iterator(chunk_size=2000):
            yield row | {"who": row["who"] if inside or row["named"] else "未同意公开名称", "lacks": row["pk"] in unmet}


__all__ = ["Listings", "Moves", "SpaceDemands"]
