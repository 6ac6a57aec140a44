"""Parks, buildings and spaces: what the office and the operators keep in sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind, UnitKind
from community.models import Grid, Post, Unit
from exchange import references
from exchange.cells import choice, integer, number, read_code, read_date, text
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.table import RowByRow, Scope, full_clean_of
from parks import occupying, people, registry
from parks.filters import BuildingFilter, ParkFilter, SpaceFilter
from parks.models import LARGEST_M2, Building, Occupancy, Park, Space, SpaceKind, SpaceStage, SpaceState

if TYPE_CHECKING:
    from accounts.models import User

STAFF = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET)
_AREA = number(most=LARGEST_M2, places=2)
_KINDS = {label: value for value, label in SpaceKind.choices}
_STATES = {label: value for value, label in SpaceState.choices} | {
    "空置": SpaceState.VACANT,
    "已出租": SpaceState.LET,
    "在租": SpaceState.LET,
}
_STAGES = {label: value for value, label in SpaceStage.choices}
#: A reservation out of a sheet holds so long, where nothing else is said.
RESERVED_DAYS = 30

PARK_OF = Column(
    "park",
    "所属园区",
    ("园区", "园区名称", "所在园区"),
    text(60),
    lambda row: row["park_name"],
    required=True,
    width=20,
    note="园区档案里的名称或代码。",
)
BUILDING_OF = Column(
    "building",
    "楼宇",
    ("楼宇名称", "所属楼宇", "楼栋", "楼幢", "幢号"),
    text(60),
    lambda row: row["building_name"],
    required=True,
    width=16,
)


class Parks(RowByRow):
    code, label, key = "parks", "园区档案", ("code",)
    importers, exporters = (PostKind.LEADER,), (*STAFF, PostKind.STEWARD, PostKind.OPERATOR)
    models = (Post, Park)
    columns = (
        Column("name", "园区名称", ("名称", "园区", "产业园名称"), text(60), required=True, width=24),
        Column("code", "园区代码", ("代码", "编号", "园区编号"), read_code, required=True, kind=Kind.CODE, width=12, note="字母和数字；按它认园区，已有的更新。", example="P063"),
        Column("grid", "所属网格", ("网格", "网格名称"), text(60), lambda row: row["grid_name"] or "", width=14),
        Column("operator", "运营方", ("运营单位", "园区运营方", "物业单位"), text(60), lambda row: row["operator_name"] or "", width=24),
        Column("address", "地址", ("园区地址", "详细地址", "坐落"), text(200), width=36),
        Column("land_area_m2", "土地面积（平方米）", ("占地面积", "土地面积", "用地面积"), _AREA, kind=Kind.NUMBER, width=14, note="1 亩 = 666.67 平方米。"),
        Column("built_on", "建成日期", ("建成时间", "竣工日期", "投用时间"), read_date, kind=Kind.DATE, width=12),
        Column("buildings", "楼宇数", value=lambda row: row["building_count"], kind=Kind.NUMBER, width=8),
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        operators = Unit.objects.filter(community=scope.community, kind=UnitKind.OPERATOR, retired=False)
        return {
            "grid": list(Grid.objects.filter(community=scope.community).order_by("code").values_list("name", flat=True)),
            "operator": list(operators.order_by("code").values_list("name", flat=True)),
        }

    def known(self, values: dict[str, Any], scope: Scope) -> Park | None:
        found = Park.objects.filter(code=values["code"]).select_related("grid", "operator").first()
        if found is not None and found.community_id != scope.community.pk:
            raise ValidationError({"code": f"代码「{values['code']}」已被别的社区使用。"})
        return found  # type: ignore[no-any-return]

    def current(self, thing: Park) -> dict[str, Any]:
        return {
            "name": thing.name, "grid": thing.grid.name if thing.grid else "", "operator": thing.operator.name if thing.operator else "",
            "address": thing.address, "land_area_m2": thing.land_area_m2, "built_on": thing.built_on,
        }  # fmt: skip

    def create(self, values: dict[str, Any], scope: Scope) -> Park:
        return registry.save(Park(community=scope.community, code=values["code"], **self._fields(values, scope)))

    def update(self, thing: Park, values: dict[str, Any], scope: Scope) -> None:
        from parks.people import reassign

        fields = self._fields(values, scope)
        grid = fields.pop("grid", None)
        for name, value in fields.items():
            setattr(thing, name, value)
        registry.save(thing)
        if grid is not None:
            reassign(thing, grid, at=scope.at, by=scope.by)

    def _fields(self, values: dict[str, Any], scope: Scope) -> dict[str, Any]:
        fields = {name: value for name, value in values.items() if name in ("name", "address", "land_area_m2", "built_on")}
        if values.get("grid"):
            fields["grid"] = references.named(Grid.objects.filter(community=scope.community), values["grid"], column="grid", called="网格")
        if values.get("operator"):
            units = Unit.objects.filter(community=scope.community, kind=UnitKind.OPERATOR)
            fields["operator"] = references.named(units, values["operator"], column="operator", called="园区运营方")
        return fields

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(ParkFilter, params, Park.objects.visible_to(user), user)
        plain = ("name", "code", "address", "land_area_m2", "built_on")
        joined = {"grid_name": F("grid__name"), "operator_name": F("operator__name"), "building_count": Count("buildings")}
        return rows.order_by("pinyin", "pk").values(*plain, **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


class Buildings(RowByRow):
    code, label, key = "buildings", "楼宇档案", ("park", "code")
    importers, exporters = (PostKind.LEADER,), (*STAFF, PostKind.STEWARD, PostKind.OPERATOR)
    models = (Building,)
    columns = (
        PARK_OF,
        Column("name", "楼宇名称", ("名称", "楼宇", "楼栋", "楼栋名称", "幢号"), text(60), required=True, width=18),
        Column("code", "楼宇代码", ("代码", "楼宇编号", "编号"), read_code, required=True, kind=Kind.CODE, width=12, note="在园区里不重复；按它认楼宇。", example="B1"),
        Column("floors", "层数", ("楼层数", "总层数"), integer(least=1, most=200, unit="层"), kind=Kind.NUMBER, width=8),
        Column("address", "地址", ("楼宇地址", "详细地址", "坐落"), text(200), width=36),
        Column("keeper", "专职网格员", ("网格员", "楼宇网格员"), text(40), lambda row: row["keeper_name"], width=12, note="所在网格的在任网格员的姓名或账号；空着不改。"),
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        return {"park": references.park_names(scope)}

    def known(self, values: dict[str, Any], scope: Scope) -> Building | None:
        self._park = references.park(values["park"], scope)
        return Building.objects.filter(park=self._park, code=values["code"]).first()  # type: ignore[no-any-return]

    def current(self, thing: Building) -> dict[str, Any]:
        keeper = thing.keeper.user.display_name if thing.keeper is not None else ""
        return {"name": thing.name, "floors": thing.floors, "address": thing.address, "keeper": keeper}

    def create(self, values: dict[str, Any], scope: Scope) -> Building:
        keeper = self._keeper(values, scope)
        made: Building = _saved(
            Building(park=self._park, **{name: value for name, value in values.items() if name not in ("park", "keeper")})
        )
        return people.set_keeper(made, keeper, at=scope.at, by=scope.by) if keeper is not None else made

    def update(self, thing: Building, values: dict[str, Any], scope: Scope) -> None:
        keeper = self._keeper(values, scope)
        _set(thing, {name: value for name, value in values.items() if name != "keeper"})
        if keeper is not None:
            people.set_keeper(thing, keeper, at=scope.at, by=scope.by)

    def _keeper(self, values: dict[str, Any], scope: Scope) -> Post | None:
        """By name or account, among the people of the park's grid; empty changes nothing. Raises ValidationError."""
        said = values.get("keeper")
        if not said:
            return None
        found = [post for post in people.keepers(self._park, scope.at) if said in (post.user.display_name, post.user.username)]
        if len(found) != 1:
            problem = f"「{said}」不是这个园区所在网格的在任网格员" if not found else f"这个网格有 {len(found)} 位「{said}」，请填账号"
            raise ValidationError({"keeper": problem})
        return found[0]

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(BuildingFilter, params, Building.objects.visible_to(user), user).order_by("park__pinyin", "park_id", "code", "pk")
        here = Q(keeper__grid=F("park__grid")) & Q(keeper__in=Post.objects.in_force(at))
        name = Case(When(here, then=Coalesce(NullIf("keeper__user__name", Value("")), "keeper__user__username")), default=Value(""))
        found = rows.values("name", "code", "floors", "address", park_name=F("park__name"), keeper_name=name)
        return found.iterator(chunk_size=2000)  # type: ignore[no-any-return]


