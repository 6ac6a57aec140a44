"""Clocks of a ticket as rows: a deadline is a stored, indexed column, never a sum done on reading."""

from django.db import models
from django.db.models import F, Q

from grievances.states import ClockCode


class Clock(models.Model):
    """One run of one clock. `budget_seconds` is working time; `due_at` the instant at which it is used up, pauses counted.

    `first_due_at` never changes and `breached_at`, once set, stays: no extension, reclassification or merge erases a lateness (INV10).
    """

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, db_index=False, related_name="clocks")
    code = models.CharField("表", max_length=16, choices=ClockCode)
    cycle = models.PositiveSmallIntegerField("轮次")
    started_at = models.DateTimeField("开始")
    budget_seconds = models.PositiveIntegerField("预算（工作秒）")
    first_due_at = models.DateTimeField("首次期限")
    due_at = models.DateTimeField("期限")
    provisional = models.BooleanField("推定", default=False)
    ended_at = models.DateTimeField("止于", null=True, blank=True)
    breached_at = models.DateTimeField("逾期于", null=True, blank=True)
    calendar_version = models.CharField("日历版本", max_length=60)
    # What opened a 督办 clock: several may run side by side, each ends by its own answer.
    transition = models.ForeignKey("grievances.Transition", models.CASCADE, null=True, blank=True, related_name="clocks")

    class Meta:
        verbose_name = "时限"
        constraints = [
            models.UniqueConstraint(
                fields=["grievance", "code"],
                condition=Q(ended_at__isnull=True) & ~Q(code=ClockCode.SUPERVISE),
                name="clock_runs_once",
            ),
            models.CheckConstraint(condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="clock_ends_after_start"),
            models.CheckConstraint(condition=Q(first_due_at__gte=F("started_at")), name="clock_due_after_start"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(ended_at__isnull=True), name="clock_running_due"),
            models.Index(fields=["grievance", "code"], name="clock_of_ticket"),
            models.Index(
                fields=["grievance"],
                include=["due_at"],
                condition=Q(ended_at__isnull=True, code=ClockCode.RATING_WINDOW),
                name="clock_to_rate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.due_at:%Y-%m-%d %H:%M}"


class Pause(models.Model):
    """Promise and handle stand still in [from_at, until_at). Its end is known when it begins (补正期限、恢复日期) and only ever comes forward."""

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="pauses")
    cycle = models.PositiveSmallIntegerField("轮次")
    from_at = models.DateTimeField("停表于")
    until_at = models.DateTimeField("续表于")
    transition = models.ForeignKey("grievances.Transition", models.CASCADE, related_name="pauses")

    class Meta:
        verbose_name = "停表"
        constraints = [models.CheckConstraint(condition=Q(until_at__gte=F("from_at")), name="pause_ends_after_start")]

    def __str__(self) -> str:
        return f"{self.from_at} – {self.until_at}"


class Escalation(models.Model):
    """A warning given for a clock; unique, so that a sweep may run any number of times."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="escalations")
    level = models.CharField("级别", max_length=12)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "预警"
        constraints = [models.UniqueConstraint(fields=["clock", "level"], name="escalation_once")]

    def __str__(self) -> str:
        return self.level


class Recalculation(models.Model):
    """A deadline that moved because a year's calendar was published or a community's hours were changed (INV27); written once for each clock
    and calendar."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="recalculations")
    at = models.DateTimeField("时间")
    from_due_at = models.DateTimeField("原期限")
    to_due_at = models.DateTimeField("新期限")
    from_version = models.CharField("原日历版本", max_length=60)
    to_version = models.CharField("新日历版本", max_length=60)

    class Meta:
        verbose_name = "期限重算"
        constraints = [models.UniqueConstraint(fields=["clock", "to_version"], name="recalculation_once")]

    def __str__(self) -> str:
        return f"{self.from_due_at} → {self.to_due_at}"
