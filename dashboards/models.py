"""What somebody has looked at and found right, so that a check of the data does not ask again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from dashboards.area import AreaFigure, SurveyRound, Target
from dashboards.counted import (
    Basis,
    Change,
    Dimension,
    EnterpriseTally,
    FigureSum,
    Moment,
    Rollup,
    Span,
    Subject,
    TicketTally,
)
from dashboards.querysets import ConfirmationQuerySet
from enterprises.models import Enterprise

__all__ = [
    "AreaFigure", "Basis", "Change", "Confirmation", "ConfirmationKind", "Dimension", "EnterpriseTally", "FigureSum", "Moment", "Rollup", "Span", "Subject",
    "SurveyRound", "Target", "TicketTally",
]  # fmt: skip


class ConfirmationKind(models.TextChoices):
    FRESH = "fresh", "档案无误"
    APART = "apart", "不是同一家"


class Confirmation(models.Model):
    """`fresh`: the dossier was right at that time; `apart`: these two of one name are two firms, the lower key first. The trail is in `audit`."""

    kind = models.CharField("类别", max_length=8, choices=ConfirmationKind.choices)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="confirmations", verbose_name="企业")
    other = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="另一家")
    at = models.DateTimeField("确认时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人")

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "确认无误"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "enterprise", "other"],
                nulls_distinct=False,
                name="confirmation_once",
                violation_error_message="这一条已经确认过。",
            ),
            models.CheckConstraint(
                condition=Q(kind=ConfirmationKind.FRESH, other__isnull=True)
                | Q(kind=ConfirmationKind.APART, other__isnull=False, enterprise__lt=F("other")),
                name="confirmation_fits_kind",
                violation_error_message="“不是同一家”须写明两家企业，“档案无误”只写一家。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_kind_display()}"
