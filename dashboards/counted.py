"""What has been counted, so that a board reads sums instead of tickets (decision 49). Part of `dashboards.models`, for length.

`Change` says which tickets and enterprises are to be counted anew: triggers of migration 0002 write it in the transaction that changes them.
A `Tally` is what one of them counted for, and from when until when; a `Rollup` is the sum of the tallies that stand. `dashboards.folding`
alone writes the three, and `Moment` with them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from community.models import Community, Grid, Unit
from enterprises.models import Enterprise
from grievances.models import Grievance, ServiceItem
from parks.models import Park


class Subject(models.TextChoices):
    TICKET = "ticket", "诉求"
    ENTERPRISE = "enterprise", "企业"
    FIGURE = "figure", "经济指标"


class Basis(models.TextChoices):
    """Under which day a tally is summed: a ticket's filing, its end; an enterprise has no day."""

    FILED = "filed", "按提交日"
    DONE = "done", "按办结日"
    STOCK = "stock", "现有"


class Span(models.TextChoices):
    DAY = "day", "日"
    MONTH = "month", "月"
    EVER = "ever", "不分期"


class Dimension(models.TextChoices):
    ALL = "all", "全社区"
    GRID = "grid", "网格"
    PARK = "park", "园区"
    WINDOW = "window", "窗口"
    UNIT = "unit", "承办单位"
    ITEM = "item", "事项"


class Change(models.Model):
    """One ticket or enterprise (`key`), or all figures of one metric and period (`detail`), to be counted anew."""

    subject = models.CharField("对象", max_length=10, choices=Subject.choices)
    key = models.BigIntegerField("键", default=0)
    detail = models.CharField("指标与期间", max_length=40, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "待汇总"
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__in=[Subject.TICKET, Subject.ENTERPRISE], key__gt=0, detail="")
                | Q(subject=Subject.FIGURE, key=0) & ~Q(detail=""),
                name="change_names_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.key or self.detail}"


class TallyQuerySet(models.QuerySet["Tally"]):
    def standing(self) -> TallyQuerySet:
        return self.filter(until_at__isnull=True)

    def as_of(self, at: datetime) -> TallyQuerySet:
        """What stood at that moment; of a board's own moment these are the rows its numbers are the sums of."""
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=at), from_at__lte=at)

    def marked(self, mark: str) -> TallyQuerySet:
        return self.filter(marks__contains=[mark])


def _key(model: type[models.Model], *, verbose_name: str, null: bool = False) -> models.ForeignKey[Any, Any]:
    """What a count remembers keeps nothing from being deleted: undoing an import takes its enterprises out, and the next fold ends their tallies."""
    return models.ForeignKey(
        model, models.DO_NOTHING, db_index=False, db_constraint=False, null=null, blank=null, related_name="+", verbose_name=verbose_name
    )


class Tally(models.Model):
    """`marks`: for which counts it counts. `wakes_at`: when the passing of time alone will change them."""

    marks = ArrayField(models.CharField(max_length=24), verbose_name="计入")
    community = models.ForeignKey(Community, models.PROTECT, db_index=False, related_name="+", verbose_name="社区")
    grid = _key(Grid, null=True, verbose_name="网格")
    park = _key(Park, null=True, verbose_name="园区")
    wakes_at = models.DateTimeField("到时再计", null=True, blank=True)
    from_at = models.DateTimeField("自")
    until_at = models.DateTimeField("至", null=True, blank=True)

    objects = TallyQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return ",".join(self.marks)


