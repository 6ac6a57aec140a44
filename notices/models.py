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
