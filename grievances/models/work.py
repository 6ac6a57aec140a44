"""Who works on a ticket: dispatches, letters to departments without an account, requests, follow-ups."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from community.models import Unit
from grievances.states import LIVE_DISPATCH, DispatchState, RequestKind, RequestState
from wording.fields import CleanCharField, CleanTextField


class DispatchQuerySet(QuerySet["Dispatch"]):
    def live(self) -> DispatchQuerySet:
        return self.filter(state__in=LIVE_DISPATCH)

    def main(self) -> DispatchQuerySet:
        return self.filter(is_main=True)


class Dispatch(models.Model):
    """One unit's share in one ticket: exactly one 主办 at a time, any number of 协办."""

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="dispatches")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="dispatches", verbose_name="单位")
    is_main = models.BooleanField("主办")
    cycle = models.PositiveSmallIntegerField("轮次")
    state = models.CharField("状态", max_length=16, choices=DispatchState, default=DispatchState.SENT)
    sent_at = models.DateTimeField("派单时间")
    acknowledged_at = models.DateTimeField("签收时间", null=True, blank=True)
    expected_on = models.DateField("预计完成", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    final = models.BooleanField("领导定办", default=False)
    # The unit finished this ticket in this cycle: opens the unit's own history after closing (DESIGN §4).
    finished = models.BooleanField("由其办结", default=False)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name = "派单"
        constraints = [
            models.UniqueConstraint(
                fields=["grievance", "cycle"], condition=Q(is_main=True, state__in=LIVE_DISPATCH), name="dispatch_one_main"
            ),
            models.UniqueConstraint(fields=["grievance", "cycle", "unit"], condition=Q(state__in=LIVE_DISPATCH), name="dispatch_unit_once"),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="dispatch_unit_state")]

    def __str__(self) -> str:
        return f"{'主办' if self.is_main else '协办'} {self.unit_id} {self.state}"


class Letter(models.Model):
    """转办: a dispatch to a department without an account goes out as a letter; the specialist types in what comes back."""

    dispatch = models.OneToOneField(Dispatch, models.PROTECT, related_name="letter")
    number = models.CharField("函号", max_length=24, unique=True)
    body = CleanTextField("正文", max_length=6000)
    due_on = models.DateField("答复期限")
    sent_at = models.DateTimeField("发出时间")
    reminded_at = models.DateTimeField("最近催复", null=True, blank=True)
    reminders = models.PositiveSmallIntegerField("催复次数", default=0)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    incoming = CleanCharField("来文", max_length=500, blank=True)
    typed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "转办函"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(incoming="") & Q(typed_by__isnull=False), name="letter_answer_has_source"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Request(models.Model):
    """What needs a second person (挂起、延期、处置中撤回); at most one pending a ticket."""

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="requests")
    kind = models.CharField("申请", max_length=12, choices=RequestKind)
    state = models.CharField("结果", max_length=12, choices=RequestState, default=RequestState.PENDING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")
    facts = models.JSONField("内容")
    reason = CleanTextField("理由", max_length=1000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("批复时间", null=True, blank=True)
    note = CleanTextField("批复意见", max_length=1000, blank=True)

    class Meta:
        verbose_name = "申请"
        constraints = [
            models.UniqueConstraint(fields=["grievance"], condition=Q(state="pending"), name="request_one_pending"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="request_second_person",
                violation_error_message="申请须由另一人批复",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_state_display()}"


class FollowUp(models.Model):
    """回访: for each 差评 (contact in 1 working day, fix or explain in 5, 15 with approval), and a spot check of one self-handled ticket in ten."""

    class Kind(models.TextChoices):
        POOR_RATING = "poor_rating", "差评回访"
        SPOT_CHECK = "spot_check", "抽查回访"

    class State(models.TextChoices):
        TO_CONTACT = "to_contact", "待联系"
        FIXING = "fixing", "整改中"
        DONE = "done", "已完成"
        VOID = "void", "评价无效"

    class Result(models.TextChoices):
        FIXED = "fixed", "已整改"
        EXPLAINED = "explained", "已解释"

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="follow_ups")
    cycle = models.PositiveSmallIntegerField("轮次")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    state = models.CharField("状态", max_length=12, choices=State, default=State.TO_CONTACT)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="回访人")
    created_at = models.DateTimeField("产生时间")
    contact_due_at = models.DateTimeField("联系期限")
    fix_due_at = models.DateTimeField("整改期限")
    provisional = models.BooleanField("推定", default=False)
    contacted_at = models.DateTimeField("联系时间", null=True, blank=True)
    contact_note = CleanTextField("联系记录", max_length=2000, blank=True)
    result = models.CharField("结果", max_length=12, choices=Result, blank=True)
    ended_at = models.DateTimeField("完成时间", null=True, blank=True)
    end_note = CleanTextField("整改或解释", max_length=2000, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    extended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    again_result = models.PositiveSmallIntegerField("整改后评价", null=True, blank=True)
    again_at = models.DateTimeField("再次评价时间", null=True, blank=True)

    class Meta:
        verbose_name = "回访"
        constraints = [
            models.UniqueConstraint(fields=["grievance", "cycle", "kind"], name="follow_up_once"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "void"], ended_at__isnull=False)
                | Q(state__in=["to_contact", "fixing"], ended_at__isnull=True),
                name="follow_up_end",
            ),
        ]
        indexes = [models.Index(fields=["fix_due_at"], condition=Q(ended_at__isnull=True), name="follow_up_open")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.grievance_id}"


class SiteVisit(models.Model):
    """次日上门: the partner is at the enterprise's door on the working day after it was sent the ticket (DOMAIN B11)."""

    dispatch = models.OneToOneField(Dispatch, models.CASCADE, related_name="site_visit", verbose_name="派单")
    due_at = models.DateTimeField("上门期限")
    provisional = models.BooleanField("推定", default=False)
    made_at = models.DateTimeField("上门时间", null=True, blank=True)
    person = CleanCharField("见到谁", max_length=50, blank=True)
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    warned_at = models.DateTimeField("逾期提醒", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "次日上门"
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, recorded_at__isnull=True, recorded_by__isnull=True)
                | Q(made_at__isnull=False, recorded_at__isnull=False, recorded_by__isnull=False) & ~Q(person=""),
                name="site_visit_recorded_whole",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(made_at__isnull=True), name="site_visit_due")]

    def __str__(self) -> str:
        return f"{self.dispatch_id} {self.due_at:%Y-%m-%d}"


class Subscription(models.Model):
    """Somebody beside the filer who is told what happens: the filer of a ticket merged into this one."""

    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    merged = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="+", verbose_name="并入的件")

    class Meta:
        verbose_name = "订阅"
        constraints = [models.UniqueConstraint(fields=["grievance", "user", "merged"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.grievance_id}"
