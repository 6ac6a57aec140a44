"""What is owed: matters (事由) as the selectors found them, and one task an enterprise with all its open matters."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q

from community.models import Community
from enterprises.models import Enterprise
from visits.models.classes import VisitClass
from visits.querysets import ReasonQuerySet, TaskQuerySet
from visits.states import MOST_MOVES, Ending, Half, TaskState
from wording.fields import CleanCharField, CleanTextField

_USER = settings.AUTH_USER_MODEL


class Reason(models.Model):
    """One matter that owes an enterprise a visit. Written by `visits.owed` alone.

    `occurred_on`: when it arose, or its next turn came; with class and trigger it is the matter's name, so that a pass may run any number
    of times. `since_on`: from when it is owed, never before the class was in force. `until_on`: the day from which the cause is gone, where
    known. The open matters of an enterprise are those of its open task.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, db_index=False, related_name="visit_reasons", verbose_name="企业")
    visit_class = models.ForeignKey(VisitClass, models.PROTECT, db_index=False, related_name="reasons", verbose_name="必访类别")
    trigger = models.CharField("触发条件", max_length=60)
    occurred_on = models.DateField("发生日期")
    since_on = models.DateField("应访起")
    due_on = models.DateField("应访止")
    provisional = models.BooleanField("推定", default=False)
    key = models.CharField("依据", max_length=80, blank=True)
    until_on = models.DateField("事由止", null=True, blank=True)
    ended_on = models.DateField("了结日期", null=True, blank=True)
    ending = models.CharField("了结", max_length=8, choices=Ending.choices, blank=True)
    settled_by = models.ForeignKey(
        "visits.Visit", models.PROTECT, db_index=False, null=True, blank=True, related_name="settled", verbose_name="由哪次走访了结"
    )

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访事由"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "visit_class", "trigger", "occurred_on"],
                name="reason_once",
                violation_error_message="这件事由已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ending="", settled_by__isnull=True)
                | Q(ended_on__isnull=False, ending__in=[Ending.VISITED, Ending.ABSORBED], settled_by__isnull=False)
                | Q(ended_on__isnull=False, ending=Ending.GONE, settled_by__isnull=True),
                name="reason_ended_whole",
                violation_error_message="了结日期、了结方式与走访须一致。",
            ),
            models.CheckConstraint(
                condition=Q(since_on__gte=F("occurred_on"), due_on__gte=F("since_on")),
                name="reason_days_in_order",
                violation_error_message="应访止不能早于应访起，应访起不能早于发生日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["visit_class", "due_on"], name="reason_of_class"),
            models.Index(fields=["settled_by"], condition=Q(settled_by__isnull=False), name="reason_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.trigger} {self.occurred_on}"


class Task(models.Model):
    """A visit to be paid: one an enterprise at a time, due when the first of its open matters is."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="visit_tasks", verbose_name="企业")
    community = models.ForeignKey(Community, models.PROTECT, db_index=False, related_name="+", verbose_name="社区")
    state = models.CharField("状态", max_length=8, choices=TaskState.choices, db_default=TaskState.OPEN, default=TaskState.OPEN)
    opened_on = models.DateField("建立日期")
    due_on = models.DateField("应访止")
    provisional = models.BooleanField("推定", db_default=False, default=False)
    assignee = models.ForeignKey(_USER, models.PROTECT, db_index=False, null=True, blank=True, related_name="+", verbose_name="走访人")
    planned_on = models.DateField("计划日期", null=True, blank=True)
    planned_half = models.CharField("上下午", max_length=2, choices=Half.choices, blank=True, db_default="", default="")
    attempts = models.PositiveSmallIntegerField("未遇次数", db_default=0, default=0)
    lost_at = models.DateTimeField("失联", null=True, blank=True)
    appointed_at = models.DateTimeField("约定时间", null=True, blank=True)
    moved = models.PositiveSmallIntegerField("企业改期次数", db_default=0, default=0)
    wanted = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="企业希望谁来")
    topics = CleanTextField("企业想谈的事", max_length=1000, blank=True, db_default="", default="")
    next_step = CleanCharField("上次约定的下一步", max_length=200, blank=True, db_default="", default="")
    closed_on = models.DateField("了结日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", db_default=0, default=0)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访任务"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(state=TaskState.OPEN),
                name="task_one_open",
                violation_error_message="这家企业已有一项待走访的任务。",
            ),
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, closed_on__isnull=True)
                | Q(state__in=[TaskState.DONE, TaskState.LAPSED], closed_on__isnull=False),
                name="task_closed_iff_over",
                violation_error_message="了结日期与状态须一致。",
            ),
            models.CheckConstraint(
                condition=Q(planned_on__isnull=True, planned_half="")
                | Q(planned_on__isnull=False, planned_half__in=Half.values, assignee__isnull=False),
                name="task_planned_whole",
                violation_error_message="计划须同时写明日期、上下午和走访人。",
            ),
            models.CheckConstraint(
                condition=Q(moved__lte=MOST_MOVES), name="task_moved_twice_at_most", violation_error_message="一次走访最多改期两次。"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opened_on")), name="task_due_after_opened", violation_error_message="应访止不能早于建立日期。"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "due_on", "id"], condition=Q(state=TaskState.OPEN), name="task_queue"),
            models.Index(fields=["assignee", "planned_on"], condition=Q(state=TaskState.OPEN), name="task_of_assignee"),
            models.Index(fields=["closed_on"], condition=Q(closed_on__isnull=False), name="task_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.due_on}"


class Escalation(models.Model):
    """Somebody higher up has been told that a visit is overdue; unique, so that the sweep may run any number of times."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="escalations", verbose_name="走访任务")
    due_on = models.DateField("应访止")
    level = models.CharField("级别", max_length=8)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "走访逾期预警"
        constraints = [
            models.UniqueConstraint(
                fields=["task", "due_on", "level"], name="visit_escalation_once", violation_error_message="这一级已经提醒过。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.level}"
