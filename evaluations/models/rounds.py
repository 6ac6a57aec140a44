"""One evaluation: the round, what was measured of each park, what came of it, and what operators objected to. Frozen once it is published."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.history import row_history
from community.models import Community
from enterprises.figures import PERIOD
from enterprises.metrics import period_label
from evaluations.models.schemes import Scheme, SchemeGrade, SchemeIndicator
from evaluations.querysets import ObjectionQuerySet, ResultQuerySet, RoundQuerySet, ValueQuerySet
from evaluations.states import RoundState, Withheld
from parks.models import Park
from wording.fields import CleanTextField

_USER = settings.AUTH_USER_MODEL
#: Beyond every raw value; the check also refuses NaN.
BEYOND = Decimal("1e12")

_STEPS = """
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION '公示过的评价不能删除' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.community_id <> OLD.community_id OR NEW.period <> OLD.period
        OR (OLD.state <> 'draft' AND (NEW.scheme_id <> OLD.scheme_id OR NEW.state = 'draft'))
        OR (OLD.state = 'draft' AND NEW.state = 'published')
    THEN
        RAISE EXCEPTION '评价只能由测算到公示、由公示到公布，社区、期间和公示后的方案不变' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (
        NOT EXISTS (SELECT FROM evaluations_result r WHERE r.round_id = NEW.id)
        OR EXISTS (
            SELECT FROM evaluations_result r WHERE r.round_id = NEW.id
                AND (SELECT count(*) FROM evaluations_value v WHERE v.result_id = r.id)
                    <> (SELECT count(*) FROM evaluations_schemeindicator i WHERE i.scheme_id = NEW.scheme_id)))
    THEN
        RAISE EXCEPTION '每个园区每项指标都测算过，才能公示、公布' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'published' AND EXISTS (SELECT FROM evaluations_objection o WHERE o.round_id = NEW.id AND o.answered_at IS NULL) THEN
        RAISE EXCEPTION '还有异议没有答复，不能公布' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


def _frozen(name: str, round_of: str) -> pgtrigger.Trigger:
    """No row of a published round is added, changed or taken away. The shared lock makes who writes wait for who publishes."""
    old = f"IF TG_OP <> 'INSERT' THEN {_block(round_of, 'OLD')} END IF;"
    new = f"IF TG_OP <> 'DELETE' THEN {_block(round_of, 'NEW')} RETURN NEW; END IF;"
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    return pgtrigger.Trigger(
        name=name, operation=operation, when=pgtrigger.Before, declare=[("held", "text")], func=f"{old} {new} RETURN OLD;"
    )


def _block(round_of: str, row: str) -> str:
    return f"""
        SELECT state INTO held FROM evaluations_round WHERE id = {round_of.replace("ROW", row)} FOR SHARE;
        IF held = 'published' THEN
            RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';
        END IF;
    """


