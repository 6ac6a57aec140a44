"""Dispatch rules (派单规则): rows a community sets; what a condition means is code in routing.py."""

from __future__ import annotations

from datetime import date

import pghistory
from django.db import models
from django.db.models import F, Q, QuerySet

from community.models import Community, Unit
from wording.fields import CleanCharField


class DispatchRuleQuerySet(QuerySet["DispatchRule"]):
    def visible_to(self, user) -> DispatchRuleQuerySet:
        return self.filter(community__in=Community.objects.visible_to(user))

    def in_force(self, on: date) -> DispatchRuleQuerySet:
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gt=on), from_on__lte=on)

    def ranked(self) -> DispatchRuleQuerySet:
        """The order in which they are tried; the code breaks a tie, so that the outcome is determined (INV23)."""
        return self.order_by("rank", "code")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DispatchRule(models.Model):
    """One version of a rule, from `from_on` until `until_on` (exclusive); a changed rule is a new row of the same code.

    `conditions`: a list of {kind, values}; all must hold. `target`: `unit`, or a kind found from the ticket's place or item.
    """

    class Target(models.TextChoices):
        UNIT = "unit", "指定单位"
        PARTNER_WINDOW = "partner_window", "事项的专业窗口"
        GRID = "grid", "所在网格"
        OPERATOR = "operator", "所在园区运营方"
        SELF = "self", "专员自办"

    community = models.ForeignKey(Community, models.PROTECT, related_name="dispatch_rules", verbose_name="社区")
    code = CleanCharField("规则号", max_length=12)
    name = CleanCharField("名称", max_length=60)
    rank = models.PositiveSmallIntegerField("次序", help_text="小的先试")
    conditions = models.JSONField("条件", default=list)
    target = models.CharField("派往", max_length=16, choices=Target)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name="单位")
    automatic = models.BooleanField("自动派单", default=False, help_text="开启后由系统直接派单，默认只提建议")
    automatic_accept = models.BooleanField("自动受理", default=False, help_text="开启后由系统直接受理，默认由专员受理")
    from_on = models.DateField("起用日期")
    until_on = models.DateField("停用日期", null=True, blank=True)

    objects = DispatchRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "派单规则"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code", "from_on"], name="dispatch_rule_version", violation_error_message="这一天已有这条规则的一版"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="dispatch_rule_in_order",
                violation_error_message="停用日期须晚于起用日期",
            ),
            models.CheckConstraint(
                condition=Q(target="unit", unit__isnull=False) | (~Q(target="unit") & Q(unit__isnull=True)),
                name="dispatch_rule_target",
                violation_error_message="派往“指定单位”时须选单位，其余不选",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
