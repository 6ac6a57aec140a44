"""督办: an order to look after a visit or a park, answered in time or climbing. Orders on tickets are the ticket's own (its 督办 overlay and clock);
only how far they have climbed is kept here."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.history import row_history
from community.models import Community
from evaluations.order_rows import OrderQuerySet
from evaluations.order_states import Limit, Rung
from grievances.models import Clock
from parks.models import Park
from visits.models import Task
from wording.fields import CleanTextField

_USER = settings.AUTH_USER_MODEL

#: What was ordered stays as it was ordered (a deadline moves only with the calendar); what is over changes no more.
_FROZEN = """
    IF (NEW.task_id, NEW.park_id, NEW.community_id, NEW.demand, NEW."limit", NEW.made_by_id, NEW.made_at)
        IS DISTINCT FROM (OLD.task_id, OLD.park_id, OLD.community_id, OLD.demand, OLD."limit", OLD.made_by_id, OLD.made_at)
        OR ((OLD.answered_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL) AND NEW IS DISTINCT FROM OLD) THEN
        RAISE EXCEPTION '督办的要求和已有的答复不能改' USING ERRCODE = 'check_violation', CONSTRAINT = 'order_frozen';
    END IF;
    RETURN NEW;
"""


@row_history()
class Order(models.Model):
    """督办单. `due_at` is working time from `made_at` on the community's calendar, `provisional` where a year is not published yet."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+", verbose_name="社区")
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="走访")
    park = models.ForeignKey(Park, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="园区")
    demand = CleanTextField("督办要求", max_length=1000)
    limit = models.CharField("答复时限", max_length=4, choices=Limit)
    due_at = models.DateTimeField("答复期限")
    provisional = models.BooleanField("推定", default=False)
    addressee = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="承办人")
    made_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="督办人")
    made_at = models.DateTimeField("督办时间")
    answer = CleanTextField("答复", max_length=2000, blank=True)
    answered_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办单"
        indexes = [
            models.Index(fields=["due_at"], name="order_open_due", condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True)),
            models.Index(fields=["community", "-made_at"], name="order_of_community"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=False, park__isnull=True) | Q(task__isnull=True, park__isnull=False),
                name="order_of_one_thing",
                violation_error_message="督办一项走访或一个园区。",
            ),
            *(
                models.UniqueConstraint(
                    fields=[field],
                    condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                    name=f"order_one_open_{field}",
                    violation_error_message="已有一份未答复的督办。",
                )
                for field in ("task", "park")
            ),
            models.CheckConstraint(condition=~Q(demand=""), name="order_has_demand", violation_error_message="请填写督办要求。"),
            models.CheckConstraint(
                condition=Q(limit__in=Limit.values), name="order_limit_known", violation_error_message="答复时限不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("made_at")), name="order_due_after", violation_error_message="答复期限须晚于督办时间。"
            ),
            models.CheckConstraint(
                condition=~Q(addressee=F("made_by")), name="order_to_somebody_else", violation_error_message="督办须交给别人承办。"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__gte=F("made_at"), answered_by__isnull=False) & ~Q(answer="") & ~Q(answered_by=F("made_by")),
                name="order_answered_whole",
                violation_error_message="答复须由督办人以外的人写明，答复人与时间须同时填写。",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(answered_at__isnull=True, withdrawn_at__gte=F("made_at")),
                name="order_ends_one_way",
                violation_error_message="已答复的督办不能撤销。",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(name="frozen", operation=pgtrigger.Update, when=pgtrigger.Before, func=_FROZEN),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d} {self.demand[:20]}"


class Climb(models.Model):
    """An order that was not answered in time has climbed to this rung; once each. Of a ticket's 督办 it is the clock that has run out."""

    append_only = True

    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="climbs", verbose_name="督办单")
    clock = models.ForeignKey(Clock, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="诉求督办的表")
    rung = models.PositiveSmallIntegerField("升至", choices=Rung)
    due_at = models.DateTimeField("当时的期限")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "督办升级"
        constraints = [
            models.CheckConstraint(
                condition=Q(order__isnull=False, clock__isnull=True) | Q(order__isnull=True, clock__isnull=False),
                name="climb_of_one_order",
                violation_error_message="升级属于一份督办。",
            ),
            models.CheckConstraint(condition=Q(rung__in=Rung.values), name="climb_rung_known", violation_error_message="没有这一级。"),
            models.CheckConstraint(condition=Q(at__gte=F("due_at")), name="climb_after_due", violation_error_message="未到期的不升级。"),
            models.UniqueConstraint(fields=["order", "rung"], name="climb_once_an_order", violation_error_message="已升到这一级。"),
            models.UniqueConstraint(fields=["clock", "rung"], name="climb_once_a_clock", violation_error_message="已升到这一级。"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_rung_display()
