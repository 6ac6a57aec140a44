"""企业动态: what happened to an enterprise, when it happened and when we learnt of it. Part of `enterprises.models`, for length."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import DateField, Func, Q

from audit.history import row_history
from enterprises.kinds import EVENTS, EventKind, event_kinds
from enterprises.querysets import EventQuerySet
from wording.fields import CleanCharField
from workdays import SHANGHAI


class DayHere(Func):
    """The day of a moment in Shanghai; a time zone object cannot stand in a migration."""

    template = "((%(expressions)s) AT TIME ZONE 'Asia/Shanghai')::date"
    output_field = DateField()


@row_history()
class Event(models.Model):
    """One of a kind a day; `recorded_at` less `happened_on` is how late we learnt of it (得知时滞). A wrong one is put right or taken out,
    and the row history keeps it."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="happenings", verbose_name="企业")
    kind = models.CharField("类别", max_length=30, choices=event_kinds)
    happened_on = models.DateField("发生日期")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    from_place = CleanCharField("原所在地", max_length=100, blank=True)
    to_place = CleanCharField("去向", max_length=100, blank=True)
    case_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专班负责人"
    )
    source = CleanCharField("来源", max_length=60)
    note = CleanCharField("说明", max_length=300, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业动态"
        indexes = [models.Index(fields=["kind", "happened_on"], name="event_by_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "happened_on"], name="event_once_a_day", violation_error_message="这一天的这条动态已经登记。"
            ),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z_]+$"), name="event_kind_shape", violation_error_message="动态类别不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(happened_on__gte="1949-01-01", happened_on__lte=DayHere("recorded_at")),
                name="event_not_ahead",
                violation_error_message="发生日期须在 1949 年之后，且不能晚于登记当天。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="event_has_source", violation_error_message="请写明来源。"),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.get_kind_display()}"

    @property
    def meaning(self) -> EventKind:
        return EVENTS[self.kind]

    @property
    def lag_days(self) -> int:
        """得知时滞: whole days from what happened to when we learnt of it."""
        return (self.recorded_at.astimezone(SHANGHAI).date() - self.happened_on).days
