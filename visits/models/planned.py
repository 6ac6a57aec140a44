"""The plan of the week (本周走访) as it is published: one a community and week, its trips with their visits, and what it cannot do in time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from community.models import Community
from parks.models import Building
from visits.models.owed import Task
from visits.querysets import AllowanceQuerySet, OfPlanQuerySet, PlanQuerySet
from visits.states import Half, Hand
from visits.week import Why
from wording.fields import CleanCharField

_USER = settings.AUTH_USER_MODEL
#: Half-days of a week of seven working days; there is none longer.
MOST_HALF_DAYS = 14


def _whys() -> list[tuple[str, str]]:
    return [(why.value, why.label) for why in Why]


class Allowance(models.Model):
    """How many half-days a week somebody has for visits, where that is not what people in his post usually have."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+", verbose_name="社区")
    user = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="人员")
    half_days = models.PositiveSmallIntegerField("每周走访半天数")
    set_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="设定人")
    set_at = models.DateTimeField("设定时间")

    objects = AllowanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访半天数"
        constraints = [
            models.UniqueConstraint(fields=["community", "user"], name="allowance_once", violation_error_message="每人只有一个半天数。"),
            models.CheckConstraint(
                condition=Q(half_days__lte=MOST_HALF_DAYS), name="allowance_range", violation_error_message="半天数为 0–14。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.half_days}"


class Plan(models.Model):
    """`week_on`: the Monday. `version` grows with every change, by the planner or by hand."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="visit_plans", verbose_name="社区")
    week_on = models.DateField("周一")
    made_at = models.DateTimeField("排定时间")
    made_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="排定人")
    score = models.IntegerField("得分")
    bound = models.IntegerField("得分上界")
    stopped_early = models.BooleanField("因时限提前结束", default=False)
    version = models.PositiveIntegerField("版本", default=1)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "周走访计划"
        constraints = [
            models.UniqueConstraint(fields=["community", "week_on"], name="plan_once_a_week", violation_error_message="本周已有一份计划。"),
            models.CheckConstraint(
                condition=Q(week_on__iso_week_day=1), name="plan_week_is_a_monday", violation_error_message="一周从周一算起。"
            ),
            models.CheckConstraint(
                condition=Q(bound__gte=F("score")), name="plan_bound_above_score", violation_error_message="上界不能低于得分。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.week_on}"

    @property
    def gap(self) -> float:
        """0.01: at most one hundredth below the best there could be."""
        return (self.bound - self.score) / self.bound if self.bound > 0 else 0.0

    @property
    def gap_percent(self) -> str:
        return f"{100 * self.gap:.1f}"


class PlanTrip(models.Model):
    """One person, one half-day, one building. `parts`: [[part, points], …] of the trip itself."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="trips", verbose_name="计划")
    person = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="走访人")
    on = models.DateField("日期")
    half = models.CharField("上下午", max_length=2, choices=Half.choices)
    building = models.ForeignKey(Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="楼宇")
    minutes = models.PositiveSmallIntegerField("可用分钟")
    parts = models.JSONField("得分", default=list)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访行程"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "person", "on", "half"],
                name="trip_one_building_a_half_day",
                violation_error_message="这个人这半天已有一趟，一趟只去一幢楼。",
            ),
            models.CheckConstraint(condition=Q(half__in=Half.values), name="trip_half_known", violation_error_message="上下午不在清单里。"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.on} {self.half}"


class PlanLine(models.Model):
    """One visit of a trip. `hand`: how a person has settled where it stands; the next planning leaves it there."""

    plan = models.ForeignKey(Plan, models.CASCADE, db_index=False, related_name="lines", verbose_name="计划")
    trip = models.ForeignKey(PlanTrip, models.CASCADE, related_name="lines", verbose_name="行程")
    task = models.ForeignKey(Task, models.PROTECT, related_name="plan_lines", verbose_name="走访任务")
    minutes = models.PositiveSmallIntegerField("分钟")
    on_time = models.BooleanField("按期")
    parts = models.JSONField("得分", default=list)
    note = CleanCharField("未能照办", max_length=200, blank=True)
    hand = models.CharField("人工安排", max_length=8, choices=Hand.choices, blank=True, default="")
    hand_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="安排人")
    hand_at = models.DateTimeField("安排时间", null=True, blank=True)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划的走访"
        constraints = [
            models.UniqueConstraint(fields=["plan", "task"], name="plan_line_once", violation_error_message="这项任务已在计划里。"),
            models.CheckConstraint(
                condition=Q(hand="", hand_by__isnull=True, hand_at__isnull=True)
                | Q(hand__in=Hand.values, hand_by__isnull=False, hand_at__isnull=False),
                name="plan_line_hand_whole",
                violation_error_message="人工安排须写明由谁、何时。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trip_id} {self.task_id}"


class PlanMiss(models.Model):
    """A visit owed this week that will be late (`on`) or not made. `load`: the half-day more that would serve it, with others of the same
    number; empty where none would. `by_on`: by when."""

    plan = models.ForeignKey(Plan, models.CASCADE, db_index=False, related_name="misses", verbose_name="计划")
    task = models.ForeignKey(Task, models.PROTECT, related_name="+", verbose_name="走访任务")
    why = models.CharField("原因", max_length=12, choices=_whys)
    on = models.DateField("排到", null=True, blank=True)
    load = models.PositiveSmallIntegerField("所需半天的编号", null=True, blank=True)
    by_on = models.DateField("最迟", null=True, blank=True)
    note = CleanCharField("未能照办", max_length=200, blank=True)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划的缺口"
        constraints = [
            models.UniqueConstraint(fields=["plan", "task"], name="plan_miss_once", violation_error_message="这项任务的缺口已写明。"),
            models.CheckConstraint(
                condition=Q(load__isnull=True, by_on__isnull=True) | Q(load__isnull=False, by_on__isnull=False),
                name="plan_miss_load_whole",
                violation_error_message="所需半天须写明最迟日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.why}"
