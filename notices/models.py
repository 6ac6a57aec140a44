"""Notices: one row per event, recipient and channel."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from wording.fields import CleanCharField, CleanTextField


class Channel(models.TextChoices):
    APP = "app", "站内"
    EMAIL = "email", "邮件"


class State(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已送达"
    DEAD = "dead", "已停发"


KINDS = {"grievance": "诉求", "account": "账号", "password_link": "找回密码", "invitation": "邀请", "system": "系统"}


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> "NoticeQuerySet":
        """The bell of this person: own notices only, whatever the post."""
        return self.filter(recipient=user, channel=Channel.APP)

    def available(self, at: datetime) -> "NoticeQuerySet":
        return self.filter(available_at__lte=at)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)

    def dead(self) -> "NoticeQuerySet":
        return self.filter(state=State.DEAD)


class Notice(models.Model):
    """What one person is told about one event by one channel."""

    key = models.UUIDField("消息编号", default=uuid.uuid4, unique=True, editable=False)
    event = models.CharField("事件", max_length=160)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name="收件人")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    kind = models.CharField("类别", max_length=30, default="grievance")
    title = CleanCharField("标题", max_length=120)
    body = CleanTextField("内容", max_length=2000, blank=True)
    link = models.CharField("链接", max_length=300, blank=True)
    created_at = models.DateTimeField("产生时间")
    available_at = models.DateTimeField("最早送达时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    claimed_at = models.DateTimeField("开始发送时间", null=True, blank=True)
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    error = models.CharField("最近错误", max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "通知"
        verbose_name_plural = "通知"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient", "channel"],
                name="notices_once_per_event_person_channel",
                violation_error_message="同一事件对同一人同一渠道只通知一次。",
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False) | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="notices_sent_at_iff_sent",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sending") | models.Q(claimed_at__isnull=False), name="notices_sending_is_claimed"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-available_at", "-id"], name="notices_bell", condition=models.Q(channel="app")),
            models.Index(fields=["recipient"], name="notices_unread", condition=models.Q(channel="app", read_at__isnull=True)),
            models.Index(
                fields=["available_at", "id"],
                name="notices_outbox",
                condition=models.Q(state__in=["waiting", "sending"]),
            ),
            models.Index(fields=["created_at"], name="notices_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.title}"

    @property
    def kind_words(self) -> str:
        return KINDS.get(self.kind, self.kind)


class FailedTask(models.Model):
    """A background task that keeps failing. Five times running and it is dead: shown to the admin, who may run it again."""

    name = models.CharField("任务", max_length=200)
    arguments = models.JSONField("参数", default=dict)
    # The task and its arguments: one row however often it fails.
    digest = models.CharField("摘要", max_length=64, unique=True)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    error = models.CharField("最近错误", max_length=300)
    first_failed_at = models.DateTimeField("首次失败时间")
    last_failed_at = models.DateTimeField("最近失败时间")

    class Meta:
        verbose_name = "失败的后台任务"
        verbose_name_plural = "失败的后台任务"
        indexes = [models.Index(fields=["-last_failed_at"], name="notices_failed_newest")]

    def __str__(self) -> str:
        return self.name
