"""租约: which room an enterprise has let, from when to when, and whether the rent is paid. Part of `enterprises.models`, for length."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Least

from audit.history import row_history
from enterprises.querysets import LeaseQuerySet
from parks.models import LARGEST_M2, Building, Space
from wording.fields import CleanCharField

#: Ten billion yuan a year; the check also refuses NaN.
DEAREST_WAN = Decimal(1_000_000)


def days_let() -> Func:
    """The days of a lease, first and last included; LEAST passes over what is empty. With types, because a row that is checked before it is
    written has neither end as a column yet."""
    last = Least(Cast("ended_on", models.DateField()), Cast("until_on", models.DateField()))
    return Func("from_on", last, Value("[]"), function="DATERANGE", output_field=DateRangeField())


@row_history()
class Lease(models.Model):
    """From `from_on` until `until_on` inclusive (empty: 不定期), or until it was ended early on `ended_on`. `space` is in `building` (a foreign
    key over both, migration 0012); a lease of a part nobody has measured names the building and the room alone."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="leases", verbose_name="企业")
    building = models.ForeignKey(Building, models.PROTECT, related_name="leases", verbose_name="楼宇")
    space = models.ForeignKey(Space, models.PROTECT, null=True, blank=True, related_name="leases", verbose_name="空间")
    room = CleanCharField("房号", max_length=40, blank=True)
    area_m2 = models.DecimalField("租赁面积（平方米）", max_digits=12, decimal_places=2, null=True, blank=True)
    from_on = models.DateField("起租日")
    until_on = models.DateField("到期日", null=True, blank=True)
    ended_on = models.DateField("退租日", null=True, blank=True)
    annual_rent_wan = models.DecimalField("年租金（万元）", max_digits=14, decimal_places=4, null=True, blank=True)
    rent_overdue_since_on = models.DateField("欠租起始日", null=True, blank=True)
    source = CleanCharField("来源", max_length=60)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "租约"
        indexes = [
            models.Index(fields=["until_on"], name="lease_by_end", condition=Q(ended_on__isnull=True)),
            models.Index(fields=["enterprise"], name="lease_overdue", condition=Q(rent_overdue_since_on__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "building", "room", "from_on"],
                name="lease_once",
                violation_error_message="这家企业同一房号、同一起租日的租约已经登记。",
            ),
            ExclusionConstraint(
                name="lease_space_once_a_day",
                expressions=[(F("space"), "="), (days_let(), "&&")],
                condition=Q(space__isnull=False),
                violation_error_message="这间在这段时间里已有租约，请先办退租或核对起止日期。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="lease_in_order",
                violation_error_message="到期日不能早于起租日。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | (Q(ended_on__gte=F("from_on")) & (Q(until_on__isnull=True) | Q(ended_on__lte=F("until_on")))),
                name="lease_ended_within",
                violation_error_message="退租日须在起租日和到期日之间。",
            ),
            models.CheckConstraint(
                condition=Q(rent_overdue_since_on__isnull=True) | Q(rent_overdue_since_on__gte=F("from_on")),
                name="lease_overdue_within",
                violation_error_message="欠租起始日不能早于起租日。",
            ),
            models.CheckConstraint(
                condition=Q(area_m2__isnull=True) | Q(area_m2__gte=0, area_m2__lte=LARGEST_M2),
                name="lease_area_in_range",
                violation_error_message="面积须在 0 到 1 亿平方米之间。",
            ),
            models.CheckConstraint(
                condition=Q(annual_rent_wan__isnull=True) | Q(annual_rent_wan__gte=0, annual_rent_wan__lte=DEAREST_WAN),
                name="lease_rent_in_range",
                violation_error_message="年租金须在 0 到 100 亿元之间。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="lease_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.room}".strip()
