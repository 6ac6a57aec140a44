"""Classes of must-visits (必访类别): rows a community sets; what a selector means is code in selectors.py."""

from __future__ import annotations

from datetime import date

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Func, IntegerField, Q
from django.db.models.lookups import GreaterThan

from community.models import CODE, Community
from visits.querysets import ClassQuerySet, ClassVersionQuerySet
from visits.states import Closing, Origin
from wording.fields import CleanCharField

#: Longest deadline and longest look back for an earlier visit, in working days.
MOST_WORKDAYS, MOST_ABSORBED = 120, 60


class Length(Func):
    """How many elements a JSON array has; an error of the database for what is none."""

    function = "jsonb_array_length"
    output_field = IntegerField()


class VisitClass(models.Model):
    """One class of one community, such as 新设企业必访. What it says on a day is its version in force."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="visit_classes", verbose_name="社区")
    code = CleanCharField("代码", max_length=12, validators=[CODE])
    origin = models.CharField("出处", max_length=10, choices=Origin.choices, default=Origin.OWN)
    rank = models.PositiveSmallIntegerField("次序", default=50)

    objects = ClassQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "必访类别"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], name="visit_class_code_once", violation_error_message="本社区已有这个代码的必访类别。"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="visit_class_origin_known", violation_error_message="出处不在清单里。"
            ),
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ClassVersion(models.Model):
    """What a class says from `from_on` until a later version takes over.

    `triggers`: [{selector, params, workdays | null, every}], see `visits.triggers`. `who`: roles in order, the first is responsible.
    `absorb_workdays`: a visit so many working days before a matter arose settles it; 0: only a visit afterwards does.
    `said`: what the enterprise reads as the reason. `staff_only`: that a matter of this class is owed is for staff alone.
    """

    visit_class = models.ForeignKey(VisitClass, models.PROTECT, related_name="versions", verbose_name="必访类别")
    from_on = models.DateField("起用日期")
    active = models.BooleanField("启用", default=True)
    name = CleanCharField("名称", max_length=30)
    triggers = models.JSONField("触发条件")
    who = models.JSONField("由谁走访")
    closing = models.CharField("办结条件", max_length=16, choices=Closing.choices, default=Closing.VISITED)
    absorb_workdays = models.PositiveSmallIntegerField("近期走访可抵（工作日）", default=0)
    weight = models.PositiveSmallIntegerField("权重", default=10, help_text="1–100，排周计划时大的先走")
    said = CleanCharField("告诉企业的事由", max_length=60)
    staff_only = models.BooleanField("事由仅工作人员可见", default=False)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="设定人")
    set_at = models.DateTimeField("设定时间")
    applied_at = models.DateTimeField("生效处理于", null=True, blank=True, editable=False)

    objects = ClassVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "必访类别的版本"
        constraints = [
            models.UniqueConstraint(
                fields=["visit_class", "from_on"], name="class_version_day", violation_error_message="这一天已有这个类别的一版。"
            ),
            models.CheckConstraint(
                condition=GreaterThan(Length("triggers"), 0),
                name="class_version_has_trigger",
                violation_error_message="至少写一个触发条件。",
            ),
            models.CheckConstraint(
                condition=GreaterThan(Length("who"), 0),
                name="class_version_has_who",
                violation_error_message="至少选一种走访人。",
            ),
            models.CheckConstraint(
                condition=Q(closing__in=Closing.values), name="class_version_closing_known", violation_error_message="办结条件不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(weight__range=(1, 100), absorb_workdays__lte=MOST_ABSORBED),
                name="class_version_range",
                violation_error_message=f"权重为 1–100；近期走访可抵最多 {MOST_ABSORBED} 个工作日。",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(said=""), name="class_version_has_words", violation_error_message="请填写名称和告诉企业的事由。"
            ),
            models.CheckConstraint(
                condition=Q(from_on__gte=date(2000, 1, 1), from_on__lt=date(2100, 1, 1)),
                name="class_version_day_in_range",
                violation_error_message="起用日期须在 2000 年到 2099 年之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.from_on} 起）"
