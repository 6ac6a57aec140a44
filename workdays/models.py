"""The calendar as data (R40). Write it through `workdays.publish` only: that is what tells everybody of the change."""

import uuid

from django.db import models
from django.db.models.functions import Now


class Workday(models.Model):
    """One day. Every day of an announced year has a row, so that SQL can count working days as well."""

    class Source(models.TextChoices):
        NOTICE = "国务院通知", "国务院通知"
        PRESUMED = "推定", "推定"

    date = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("是否工作日")
    name = models.CharField("名称", max_length=40, blank=True, default="")
    source = models.CharField("来源", max_length=10, choices=Source, default=Source.NOTICE)
    notice_no = models.CharField("文号", max_length=60, blank=True, default="")

    class Meta:
        verbose_name = "日历日"
        verbose_name_plural = "日历"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__in=["国务院通知", "推定"]),
                name="workday_source_known",
                violation_error_message="来源只能是「国务院通知」或「推定」。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {'上班' if self.is_workday else '休息'} {self.name}".strip()


class PublishedYear(models.Model):
    """One announcement put on file; the newest row names the version of the whole calendar."""

    year = models.PositiveSmallIntegerField("年份")
    notice_no = models.CharField("文号", max_length=60)
    workdays = models.PositiveSmallIntegerField("工作日数")
    first_changed_on = models.DateField("最早变动日", help_text="此日及以后到期的时限须重算。")
    version = models.UUIDField("版本", default=uuid.uuid4, unique=True, editable=False)
    recorded_at = models.DateTimeField("入库时间", db_default=Now())

    class Meta:
        verbose_name = "已公布年份"
        verbose_name_plural = "已公布年份"

    def __str__(self) -> str:
        return f"{self.year} 年（{self.notice_no}）"
