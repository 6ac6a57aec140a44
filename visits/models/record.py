"""What was found at the door: one row a visit or attempt, and everything that came of it. Written by `visits.record` in one transaction."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan

from community.models import Community, Unit
from enterprises.models import Enterprise
from files.models import File
from grievances.models import Grievance
from parks.models import Building
from visits.models.classes import Length
from visits.models.owed import Task
from visits.querysets import CompanionQuerySet, OfVisitQuerySet, VisitorQuerySet, VisitQuerySet
from visits.states import CheckOutcome, Result, VisitorKind
from wording.fields import CleanCharField, CleanTextField

_USER = settings.AUTH_USER_MODEL


class Visit(models.Model):
    """A visit paid, or an attempt. `key` is made where it is written, on a phone without a network too: sent twice it makes one row.

    `people`: [{name, title, phone}], whom one met. `needs_count` and `no_needs` say what was asked: a visit counts only when the question
    of needs was put (DOMAIN §2).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.UUIDField("提交编号", unique=True)
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="走访任务")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, db_index=False, related_name="visits", verbose_name="企业")
    community = models.ForeignKey(Community, models.PROTECT, db_index=False, related_name="+", verbose_name="社区")
    result = models.CharField("结果", max_length=10, choices=Result.choices)
    visited_at = models.DateTimeField("走访时间")
    visited_on = models.DateField("走访日期")
    building = models.ForeignKey(Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="楼宇")
    place = CleanCharField("地点", max_length=120, blank=True)
    people = models.JSONField("见到谁", default=list, blank=True)
    no_needs = models.BooleanField("问过，无需求", default=False)
    needs_count = models.PositiveSmallIntegerField("需求数", default=0)
    note = CleanTextField("情况", max_length=4000, blank=True)
    told = CleanTextField("写给企业的话", max_length=1000, blank=True)
    next_step = CleanCharField("下一步", max_length=200, blank=True)
    next_on = models.DateField("下次走访", null=True, blank=True)
    recorded_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=Result.values), name="visit_result_known", violation_error_message="结果不在清单里。"
            ),
            models.CheckConstraint(
                condition=~Q(result=Result.MET)
                | (
                    GreaterThan(Length("people"), 0)
                    & ~Q(place="")
                    & (Q(no_needs=True, needs_count=0) | Q(no_needs=False, needs_count__gt=0))
                ),
                name="visit_met_is_whole",
                violation_error_message="走访须写明地点、见到谁，并写下需求或勾选“问过，无需求”。",
            ),
            models.CheckConstraint(
                condition=Q(result=Result.MET) | Q(needs_count=0, no_needs=False),
                name="visit_attempt_has_no_needs",
                violation_error_message="没有见到人，不能登记需求。",
            ),
            models.CheckConstraint(
                condition=Q(visited_at__lte=F("recorded_at")), name="visit_not_ahead", violation_error_message="走访时间不能晚于登记时间。"
            ),
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | Q(next_on__gt=F("visited_on")),
                name="visit_next_is_later",
                violation_error_message="下次走访须晚于本次。",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "visited_on"], name="visit_of_enterprise"),
            models.Index(fields=["community", "-visited_on", "-id"], name="visit_newest"),
            models.Index(fields=["next_on"], condition=Q(next_on__isnull=False), name="visit_agreed"),
        ]
        triggers = [
            # At commit: a visit without one of our own, or with fewer tickets than needs, is none (DOMAIN §2).
            pgtrigger.Trigger(
                name="met_is_whole",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    IF NOT EXISTS (SELECT FROM visits_visitor v WHERE v.visit_id = NEW.id AND v.kind IN ('staff', 'street'))
                        OR NEW.needs_count <> (SELECT count(*) FROM visits_need n WHERE n.visit_id = NEW.id)
                    THEN
                        RAISE EXCEPTION '走访须有至少一位工作人员，每条需求各有一件诉求。' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.visited_on} {self.get_result_display()}"


class Visitor(models.Model):
    """Somebody who was there for us; at least one of them is staff. `unit` is whom he came for."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="visitors", verbose_name="走访")
    user = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="走访人")
    kind = models.CharField("身份", max_length=12, choices=VisitorKind.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位")
    note = CleanTextField("同行意见", max_length=1000, blank=True)

    objects = VisitorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访人"
        constraints = [
            models.UniqueConstraint(fields=["visit", "user"], name="visitor_once", violation_error_message="同一人只写一次。"),
            models.CheckConstraint(
                condition=Q(kind__in=VisitorKind.values), name="visitor_kind_known", violation_error_message="身份不在清单里。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.user_id}"


class Companion(models.Model):
    """Somebody of a partner, a department or the street asked to come along (联合走访), until the visit is recorded."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="companions", verbose_name="走访任务")
    user = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="同行人")
    kind = models.CharField("身份", max_length=12, choices=VisitorKind.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位")
    asked_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="邀请人")
    asked_at = models.DateTimeField("邀请时间")
    coming = models.BooleanField("能否同行", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = CompanionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "同行人"
        constraints = [
            models.UniqueConstraint(fields=["task", "user"], name="companion_once", violation_error_message="已经邀请过这个人。"),
            models.CheckConstraint(
                condition=Q(coming__isnull=True, answered_at__isnull=True) | Q(coming__isnull=False, answered_at__isnull=False),
                name="companion_answered_whole",
                violation_error_message="答复与答复时间须同时填写。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=VisitorKind.values), name="companion_kind_known", violation_error_message="身份不在清单里。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.user_id}"


class Need(models.Model):
    """A need heard at the door and the ticket it became, to be confirmed by the enterprise."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="needs", verbose_name="走访")
    place = models.PositiveSmallIntegerField("序号")
    grievance = models.OneToOneField(Grievance, models.PROTECT, related_name="+", verbose_name="诉求")
    confirmed = models.BooleanField("企业确认", null=True, blank=True)
    confirmed_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访收集的需求"
        constraints = [
            models.UniqueConstraint(fields=["visit", "place"], name="need_place_once", violation_error_message="需求序号重复。"),
            models.CheckConstraint(
                condition=Q(confirmed__isnull=True, confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed__isnull=False, confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="need_confirmed_whole",
                violation_error_message="确认人与确认时间须同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.place}"


class FactCheck(models.Model):
    """A fact on file as the door-step found it. What differs waits for somebody to decide (待核)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="checks", verbose_name="走访")
    field = models.CharField("项目", max_length=40)
    was = CleanCharField("档案", max_length=300, blank=True)
    said = CleanCharField("现场", max_length=300, blank=True)
    outcome = models.CharField("结论", max_length=10, choices=CheckOutcome.choices)
    decided_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核定人")
    decided_at = models.DateTimeField("核定时间", null=True, blank=True)

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息核对"
        constraints = [
            models.UniqueConstraint(fields=["visit", "field"], name="fact_check_once", violation_error_message="同一项目只核对一次。"),
            models.CheckConstraint(
                condition=Q(outcome__in=[CheckOutcome.CONFIRMED, CheckOutcome.REVIEW], decided_by__isnull=True, decided_at__isnull=True)
                | Q(outcome__in=[CheckOutcome.CORRECTED, CheckOutcome.KEPT], decided_by__isnull=False, decided_at__isnull=False),
                name="fact_check_decided_whole",
                violation_error_message="核定人与核定时间须与结论一致。",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(outcome=CheckOutcome.REVIEW), name="fact_check_waiting")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.field}"


class Photo(models.Model):
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos", verbose_name="走访")
    file = models.OneToOneField(File, models.PROTECT, related_name="+", verbose_name="照片")

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访照片"

    def __str__(self) -> str:
        return str(self.file_id)
