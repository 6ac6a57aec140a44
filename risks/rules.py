"""The rules of risk warning (风险预警): one row a rule. What it means is here; its thresholds, level and on or off are rows a community sets.

Sources: the laws each kind of flag cites; thresholds are this community's own proposal (DOMAIN §5), for the leader to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from enterprises.metrics import METRIC_OF, period_label
from risks import selects
from risks.kinds import Dimension, Kind, Level, Source, kind_of
from risks.selects import Select
from wording.parameters import Parameter

OWN = "本社区自定"
ENTERPRISE, PARK = "enterprise", "park"


@dataclass(frozen=True)
class Rule:
    """`kind` is the flag it raises on an enterprise; of a park it opens a `ParkAlert`. `words`: how a finding of it reads, from figures and parameters."""

    code: str
    label: str
    kind: str
    level: Level
    basis: str
    select: Select
    words: Callable[[Mapping[str, Any], Mapping[str, Any]], str]
    parameters: tuple[Parameter, ...] = ()
    subject: str = ENTERPRISE

    @property
    def defaults(self) -> dict[str, Any]:
        return {each.code: each.default for each in self.parameters}

    @property
    def flag_kind(self) -> Kind:
        return kind_of(self.kind)

    @property
    def dimension(self) -> Dimension:
        return self.flag_kind.dimension

    @property
    def private(self) -> bool:
        return self.flag_kind.private

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A parameter that came with a later release has its default."""
        return {each.code: params.get(each.code, each.default) for each in self.parameters}

    def said(self, params: Mapping[str, Any]) -> str:
        return "，".join(f"{each.label} {each.said(value)}" for each, value in ((each, params[each.code]) for each in self.parameters))


def _number(text: str) -> str:
    """Without the noughts nobody wrote."""
    value = Decimal(text).normalize()
    return f"{value:,f}"


def _fell(metric: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], str]:
    meaning = METRIC_OF[metric]

    def words(figures: Mapping[str, Any], params: Mapping[str, Any]) -> str:
        drop = Decimal(figures["drop"]).quantize(Decimal("0.1"), ROUND_HALF_UP)
        now, before = (f"{_number(figures[name])} {meaning.unit}" for name in ("value", "base"))
        return f"{period_label(figures['period'])}{meaning.label} {now}，上年同期 {before}，下降 {drop}%（来源：{figures['source']}）"

    return words


def _where(figures: Mapping[str, Any]) -> str:
    return " ".join(part for part in (figures["building"], figures["room"]) if part)


