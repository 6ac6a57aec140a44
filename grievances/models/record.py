"""What is kept of a ticket for good: the append-only timeline, evidence, attachments, ratings."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from community.models import Unit
from files.models import File
from grievances.states import GRADES, Actor, Circle, Solved, State
from wording.fields import CleanCharField, CleanTextField


class TransitionQuerySet(QuerySet["Transition"]):
    def in_order(self) -> TransitionQuerySet:
        return self.order_by("seq")

    def readable(self, circles: tuple[str, ...]) -> TransitionQuerySet:
        return self.filter(circle__in=circles)


class Transition(models.Model):
    """One thing that happened to a ticket. Written once by `workflow.apply`, never changed (INV01).

    `seq` counts from 1 and equals the ticket's version after the event; `facts` keeps what the move was told, ids as codes.
    `circle` says who reads `note`, not who knows that it happened.
    """

    append_only = True

    grievance = models.ForeignKey("grievances.Grievance", models.PROTECT, db_index=False, related_name="transitions")
    seq = models.PositiveIntegerField("序号")
    event = models.CharField("事件", max_length=24)
    from_state = models.CharField("从", max_length=20, choices=State)
    to_state = models.CharField("到", max_length=20, choices=State)
    cycle = models.PositiveSmallIntegerField("轮次")
    at = models.DateTimeField("时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人")
    actor = models.CharField("以何身份", max_length=4, choices=Actor)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属机构")
    circle = models.CharField("可见范围", max_length=12, choices=Circle, default=Circle.ENTERPRISE)
    note = CleanTextField("说明", max_length=5000, blank=True)
    facts = models.JSONField("事实", default=dict)

    objects = TransitionQuerySet.as_manager()

    class Meta:
        verbose_name = "流水"
        constraints = [
            models.UniqueConstraint(fields=["grievance", "seq"], name="transition_seq"),
            models.CheckConstraint(
                condition=Q(by__isnull=True, actor=Actor.SYSTEM) | Q(by__isnull=False) & ~Q(actor=Actor.SYSTEM),
                name="transition_has_actor",
            ),
        ]
        indexes = [models.Index(fields=["event", "at"], name="transition_event_at")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.event} {self.at}"


class Attachment(models.Model):
    """A file on a ticket. `circle` bounds who may open it, as for the message it came with."""

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="attachments")
    file = models.OneToOneField(File, models.PROTECT, related_name="+")
    transition = models.ForeignKey(Transition, models.PROTECT, null=True, blank=True, related_name="attachments")
    circle = models.CharField("可见范围", max_length=12, choices=Circle, default=Circle.ENTERPRISE)
    added_at = models.DateTimeField("添加时间")

    class Meta:
        verbose_name = "附件"

    def __str__(self) -> str:
        return self.file.name


class Evidence(models.Model):
    """佐证: a file, a visit's key, or a talk. A visit writes its own row when it is recorded (DESIGN §2)."""

    class Kind(models.TextChoices):
        FILE = "file", "附件"
        VISIT = "visit", "走访单"
        TALK = "talk", "谈话记录"

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="evidence")
    transition = models.ForeignKey(Transition, models.PROTECT, related_name="evidence")
    cycle = models.PositiveSmallIntegerField("轮次")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    file = models.ForeignKey(File, models.PROTECT, null=True, blank=True, related_name="+")
    key = CleanCharField("键", max_length=80, blank=True)
    talk = models.JSONField("谈话", null=True, blank=True)

    class Meta:
        verbose_name = "佐证"
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="file", file__isnull=False)
                    | Q(kind="visit", file__isnull=True) & ~Q(key="")
                    | Q(kind="talk", file__isnull=True, talk__isnull=False)
                ),
                name="evidence_has_substance",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Rating(models.Model):
    """好差评: result and speed rated apart, 5 best; whether it was solved is a question of its own."""

    SCORES = tuple(GRADES.items())

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="ratings")
    cycle = models.PositiveSmallIntegerField("轮次")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("评价时间")
    solved = models.CharField("是否解决", max_length=8, choices=Solved)
    result = models.PositiveSmallIntegerField("办理结果", choices=SCORES)
    speed = models.PositiveSmallIntegerField("办理速度", choices=SCORES)
    comment = CleanTextField("意见", max_length=1000, blank=True)

    class Meta:
        verbose_name = "评价"
        constraints = [
            models.UniqueConstraint(fields=["grievance", "cycle"], name="rating_once_a_cycle", violation_error_message="这一轮已经评价过"),
            models.CheckConstraint(
                condition=Q(result__range=(1, 5), speed__range=(1, 5)),
                name="rating_range",
                violation_error_message="评价为一到五星",
            ),
        ]

    def __str__(self) -> str:
        return GRADES[self.result]
