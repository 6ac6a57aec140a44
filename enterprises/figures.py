"""Figures of an enterprise: every value ever known, what the enterprise says it should be, and when somebody last looked. Part of
`enterprises.models`, for length."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.history import row_history
from enterprises.metrics import METRIC_OF, Metric, metric_choices
from enterprises.querysets import FigureProposalQuerySet, FigureQuerySet, OfFiguresQuerySet
from wording.fields import CleanCharField

_USER = settings.AUTH_USER_MODEL
#: Beyond every metric's own bounds; the check also refuses NaN.
BEYOND = Decimal("1e12")
PERIOD = r"^[0-9]{4}(Q[1-4]|-(0[1-9]|1[0-2]))?$"


def _in_bounds(name: str) -> Q:
    return Q(**{f"{name}__gte": -BEYOND, f"{name}__lte": BEYOND})


class Figure(models.Model):
    """What was held to be true of one metric in one period, from `recorded_at` until `superseded_at` (empty: still). Nothing but the end of
    a row, and who confirmed it, is ever changed (triggers of migration 0016), so one can read what was known on any day: the rows are their
    own history. `batch` is the sheet a row came with. Who recorded and confirmed it is looked up once per statement (migration 0018)."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, db_index=False, related_name="figures", verbose_name="企业")
    metric = models.CharField("指标", max_length=30, choices=metric_choices)
    period = models.CharField("期间", max_length=7)
    value = models.DecimalField("数值", max_digits=16, decimal_places=2)
    source = CleanCharField("来源", max_length=60)
    dated_on = models.DateField("数据日期", null=True, blank=True, help_text="报表或证明上的日期")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        _USER, models.PROTECT, db_index=False, db_constraint=False, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        _USER, models.PROTECT, db_index=False, db_constraint=False, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    superseded_at = models.DateTimeField("更替时间", null=True, blank=True)
    batch = models.UUIDField("导入批次", null=True, blank=True)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "经济指标"
        indexes = [
            models.Index(fields=["metric", "period"], name="figure_standing", condition=Q(superseded_at__isnull=True)),
            models.Index(fields=["batch"], name="figure_of_batch", condition=Q(batch__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "metric", "period", "recorded_at"],
                name="figure_once_a_moment",
                violation_error_message="这一刻已经登记过。",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "metric", "period"],
                condition=Q(superseded_at__isnull=True),
                name="figure_one_standing",
                violation_error_message="这个指标这一期已有数值。",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gt=F("recorded_at")),
                name="figure_in_order",
                violation_error_message="更替时间须晚于登记时间。",
            ),
            models.CheckConstraint(condition=_in_bounds("value"), name="figure_in_range", violation_error_message="数值超出范围。"),
            models.CheckConstraint(
                condition=Q(metric__regex=r"^[a-z_]+$"), name="figure_metric_shape", violation_error_message="指标不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="figure_confirmed_by_somebody",
                violation_error_message="确认时间与确认人须同时填写。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="figure_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.meaning.label} {self.period}"

    @property
    def meaning(self) -> Metric:
        return METRIC_OF[self.metric]


@row_history()
class FigureProposal(models.Model):
    """更正: what the enterprise says a figure should be; it counts once staff have confirmed it. `seen` is what stood there when it was said."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="figure_proposals", verbose_name="企业")
    metric = models.CharField("指标", max_length=30, choices=metric_choices)
    period = models.CharField("期间", max_length=7)
    value = models.DecimalField("数值", max_digits=16, decimal_places=2)
    seen = models.DecimalField("原数值", max_digits=16, decimal_places=2, null=True, blank=True)
    dated_on = models.DateField("数据日期", null=True, blank=True)
    note = CleanCharField("说明", max_length=300, blank=True)
    proposed_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    accepted = models.BooleanField("采纳", null=True, blank=True)
    decided_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    reason = CleanCharField("理由", max_length=300, blank=True)

    objects = FigureProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "数据更正"
        indexes = [models.Index(fields=["proposed_at"], name="proposal_waiting", condition=Q(decided_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "metric", "period"],
                condition=Q(decided_at__isnull=True),
                name="proposal_one_waiting",
                violation_error_message="这个指标这一期已有一条更正在等审核。",
            ),
            models.CheckConstraint(condition=_in_bounds("value"), name="proposal_in_range", violation_error_message="数值超出范围。"),
            models.CheckConstraint(
                condition=Q(period__regex=PERIOD), name="proposal_period_shape", violation_error_message="期间写法不对。"
            ),
            models.CheckConstraint(
                condition=Q(metric__regex=r"^[a-z_]+$"), name="proposal_metric_shape", violation_error_message="指标不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(accepted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="proposal_decided_by_somebody",
                violation_error_message="审核结果、审核人与审核时间须同时填写。",
            ),
            models.CheckConstraint(
                condition=~Q(accepted=False) | ~Q(reason=""),
                name="proposal_declined_for_a_reason",
                violation_error_message="不采纳须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.meaning.label} {self.period}"

    @property
    def meaning(self) -> Metric:
        return METRIC_OF[self.metric]


class FileCheck(models.Model):
    """核对: somebody of the enterprise, or of its office, has read the file and found it right."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="file_checks", verbose_name="企业")
    by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="核对人")
    at = models.DateTimeField("核对时间")

    objects = OfFiguresQuerySet.as_manager()
    append_only = True

    class Meta:
        verbose_name = verbose_name_plural = "档案核对"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "at"], name="file_check_once", violation_error_message="这一刻已经核对过。")
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.at:%Y-%m-%d}"
