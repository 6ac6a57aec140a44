"""Levels, dimensions and kinds of risk: what each is called, how grave it is by default, and on what basis."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Level(models.IntegerChoices):
    """In order: a graver level is a greater number."""

    YELLOW = 1, "黄"
    ORANGE = 2, "橙"
    RED = 3, "红"

    @property
    def code(self) -> str:
        return self.name.lower()


#: What stands in the place of a level where a flag has none any more: 已解除.
CLEARED = 0
LEVEL_CODES: dict[str, Level] = {level.code: level for level in Level}


def level_label(level: int) -> str:
    return Level(level).label if level in Level.values else "解除"


def level_code(level: int) -> str:
    return Level(level).code if level in Level.values else "cleared"


class Dimension(models.TextChoices):
    COMPLIANCE = "compliance", "合规"
    RULES = "rules", "制度"
    OVERSIGHT = "oversight", "监管"
    BUSINESS = "business", "经营"
    LABOUR = "labour", "劳资"
    SAFETY = "safety", "安全"


class Source(models.TextChoices):
    """Where a sign or a flag comes from."""

    MANUAL = "manual", "人工登记"
    VISIT = "visit", "走访"
    TICKET = "ticket", "诉求"
    IMPORT = "import", "导入"
    RULE = "rule", "规则"


class Verdict(models.TextChoices):
    """What a cleared flag turned out to be."""

    RESOLVED = "resolved", "属实，已消除"
    FALSE_ALARM = "false_alarm", "误报"


class LoweringState(models.TextChoices):
    PENDING = "pending", "待复核"
    APPROVED = "approved", "已同意"
    DECLINED = "declined", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已失效"


@dataclass(frozen=True)
class Kind:
    """`level` is what the form proposes. A retired kind stays readable and is set no more. `private`: rests on personal or confidential
    tickets; raised by a rule alone, and read by the office and the street, not by the grid."""

    code: str
    label: str
    dimension: Dimension
    level: Level
    basis: str
    retired: bool = False
    private: bool = False


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "wages", "欠薪或劳资", Dimension.LABOUR, Level.RED, "《保障农民工工资支付条例》、《劳动合同法》第三十条：工资应当及时足额支付"
        ),
        Kind("hazard", "安全隐患未整改", Dimension.SAFETY, Level.ORANGE, "《安全生产法》第四十一条：事故隐患排查治理"),
        Kind("fire", "消防隐患", Dimension.SAFETY, Level.ORANGE, "《消防法》第五十四条：发现火灾隐患应当通知立即消除"),
        Kind("abnormal", "经营异常名录", Dimension.COMPLIANCE, Level.YELLOW, "《企业信息公示暂行条例》：列入经营异常名录"),
        Kind("enforcement", "被执行或失信", Dimension.COMPLIANCE, Level.ORANGE, "最高人民法院关于公布失信被执行人名单信息的若干规定"),
        Kind("penalty", "受到行政处罚", Dimension.OVERSIGHT, Level.YELLOW, "《行政处罚法》：公开的处罚决定"),
        Kind("lost", "地址不符或失联", Dimension.OVERSIGHT, Level.ORANGE, "登记住所无法联系，或三次走访未遇（本社区自定）"),
        Kind("governance", "制度缺失", Dimension.RULES, Level.YELLOW, "体检或走访发现用工、财务、安全制度缺失（本社区自定）"),
        Kind("downturn", "营收或税收大幅下降", Dimension.BUSINESS, Level.YELLOW, "同比下降三成以上（本社区自定）"),
        Kind("rent", "欠租", Dimension.BUSINESS, Level.YELLOW, "租金逾期满 60 日（本社区自定）"),
        Kind("staff", "人员大幅减少", Dimension.BUSINESS, Level.YELLOW, "从业人数减少三成以上（本社区自定）；《劳动合同法》第四十一条"),
        Kind("lease", "租约将到期", Dimension.BUSINESS, Level.YELLOW, "租约 90 日内到期且未续（本社区自定）：须了解去留"),
        Kind("leaving", "外迁意向", Dimension.BUSINESS, Level.ORANGE, "走访或来访得知有外迁意向（本社区自定）"),
        Kind("discontent", "多次差评", Dimension.RULES, Level.YELLOW, "短期内多次评价不满意（本社区自定）；国办发〔2019〕51 号：差评整改"),
        Kind(
            "labour_private", "劳资（保密来源）", Dimension.LABOUR, Level.RED,
            "《保障农民工工资支付条例》第十条：有权投诉；投诉人信息保密", private=True,
        ),
        Kind("other", "其他", Dimension.OVERSIGHT, Level.YELLOW, "由登记人写明依据"),
    )
}  # fmt: skip

#: Kinds that rest on what an employee, or an enterprise in confidence, has told.
PRIVATE = tuple(kind.code for kind in KINDS.values() if kind.private)


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.code, kind.label) for kind in KINDS.values()]


def kinds_in_use() -> list[Kind]:
    """Those a person may set."""
    return [kind for kind in KINDS.values() if not kind.retired and not kind.private]


def kind_of(code: str) -> Kind:
    """The row of the table; a code of a later release is shown as it is."""
    return KINDS.get(code) or Kind(code, code, Dimension.OVERSIGHT, Level.YELLOW, "")


def kinds_of(dimension: str) -> list[str]:
    return [kind.code for kind in KINDS.values() if kind.dimension == dimension]