def _overdue(figures: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    rent = f"，年租金 {_number(figures['rent'])} 万元" if figures.get("rent") else ""
    return f"{_where(figures)}的租金自 {figures['since']} 起拖欠，已满 {params['days']} 天{rent}"


def _ending(figures: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    area = f"，{_number(figures['area'])} 平方米" if figures.get("area") else ""
    return f"{_where(figures)}的租约 {figures['until']} 到期{area}，没有登记续租"


def _counted(what: str, unit: str = "条") -> Callable[[Mapping[str, Any], Mapping[str, Any]], str]:
    def words(figures: Mapping[str, Any], params: Mapping[str, Any]) -> str:
        latest = parse_datetime(figures["latest"]) if figures.get("latest") else None
        when = f"，最近一{unit}：{timezone.localtime(latest):%Y-%m-%d}" if latest else ""
        sources = "、".join(Source(code).label for code in figures.get("sources") or [])
        note = next((note for note in figures.get("note") or [] if note), "")
        told = f"（来源：{sources}）" if sources else ""
        return f"{params['within_days']} 天内有 {figures['count']} {unit}{what}{when}{told}" + (f"：{note[:200]}" if note else "")

    return words


def _vacant(figures: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    rate = Decimal(figures["rate"]).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"可租面积 {_number(figures['area'])} 平方米，闲置 {_number(figures['vacant'])} 平方米，空置率 {rate}%"


def _within(days: int, times: int, unit: str = "条") -> tuple[Parameter, ...]:
    return Parameter("within_days", "最近", days), Parameter("times", "达到", times, 1, 20, unit)


_SPAN = Parameter("span", "期间为", "any", choices={"any": "年、季、月", "year": "年", "quarter": "季", "month": "月"})


def _falling(least: int, unit: str) -> tuple[Parameter, ...]:
    return (
        Parameter("percent", "同比下降", 30, 1, 100, "%"), Parameter("least", "上年同期不少于", least, 1, 999_999, unit),
        Parameter("within_days", "期间结束不超过", 400, 30, 800), _SPAN,
    )  # fmt: skip


_SIGNS = "本社区自定；种类的依据见风险种类"
RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("revenue_drop", "营业收入大幅下降", "downturn", Level.YELLOW, OWN, selects.fallen("revenue"), _fell("revenue"), _falling(10, "万元")),
        Rule("tax_drop", "税收大幅下降", "downturn", Level.YELLOW, OWN, selects.fallen("tax"), _fell("tax"), _falling(1, "万元")),
        Rule("staff_drop", "从业人员大幅减少", "staff", Level.YELLOW, "本社区自定；《劳动合同法》第四十一条", selects.fallen("staff"), _fell("staff"), _falling(10, "人")),
        Rule("rent_overdue", "租金拖欠", "rent", Level.YELLOW, OWN, selects.rent_overdue, _overdue, (Parameter("days", "拖欠满", 60),)),
        Rule("lease_ending", "租约将到期未续", "lease", Level.YELLOW, OWN, selects.lease_ending, _ending, (Parameter("days", "到期前", 90),)),
        Rule("wages_sign", "欠薪线索", "wages", Level.RED, "《保障农民工工资支付条例》", selects.signed("wages"), _counted("欠薪或劳资线索"), _within(30, 1)),
        Rule("labour_tickets", "劳动争议诉求", "wages", Level.ORANGE, "《劳动争议调解仲裁法》第五条", selects.labour_tickets(private=False), _counted("劳动争议与欠薪诉求", "件"), _within(90, 1, "件")),
        Rule(
            "labour_private", "劳动争议诉求（个人或保密）", "labour_private", Level.ORANGE, "《保障农民工工资支付条例》第十条",
            selects.labour_tickets(private=True), _counted("劳动争议与欠薪诉求（保密，不记提出人）", "件"), _within(90, 1, "件"),
        ),
        Rule(
            "hazard_unfixed", "安全隐患逾期未整改", "hazard", Level.ORANGE, "《安全生产法》第四十一条", selects.signed("hazard", unsettled_after=True),
            _counted("安全隐患线索未见整改"), (Parameter("days", "发现后满", 7, 1, 90), *_within(180, 1)),
        ),
        Rule(
            "fire_unfixed", "消防隐患未整改", "fire", Level.ORANGE, "《消防法》第五十四条", selects.signed("fire", unsettled_after=True),
            _counted("消防隐患线索未见整改"), (Parameter("days", "发现后满", 3, 1, 90), *_within(180, 1)),
        ),
        Rule("abnormal_listed", "列入经营异常名录", "abnormal", Level.YELLOW, "《企业信息公示暂行条例》", selects.signed("abnormal"), _counted("经营异常名录线索"), _within(180, 1)),
        Rule("enforced", "被执行或失信", "enforcement", Level.ORANGE, _SIGNS, selects.signed("enforcement"), _counted("被执行或失信线索"), _within(180, 1)),
        Rule("penalised", "受到行政处罚", "penalty", Level.YELLOW, _SIGNS, selects.signed("penalty"), _counted("行政处罚线索"), _within(180, 1)),
        Rule("governance_gap", "制度缺失", "governance", Level.YELLOW, _SIGNS, selects.signed("governance"), _counted("制度缺失线索"), _within(180, 2)),
        Rule("poor_ratings", "多次差评", "discontent", Level.YELLOW, "国办发〔2019〕51 号", selects.poorly_rated, _counted("差评", "次"), _within(90, 2, "次")),
        Rule("lost_contact", "走访三次未遇", "lost", Level.ORANGE, _SIGNS, selects.signed("lost"), _counted("失联线索"), _within(60, 1)),
        Rule("leaving", "外迁意向", "leaving", Level.ORANGE, OWN, selects.happened("intends_to_leave"), _counted("外迁意向记录"), _within(90, 1)),
        Rule(
            "park_vacancy", "园区空置率高", "vacancy", Level.YELLOW, OWN, selects.vacancy, _vacant,
            (Parameter("percent", "空置率达到", 30, 1, 100, "%"), Parameter("least", "可租面积不少于", 1000, 1, 999_999, "平方米")), PARK,
        ),
    )
}  # fmt: skip


def rule_choices() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(rule.code, rule.label) for rule in RULES.values()]


def rule_label(code: str) -> str:
    return RULES[code].label if code in RULES else code