@row_history()
class Round(models.Model):
    """一期评价 of one community. Draft: the leader reckons as often as he likes. Shown: the operators read their own and may object until
    `objections_until_at`; raw values change by an answered objection alone. Published: nothing changes any more (triggers)."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="evaluation_rounds", verbose_name="社区")
    period = models.CharField("期间", max_length=7)
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="rounds", verbose_name="方案")
    state = models.CharField("状态", max_length=10, choices=RoundState.choices, default=RoundState.DRAFT)
    measured_at = models.DateTimeField("测算时间")
    measured_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="测算人")
    shown_at = models.DateTimeField("公示时间", null=True, blank=True)
    shown_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公示人")
    objections_until_at = models.DateTimeField("异议截止", null=True, blank=True)
    provisional = models.BooleanField("截止系推定", default=False)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公布人")

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区评价"
        constraints = [
            models.UniqueConstraint(fields=["community", "period"], name="round_once", violation_error_message="这一期已经评过。"),
            models.CheckConstraint(
                condition=Q(period__regex=PERIOD) & ~Q(period__contains="-"),
                name="round_period",
                violation_error_message="评价按年或按季度。",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.DRAFT, shown_at__isnull=True, shown_by__isnull=True, objections_until_at__isnull=True)
                | Q(
                    state__in=[RoundState.SHOWN, RoundState.PUBLISHED],
                    shown_at__isnull=False,
                    shown_by__isnull=False,
                    objections_until_at__isnull=False,
                    objections_until_at__gt=F("shown_at"),
                ),
                name="round_shown_whole",
                violation_error_message="公示须写明时间、公示人和异议截止时间。",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.PUBLISHED) & Q(published_at__isnull=True, published_by__isnull=True)
                | Q(
                    state=RoundState.PUBLISHED,
                    published_at__isnull=False,
                    published_by__isnull=False,
                    published_at__gt=F("objections_until_at"),
                ),
                name="round_published_whole",
                violation_error_message="异议期满才能公布，并写明公布时间和公布人。",
            ),
        ]
        triggers = [pgtrigger.Trigger(name="steps", operation=pgtrigger.Update | pgtrigger.Delete, when=pgtrigger.Before, func=_STEPS)]

    def __str__(self) -> str:
        return f"{self.period_label}园区评价"

    @property
    def period_label(self) -> str:
        return period_label(self.period)


@row_history()
class Result(models.Model):
    """What one park got. Without a score, rank and grade where nothing at all is known of it; `reason` says in words how it came about."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="results", verbose_name="评价")
    park = models.ForeignKey(Park, models.PROTECT, related_name="evaluation_results", verbose_name="园区")
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, blank=True)
    rank = models.PositiveSmallIntegerField("名次", null=True, blank=True)
    grade = models.ForeignKey(SchemeGrade, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="等级")
    reason = CleanTextField("理由", max_length=500)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评价结果"
        constraints = [
            models.UniqueConstraint(fields=["round", "park"], name="result_once", violation_error_message="这个园区已在这一期里。"),
            models.CheckConstraint(
                condition=Q(score__isnull=True, rank__isnull=True, grade__isnull=True)
                | Q(score__isnull=False, rank__isnull=False, grade__isnull=False, score__gte=0, score__lte=100, rank__gte=1),
                name="result_whole",
                violation_error_message="得分、名次和等级须同时写明，得分在 0 到 100 之间。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="result_has_reason", violation_error_message="评价结果须写明理由。"),
        ]
        triggers = [
            _frozen("frozen", "ROW.round_id"),
            pgtrigger.Trigger(
                name="of_its_round",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM evaluations_round r JOIN parks_park p ON p.community_id = r.community_id
                            WHERE r.id = NEW.round_id AND p.id = NEW.park_id)
                        OR NEW.grade_id IS NOT NULL AND NOT EXISTS (
                            SELECT FROM evaluations_round r JOIN evaluations_schemegrade g ON g.scheme_id = r.scheme_id
                                WHERE r.id = NEW.round_id AND g.id = NEW.grade_id)
                    THEN
                        RAISE EXCEPTION '园区须在本社区，等级须是本方案的' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park} {self.score}"


@row_history()
class Objection(models.Model):
    """异议 of an operator against one of its parks' results, or one indicator of it. Upheld, it may set what the indicator should have been."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="objections", verbose_name="评价")
    park = models.ForeignKey(Park, models.PROTECT, related_name="evaluation_objections", verbose_name="园区")
    indicator = models.ForeignKey(SchemeIndicator, models.PROTECT, null=True, blank=True, related_name="objections", verbose_name="指标")
    reason = CleanTextField("理由", max_length=1000)
    filed_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="提出人")
    filed_at = models.DateTimeField("提出时间")
    upheld = models.BooleanField("采纳", null=True, blank=True)
    corrected = models.DecimalField("更正为", max_digits=18, decimal_places=4, null=True, blank=True)
    answer = CleanTextField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评价异议"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "park", "indicator"],
                condition=Q(answered_at__isnull=True),
                nulls_distinct=False,
                name="objection_one_waiting",
                violation_error_message="这一项已有一条异议在等答复。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="objection_has_reason", violation_error_message="异议须写明理由。"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, upheld__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, upheld__isnull=False, answered_at__gte=F("filed_at"))
                & ~Q(answer=""),
                name="objection_answered_whole",
                violation_error_message="是否采纳、答复、答复人与答复时间须同时填写。",
            ),
            models.CheckConstraint(
                condition=Q(corrected__isnull=True)
                | Q(upheld__isnull=False, upheld=True, indicator__isnull=False, corrected__gte=-BEYOND, corrected__lte=BEYOND),
                name="objection_correction",
                violation_error_message="只有采纳对某项指标的异议，才能更正数值。",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("filed_by")),
                name="objection_second_person",
                violation_error_message="提出异议的人不能自己答复。",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="in_its_time",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM evaluations_round r JOIN evaluations_result e ON e.round_id = r.id AND e.park_id = NEW.park_id
                            WHERE r.id = NEW.round_id AND r.state = 'shown' AND NEW.filed_at >= r.shown_at
                                AND NEW.filed_at <= r.objections_until_at
                                AND (NEW.indicator_id IS NULL OR EXISTS (
                                    SELECT FROM evaluations_schemeindicator i WHERE i.id = NEW.indicator_id AND i.scheme_id = r.scheme_id)))
                    THEN
                        RAISE EXCEPTION '异议只能在公示期内，对参评园区和本方案的指标提出' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            _frozen("frozen", "ROW.round_id"),
            pgtrigger.Protect(name="answered_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__answered_at__isnull=False)),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.park} {self.filed_at:%Y-%m-%d}"


@row_history()
class Value(models.Model):
    """One indicator of one park: `measured` from the records, `raw` what counted – the same, unless an upheld objection corrected it.
    `points` is empty where the weight was spread over the others. `withheld`: why its operator does not read it."""

    result = models.ForeignKey(Result, models.CASCADE, related_name="values", verbose_name="结果")
    indicator = models.ForeignKey(SchemeIndicator, models.PROTECT, related_name="values", verbose_name="指标")
    measured = models.DecimalField("测算值", max_digits=18, decimal_places=4, null=True, blank=True)
    raw = models.DecimalField("原始值", max_digits=18, decimal_places=4, null=True, blank=True)
    said = CleanTextField("依据", max_length=300, blank=True)
    members = models.PositiveIntegerField("涉及数", null=True, blank=True)
    withheld = models.CharField("对运营方", max_length=10, choices=Withheld.choices, default=Withheld.NO, blank=True)
    objection = models.ForeignKey(Objection, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="更正依据")
    points = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, blank=True)

    objects = ValueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标得分"
        constraints = [
            models.UniqueConstraint(fields=["result", "indicator"], name="value_once", violation_error_message="这项指标已经测算。"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=100),
                name="value_points_in_range",
                violation_error_message="得分须在 0 到 100 之间。",
            ),
            models.CheckConstraint(
                condition=(Q(measured__isnull=True) | Q(measured__gte=-BEYOND, measured__lte=BEYOND))
                & (Q(raw__isnull=True) | Q(raw__gte=-BEYOND, raw__lte=BEYOND)),
                name="value_in_range",
                violation_error_message="数值超出范围。",
            ),
            models.CheckConstraint(
                condition=Q(objection__isnull=False)
                | Q(raw__isnull=True, measured__isnull=True)
                | Q(raw__isnull=False, measured__isnull=False, raw=F("measured")),
                name="value_changed_by_objection",
                violation_error_message="原始值只能因采纳的异议而更正。",
            ),
            models.CheckConstraint(
                condition=Q(raw__isnull=True) | Q(points__isnull=False), name="value_has_points", violation_error_message="有数值就有得分。"
            ),
            models.CheckConstraint(
                condition=Q(withheld__in=Withheld.values), name="value_withheld_known", violation_error_message="不显示的原因不在清单里。"
            ),
        ]
        triggers = [
            _frozen("frozen", "(SELECT round_id FROM evaluations_result WHERE id = ROW.result_id)"),
            pgtrigger.Trigger(
                name="of_its_scheme",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM evaluations_result e JOIN evaluations_round r ON r.id = e.round_id
                            JOIN evaluations_schemeindicator i ON i.scheme_id = r.scheme_id
                            WHERE e.id = NEW.result_id AND i.id = NEW.indicator_id)
                        OR NEW.objection_id IS NOT NULL AND NOT EXISTS (
                            SELECT FROM evaluations_objection o JOIN evaluations_result e ON e.round_id = o.round_id AND e.park_id = o.park_id
                                WHERE o.id = NEW.objection_id AND e.id = NEW.result_id AND o.upheld AND o.indicator_id = NEW.indicator_id
                                    AND o.corrected = NEW.raw)
                    THEN
                        RAISE EXCEPTION '指标须是本方案的，更正须有采纳的异议' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.raw}"
