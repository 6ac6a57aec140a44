"""调解邀请: all that the other side of a dispute is ever told of a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from community import held
from community.kinds import ENTERPRISE_KINDS, PostKind
from enterprises.models import Enterprise, Representative
from wording.fields import CleanCharField, CleanTextField

if TYPE_CHECKING:
    from accounts.models import User

#: Whoever sees the ticket through one of these sees whom it invited.
STAFF = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET, PostKind.PARTNER)


class MediationQuerySet(QuerySet["Mediation"]):
    def visible_to(self, user: User) -> MediationQuerySet:
        """The invited enterprise's manager and members, and staff who see the ticket; not the filer's side, which is told by the specialist."""
        from grievances.models.grievance import Grievance

        return self.filter(Q(enterprise__in=_spoken_for_by(user)) | Q(grievance__in=Grievance.objects.visible_to(user, STAFF).values("pk")))

    def received_by(self, user: User) -> MediationQuerySet:
        """Those in which this person speaks for the invited side."""
        return self.filter(enterprise__in=_spoken_for_by(user))

    def running(self) -> MediationQuerySet:
        return self.filter(ended_at__isnull=True)


def _spoken_for_by(user: User) -> QuerySet[Representative]:
    return Representative.objects.filter(post__in=[post.pk for post in held(user, *ENTERPRISE_KINDS)]).values("enterprise")


class Mediation(models.Model):
    """One invitation to one talk. `subject` is written for the other side: number, title and text of the ticket are not told."""

    class Answer(models.TextChoices):
        COMING = "coming", "参加"
        OTHER_TIME = "other_time", "请求改期"
        DECLINED = "declined", "不参加"

    class Result(models.TextChoices):
        AGREED = "agreed", "达成协议"
        FAILED = "failed", "未达成"
        CANCELLED = "cancelled", "取消"

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="mediations", verbose_name="诉求")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="mediations", verbose_name="受邀企业")
    subject = CleanTextField("争议事由", max_length=1000)
    held_at = models.DateTimeField("调解时间")
    place = CleanCharField("调解地点", max_length=200)
    contact = CleanCharField("联系电话", max_length=30)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="邀请人")
    invited_at = models.DateTimeField("邀请时间")
    answer = models.CharField("答复", max_length=12, choices=Answer, blank=True)
    answer_note = CleanTextField("答复说明", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    result = models.CharField("结果", max_length=12, choices=Result, blank=True)
    result_note = CleanTextField("结果说明", max_length=1000, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = MediationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解邀请"
        constraints = [
            models.UniqueConstraint(fields=["grievance"], condition=Q(ended_at__isnull=True), name="mediation_one_running"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, result="") | Q(ended_at__isnull=False) & ~Q(result=""), name="mediation_end_has_result"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="", answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="mediation_answer_whole",
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "-held_at"], name="mediation_of_enterprise")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.held_at:%Y-%m-%d %H:%M}"
