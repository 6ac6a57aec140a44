"""The audit trail."""

from typing import Any

from django.conf import settings
from django.db import models


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: Any) -> "EntryQuerySet":
        """Everything for an auditor, nothing for anybody else. Raises AttributeError where `user.posts` is not attached."""
        if any(post.kind == "auditor" for post in user.posts):
            return self
        return self.none()


class Entry(models.Model):
    """One deed. Triggers and grants refuse UPDATE, DELETE and TRUNCATE (migration 0002)."""

    at = models.DateTimeField("时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人")
    # The name as it was then: a user may be renamed, a failed sign-in has no user at all.
    by_name = models.CharField("操作人姓名", max_length=200, blank=True)
    action = models.CharField("操作", max_length=60)
    target = models.CharField("对象", max_length=200, blank=True)
    detail = models.JSONField("详情", default=dict, blank=True)
    request_id = models.CharField("请求编号", max_length=64, blank=True)
    address = models.GenericIPAddressField("地址", null=True, blank=True)

    append_only = True  # read by mengchuang.grants

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_entry_newest"),
            models.Index(fields=["action", "-at"], name="audit_entry_action"),
            models.Index(fields=["by", "-at"], name="audit_entry_by"),
            models.Index(fields=["target", "-at"], name="audit_entry_target"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.by_name} {self.action} {self.target}".strip()
