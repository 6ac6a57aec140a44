"""风险标记 and 风险线索 in and out. A flag that came by sheet goes down as any other does, by two people; a batch of signs can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from exchange import references
from exchange.cells import choice, read_code, read_date, text
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.table import RowByRow, Scope, Table
from risks import flags, signs
from risks.filters import FlagFilter, SignFilter
from risks.kinds import KINDS, Level, Source, Verdict, kind_of, kinds_in_use, level_label
from risks.models import Finding, Flag, ParkAlert, Sign
from risks.rules import RULES, rule_label

if TYPE_CHECKING:
    from accounts.models import User

_READERS = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET)
_KINDS = {kind.label: kind.code for kind in kinds_in_use()} | {code: code for code in KINDS}
_LEVELS = {word: level for level in Level for word in (level.label, f"{level.label}色", level.code)}

ENTERPRISE = Column("name", "企业名称", value=lambda row: row["enterprise_name"], width=36)
USCC = Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "统一信用代码"), read_code, required=True, kind=Kind.CODE, width=22)
KIND = Column(
    "kind", "风险种类", ("种类", "风险类型", "类型", "风险类别"), choice(_KINDS, called="风险种类"),
    lambda row: kind_of(row["kind"]).label, required=True, width=18, options=tuple(kind.label for kind in kinds_in_use()),
    words={code: kind.label for code, kind in KINDS.items()},
)  # fmt: skip
DIMENSION = Column("dimension", "维度", value=lambda row: kind_of(row["kind"]).dimension.label, width=8)
SOURCE = Column("source", "来源", value=lambda row: Source(row["source"]).label, width=10)


class RiskFlags(RowByRow):
    code, label, key = "risk-flags", "风险标记", ("uscc", "kind")
    importers, exporters = COMMUNITY_WIDE_KINDS, _READERS
    note = "一家企业同一种类只有一个未解除的标记；等级写得更高即升级，降低或解除须在平台上申请、由第二人复核。"
    columns = (
        ENTERPRISE, USCC, KIND, DIMENSION,
        Column("level", "等级", ("风险等级", "级别", "预警等级"), choice(_LEVELS, called="等级"), lambda row: level_label(row["level"]), required=True, width=8, options=tuple(reversed(Level.labels)), words=dict(Level.choices)),
        Column("evidence", "依据", ("标记依据", "风险描述", "情况说明", "情况", "事由"), text(flags.LONGEST, multiline=True), required=True, width=48),
        SOURCE,
        Column("owner", "责任人", value=lambda row: row["owner_name"], width=12),
        Column("raised_by", "标记人", value=lambda row: row["raiser"] or "规则", width=12),
        Column("raised_at", "标记时间", kind=Kind.DATE, width=17),
        Column("level_since_at", "现等级始于", kind=Kind.DATE, width=17),
        Column("ended_at", "解除时间", kind=Kind.DATE, width=17),
        Column("verdict", "结论", value=lambda row: Verdict(row["verdict"]).label if row["verdict"] else "", width=14),
    )  # fmt: skip

    def known(self, values: dict[str, Any], scope: Scope) -> Flag | None:
        self._enterprise, self._values = references.enterprise(values["uscc"], scope), values
        return Flag.objects.open().filter(enterprise=self._enterprise, kind=values["kind"]).first()  # type: ignore[no-any-return]

    def current(self, thing: Flag) -> dict[str, Any]:
        return {"level": thing.level, "evidence": thing.evidence}

    def create(self, values: dict[str, Any], scope: Scope) -> Flag:
        assert scope.by is not None
        facts = (values["kind"], values["level"], values["evidence"])
        return flags.raise_flag(self._enterprise, *facts, by=scope.by, at=scope.at, source=Source.IMPORT)

    def update(self, thing: Flag, values: dict[str, Any], scope: Scope) -> None:
        """Only upwards; what is lower, or the same in other words, is refused in the words of the page."""
        self.create(self._values, scope)

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(FlagFilter, params, Flag.objects.visible_to(user), user).gravest_first()
        joined = {
            "enterprise_name": F("enterprise__name"), "uscc": F("enterprise__uscc"), "owner_name": F("owner__name"), "raiser": F("raised_by__name"),
        }  # fmt: skip
        plain = ("kind", "level", "evidence", "source", "raised_at", "level_since_at", "ended_at", "verdict")
        return rows.values(*plain, **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


class RiskSigns(RowByRow):
    code, label, key = "risk-signs", "风险线索", ("uscc", "kind", "at", "note")
    importers, exporters = COMMUNITY_WIDE_KINDS, _READERS
    models = (Sign,)
    note = "线索只说看到了什么，不改变等级；同一家、同一天、同一种类、同样内容的只记一条。"
    columns = (
        ENTERPRISE, USCC, KIND, DIMENSION,
        Column("at", "发现日期", ("日期", "发现时间", "列入日期", "公告日期"), read_date, lambda row: timezone.localtime(row["at"]).date(), required=True, kind=Kind.DATE, width=12, example="2026-03-01"),
        Column("note", "情况", ("情况说明", "内容", "事由", "备注", "列入原因"), text(signs.LONGEST, multiline=True), required=True, width=48),
        SOURCE,
        Column("recorded_by", "登记人", value=lambda row: row["recorder"] or "系统", width=12),
    )  # fmt: skip

    def known(self, values: dict[str, Any], scope: Scope) -> Sign | None:
        self._enterprise = references.enterprise(values["uscc"], scope)
        if values["at"] > timezone.localtime(scope.at).date():
            raise ValidationError({"at": "发现日期不能晚于今天。"})
        # The same firm, kind, day and words are the same sign, wherever it came from: what goes out comes back in unchanged.
        day = (_morning(values["at"]), _morning(values["at"] + timedelta(days=1)))
        same = Sign.objects.filter(enterprise=self._enterprise, kind=values["kind"], note=values["note"], at__gte=day[0], at__lt=day[1])
        return same.order_by("pk").first()  # type: ignore[no-any-return]

    def current(self, thing: Sign) -> dict[str, Any]:
        return {}

    def create(self, values: dict[str, Any], scope: Scope) -> Sign:
        assert scope.by is not None
        signs.must_set(self._enterprise, scope.by)
        facts = {"at": _morning(values["at"]), "recorded_at": scope.at, "note": values["note"], "by": scope.by}
        return signs.record_sign(self._enterprise, values["kind"], source=Source.IMPORT, key=self._key(values), **facts)

    def update(self, thing: Sign, values: dict[str, Any], scope: Scope) -> None:
        """Never: a sign is the same or another one."""

    def _key(self, values: dict[str, Any]) -> str:
        return f"{self._enterprise.uscc}:{values['kind']}:{values['at']}:{sha256(values['note'].encode()).hexdigest()[:24]}"

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(SignFilter, params, Sign.objects.visible_to(user), user).order_by("-at", "-pk")
        joined = {"enterprise_name": F("enterprise__name"), "uscc": F("enterprise__uscc"), "recorder": F("recorded_by__name")}
        return rows.values("kind", "at", "note", "source", **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


class RiskFindings(Table):
    code, label = "risk-findings", "预警依据"
    exporters = _READERS
    columns = (
        ENTERPRISE, Column("uscc", "统一社会信用代码", kind=Kind.CODE, width=22),
        Column("rule", "规则", value=lambda row: rule_label(row["rule"]), width=22),
        Column("kind", "风险种类", value=lambda row: kind_of(row["flag_kind"]).label, width=18),
        Column("level", "等级", value=lambda row: level_label(row["level"]), width=8),
        Column("reason", "依据", width=60),
        Column("params", "当时的阈值", value=lambda row: _thresholds(row), width=36),
        Column("found_at", "发现时间", kind=Kind.DATE, width=17),
        Column("state", "标记状态", value=lambda row: Verdict(row["verdict"]).label if row["verdict"] else "未解除", width=14),
    )  # fmt: skip

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        """Of the flags the list shows."""
        flags_of = filtered(FlagFilter, params, Flag.objects.visible_to(user), user).order_by().values("pk")
        rows = Finding.objects.visible_to(user).filter(flag__in=flags_of).order_by("-found_at", "-pk")
        joined = {
            "enterprise_name": F("enterprise__name"),
            "uscc": F("enterprise__uscc"),
            "flag_kind": F("flag__kind"),
            "verdict": F("flag__verdict"),
        }
        return rows.values("rule", "level", "reason", "params", "found_at", **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


def _thresholds(row: dict[str, Any]) -> str:
    rule = RULES.get(row["rule"])
    return rule.said(rule.complete(row["params"])) if rule else ""


class ParkAlerts(Table):
    code, label = "park-alerts", "园区预警"
    exporters = _READERS
    columns = (
        Column("park", "园区", value=lambda row: row["park_name"], width=24),
        Column("park_code", "园区代码", kind=Kind.CODE, width=12),
        Column("rule", "规则", value=lambda row: rule_label(row["rule"]), width=18),
        Column("level", "等级", value=lambda row: level_label(row["level"]), width=8),
        Column("reason", "依据", width=60),
        Column("owner", "责任人", value=lambda row: row["owner_name"], width=12),
        Column("opened_at", "预警时间", kind=Kind.DATE, width=17),
        Column("ended_at", "解除时间", kind=Kind.DATE, width=17),
        Column("verdict", "结论", value=lambda row: Verdict(row["verdict"]).label if row["ended_at"] else "", width=14),
        Column("evidence", "解除依据", value=lambda row: row["evidence"] if row["ended_at"] else "", width=48),
    )  # fmt: skip

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        """`state=ended` those that were closed, without it what is open."""
        rows = ParkAlert.objects.visible_to(user).filter(ended_at__isnull=params.get("state") != "ended").order_by("-opened_at", "-pk")
        joined = {"park_name": F("park__name"), "park_code": F("park__code"), "owner_name": F("owner__name")}
        return rows.values("rule", "level", "reason", "opened_at", "ended_at", "verdict", "evidence", **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


__all__ = ["ParkAlerts", "RiskFindings", "RiskFlags", "RiskSigns"]
