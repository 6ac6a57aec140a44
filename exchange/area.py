"""What is told of a community from outside: published area figures, rounds of the satisfaction survey, and the targets it set itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from dashboards.area import AREA_KIND_OF, AREA_KINDS
from dashboards.indicators import INDICATORS
from dashboards.models import AreaFigure, SurveyRound, Target
from exchange.cells import choice, integer, number, read_date, text
from exchange.columns import Column, Kind
from exchange.table import RowByRow, Scope, full_clean_of

if TYPE_CHECKING:
    from accounts.models import User

_MOST = 1_000_000_000
_KINDS = {kind.label: kind.code for kind in AREA_KINDS}
_WORDS = {row.label: code for code, row in INDICATORS.items()}


class OfCommunity(RowByRow):
    """Rows that hang on the community alone; `key` says which one a row is."""

    importers, exporters = (PostKind.LEADER,), (*COMMUNITY_WIDE_KINDS, PostKind.STREET)
    model: ClassVar[type[models.Model]]

    def known(self, values: dict[str, Any], scope: Scope) -> Any:
        told = {name: values[name] for name in self.key if name in values}
        return self.model._default_manager.filter(community=scope.community, **told).first()

    def current(self, thing: Any) -> dict[str, Any]:
        return {column.code: getattr(thing, column.code) for column in self.imported}

    def create(self, values: dict[str, Any], scope: Scope) -> Any:
        thing = self.model(community=scope.community, **self.beside(scope), **values)
        full_clean_of(thing)
        thing.save()
        return thing

    def update(self, thing: Any, values: dict[str, Any], scope: Scope) -> None:
        for name, value in {**values, **self.beside(scope)}.items():
            setattr(thing, name, value)
        full_clean_of(thing)
        thing.save()

    def beside(self, scope: Scope) -> dict[str, Any]:
        return {}

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        if unknown := sorted(params):
            raise ValidationError(f"没有「{unknown[0][:40]}」这个筛选条件。")
        rows = self.model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        yield from rows.order_by(*self.key, "pk").values(*(column.code for column in self.columns)).iterator(chunk_size=2000)


class AreaFigures(OfCommunity):
    code, label, key = "area-figures", "区域数据", ("kind", "from_on", "until_on")
    models, model = (AreaFigure,), AreaFigure
    note = "照公布的数登记，写明来源；企业数据的合计不会改动它。全街道的数由街道登记，不在本表。"
    columns = (
        Column("kind", "指标", ("指标名称",), choice(_KINDS, called="指标"), lambda row: AREA_KIND_OF[row["kind"]].label, required=True, width=24, options=tuple(_KINDS), words={kind.code: kind.label for kind in AREA_KINDS}),
        Column("from_on", "期初", ("开始日期", "起"), read_date, required=True, kind=Kind.DATE, width=12, example="2026-01-01"),
        Column("until_on", "期末", ("截止日期", "止"), read_date, required=True, kind=Kind.DATE, width=12, example="2026-10-31"),
        Column("value", "数值", ("值",), number(least=-_MOST, most=_MOST, places=2), required=True, kind=Kind.NUMBER, width=14),
        Column("growth", "公布增速（%）", ("增速", "同比", "同比增速"), number(least=-100, most=10_000, places=2), kind=Kind.NUMBER, width=12),
        Column("share", "公布占比", ("占比",), text(40), width=20),
        Column("source", "来源", ("数据来源",), text(100), required=True, width=24),
        Column("published_on", "公布日期", (), read_date, kind=Kind.DATE, width=12),
    )  # fmt: skip

    def beside(self, scope: Scope) -> dict[str, Any]:
        return {"street_id": scope.community.street_id, "recorded_at": scope.at, "recorded_by": scope.by}


class SurveyRounds(OfCommunity):
    code, label, key = "surveys", "满意度调查", ("name",)
    models, model = (SurveyRound,), SurveyRound
    note = "一轮一行；满意率 = 满意 ÷ 答卷。与好差评分开统计，不相加。"
    columns = (
        Column("name", "轮次", ("调查", "名称"), text(60), required=True, width=20),
        Column("from_on", "起", ("开始日期",), read_date, required=True, kind=Kind.DATE, width=12, example="2026-09-01"),
        Column("until_on", "止", ("结束日期", "截止日期"), read_date, required=True, kind=Kind.DATE, width=12, example="2026-09-30"),
        Column("sample", "样本", ("样本量",), integer(most=10_000_000), kind=Kind.NUMBER, width=10),
        Column("invited", "邀请", ("邀请数",), integer(most=10_000_000), kind=Kind.NUMBER, width=10),
        Column("answered", "答卷", ("有效答卷", "回收"), integer(least=1, most=10_000_000), required=True, kind=Kind.NUMBER, width=10),
        Column("satisfied", "满意", ("满意数",), integer(most=10_000_000), required=True, kind=Kind.NUMBER, width=10),
        Column("method", "方式", ("调查方式",), text(100), width=20),
        Column("source", "来源", ("数据来源",), text(100), required=True, width=24),
    )  # fmt: skip


class Targets(OfCommunity):
    code, label, key = "targets", "指标目标", ("indicator", "from_on")
    models, model = (Target,), Target
    note = "目标在起止日内（含两端）与指标并列显示；新的一年另起一行。"
    columns = (
        Column("indicator", "指标", ("指标名称",), choice(_WORDS, called="指标"), lambda row: INDICATORS[row["indicator"]].label, required=True, width=24, options=tuple(_WORDS), words={code: row.label for code, row in INDICATORS.items()}),
        Column("from_on", "起", ("开始日期",), read_date, required=True, kind=Kind.DATE, width=12, example="2026-01-01"),
        Column("until_on", "止", ("结束日期", "截止日期"), read_date, required=True, kind=Kind.DATE, width=12, example="2026-12-31"),
        Column("value", "目标值", ("目标",), number(least=-_MOST, most=_MOST, places=2), required=True, kind=Kind.NUMBER, width=12),
        Column("source", "依据", ("来源",), text(100), required=True, width=24),
    )  # fmt: skip
