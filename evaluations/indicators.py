"""What parks can be judged by (评价指标): one row each, and what it counts stands in `formulas`. Which ones a community takes, how they weigh
and how they are scored is data. A new row needs no migration; one that is given up gets `retired=True`, since old rounds still need its words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from evaluations import formulas
from evaluations.formulas import Measured, Records
from evaluations.states import Better, Dimension

Measure = Callable[[Records], dict[int, Measured]]


@dataclass(frozen=True)
class Indicator:
    """`step` is the least change that can be made to it, `least` and `most` what a park can reach (None: no bound)."""

    code: str
    label: str
    dimension: Dimension
    unit: str
    basis: str
    measure: Measure
    better: Better = Better.HIGH
    step: Decimal = Decimal("0.01")
    least: Decimal | None = Decimal(0)
    most: Decimal | None = None
    retired: bool = False


_ONE, _TENTH, _HUNDRED = Decimal(1), Decimal("0.1"), Decimal(100)
_OFFICE = "不含员工个人诉求"

INDICATORS = (
    Indicator("tenants", "入驻企业数", Dimension.CLUSTER, "家", "期末主要办公地在园区的企业", formulas.tenants, step=_ONE),
    Indicator("cluster", "主导产业占比", Dimension.CLUSTER, "%", "企业最多的行业大类 ÷ 有行业代码的在园企业", formulas.cluster, step=_TENTH, most=_HUNDRED),
    Indicator("net_arrivals", "净迁入企业", Dimension.CLUSTER, "家", "期内迁入 − 迁出（以主要办公地计，推定的入驻日期不计）", formulas.net_arrivals, step=_ONE, least=None),
    Indicator(
        "quality_share", "优质企业占比", Dimension.QUALITY, "%", "高企、专精特新、小巨人、单项冠军、规上、上市、创新型企业（期末有效）÷ 在园企业",
        formulas.quality_share, step=_TENTH, most=_HUNDRED,
    ),
    Indicator("quality_new", "新认定优质企业", Dimension.QUALITY, "家", "期内获得上述资质的在园企业", formulas.quality_new, step=_ONE),
    Indicator("patents", "每百家发明专利", Dimension.QUALITY, "件", "在园企业全年发明专利 ÷ 在园企业 × 100（季度取上一年）", formulas.patents, step=_TENTH),
    Indicator("vacancy", "空置率", Dimension.RUNNING, "%", "期末闲置面积 ÷ 可租面积（已预订的不算闲置）", formulas.vacancy, Better.LOW, step=_TENTH, most=_HUNDRED),
    Indicator("tax_per_mu", "亩均税收", Dimension.RUNNING, "万元/亩", "在园企业全年实缴税金 ÷ 土地面积（季度取上一年）", formulas.tax_per_mu, least=None),
    Indicator("research_share", "研发强度", Dimension.RUNNING, "%", "研发费用 ÷ 营业收入，按两项都填报的企业（季度取上一年）", formulas.research_share, step=_TENTH),
    Indicator("on_time", "诉求按时答复率", Dimension.SERVICE, "%", f"在园企业期内提交的诉求，首轮在承诺期限内答复 ÷ 应答复；{_OFFICE}", formulas.on_time, step=_TENTH, most=_HUNDRED),
    Indicator("satisfied", "企业满意率", Dimension.SERVICE, "%", f"（非常满意＋满意＋基本满意）÷ 已评价；{_OFFICE}", formulas.satisfied, step=_TENTH, most=_HUNDRED),
    Indicator("visited", "走访覆盖率", Dimension.SERVICE, "%", "期内走访见到人的在园企业 ÷ 在园企业", formulas.visited, step=_TENTH, most=_HUNDRED),
)  # fmt: skip
INDICATOR_OF = {indicator.code: indicator for indicator in INDICATORS}


def indicator_choices() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(indicator.code, indicator.label) for indicator in INDICATORS]


def offered() -> list[Indicator]:
    """What a new scheme may take."""
    return [indicator for indicator in INDICATORS if not indicator.retired]
