"""园区评价 goes out: one row a park and indicator, with everything a score can be reckoned again from (weights, steps, quotas in words and numbers)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from community.models import Community
from evaluations.models import Round, Scheme, Value
from evaluations.states import Better, Missing, RoundState, Scoring, Ties
from exchange.columns import Column, Kind
from exchange.table import Table

if TYPE_CHECKING:
    from accounts.models import User

_ASKED = {"round", "period", "park"}


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


class Evaluations(Table):
    code, label = "evaluations", "园区评价"
    exporters = (*COMMUNITY_WIDE_KINDS, PostKind.STREET, PostKind.OPERATOR)
    note = "每个园区每项指标一行，含权重、档位、缺数据的处理、等级名额；凭这张表可以重算得分、名次和等级。运营方只有本园区的行。"
    columns = (
        Column("period", "期间", kind=Kind.CODE, width=10),
        Column("state", "状态", value=lambda row: RoundState(row["state"]).label, width=10),
        Column("community", "社区", width=16),
        Column("park_code", "园区代码", kind=Kind.CODE, width=12),
        Column("park", "园区", width=20),
        Column("dimension", "维度", width=12),
        Column("indicator", "指标", width=18),
        Column("unit", "单位", width=10),
        Column("weight", "权重", kind=Kind.NUMBER, width=8),
        Column("better", "方向", value=lambda row: Better(row["better"]).label, width=10),
        Column("scoring", "计分", value=lambda row: Scoring(row["scoring"]).label, width=12),
        Column("steps", "档位", width=32),
        Column("missing", "缺数据", value=lambda row: Missing(row["missing"]).label, width=12),
        Column("measured", "测算值", kind=Kind.NUMBER, width=12),
        Column("raw", "原始值", kind=Kind.NUMBER, width=12),
        Column("said", "依据", width=40),
        Column("points", "指标得分", kind=Kind.NUMBER, width=10),
        Column("score", "总分", kind=Kind.NUMBER, width=10),
        Column("rank", "名次", kind=Kind.NUMBER, width=8),
        Column("grade", "等级", width=10),
        Column("quotas", "等级名额", width=36),
        Column("ties", "同分", value=lambda row: Ties(row["ties"]).label, width=8),
        Column("reason", "理由", width=60),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        """`round` (a key), `period`, `park` (a code); all that is in sight where nothing is asked. A draft's rows are the office's."""
        asked = {name: values[-1] if isinstance(values, list) else values for name, values in params.items()}
        if unknown := sorted(set(asked) - _ASKED):
            raise ValidationError(f"没有「{unknown[0][:40]}」这个筛选条件。")
        rounds = Round.objects.visible_to(user)
        if key := asked.get("round"):
            if not (str(key).isascii() and str(key).isdigit() and len(str(key)) < 18):
                raise ValidationError("没有这一期评价，请回到页面重新导出。")
            rounds = rounds.filter(pk=int(key))
        if period := asked.get("period"):
            rounds = rounds.filter(period=str(period)[:7])
        everything = set(Community.objects.worked_by(user).values_list("pk", flat=True))
        for round_ in rounds.newest().select_related("community"):
            yield from self._rows(round_, user, str(asked.get("park", ""))[:20], hides=round_.community_id not in everything)

    def _rows(self, round_: Round, user: User, park: str, *, hides: bool) -> Iterator[dict[str, Any]]:
        scheme = Scheme.objects.whole().get(pk=round_.scheme_id)
        quotas = "，".join(f"{row.label} {_plain(row.quota)}%" for row in sorted(scheme.grades.all(), key=lambda row: row.place))
        values = Value.objects.visible_to(user).filter(result__round=round_).select_related("indicator", "result__park", "result__grade")
        if park:
            values = values.filter(result__park__code=park)
        for row in values.order_by("result__rank", "result_id", "indicator__rank").iterator(chunk_size=2000):
            hidden, meaning = hides and bool(row.withheld), row.indicator.meaning
            yield {
                "period": round_.period, "state": round_.state, "community": round_.community.name, "park_code": row.result.park.code,
                "park": row.result.park.name, "dimension": meaning.dimension.label, "indicator": meaning.label, "unit": meaning.unit,
                "weight": row.indicator.weight, "better": row.indicator.better, "scoring": row.indicator.scoring,
                "steps": "，".join(f"{limit}:{gained}" for limit, gained in row.indicator.steps), "missing": row.indicator.missing,
                "measured": None if hidden else row.measured, "raw": None if hidden else row.raw,
                "said": row.get_withheld_display() if hidden else row.said, "points": row.points, "score": row.result.score,
                "rank": row.result.rank, "grade": row.result.grade.label if row.result.grade else "", "quotas": quotas, "ties": scheme.ties,
                "reason": row.result.reason,
            }  # fmt: skip
