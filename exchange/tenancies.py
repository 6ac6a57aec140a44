"""Who sits where, from when to when: moving in and moving out by sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

import enterprises as subject
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Post
from enterprises.filters import TenancyFilter
from enterprises.models import Enterprise, EnterpriseStatus, Tenancy
from exchange import references
from exchange.cells import read_code, read_date, read_yes, text
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.sites import BUILDING_OF, PARK_OF
from exchange.table import RowByRow, Scope, full_clean_of
from parks.models import Occupancy, Space

if TYPE_CHECKING:
    from accounts.models import User


class Tenancies(RowByRow):
    code, label, key = "tenancies", "入驻台账", ("uscc", "park", "building", "room", "from_on")
    importers = (PostKind.SPECIALIST, PostKind.LEADER)
    exporters = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)
    models = (Space, Occupancy, Post, Enterprise, Tenancy)
    note = "写了迁出日期的主要办公地按迁出办理；新的主要办公地按搬迁办理，原处自动截止。"
    columns = (
        Column("name", "企业名称", value=lambda row: row["enterprise_name"], width=36),
        Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "统一信用代码"), read_code, required=True, kind=Kind.CODE, width=22),
        PARK_OF, BUILDING_OF,
        Column("room", "房号", ("室号", "房间号", "房间", "单元", "门牌号"), text(40), kind=Kind.CODE, width=12),
        Column("from_on", "入驻日期", ("入驻时间", "起租日", "合同起", "租赁开始"), read_date, kind=Kind.DATE, width=12, note="空着按今天。", example="2026-03-01"),
        Column("until_on", "迁出日期", ("迁出时间", "退租日", "迁离日期"), read_date, kind=Kind.DATE, width=12),
        Column("is_main", "主要办公地", ("主要办公", "是否主要办公地"), read_yes, lambda row: "是" if row["is_main"] else "否", width=10, options=("是", "否"), note="空着按「是」。"),
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        return {"park": references.park_names(scope)}

    def known(self, values: dict[str, Any], scope: Scope) -> Tenancy | None:
        """The same place and day; without a day the open one."""
        self._enterprise = references.enterprise(values["uscc"], scope)
        self._building = references.building(values["park"], values["building"], scope)
        rows = Tenancy.objects.filter(enterprise=self._enterprise, building=self._building)
        if "from_on" in values:
            same = rows.filter(from_on=values["from_on"])
            if "room" in values:
                same = same.filter(room=values["room"]) or same
            return same.order_by("pk").first()
        return rows.open().order_by("-is_main", "pk").first()  # type: ignore[no-any-return]

    def current(self, thing: Tenancy) -> dict[str, Any]:
        return {"room": thing.room, "from_on": thing.from_on, "until_on": thing.until_on, "is_main": thing.is_main}

    def create(self, values: dict[str, Any], scope: Scope) -> Tenancy:
        day = values.get("from_on") or timezone.localtime(scope.at).date()
        main, room, until = values.get("is_main", True), values.get("room", ""), values.get("until_on")
        if main and until is None:
            return subject.move(self._enterprise, building=self._building, room=room, on=day, at=scope.at, by=scope.by)  # type: ignore[no-any-return]
        tenancy = Tenancy(
            enterprise=self._enterprise, building=self._building, room=room, from_on=day, until_on=until, is_main=main, recorded_at=scope.at
        )
        full_clean_of(tenancy, building="building")
        tenancy.save()
        return tenancy

    def update(self, thing: Tenancy, values: dict[str, Any], scope: Scope) -> None:
        if "is_main" in values:
            raise ValidationError({"is_main": "主要办公地不在这里改；请按新的入驻日期填一行搬迁。"})
        until = values.get("until_on")
        if until is not None and until < thing.from_on:
            raise ValidationError({"until_on": f"迁出日期不能早于入驻日期 {thing.from_on}。"})
        leaves = thing.is_main and thing.until_on is None and until is not None
        if leaves and self._enterprise.status == EnterpriseStatus.ACTIVE:
            subject.move_out(self._enterprise, at=scope.at, by=scope.by, on=until)
            thing.refresh_from_db()
            values = {name: value for name, value in values.items() if name != "until_on"}
        for name, value in values.items():
            setattr(thing, name, value)
        full_clean_of(thing)
        thing.save()

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(TenancyFilter, params, Tenancy.objects.visible_to(user), user)
        rows = rows.order_by("enterprise__pinyin", "enterprise_id", "from_on", "pk")
        joined = {
            "enterprise_name": F("enterprise__name"), "uscc": F("enterprise__uscc"),
            "park_name": F("building__park__name"), "building_name": F("building__name"),
        }  # fmt: skip
        return rows.values("room", "from_on", "until_on", "is_main", **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]
