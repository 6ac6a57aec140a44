"""画像标签, as a community sets them: a name, a trait and its parameters. Part of `enterprises.models`, for length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from audit.history import row_history
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Community
from community.posts import held
from wording.fields import CleanCharField

if TYPE_CHECKING:
    from accounts.models import User

#: Staff, each as far as the columns he reads go; of the enterprise's side nobody: what the office sorts by is not what it thinks of somebody.
READERS = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)


class ProfileTagQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        return self.filter(retired=False)

    def visible_to(self, user: User) -> Self:
        """Of the communities somebody works in, those that rest on what he may read of every enterprise in sight."""
        from enterprises.columns import list_columns_for
        from enterprises.traits import TRAITS

        posts = held(user, *READERS)
        if not posts:
            return self.none()
        columns = list_columns_for(user)
        places = Q(community__in={post.community_id for post in posts if post.community_id})
        places |= Q(community__street__in={post.street_id for post in posts if post.street_id})
        return self.filter(places, rule__in=[trait.code for trait in TRAITS.values() if trait.needs in columns])


@row_history()
class ProfileTag(models.Model):
    """Who has it is worked out when it is asked for, so that it is never behind the file. What the rule was on any day is in the row history."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="profile_tags", verbose_name="社区")
    name = CleanCharField("名称", max_length=20)
    rule = models.CharField("规则", max_length=30)
    params = models.JSONField("参数", default=dict, blank=True)
    retired = models.BooleanField("停用", default=False)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="设定人")
    set_at = models.DateTimeField("设定时间")

    objects = ProfileTagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "画像标签"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"],
                condition=Q(retired=False),
                name="profile_tag_once",
                violation_error_message="本社区已有同名的标签。",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="profile_tag_has_name", violation_error_message="标签名称不能为空。"),
            models.CheckConstraint(
                condition=Q(rule__regex=r"^[a-z_]+$"), name="profile_tag_rule_shape", violation_error_message="规则不在清单里。"
            ),
        ]

    def __str__(self) -> str:
        return self.name