class Spaces(RowByRow):
    code, label, key = "spaces", "空间台账", ("park", "building", "room")
    importers = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.OPERATOR)
    exporters = (*STAFF, PostKind.STEWARD, PostKind.OPERATOR)
    models = (Space, Occupancy)
    note = "运营方只能导入自己园区的空间。面积变了请在空间页面办拆分或合并；租约请导「租约台账」，导入后这里自动成为已租。"
    columns = (
        PARK_OF, BUILDING_OF,
        Column("room", "房号", ("室号", "房间号", "房间", "单元", "门牌号"), text(40), required=True, kind=Kind.CODE, width=12, example="502"),
        Column("floor", "楼层", ("层", "所在楼层"), integer(least=-9, most=200, unit="层"), kind=Kind.NUMBER, width=8, note="地下为负数。"),
        Column("area_m2", "面积（平方米）", ("面积", "建筑面积", "租赁面积", "使用面积"), _AREA, required=True, kind=Kind.NUMBER, width=12, example="126.5"),
        Column("kind", "用途", ("类型", "空间用途", "房屋用途"), choice(_KINDS, called="用途"), lambda row: SpaceKind(row["kind"]).label, width=8, options=tuple(SpaceKind.labels), words=dict(SpaceKind.choices)),
        Column("stage", "阶段", ("适合阶段", "载体类型", "梯度"), choice(_STAGES, called="阶段"), lambda row: SpaceStage(row["stage"]).label if row["stage"] else "", width=10, options=tuple(SpaceStage.labels), words=dict(SpaceStage.choices)),
        Column("status", "状态", ("租赁状态", "空间状态", "出租状态"), choice(_STATES, called="状态"), lambda row: SpaceState(row["state"]).label, width=8, options=tuple(SpaceState.labels), words=dict(SpaceState.choices), note="没有租约的已租、已预订从导入当天算起。"),
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        return {"park": references.park_names(scope)}

    def known(self, values: dict[str, Any], scope: Scope) -> Space | None:
        self._building = references.building(values["park"], values["building"], scope)
        if scope.by is not None and not held(scope.by, *COMMUNITY_WIDE_KINDS):
            own = Park.objects.run_by(scope.by).filter(pk=self._building.park_id)
            if not own.exists():
                raise ValidationError({"park": f"「{self._building.park.name}」不是您运营的园区。"})
        return Space.objects.on(_day(scope)).filter(building=self._building, room=values["room"]).first()  # type: ignore[no-any-return]

    def current(self, thing: Space) -> dict[str, Any]:
        return {"floor": thing.floor, "area_m2": thing.area_m2, "kind": thing.kind, "stage": thing.stage, "status": thing.state}

    def create(self, values: dict[str, Any], scope: Scope) -> Space:
        made: Space = _saved(
            Space(building=self._building, **{name: value for name, value in values.items() if name not in ("park", "building", "status")})
        )
        self._declare(made, values.get("status", SpaceState.VACANT), scope)
        return made

    def update(self, thing: Space, values: dict[str, Any], scope: Scope) -> None:
        state = values.pop("status", None)
        if state is not None and thing.occupancies.on(_day(scope)).filter(lease_key__isnull=False).exists():
            raise ValidationError({"status": "这间有在租的租约，不能改状态；请先在租约台账里登记退租。"})
        if "area_m2" in values and (thing.made_by_id or thing.ended_by_id):
            raise ValidationError({"area_m2": "这间由拆分或合并而来（或将拆并），面积不能单独改；请在空间页面重新办理拆并。"})
        if state == SpaceState.VACANT and thing.tenancies.filter(until_on__isnull=True).exists():
            raise ValidationError({"status": "这间还有企业在用，不能改为闲置；请先办理迁出。"})
        _set(thing, values)
        if state is not None:
            occupying.end(thing, _day(scope), tenant=None)
            self._declare(thing, state, scope)

    def _declare(self, space: Space, state: str, scope: Scope) -> None:
        if state == SpaceState.VACANT:
            return
        day = _day(scope)
        until = day + timedelta(days=RESERVED_DAYS) if state == SpaceState.RESERVED else None
        source = f"表格导入：{scope.source}"[:60]
        occupying.declare(space, state, from_on=day, until_on=until, source=source, by=scope.by, at=scope.at)

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(SpaceFilter, params, Space.objects.visible_to(user).on(timezone.localtime(at).date()), user)
        rows = rows.order_by("building__park__pinyin", "building__park_id", "building__code", "room", "pk")
        joined = {"park_name": F("building__park__name"), "building_name": F("building__name")}
        return rows.values("room", "floor", "area_m2", "kind", "stage", "state", **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


def _day(scope: Scope) -> date:
    return timezone.localtime(scope.at).date()


def _saved(thing: Any) -> Any:
    full_clean_of(thing)
    thing.save()
    return thing


def _set(thing: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(thing, name, value)
    _saved(thing)
