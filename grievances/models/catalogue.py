"""The catalogue: 56 items handed down to the community (DOMAIN A06) and QT00, the catch-all (兜底)."""

from __future__ import annotations

from datetime import date

import pghistory
from django.db import models
from django.db.models import Q, QuerySet

from community.models import Community, Unit
from wording.fields import CleanCharField, CleanTextField

CATCH_ALL = "QT00"


class PlainCategory(models.TextChoices):
    """The eight plain categories an enterprise chooses from; nobody needs to know the windows."""

    SETTLING = "入驻与场地", "入驻与场地"
    POLICY = "政策与申报", "政策与申报"
    FINANCE = "融资财税与对接", "融资财税与对接"
    TALENT = "人才与生活", "人才与生活"
    LEGAL = "劳动与法律", "劳动与法律"
    SAFETY = "安全与治安", "安全与治安"
    FACILITIES = "园区设施", "园区设施"
    PARTY = "党群与活动", "党群与活动"


class ServiceItemQuerySet(QuerySet["ServiceItem"]):
    def visible_to(self, user) -> ServiceItemQuerySet:
        """Anyone with a post in the community reads its catalogue; the street those of its communities."""
        return self.filter(community__in=Community.objects.visible_to(user))

    def offered(self) -> ServiceItemQuerySet:
        return self.filter(retired=False)

    def ordered(self) -> ServiceItemQuerySet:
        return self.order_by("code")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ServiceItem(models.Model):
    community = models.ForeignKey(Community, models.PROTECT, related_name="service_items", verbose_name="社区")
    code = CleanCharField("代码", max_length=8)
    name = CleanCharField("事项名称", max_length=60)
    plain_category = models.CharField("类别", max_length=12, choices=PlainCategory, blank=True)
    group = CleanCharField("条线", max_length=12)
    window = models.ForeignKey(Unit, models.PROTECT, related_name="items", verbose_name="专员窗口")
    partner_window = models.ForeignKey(Unit, models.PROTECT, related_name="partner_items", null=True, blank=True, verbose_name="专业窗口")
    case_type = CleanCharField("办件类型", max_length=8)
    applicant = CleanCharField("申请人", max_length=20)
    personal_by_default = models.BooleanField("默认为个人诉求", default=False)
    opens = CleanCharField("打开", max_length=12, blank=True)
    site_visit = models.BooleanField("需要上门", default=False)
    online = models.BooleanField("可网上办", default=True)
    materials = CleanTextField("所需材料", max_length=500, blank=True)
    result = CleanCharField("办理结果", max_length=60, blank=True)
    visit_link = CleanCharField("必访类别", max_length=12, blank=True)
    retired = models.BooleanField("停用", default=False)

    objects = ServiceItemQuerySet.as_manager()

    class Meta:
        verbose_name = "服务事项"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], name="service_item_code", violation_error_message="本社区已有这个代码的事项"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ServiceTermQuerySet(QuerySet["ServiceTerm"]):
    def visible_to(self, user) -> ServiceTermQuerySet:
        return self.filter(item__in=ServiceItem.objects.visible_to(user))

    def in_force(self, on: date) -> ServiceTermQuerySet:
        """At most one row per item: the latest whose first day has come."""
        return self.filter(in_force_on__lte=on).order_by("item_id", "-in_force_on").distinct("item_id")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ServiceTerm(models.Model):
    """The time limits of an item from `in_force_on` until a later row takes over."""

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="terms", verbose_name="事项")
    in_force_on = models.DateField("起用日期")
    accept_hours = models.PositiveSmallIntegerField("受理时限（工作小时）")
    workdays = models.PositiveSmallIntegerField("办理时限（工作日）")
    extension_workdays = models.PositiveSmallIntegerField("可延期（工作日）", default=0)
    notice = CleanCharField("依据", max_length=100, blank=True)

    objects = ServiceTermQuerySet.as_manager()

    class Meta:
        verbose_name = "办理时限"
        constraints = [
            models.UniqueConstraint(fields=["item", "in_force_on"], name="service_term_day", violation_error_message="这一天已有一条时限"),
            models.CheckConstraint(
                condition=Q(accept_hours__range=(1, 80), workdays__range=(1, 120), extension_workdays__range=(0, 120)),
                name="service_term_range",
                violation_error_message="受理时限 1–80 工作小时，办理时限 1–120 个工作日，可延期 0–120 个工作日",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.workdays} 个工作日（{self.in_force_on} 起）"
