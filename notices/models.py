"""Notices: one row per event, addressee and channel. The addressee is a person, or a robot in the group of a unit or community."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models

from notices.kinds import kind_of
from notices.sealed import MarkField, SealedField
from wording.fields import CleanCharField, CleanTextField


class Channel(models.TextChoices):
    APP = "app", "站内"
    EMAIL = "email", "邮件"
    SMS = "sms", "短信"
    WECOM = "wecom", "企业微信群"
    DINGTALK = "dingtalk", "钉钉群"


#: By which a person is told; the others speak to a group.
PERSONAL = (Channel.APP, Channel.EMAIL, Channel.SMS)
ROBOTS = (Channel.WECOM, Channel.DINGTALK)
# A row left `sending` for so long was held by a worker that died.
LEASE = timedelta(seconds=45)
# A row due for so long that is still here is stuck: the relay looks every five seconds.
STUCK_AFTER = timedelta(minutes=10)


class State(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已送达"
    DEAD = "dead", "已停发"


def is_stuck(at: datetime) -> models.Q:
    """Refused and to be tried again, overdue, or left behind by a worker that died."""
    refused = models.Q(attempts__gt=0) | models.Q(available_at__lt=at - STUCK_AFTER)
    return models.Q(state=State.WAITING) & refused | models.Q(state=State.SENDING, claimed_at__lt=at - LEASE)


def is_under_way(at: datetime) -> models.Q:
    """Waiting for its moment or being sent, and nothing wrong so far."""
    waiting = models.Q(state=State.WAITING, attempts=0, available_at__gte=at - STUCK_AFTER)
    return waiting | models.Q(state=State.SENDING, claimed_at__gte=at - LEASE)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> "NoticeQuerySet":
        """The bell of this person: own notices only, whatever the post."""
        return self.filter(recipient=user, channel=Channel.APP)

    def available(self, at: datetime) -> "NoticeQuerySet":
        return self.filter(available_at__lte=at)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)

    def outbound(self) -> "NoticeQuerySet":
        """What has to leave the house; the bell's row is its own delivery."""
        return self.exclude(channel=Channel.APP)

    def dead(self) -> "NoticeQuerySet":
        return self.filter(state=State.DEAD)

    def stuck(self, at: datetime) -> "NoticeQuerySet":
        return self.outbound().filter(is_stuck(at))


class RobotQuerySet(models.QuerySet["Robot"]):
    def visible_to(self, user: Any) -> "RobotQuerySet":
        """For whoever sets things up: the leader those of his community, the admin those of the places of his post.

        Reads `user.posts` only. The community lies above this app, so a robot carries its key, and that of its street, and no foreign key.
        """
        posts = [post for post in user.posts if post.kind in ("leader", "admin")]
        communities = {post.community_id for post in posts if post.community_id}
        streets = {post.street_id for post in posts if post.street_id}
        if not communities and not streets:
            return self.none()
        return self.filter(models.Q(community_key__in=communities) | models.Q(street_key__in=streets))

    def in_use(self) -> "RobotQuerySet":
        return self.filter(retired=False)


class Robot(models.Model):
    """A robot in a chat group (群机器人): whatever it says is read by everybody in that group."""

    channel = models.CharField("渠道", max_length=10, choices=[(each.value, each.label) for each in ROBOTS])
    name = CleanCharField("名称", max_length=40)
    street_key = models.BigIntegerField("街道编号")
    community_key = models.BigIntegerField("社区编号", db_index=True)
    unit_key = models.BigIntegerField("单位编号", null=True, blank=True, db_index=True)
    # What opens the group to whoever has it: written once, never shown again.
    token = SealedField("机器人密钥")
    token_mark = MarkField("密钥指纹", max_length=64, of="token", editable=False)
    secret = SealedField("加签密钥", blank=True)
    retired = models.BooleanField("已停用", default=False)
    created_at = models.DateTimeField("添加时间")

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "群机器人"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "token_mark"], name="notices_robot_once", violation_error_message="这个机器人已经添加过了。"
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=[each.value for each in ROBOTS]),
                name="notices_robot_speaks_to_a_group",
                violation_error_message="机器人须是企业微信或钉钉的。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.name}"


class Notice(models.Model):
    """What one person, or one group, is told about one event by one channel."""

    key = models.UUIDField("消息编号", default=uuid.uuid4, unique=True, editable=False)
    event = models.CharField("事件", max_length=160)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name="收件人"
    )
    robot = models.ForeignKey(Robot, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name="群机器人")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    kind = models.CharField("类别", max_length=30, default="grievance")
    title = CleanCharField("标题", max_length=120)
    body = CleanTextField("内容", max_length=2000, blank=True)
    link = models.CharField("链接", max_length=300, blank=True)
    created_at = models.DateTimeField("产生时间")
    available_at = models.DateTimeField("最早送达时间")
    at_once = models.BooleanField("免打扰时段照发", default=False, db_default=False)
    # Rows that went out, or were tried, in one message: tried again together, under the same id.
    bundle = models.UUIDField("合并发送编号", null=True, blank=True, editable=False)
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
            models.UniqueConstraint(
                fields=["event", "robot"],
                name="notices_once_per_event_robot",
                condition=models.Q(robot__isnull=False),
                violation_error_message="同一事件在同一个群里只通知一次。",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=[each.value for each in ROBOTS], robot__isnull=False, recipient__isnull=True)
                | models.Q(channel__in=[each.value for each in PERSONAL], robot__isnull=True, recipient__isnull=False),
                name="notices_person_or_robot",
                violation_error_message="一条提醒或者给一个人，或者给一个群。",
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
            models.Index(fields=["recipient", "channel"], name="notices_together", condition=models.Q(state__in=["waiting", "sending"])),
            models.Index(fields=["sent_at"], name="notices_went_out", condition=models.Q(state="sent") & ~models.Q(channel="app")),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.title}"

    @property
    def kind_words(self) -> str:
        return kind_of(self.kind).label

    @property
    def addressee(self) -> str:
        """Who it is for, in words; with `recipient` and `robot` loaded."""
        return self.robot.name if self.robot is not None else self.recipient.display_name


class Choice(models.Model):
    """What one person chose for one kind of notice and one channel; without a row the table of kinds says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices", verbose_name="用户")
    kind = models.CharField("类别", max_length=30)
    channel = models.CharField("渠道", max_length=10, choices=[(Channel.EMAIL.value, "邮件"), (Channel.SMS.value, "短信")])
    wanted = models.BooleanField("接收")

    class Meta:
        verbose_name = verbose_name_plural = "通知设置"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "channel"], name="notices_one_choice", violation_error_message="每类通知每个渠道只有一项设置。"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel}"


class Round(models.Model):
    """Something done once for everybody, such as the morning lists of a day: whoever writes the row does it."""

    event = models.CharField("事件", max_length=160, unique=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "定时通知"

    def __str__(self) -> str:
        return self.event


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
