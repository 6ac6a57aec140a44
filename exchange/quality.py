"""Lists of the checks of the data go out, to be worked off in a sheet: one check, or all that the reader is offered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F

from dashboards.quality.checks import Check, offered
from dashboards.quality.sight import READERS, Sight, Subject
from enterprises.querysets import main_seat
from exchange.columns import Column, Kind
from exchange.table import Table

if TYPE_CHECKING:
    from accounts.models import User

_PLACE = {
    Subject.PARK: {"grid_name": F("grid__name")},
    Subject.BUILDING: {"park_name": F("park__name"), "grid_name": F("park__grid__name")},
    Subject.ENTERPRISE: {
        "building_name": F("seat__building__name"), "park_name": F("seat__building__park__name"), "grid_name": F("seat__building__park__grid__name"),
    },
}  # fmt: skip


class Quality(Table):
    code, label = "quality", "数据质量清单"
    exporters = READERS
    note = "各检查项下要处理的园区、楼宇和企业；在各项的清单页可只导出一项。"
    columns = (
        Column("check", "检查项", width=20),
        Column("name", "名称", width=36),
        Column("key", "代码", kind=Kind.CODE, width=22),
        Column("park", "园区", value=lambda row: row.get("park_name") or "", width=20),
        Column("building", "楼宇", value=lambda row: row.get("building_name") or "", width=16),
        Column("grid", "网格", value=lambda row: row.get("grid_name") or "", width=14),
        Column("rule", "口径", width=48),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        sight = Sight(user, at)
        for check in _asked(params, sight):
            for row in _rows(check, sight):
                yield row | {"check": check.label, "rule": check.rule}


def _asked(params: dict[str, Any], sight: Sight) -> list[Check]:
    """`check`: codes; all of them where none is named. Raises ValidationError."""
    unknown = sorted(set(params) - {"check"})
    if unknown:
        raise ValidationError(f"没有「{unknown[0][:40]}」这个筛选条件。")
    codes = params.get("check", [])
    codes = codes if isinstance(codes, list) else [codes]
    checks = [check for check in offered(sight) if not codes or check.code in codes]
    if len(checks) < len(set(codes)):
        raise ValidationError("没有这个检查项，或不在您的范围。")
    return checks


def _rows(check: Check, sight: Sight) -> Iterator[dict[str, Any]]:
    rows, key = check.rows(sight), F("uscc" if check.subject == Subject.ENTERPRISE else "code")
    if check.subject == Subject.ENTERPRISE:
        rows = rows.annotate(seat=main_seat())
    name = "park__pinyin" if check.subject == Subject.BUILDING else "pinyin"
    return rows.order_by(name, "pk").values("name", key=key, **_PLACE[check.subject]).iterator(chunk_size=2000)  # type: ignore[no-any-return]
