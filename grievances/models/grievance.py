"""The ticket (诉求) itself."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from community.models import Community, Grid, Unit
from enterprises.models import Enterprise, Tenancy
from grievances.models.catalogue import ServiceItem
from grievances.models.querysets import WORDS, GrievanceQuerySet
from grievances.states import OPEN, OVER, STEPS, WITH_MAIN_UNIT, Channel, Outcome, Priority, State, step_of
from parks.models import Building, Park
from wording.fields import CleanCharField, CleanTextField
from wording.search import Bigrams, Grams, Together, part_index

_USER = settings.AUTH_USER_MODEL


class Grievance(models.Model):
    """Written by `filing` while a draft, and by `workflow.apply` ever after; `version` counts the moves.

    `promise_due_at` is what the enterprise was told; `next_due_at` the earliest running clock, by which the queue sorts.
    The place is copied (park, building, grid) when it is filed, because a later move of the enterprise must not move the ticket.
    """

    number = models.CharField("办件编号", max_length=15, unique=True)
    community = models.ForeignKey(Community, models.PROTECT, db_index=False, related_name="grievances", verbose_name="社区")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, db_index=False, related_name="grievances", verbose_name="企业")
    state = models.CharField("状态", max_length=20, choices=State, default=State.DRAFT)
    cycle = models.PositiveSmallIntegerField("轮次", default=1)
    version = models.PositiveIntegerField("版本", default=0)

    filed_by = models.ForeignKey(_USER, models.PROTECT, db_index=False, related_name="+", verbose_name="提交人")
    on_behalf = models.BooleanField("代提", default=False)
    basis = CleanCharField("代提依据", max_length=500, blank=True)
    channel = models.CharField("来源", max_length=12, choices=Channel, default=Channel.WEB)
    origin_kind = CleanCharField("来自", max_length=20, blank=True)
    origin_key = CleanCharField("来自的键", max_length=80, blank=True)

    service_item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="grievances", null=True, blank=True, verbose_name="事项")
    title = CleanCharField("标题", max_length=200, blank=True)
    body = CleanTextField("情况说明", max_length=5000, blank=True)
    contact_name = CleanCharField("联系人", max_length=50, blank=True)
    contact_phone = CleanCharField("联系电话", max_length=20, blank=True)
    urgent = models.BooleanField("比较急", default=False)
    confidential = models.BooleanField("保密", default=False)
    personal = models.BooleanField("员工个人诉求", default=False)
    priority = models.CharField("优先级", max_length=10, choices=Priority, default=Priority.NORMAL)

    # The other side of a dispute: it sees nothing of the ticket; `Mediation` is what it is told.
    counterparty = models.ForeignKey(
        Enterprise, models.PROTECT, db_index=False, null=True, blank=True, related_name="disputes", verbose_name="对方企业"
    )
    # From this day the year of limitation runs (劳动争议调解仲裁法 第二十七条).
    disputed_on = models.DateField("争议发生日", null=True, blank=True)

    place = models.ForeignKey(Tenancy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="地点")
    park = models.ForeignKey(Park, models.PROTECT, db_index=False, null=True, blank=True, related_name="+", verbose_name="园区")
    building = models.ForeignKey(Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="楼宇")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格")

    window = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任窗口")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主办单位")
    assignee = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任专员")
    handler = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主办人")
    self_handled = models.BooleanField("自办", default=False)
    spot_check = models.BooleanField("抽查标记", default=False)
    outcome = models.CharField("结果", max_length=16, choices=Outcome, blank=True)
    reply = CleanTextField("答复", max_length=5000, blank=True)

    promise_due_at = models.DateTimeField("承诺期限", null=True, blank=True)
    next_due_at = models.DateTimeField("最近期限", null=True, blank=True)
    next_clock = models.CharField("最近期限的表", max_length=16, blank=True)
    provisional = models.BooleanField("推定", default=False)
    resume_at = models.DateTimeField("恢复时间", null=True, blank=True)

    created_at = models.DateTimeField("建立时间")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    updated_at = models.DateTimeField("更新时间")

    pending = models.CharField("待批申请", max_length=12, blank=True)
    urges = models.PositiveSmallIntegerField("催办次数", default=0)
    urged_on = models.DateField("最近催办日", null=True, blank=True)
    returned_times = models.PositiveSmallIntegerField("本轮补正次数", default=0)
    extended_times = models.PositiveSmallIntegerField("延期次数", default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="主件")
    # 受理时的事项、时限、日历版本快照: the terms a ticket runs under do not change with the catalogue.
    policy = models.JSONField("政策快照", default=dict)

    objects = GrievanceQuerySet.as_manager()

    class Meta:
        verbose_name = "诉求"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="grievance_state"),
            models.CheckConstraint(
                condition=Q(state__in=OVER, ended_at__isnull=False) | ~Q(state__in=OVER) & Q(ended_at__isnull=True),
                name="grievance_ended_iff_over",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=OPEN)
                | Q(assignee__isnull=False, window__isnull=False, next_due_at__isnull=False, promise_due_at__isnull=False),
                name="grievance_open_has_owner_and_due",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WITH_MAIN_UNIT, unit__isnull=False)
                | ~Q(state__in=WITH_MAIN_UNIT) & Q(unit__isnull=True)
                | Q(state__in=OVER),
                name="grievance_main_unit_iff_worked_on",
            ),
            models.CheckConstraint(condition=Q(submitted_at__isnull=True) | ~Q(title="") & ~Q(body=""), name="grievance_filed_has_text"),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False) | ~Q(state=State.MERGED) & Q(merged_into__isnull=True),
                name="grievance_merged_into",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("pk")), name="grievance_not_into_itself"),
            models.CheckConstraint(
                condition=Q(counterparty__isnull=True) | Q(personal=True) | ~Q(counterparty=F("enterprise")), name="grievance_two_sides"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "next_due_at", "id"], condition=Q(state__in=OPEN), name="queue_community"),
            models.Index(fields=["window", "next_due_at", "id"], condition=Q(state__in=OPEN), name="queue_window"),
            models.Index(fields=["assignee", "next_due_at", "id"], condition=Q(state__in=OPEN), name="queue_assignee"),
            # For the tabs that are mostly empty: to find nothing must not mean to look at all that is open.
            models.Index(fields=["promise_due_at"], condition=Q(state__in=OPEN, answered_at__isnull=True), name="queue_overdue"),
            models.Index(fields=["community", "state"], condition=Q(state__in=OPEN), name="queue_state"),
            models.Index(fields=["id"], condition=Q(state=State.CLOSED), name="queue_to_rate"),
            models.Index(fields=["community", "-submitted_at", "-id"], name="grievance_newest"),
            models.Index(fields=["enterprise", "-submitted_at", "-id"], name="grievance_of_enterprise"),
            models.Index(fields=["filed_by"], name="grievance_filed_by"),
            models.Index(fields=["answered_at"], condition=Q(answered_at__isnull=False), name="grievance_answered"),
            models.Index(fields=["park"], name="grievance_park"),
            models.Index(fields=["counterparty"], condition=Q(counterparty__isnull=False), name="grievance_counterparty"),
            GinIndex(F("community"), Together(Grams(F("title")), Bigrams(F("body"))), name=WORDS),
            part_index("number", "grievance_number_parts"),
        ]
        triggers = [
            # R9: no path, raw SQL included, changes a state without the line of history that says who did.
            pgtrigger.Trigger(
                name="state_needs_transition",
                operation=pgtrigger.UpdateOf("state"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM grievances_transition t
                        WHERE t.grievance_id = NEW.id AND t.seq = NEW.version AND t.to_state = NEW.state
                    ) THEN
                        RAISE EXCEPTION 'grievance %: state % without its transition', NEW.number, NEW.state
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def step(self) -> int:
        return step_of(self.state)

    @property
    def step_label(self) -> str:
        return STEPS[self.step - 1] if self.step else self.get_state_display()