class TicketTally(Tally):
    """A filed ticket. `done_on` is the day it ended, if it ended with an answer."""

    grievance = _key(Grievance, verbose_name="诉求")
    filed_on = models.DateField("提交日")
    done_on = models.DateField("办结日", null=True, blank=True)
    window = _key(Unit, null=True, verbose_name="窗口")
    unit = _key(Unit, null=True, verbose_name="承办单位")
    item = _key(ServiceItem, null=True, verbose_name="事项")

    class Meta:
        verbose_name = verbose_name_plural = "诉求计数"
        constraints = [
            models.UniqueConstraint(fields=["grievance"], condition=Q(until_at__isnull=True), name="ticket_tally_one_standing"),
            models.CheckConstraint(condition=Q(until_at__isnull=True) | Q(until_at__gt=F("from_at")), name="ticket_tally_in_order"),
        ]
        indexes = [
            models.Index(fields=["community", "filed_on"], name="ticket_tally_filed"),
            models.Index(fields=["community", "done_on"], name="ticket_tally_done", condition=Q(done_on__isnull=False)),
            models.Index(fields=["wakes_at"], name="ticket_tally_wakes", condition=Q(until_at__isnull=True, wakes_at__isnull=False)),
        ]


class EnterpriseTally(Tally):
    """An enterprise on file, where its main tenancy is."""

    enterprise = _key(Enterprise, verbose_name="企业")

    class Meta:
        verbose_name = verbose_name_plural = "企业计数"
        constraints = [
            models.UniqueConstraint(fields=["enterprise"], condition=Q(until_at__isnull=True), name="enterprise_tally_one_standing"),
            models.CheckConstraint(condition=Q(until_at__isnull=True) | Q(until_at__gt=F("from_at")), name="enterprise_tally_in_order"),
        ]
        indexes = [
            models.Index(fields=["community", "park"], name="enterprise_tally_place", condition=Q(until_at__isnull=True)),
            models.Index(fields=["wakes_at"], name="enterprise_tally_wakes", condition=Q(until_at__isnull=True, wakes_at__isnull=False)),
        ]


class Rollup(models.Model):
    """How many of the standing tallies carry a mark. `key` is that of the place, unit or item of the dimension; 0: none, or all."""

    community = models.ForeignKey(Community, models.PROTECT, db_index=False, related_name="+", verbose_name="社区")
    basis = models.CharField("口径", max_length=5, choices=Basis.choices)
    span = models.CharField("期", max_length=5, choices=Span.choices)
    first_on = models.DateField("期初")
    dimension = models.CharField("维度", max_length=6, choices=Dimension.choices)
    key = models.BigIntegerField("键", default=0)
    mark = models.CharField("计数", max_length=24)
    n = models.BigIntegerField("个数")

    class Meta:
        verbose_name = verbose_name_plural = "汇总"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "basis", "span", "dimension", "mark", "first_on", "key"], include=["n"], name="rollup_once"
            ),
            models.CheckConstraint(condition=Q(n__gte=0), name="rollup_not_negative"),
            models.CheckConstraint(
                condition=Q(basis=Basis.STOCK, span=Span.EVER) | ~Q(basis=Basis.STOCK) & ~Q(span=Span.EVER), name="rollup_stock_has_no_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.first_on} {self.n}"


class FigureSum(models.Model):
    """The standing figures of one metric and period of the enterprises whose tally stands in a place: `total`, of how many `enterprises`."""

    community = models.ForeignKey(Community, models.PROTECT, db_index=False, related_name="+", verbose_name="社区")
    dimension = models.CharField("维度", max_length=6, choices=Dimension.choices)
    key = models.BigIntegerField("键", default=0)
    metric = models.CharField("指标", max_length=30)
    period = models.CharField("期间", max_length=7)
    total = models.DecimalField("合计", max_digits=24, decimal_places=2)
    enterprises = models.PositiveIntegerField("企业数")

    class Meta:
        verbose_name = verbose_name_plural = "指标汇总"
        constraints = [
            models.UniqueConstraint(fields=["metric", "period", "community", "dimension", "key"], name="figure_sum_once"),
            models.CheckConstraint(condition=Q(enterprises__gt=0), name="figure_sum_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.period} {self.total}"


class Moment(models.Model):
    """截至: up to which moment everything committed has been counted; one row. `waiting`: how many changes were left for the next fold."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField("截至")
    waiting = models.PositiveIntegerField("尚待汇总", default=0)
    checked_at = models.DateTimeField("最近核对", null=True, blank=True)
    differences = models.PositiveIntegerField("核对差异", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "汇总时刻"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="moment_is_one")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
