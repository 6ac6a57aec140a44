"""What is counted of an enterprise (指标): unit, kinds of period, bounds. One row each; a new row needs no migration."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.core.exceptions import ValidationError


class Span(StrEnum):
    """Kinds of period, written 2025, 2025Q3 and 2025-10."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


@dataclass(frozen=True)
class Metric:
    """`least`, `most`: what can be true of one enterprise, both included. `stock`: a state at the end of the period, which is not added up."""

    code: str
    label: str
    unit: str
    group: str
    spans: tuple[Span, ...] = (Span.YEAR,)
    places: int = 2
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100_000_000)
    stock: bool = False
    spellings: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        return f"{self.label}（{self.unit}）"


_ALL = (Span.YEAR, Span.QUARTER, Span.MONTH)
_WAN, _PIECES, _HEADS = "万元", "件", "人"
_MINUS = Decimal(-100_000_000)
_FEW = Decimal(1_000_000)

#: 杭州市高层次人才分类; what the levels are called.
TALENT_LEVELS = (("a", "国内外顶尖人才"), ("b", "国家级领军人才"), ("c", "省级领军人才"), ("d", "市级领军人才"), ("e", "高级人才"))

METRICS = (
    Metric("revenue", "营业收入", _WAN, "经营", _ALL, spellings=("营收", "主营业务收入", "年营业收入", "销售收入")),
    Metric("value_added", "增加值", _WAN, "经营", (Span.YEAR, Span.QUARTER), least=_MINUS, spellings=("工业增加值",)),
    Metric("output", "总产值", _WAN, "经营", (Span.YEAR, Span.QUARTER), spellings=("工业总产值",)),
    Metric("profit", "利润总额", _WAN, "经营", (Span.YEAR, Span.QUARTER), least=_MINUS, spellings=("利润", "净利润")),
    Metric("assets", "资产总额", _WAN, "经营", stock=True, spellings=("总资产", "资产总计")),
    Metric("export", "出口额", _WAN, "经营", spellings=("出口交货值",)),
    Metric("tax", "实缴税金", _WAN, "财税", _ALL, least=_MINUS, spellings=("税收", "纳税额", "税金", "入库税收")),
    Metric("fiscal", "财政贡献", _WAN, "财税", (Span.YEAR, Span.QUARTER), least=_MINUS, spellings=("地方财政贡献", "财政总收入")),
    Metric("research", "研发费用", _WAN, "创新", (Span.YEAR, Span.QUARTER), spellings=("研发投入", "研发经费", "R&D", "R&D费用")),
    Metric("invention_patents", "发明专利", _PIECES, "创新", places=0, most=_FEW, spellings=("发明专利授权",)),
    Metric("utility_patents", "实用新型", _PIECES, "创新", places=0, most=_FEW, spellings=("实用新型专利",)),
    Metric("design_patents", "外观设计", _PIECES, "创新", places=0, most=_FEW, spellings=("外观专利",)),
    Metric("software", "软件著作权", _PIECES, "创新", places=0, most=_FEW, spellings=("软著",)),
    Metric("staff", "从业人员", _HEADS, "人员", (Span.YEAR, Span.QUARTER), places=0, most=Decimal(2_000_000), stock=True, spellings=("从业人数", "员工数", "期末从业人员", "参保人数")),
    Metric("research_staff", "研发人员", _HEADS, "人员", places=0, most=Decimal(2_000_000), stock=True),
    Metric("talents", "高层次人才", _HEADS, "人员", places=0, most=_FEW, stock=True, spellings=("人才", "市级以上人才")),
    *(
        Metric(f"talents_{code}", f"{code.upper()} 类人才", _HEADS, "人才", places=0, most=_FEW, stock=True, spellings=(f"{code.upper()}类", f"{code.upper()}类人才数", word))
        for code, word in TALENT_LEVELS
    ),
    Metric("financing", "股权融资", _WAN, "资金", spellings=("融资额", "融资")),
    Metric("investment", "固定资产投资", _WAN, "资金", spellings=("投资额",)),
    Metric("energy", "综合能耗", "吨标准煤", "资源", spellings=("能耗", "能源消费量")),
)  # fmt: skip
METRIC_OF = {metric.code: metric for metric in METRICS}
#: What is expected of every enterprise for the last year that is over.
CORE = ("revenue", "tax", "research", "staff")
_PERIOD = re.compile(r"^(\d{4})(?:年(?:度)?)?(?:\s*[-/.年]?\s*(?:Q([1-4])|第?([1-4一二三四])季度?|(1[0-2]|0?[1-9])月?))?$", re.IGNORECASE)
#: As the database has it.
NORMAL = re.compile(r"^\d{4}(Q[1-4]|-(0[1-9]|1[0-2]))?$")
FIRST_YEAR, LAST_YEAR = 1949, 2100


