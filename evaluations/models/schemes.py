"""评价方案: what a community judges its parks by, from a first day on. A version is written once and never changed; it goes only unused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Func, Q

from audit.history import row_history
from community.models import Community
from evaluations.indicators import INDICATOR_OF, Indicator, indicator_choices
from evaluations.querysets import OfSchemeQuerySet, SchemeQuerySet
from evaluations.scoring import Grade, Rule
from evaluations.states import Better, Missing, Scoring, Ties
from wording.fields import CleanCharField, CleanTextField

MOST_OBJECTION_WORKDAYS = 30


class StepsValid(Func):
    """The database's own check of steps: pairs of limit and points, each harder to reach and worth more (function of migration 0001)."""

    function = "mc_evaluation_steps_valid"
    output_field = BooleanField()


def _adds_up(column: str, label: str) -> str:
    """At commit, of whichever scheme was touched; a scheme that is gone needs nothing."""
    return f"""
        IF EXISTS (SELECT FROM evaluations_scheme WHERE id = COALESCE(NEW.scheme_id, OLD.scheme_id))
            AND (SELECT COALESCE(sum({column}), 0) FROM TG_TABLE WHERE scheme_id = COALESCE(NEW.scheme_id, OLD.scheme_id)) <> 100
        THEN
            RAISE EXCEPTION '{label}合计须为 100。' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """


def _sum_of(table: str, column: str, label: str, name: str) -> list[pgtrigger.Trigger]:
    deed = pgtrigger.Insert | pgtrigger.Delete
    func = _adds_up(column, label).replace("TG_TABLE", table)
    return [
        pgtrigger.Trigger(name=name, operation=deed, when=pgtrigger.After, timing=pgtrigger.Deferred, func=func),
        pgtrigger.Protect(name="written_once", operation=pgtrigger.Update),
        pgtrigger.Trigger(name="used_stays", operation=pgtrigger.Delete, when=pgtrigger.Before, func=_USED_STAYS),
    ]


_USED_STAYS = """
    IF EXISTS (SELECT FROM evaluations_round WHERE scheme_id = OLD.scheme_id) THEN
        RAISE EXCEPTION '已用于评价的方案不能删改' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
"""


