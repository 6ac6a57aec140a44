"""空间的变更、占用与招租: how units are split and merged, on which days they are let or reserved, and which are on offer. Part of `parks.models`, for length."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value

from audit.history import row_history
from parks.querysets import ListingQuerySet, OccupancyQuerySet, SpaceChangeQuerySet
from wording.fields import CleanCharField

#: 元 per m² and day; the check also refuses NaN.
DEAREST_YUAN = Decimal(1000)


def days_of(first: str = "from_on", last: str = "until_on") -> Func:
    """The days of a row, first and last included; an empty end is open."""
    return Func(first, last, Value("[]"), function="DATERANGE", output_field=DateRangeField())


class SpaceStage(models.TextChoices):
    """For which stage of an enterprise a space is meant: 众创空间–孵化器–加速器–产业园, smallest first."""

    MAKER = "maker", "众创空间"
    INCUBATOR = "incubator", "孵化器"
    ACCELERATOR = "accelerator", "加速器"
    PARK = "park", "产业园"


class SpaceState(models.TextChoices):
    """Of a space on a day; worked out from its occupancies, never stored."""

    VACANT = "vacant", "闲置"
    LET = "let", "已租"
    RESERVED = "reserved", "已预订"


class ChangeKind(models.TextChoices):
    SPLIT = "split", "拆分"
    MERGE = "merge", "合并"


@row_history()
class SpaceChange(models.Model):
    """One unit becomes several, or several become one, from the morning of `on`. That the areas on both sides are equal, and the days meet, is
    checked by the database at commit (migration 0008)."""

    building = models.ForeignKey("parks.Building", models.PROTECT, related_name="space_changes", verbose_name="楼宇")
    kind = models.CharField("类别", max_length=8, choices=ChangeKind.choices)
    on = models.DateField("生效日期")
    note = CleanCharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人")
    recorded_at = models.DateTimeField("登记时间")

    objects = SpaceChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "空间拆并"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ChangeKind.values), name="space_change_kind_known", violation_error_message="拆并类别不在清单里。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


@row_history()
class Occupancy(models.Model):
    """The days on which a space is let or reserved; on all others it is vacant, and no day is taken twice.

    Of a measured lease the database writes the row itself (`lease_key`, a trigger on leases); without a key it is what operator or roster say.
    `tenant_key` is the enterprise's, and both keys are bare numbers because enterprises lie above parks.
    """

    space = models.ForeignKey("parks.Space", models.PROTECT, related_name="occupancies", verbose_name="空间")
    kind = models.CharField("占用", max_length=8, choices=[(SpaceState.LET.value, "已租"), (SpaceState.RESERVED.value, "已预订")])
    from_on = models.DateField("起")
    until_on = models.DateField("止", null=True, blank=True)
    holder = CleanCharField("占用方", max_length=200, blank=True)
    tenant_key = models.BigIntegerField("企业", null=True, blank=True, editable=False)
    lease_key = models.BigIntegerField("租约", null=True, blank=True, unique=True, editable=False)
    source = CleanCharField("来源", max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间")

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "占用"
        constraints = [
            ExclusionConstraint(
                name="occupancy_once_a_day",
                expressions=[(F("space"), "="), (days_of(), "&&")],
                violation_error_message="这间在这段时间里已租出或已预订，请先办退租、解除预订或核对起止日期。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("let", "reserved")), name="occupancy_kind_known", violation_error_message="占用类别不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="occupancy_in_order",
                violation_error_message="止期不能早于起期。",
            ),
            models.CheckConstraint(
                condition=Q(lease_key__isnull=True) | Q(kind="let", tenant_key__isnull=False),
                name="occupancy_of_lease_is_let",
                violation_error_message="租约的占用须为已租。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="occupancy_has_source", violation_error_message="请写明来源。"),
        ]

    @property
    def until_said(self) -> str:
        return f"至 {self.until_on}" if self.until_on else "没有到期日"

    def __str__(self) -> str:
        return f"{self.from_on} – {self.until_on or ''} {self.get_kind_display()}"


@row_history()
class Listing(models.Model):
    """招租: a space on offer from `available_on`, at so many yuan per m² and day. Shown while it stands, is not withdrawn and is free from that
    day on (`ListingQuerySet.shown`): a lease takes it from the shelf by itself, a reservation given up puts it back."""

    space = models.ForeignKey("parks.Space", models.PROTECT, related_name="listings", verbose_name="空间")
    price_yuan = models.DecimalField("租金（元/㎡·天）", max_digits=8, decimal_places=2)
    available_on = models.DateField("可入驻日期")
    note = CleanCharField("说明", max_length=200, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发布人")
    published_at = models.DateTimeField("发布时间")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤下人"
    )
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "招租"
        indexes = [models.Index(fields=["space", "-published_at"], name="listing_of_space")]
        constraints = [
            models.UniqueConstraint(
                fields=["space"],
                condition=Q(withdrawn_at__isnull=True),
                name="listing_once_open",
                violation_error_message="这间已经在招租；改价请用「更新」。",
            ),
            models.CheckConstraint(
                condition=Q(price_yuan__gt=0, price_yuan__lte=DEAREST_YUAN),
                name="listing_price_in_range",
                violation_error_message="租金须大于 0、不超过 1000 元/㎡·天。",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("published_at")),
                name="listing_in_order",
                violation_error_message="撤下时间不能早于发布时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} 招租"