def metric_choices() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(metric.code, metric.label) for metric in METRICS]


def span_of(period: str) -> Span:
    return Span.YEAR if len(period) == 4 else Span.QUARTER if "Q" in period else Span.MONTH


def read_period(text: str) -> str:
    """2025, 2025年, 2025年第3季度, 2025Q3, 2025-10, 2025年10月 → the normal form. Raises ValidationError."""
    words = unicodedata.normalize("NFKC", text).strip()
    found = _PERIOD.match(words)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise ValidationError(f"看不懂期间「{words[:20]}」，请写成 2025、2025Q3 或 2025-10，年份在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。")
    quarter = found[2] or found[3]
    if quarter:
        return f"{found[1]}Q{'一二三四'.find(quarter) + 1 or quarter}"
    return f"{found[1]}-{int(found[4]):02d}" if found[4] else found[1]


def period_label(period: str) -> str:
    match span_of(period):
        case Span.YEAR:
            return f"{period} 年"
        case Span.QUARTER:
            return f"{period[:4]} 年第 {period[5]} 季度"
        case _:
            return f"{period[:4]} 年 {int(period[5:])} 月"


def days_of(period: str) -> tuple[date, date]:
    """The first and the last day."""
    year = int(period[:4])
    first, months = 1, 12
    if span_of(period) is Span.QUARTER:
        first, months = 3 * int(period[5]) - 2, 3
    elif span_of(period) is Span.MONTH:
        first, months = int(period[5:]), 1
    after = date(year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    return date(year, first, 1), after - timedelta(days=1)


def year_before(period: str) -> str:
    """The same period of the year before, which growth is measured against."""
    return f"{int(period[:4]) - 1}{period[4:]}"


def last_year(today: date) -> str:
    return str(today.year - 1)


def check_value(code: str, period: str, value: Decimal, *, today: date) -> Decimal:
    """The value with its decimals. Raises ValidationError by field: metric, period, value."""
    metric = METRIC_OF.get(code)
    if metric is None:
        raise ValidationError({"metric": f"没有「{code[:30]}」这个指标。"})
    if span_of(period) not in metric.spans:
        kinds = {Span.YEAR: "年", Span.QUARTER: "季度", Span.MONTH: "月"}
        raise ValidationError(
            {"period": f"「{metric.label}」按{'、'.join(kinds[span] for span in metric.spans)}填报，{period_label(period)}不行。"}
        )
    if days_of(period)[0] > today:
        raise ValidationError({"period": f"{period_label(period)}还没有开始，不能填报。"})
    if not value.is_finite() or not metric.least <= value <= metric.most:
        raise ValidationError({"value": f"「{metric.label}」须在 {metric.least:,} 到 {metric.most:,} {metric.unit}之间。"})
    rounded = round(value, metric.places)
    if rounded != value:
        wanted = f"最多 {metric.places} 位小数" if metric.places else "整数"
        raise ValidationError({"value": f"「{metric.label}」须是{wanted}。"})
    return rounded
