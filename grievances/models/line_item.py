"""明细: the single claims of a ticket, each with its own debtor, amount and state (DOMAIN B11: 40 projects, 20 of them recovered)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, QuerySet

from community.kinds import ENTERPRISE_KINDS, PostKind
from grievances.states import LineItemState
from wording.fields import CleanCharField

if TYPE_CHECKING:
    from accounts.models import User

#: Through these posts one reads claims; a leader and the street see the ticket without, for what somebody is owed is a trade secret.
READERS = (*ENTERPRISE_KINDS, PostKind.EMPLOYEE, PostKind.SPECIALIST, PostKind.PARTNER)
LEAST, MOST = Decimal("0.01"), Decimal("10000000000")


class LineItemQuerySet(QuerySet["LineItem"]):
    def visible_to(self, user: User) -> LineItemQuerySet:
        """Those of tickets in sight through a post that reads claims."""
        from grievances.models.grievance import Grievance

        return self.filter(grievance__in=Grievance.objects.visible_to(user, READERS).values("pk"))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LineItem(models.Model):
    """Amounts in yuan. What is recovered counts whatever the state, and after the ticket is closed too; interest is a line of its own.

    `version` counts the changes, so that two people at one line do not write over each other.
    """

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="line_items", verbose_name="诉求")
    debtor = CleanCharField("债务人", max_length=100)
    matter = CleanCharField("事由", max_length=200, blank=True)
    amount_yuan = models.DecimalField(
        "金额（元）", max_digits=13, decimal_places=2,
        validators=[MinValueValidator(LEAST, "须大于 0 元"), MaxValueValidator(MOST, "须在 100 亿元以内")],
    )  # fmt: skip
    evidence = CleanCharField("证据", max_length=300, blank=True)
    state = models.CharField("状态", max_length=12, choices=LineItemState, default=LineItemState.UNVERIFIED)
    recovered_on = models.DateField("追回日期", null=True, blank=True)
    recovered_yuan = models.DecimalField("追回金额（元）", max_digits=13, decimal_places=2, default=Decimal(0))
    version = models.PositiveIntegerField("版本", default=1)
    added_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="更新人")

    objects = LineItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "明细"
        constraints = [
            models.CheckConstraint(condition=Q(amount_yuan__gte=LEAST, amount_yuan__lte=MOST), name="line_item_amount"),
            models.CheckConstraint(
                condition=Q(recovered_yuan__gte=0, recovered_yuan__lte=F("amount_yuan")), name="line_item_recovered_within"
            ),
            models.CheckConstraint(
                condition=Q(recovered_yuan=0, recovered_on__isnull=True) | Q(recovered_yuan__gt=0, recovered_on__isnull=False),
                name="line_item_recovered_on",
            ),
            models.CheckConstraint(
                condition=~Q(state=LineItemState.RECOVERED) | Q(recovered_yuan__gt=0), name="line_item_recovered_amount"
            ),
            models.CheckConstraint(condition=Q(state__in=LineItemState.values), name="line_item_state"),
        ]
        indexes = [models.Index(fields=["grievance", "id"], name="line_item_of_ticket")]

    def __str__(self) -> str:
        return f"{self.debtor} {self.amount_yuan}"

    def clean(self) -> None:
        """What the constraints hold, said at the field that is to be mended."""
        if any(amount is None or not amount.is_finite() for amount in (self.amount_yuan, self.recovered_yuan)):
            return  # said at the field already
        if not 0 <= self.recovered_yuan <= self.amount_yuan:
            raise ValidationError({"recovered_yuan": "须在 0 和这一笔的金额之间；利息、违约金请另记一笔"})
        if self.recovered_on is not None and not self.recovered_yuan:
            raise ValidationError({"recovered_yuan": "填了追回日期，还须填追回金额"})
