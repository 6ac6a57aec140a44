"""Whether somebody who registered as an employee is one: rows. Part of `enterprises.models`, for length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from community.kinds import COMMUNITY_WIDE_KINDS
from community.posts import held
from wording.fields import CleanCharField

if TYPE_CHECKING:
    from accounts.models import User


class IdentityQuerySet(models.QuerySet["EmployeeIdentity"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and those of the community for its specialists and leader; never the employer's."""
        posts = held(user)
        if not posts:
            return self.none()
        office = {post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)}
        return self.filter(Q(representative__post__in=[post.pk for post in posts]) | Q(representative__enterprise__community__in=office))

    def waiting(self) -> Self:
        return self.filter(confirmed_at__isnull=True, representative__ended_at__isnull=True)


class EmployeeIdentity(models.Model):
    """Registered by the person himself, confirmed by a specialist at the first contact (DESIGN §4): the employer is never asked."""

    class How(models.TextChoices):
        PHONE = "phone", "电话核对"
        DOCUMENT = "document", "劳动合同、工牌或社保记录"
        MET = "met", "当面核对证件"

    representative = models.OneToOneField("enterprises.Representative", models.PROTECT, related_name="identity", verbose_name="员工")
    registered_at = models.DateTimeField("注册时间")
    confirmed_at = models.DateTimeField("核实时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核实人"
    )
    how = models.CharField("核实方式", max_length=10, choices=How, blank=True)
    refused_for = CleanCharField("不符的原因", max_length=200, blank=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "员工身份核实"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, how="")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False) & ~Q(how=""),
                name="identity_confirmed_whole",
            ),
        ]
        indexes = [models.Index(fields=["registered_at"], condition=Q(confirmed_at__isnull=True), name="identity_waiting")]

    def __str__(self) -> str:
        return f"{self.representative_id} {self.confirmed_at or '未核实'}"
