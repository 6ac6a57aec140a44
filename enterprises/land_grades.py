"""亩均评价: the grade the government gave an enterprise for a year. Part of `enterprises.models`, for length."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from audit.history import row_history
from enterprises.querysets import OfFiguresQuerySet
from wording.fields import CleanCharField


class Grade(models.TextChoices):
    A = "A", "A 类"
    B = "B", "B 类"
    C = "C", "C 类"
    D = "D", "D 类"


@row_history()
class LandGrade(models.Model):
    """亩均论英雄 as published, by year; it is imported and never worked out here, because counties weigh the indicators each in their way."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="land_grades", verbose_name="企业")
    year = models.PositiveSmallIntegerField("评价年度")
    grade = models.CharField("等级", max_length=1, choices=Grade.choices)
    source = CleanCharField("来源", max_length=60)

    objects = OfFiguresQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "亩均评价"
        indexes = [models.Index(fields=["year", "grade"], name="land_grade_of_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "year"], name="land_grade_once_a_year", violation_error_message="这家企业这一年已有评价等级。"
            ),
            models.CheckConstraint(
                condition=Q(grade__in=Grade.values), name="land_grade_known", violation_error_message="等级只能是 A、B、C、D。"
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2010, year__lte=2100),
                name="land_grade_year_in_range",
                violation_error_message="评价年度须在 2010 年到 2100 年之间。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="land_grade_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年 {self.get_grade_display()}"