@row_history()
class Scheme(models.Model):
    """One version, in force from `from_on` until the next begins. `ties`, `objection_workdays`: see `states.Ties` and `Round`."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="evaluation_schemes", verbose_name="社区")
    from_on = models.DateField("起用日期")
    name = CleanCharField("名称", max_length=40)
    note = CleanTextField("说明", max_length=1000, blank=True)
    ties = models.CharField("同分", max_length=4, choices=Ties.choices, default=Ties.UP)
    objection_workdays = models.PositiveSmallIntegerField("公示期（工作日）", default=5)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="设定人")
    set_at = models.DateTimeField("设定时间")

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区评价方案"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "from_on"], name="scheme_day_once", violation_error_message="这一天已有一版评价方案。"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="scheme_has_name", violation_error_message="请填写方案名称。"),
            models.CheckConstraint(
                condition=Q(ties__in=Ties.values), name="scheme_ties_known", violation_error_message="同分的处理不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(objection_workdays__range=(1, MOST_OBJECTION_WORKDAYS)),
                name="scheme_objection_in_range",
                violation_error_message=f"公示期为 1–{MOST_OBJECTION_WORKDAYS} 个工作日。",
            ),
            models.CheckConstraint(
                condition=Q(from_on__gte=date(2000, 1, 1), from_on__lt=date(2100, 1, 1)),
                name="scheme_day_in_range",
                violation_error_message="起用日期须在 2000 年到 2099 年之间。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="written_once", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="is_whole",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT FROM evaluations_scheme WHERE id = NEW.id) AND (
                        (SELECT COALESCE(sum(weight), 0) FROM evaluations_schemeindicator WHERE scheme_id = NEW.id) <> 100
                        OR (SELECT COALESCE(sum(quota), 0) FROM evaluations_schemegrade WHERE scheme_id = NEW.id) <> 100)
                    THEN
                        RAISE EXCEPTION '评价方案的权重、等级名额合计须各为 100。' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.from_on} 起）"


@row_history()
class SchemeIndicator(models.Model):
    """How one indicator counts in a scheme. `better` is copied from the table of indicators, so that a round can be reckoned again from its
    rows alone. `steps`: [[limit, points], …] from the easiest to the hardest to reach, for `steps` alone."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="indicators", verbose_name="方案")
    code = models.CharField("指标", max_length=20, choices=indicator_choices)
    rank = models.PositiveSmallIntegerField("次序")
    weight = models.DecimalField("权重", max_digits=5, decimal_places=2)
    better = models.CharField("方向", max_length=4, choices=Better.choices)
    scoring = models.CharField("计分", max_length=8, choices=Scoring.choices, default=Scoring.MINMAX)
    steps = models.JSONField("档位", default=list, blank=True)
    missing = models.CharField("缺数据", max_length=8, choices=Missing.choices, default=Missing.ZERO)

    objects = OfSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "方案指标"
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code"], name="scheme_indicator_once", violation_error_message="同一指标只能用一次。"
            ),
            models.UniqueConstraint(fields=["scheme", "rank"], name="scheme_indicator_place", violation_error_message="两项指标次序相同。"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z_]{0,19}$"), name="scheme_indicator_code", violation_error_message="指标不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=100),
                name="scheme_weight_in_range",
                violation_error_message="权重须大于 0，不超过 100。",
            ),
            models.CheckConstraint(
                condition=Q(better__in=Better.values, scoring__in=Scoring.values, missing__in=Missing.values),
                name="scheme_indicator_words",
                violation_error_message="方向、计分或缺数据的处理不在清单里。",
            ),
            models.CheckConstraint(
                condition=Q(scoring=Scoring.MINMAX, steps=[]) | Q(StepsValid("steps", "better"), scoring=Scoring.STEPS),
                name="scheme_steps_valid",
                violation_error_message="档位须一档比一档难、分数一档比一档高，分数在 0 到 100 之间；相对计分不设档位。",
            ),
        ]
        triggers = _sum_of("evaluations_schemeindicator", "weight", "评价方案的权重", "weights_add_up")

    def __str__(self) -> str:
        return f"{self.meaning.label} {self.weight}"

    @property
    def meaning(self) -> Indicator:
        return INDICATOR_OF[self.code]

    @property
    def rule(self) -> Rule:
        steps = tuple((Decimal(str(limit)), Decimal(str(gained))) for limit, gained in self.steps)
        return Rule(self.code, Decimal(self.weight), self.better, self.scoring, self.missing, steps)


@row_history()
class SchemeGrade(models.Model):
    """等级 with its share of the parks, best first. The quotas of a scheme add up to 100 (trigger at commit)."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="grades", verbose_name="方案")
    place = models.PositiveSmallIntegerField("次序")
    label = CleanCharField("等级", max_length=10)
    quota = models.DecimalField("名额（%）", max_digits=5, decimal_places=2)

    objects = OfSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "方案等级"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "place"], name="scheme_grade_place", violation_error_message="两个等级次序相同。"),
            models.UniqueConstraint(fields=["scheme", "label"], name="scheme_grade_once", violation_error_message="两个等级同名。"),
            models.CheckConstraint(
                condition=Q(quota__gt=0, quota__lte=100), name="scheme_quota_in_range", violation_error_message="名额须大于 0，不超过 100。"
            ),
            models.CheckConstraint(condition=~Q(label=""), name="scheme_grade_label", violation_error_message="等级须有名称。"),
        ]
        triggers = _sum_of("evaluations_schemegrade", "quota", "等级名额", "quotas_add_up")

    def __str__(self) -> str:
        return f"{self.label} {self.quota}%"

    @property
    def grade(self) -> Grade:
        return Grade(self.label, Decimal(self.quota))
