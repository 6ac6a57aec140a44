"""进度链接: one ticket's progress for whoever is given the link, masked and for a while."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet

from community.kinds import REPRESENTATIVE_KINDS

if TYPE_CHECKING:
    from accounts.models import User


class ProgressLinkQuerySet(QuerySet["ProgressLink"]):
    def visible_to(self, user: User) -> ProgressLinkQuerySet:
        """Those on tickets one sees from the enterprise's side; whoever holds the link itself needs no account."""
        from grievances.models.grievance import Grievance

        return self.filter(grievance__in=Grievance.objects.visible_to(user, REPRESENTATIVE_KINDS).values("pk"))

    def unrevoked(self) -> ProgressLinkQuerySet:
        return self.filter(revoked_at__isnull=True)

    def standing(self, at: datetime) -> ProgressLinkQuerySet:
        """Opens now: not revoked, not run out."""
        return self.unrevoked().filter(made_at__lte=at, expires_at__gt=at)


class ProgressLink(models.Model):
    """`digest` is the keyed hash of the token; the token itself is told once, to whoever made the link."""

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="progress_links", verbose_name="诉求")
    digest = models.CharField("摘要", max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="生成人")
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收回人")

    objects = ProgressLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "进度链接"
        constraints = [
            models.UniqueConstraint(
                fields=["grievance", "made_by"], condition=Q(revoked_at__isnull=True), name="progress_link_one_per_person",
                violation_error_message="您在这件上已有一个进度链接。",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="progress_link_in_order"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="progress_link_revoked_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.grievance_id} 进度链接"
