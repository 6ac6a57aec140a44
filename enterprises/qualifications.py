"""资质: what an enterprise has been recognised as, by whom it can be looked up, and until when. Part of `enterprises.models`, for length."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from audit.history import row_history
from enterprises.kinds import QUALIFICATIONS, QualificationKind, qualification_kinds
from enterprises.querysets import QualificationQuerySet
from wording.fields import CleanCharField


@row_history()
class Qualification(models.Model):
    """One recognition; a renewal is another row. It holds from its issue until `valid_until_on` inclusive, empty: without end."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="qualifications", verbose_name="企业")
    kind = models.CharField("类别", max_length=30, choices=qualification_kinds)
    level = CleanCharField("级别", max_length=20, blank=True)
    number = CleanCharField("证书编号", max_length=60, blank=True)
    issued_on = models.DateField("认定日期")
    valid_until_on = models.DateField("有效期至", null=True, blank=True)
    source = CleanCharField("来源", max_length=60)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资质"
        indexes = [models.Index(fields=["kind", "valid_until_on"], name="qualification_by_end")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "level", "issued_on"],
                name="qualification_once",
                violation_error_message="这家企业同一天认定的同级资质已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z_]+$"), name="qualification_kind_shape", violation_error_message="资质类别不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(issued_on__gte="1949-01-01", issued_on__lt="2101-01-01"),
                name="qualification_issued_in_range",
                violation_error_message="认定日期须在 1949 年到 2100 年之间。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until_on__isnull=True) | Q(valid_until_on__gte=F("issued_on")),
                name="qualification_in_order",
                violation_error_message="有效期不能早于认定日期。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="qualification_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.meaning.word} {self.issued_on}"

    @property
    def meaning(self) -> QualificationKind:
        return QUALIFICATIONS[self.kind]
