"""What is told from outside and never computed here: area figures as published, targets as set, surveys as held. Part of `dashboards.models`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.history import row_history
from community.models import Community, Street
from dashboards.querysets import AreaFigureQuerySet, OfCommunityQuerySet
from wording.fields import CleanCharField

_USER = settings.AUTH_USER_MODEL
_BEYOND = Decimal("1e9")


@dataclass(frozen=True)
class AreaKind:
    """`stock`: a state on a day, not a sum over days."""

    code: str
    label: str
    unit: str
    places: int = 2
    stock: bool = False


AREA_KINDS = (
    AreaKind("fiscal_income", "财政总收入", "亿元"),
    AreaKind("tax_income", "税收", "亿元"),
    AreaKind("industrial_output", "规上工业总产值", "亿元"),
    AreaKind("services_value_added", "服务业增加值", "亿元"),
    AreaKind("enterprises", "企业数", "家", 0, stock=True),
    AreaKind("employees", "员工数", "人", 0, stock=True),
    AreaKind("parks", "园区数", "个", 0, stock=True),
    AreaKind("buildings", "楼宇数", "幢", 0, stock=True),
    AreaKind("area", "面积", "平方公里", 2, stock=True),
    AreaKind("listed", "上市公司", "家", 0, stock=True),
    AreaKind("little_giant", "国家级专精特新“小巨人”企业", "家", 0, stock=True),
    AreaKind("specialised", "省专精特新中小企业", "家", 0, stock=True),
    AreaKind("high_tech", "国家高新技术企业", "家", 0, stock=True),
    AreaKind("provincial_tech", "省科技型中小企业", "家", 0, stock=True),
    AreaKind("talents", "市级以上人才", "人", 0, stock=True),
    AreaKind("needs_collected", "收集诉求", "件", 0),
    AreaKind("needs_solved", "解决问题", "个", 0),
)
AREA_KIND_OF = {kind.code: kind for kind in AREA_KINDS}


def area_kinds() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(kind.code, kind.label) for kind in AREA_KINDS]


@row_history(in_bulk=True)
class AreaFigure(models.Model):
    """One published number of a community, or of the street as a whole: from whom, of which days, with the growth and the share they gave. It
    is shown as published; no sum of enterprises' figures ever takes its place. `at_least`: “六百余” is a floor, not a count."""

    street = models.ForeignKey(Street, models.PROTECT, related_name="area_figures", verbose_name="街道")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, related_name="area_figures", verbose_name="社区")
    kind = models.CharField("指标", max_length=30, choices=area_kinds)
    from_on = models.DateField("期初")
    until_on = models.DateField("期末")
    value = models.DecimalField("数值", max_digits=16, decimal_places=2)
    at_least = models.BooleanField("约数（余）", default=False)
    growth = models.DecimalField("公布增速（%）", max_digits=8, decimal_places=2, null=True, blank=True)
    share = CleanCharField("公布占比", max_length=40, blank=True)
    source = CleanCharField("来源", max_length=100)
    published_on = models.DateField("公布日期", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人")

    objects = AreaFigureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区域数据"
        constraints = [
            models.UniqueConstraint(
                fields=["street", "community", "kind", "from_on", "until_on"],
                nulls_distinct=False,
                name="area_figure_once",
                violation_error_message="这个区域这一期的这个指标已经登记；请改那一条。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on"), from_on__gte="1949-01-01", until_on__lt="2101-01-01"),
                name="area_figure_in_order",
                violation_error_message="期末不能早于期初，年份在 1949 到 2100 之间。",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=-_BEYOND, value__lte=_BEYOND), name="area_figure_in_range", violation_error_message="数值超出范围。"
            ),
            models.CheckConstraint(
                condition=Q(growth__isnull=True) | Q(growth__gte=-100, growth__lte=10000),
                name="area_growth_in_range",
                violation_error_message="公布增速须在 -100% 到 10000% 之间。",
            ),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z_]+$"), name="area_kind_shape", violation_error_message="指标不在清单里。"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="area_figure_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.meaning.label} {self.until_on}"

    @property
    def meaning(self) -> AreaKind:
        return AREA_KIND_OF[self.kind]

    @property
    def words(self) -> str:
        """The value with the decimals of its kind, and 余 where the source says so."""
        return f"{self.value:,.{self.meaning.places}f}{'余' if self.at_least else ''}"

    @property
    def span_words(self) -> str:
        return f"截至 {self.until_on:%Y-%m-%d}" if self.from_on == self.until_on else f"{self.from_on:%Y-%m-%d} 至 {self.until_on:%m-%d}"

    @property
    def base(self) -> Decimal | None:
        """What the published growth says the year before was; never stored as if it had been published."""
        if self.growth is None or self.growth <= -100:
            return None
        return (self.value * 100 / (100 + self.growth)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@row_history()
class Target(models.Model):
    """目标: what a community set itself for an indicator, on the days it holds."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="targets", verbose_name="社区")
    indicator = models.CharField("指标", max_length=30)
    from_on = models.DateField("起")
    until_on = models.DateField("止")
    value = models.DecimalField("目标值", max_digits=16, decimal_places=2)
    source = CleanCharField("依据", max_length=100)

    objects = OfCommunityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标目标"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "indicator", "from_on"],
                name="target_once",
                violation_error_message="这个指标从这一天起的目标已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="target_in_order", violation_error_message="止不能早于起。"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=-_BEYOND, value__lte=_BEYOND), name="target_in_range", violation_error_message="目标值超出范围。"
            ),
            models.CheckConstraint(
                condition=Q(indicator__regex=r"^[a-z_]+$"), name="target_indicator_shape", violation_error_message="指标不在清单里。"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="target_has_source", violation_error_message="请写明依据。"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.value}"


@row_history(in_bulk=True)
class SurveyRound(models.Model):
    """满意度调查, one round: how many were drawn, asked, answered and satisfied. It stands beside 好差评 and is never added to it."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="survey_rounds", verbose_name="社区")
    name = CleanCharField("轮次", max_length=60)
    from_on = models.DateField("起")
    until_on = models.DateField("止")
    # past rounds do not always say
    sample = models.PositiveIntegerField("样本", null=True, blank=True)
    invited = models.PositiveIntegerField("邀请", null=True, blank=True)
    answered = models.PositiveIntegerField("答卷")
    satisfied = models.PositiveIntegerField("满意")
    method = CleanCharField("方式", max_length=100, blank=True)
    source = CleanCharField("来源", max_length=100)

    objects = OfCommunityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "满意度调查"
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="survey_once", violation_error_message="本社区这一轮调查已经登记。"),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="survey_in_order", violation_error_message="止不能早于起。"
            ),
            models.CheckConstraint(
                condition=Q(satisfied__lte=F("answered"), answered__gt=0)
                & (Q(invited__isnull=True) | Q(answered__lte=F("invited")))
                & (Q(sample__isnull=True) | Q(answered__lte=F("sample")))
                & (Q(sample__isnull=True) | Q(invited__isnull=True) | Q(invited__lte=F("sample"))),
                name="survey_adds_up",
                violation_error_message="应有 满意 ≤ 答卷 ≤ 邀请 ≤ 样本，且至少一份答卷。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="survey_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rate(self) -> Decimal:
        """满意 ÷ 答卷, in percent with two decimals."""
        return (Decimal(self.satisfied) * 100 / self.answered).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def response(self) -> Decimal | None:
        if not self.invited:
            return None
        return (Decimal(self.answered) * 100 / self.invited).quantize(Decimal("0.1"), ROUND_HALF_UP)
