"""The key list and the tiers enterprises hold."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value

from audit.history import row_history
from cultivation.querysets import KeyListingQuerySet, TierHoldingQuerySet
from cultivation.tiers import TIER_OF, Tier, key_reasons, tier_choices
from enterprises.models import Enterprise
from wording.fields import CleanCharField


def _days(first: str, last: str) -> Func:
    """From the first to the last day, both included; open where the last is empty."""
    return Func(first, last, Value("[]"), function="DATERANGE", output_field=DateRangeField())


@row_history()
class KeyListing(models.Model):
    """重点企业: why an enterprise is on the list, from which day until which, both included."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="key_listings", verbose_name="企业")
    reason = models.CharField("列入原因", max_length=20, choices=key_reasons)
    from_on = models.DateField("列入日期")
    until_on = models.DateField("移出日期", null=True, blank=True)
    source = CleanCharField("来源", max_length=60)

    objects = KeyListingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重点企业"
        indexes = [models.Index(fields=["enterprise"], name="key_listing_standing", condition=Q(until_on__isnull=True))]
        constraints = [
            ExclusionConstraint(
                name="key_listing_once_a_day",
                expressions=[(F("enterprise"), "="), (F("reason"), "="), (_days("from_on", "until_on"), "&&")],
                violation_error_message="这家企业这段时间已因同一原因列入重点名单。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="key_listing_in_order",
                violation_error_message="移出日期不能早于列入日期。",
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"^[a-z_]+$"), name="key_listing_reason_shape", violation_error_message="列入原因不在清单里。"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="key_listing_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_reason_display()}"


@row_history()
class TierHolding(models.Model):
    """A tier an enterprise has reached: from `gained_on` until `valid_until_on` inclusive (empty: without end). A renewal is another row."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="tier_holdings", verbose_name="企业")
    tier = models.CharField("梯度", max_length=20, choices=tier_choices)
    gained_on = models.DateField("取得日期")
    valid_until_on = models.DateField("有效期至", null=True, blank=True)
    evidence = CleanCharField("依据", max_length=200, blank=True)
    source = CleanCharField("来源", max_length=60)

    objects = TierHoldingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "梯度"
        indexes = [models.Index(fields=["tier", "valid_until_on"], name="tier_by_end")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "tier", "gained_on"],
                name="tier_once_a_day",
                violation_error_message="这家企业这一天取得的这个梯度已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until_on__isnull=True) | Q(valid_until_on__gte=F("gained_on")),
                name="tier_in_order",
                violation_error_message="有效期不能早于取得日期。",
            ),
            models.CheckConstraint(condition=Q(tier__regex=r"^[a-z_]+$"), name="tier_shape", violation_error_message="梯度不在清单里。"),
            models.CheckConstraint(condition=~Q(source=""), name="tier_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.meaning.label}"

    @property
    def meaning(self) -> Tier:
        return TIER_OF[self.tier]
