"""What rules have found: thresholds as versions, findings behind flags, and warnings on parks. Part of `risks.models`, for length."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.history import row_history
from community.models import Community
from enterprises.models import Enterprise
from parks.models import Park
from risks.kinds import Level, Verdict, level_label
from risks.querysets import FindingQuerySet, ParkAlertQuerySet, RuleVersionQuerySet
from wording.fields import CleanTextField

_USER = settings.AUTH_USER_MODEL
_RULE = Q(rule__regex=r"^[a-z][a-z_]{0,29}$")
_RULE_SAYS = "预警规则不在清单里。"
_LEVEL_SAYS = "风险等级为红、橙、黄。"


@row_history()
class RuleVersion(models.Model):
    """预警规则的阈值: what a rule says in a community from `from_on` until a later version; before the first one, what the table in code says."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="risk_rules", verbose_name="社区")
    rule = models.CharField("规则", max_length=30)
    from_on = models.DateField("起用日期")
    active = models.BooleanField("启用", default=True)
    level = models.PositiveSmallIntegerField("等级", choices=Level)
    params = models.JSONField("阈值", default=dict)
    set_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="设定人")
    set_at = models.DateTimeField("设定时间")

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警规则的版本"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "rule", "from_on"], name="rule_version_day", violation_error_message="这一天已有这条规则的一版。"
            ),
            models.CheckConstraint(condition=_RULE, name="rule_version_rule", violation_error_message=_RULE_SAYS),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="rule_version_level", violation_error_message=_LEVEL_SAYS),
            models.CheckConstraint(
                condition=Q(from_on__gte=date(2000, 1, 1), from_on__lt=date(2100, 1, 1)),
                name="rule_version_day_in_range",
                violation_error_message="起用日期须在 2000 年到 2099 年之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}（{self.from_on} 起）"


#: A finding belongs to an open flag of the same enterprise, and says nothing graver than the flag does.
_BELONGS = """
    IF NOT EXISTS (SELECT FROM risks_flag WHERE id = NEW.flag_id AND enterprise_id = NEW.enterprise_id AND ended_at IS NULL AND level >= NEW.level) THEN
        RAISE EXCEPTION '预警依据须属于同一家企业未解除、等级不低于它的标记' USING ERRCODE = 'check_violation', CONSTRAINT = 'risk_finding_belongs';
    END IF;
    RETURN NEW;
"""


class Finding(models.Model):
    """预警依据: what a rule found of an enterprise, with the figures and thresholds of that moment. Never changed.

    The same evidence is found once: `key` names it, `weight` says how bad it was; what is known at that weight or a greater one raises nothing.
    """

    append_only = True

    flag = models.ForeignKey("risks.Flag", models.PROTECT, related_name="findings", verbose_name="风险标记")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="企业")
    rule = models.CharField("规则", max_length=30)
    key = models.CharField("证据", max_length=80)
    weight = models.SmallIntegerField("程度", default=0)
    level = models.PositiveSmallIntegerField("等级", choices=Level)
    reason = CleanTextField("依据", max_length=600)
    figures = models.JSONField("数据")
    params = models.JSONField("阈值")
    found_at = models.DateTimeField("发现时间")

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警依据"
        indexes = [models.Index(fields=["rule", "-found_at"], name="risk_finding_of_rule")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "rule", "key", "weight"], name="risk_finding_once", violation_error_message="这条证据已经预警过。"
            ),
            models.CheckConstraint(condition=_RULE, name="risk_finding_rule", violation_error_message=_RULE_SAYS),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="risk_finding_level", violation_error_message=_LEVEL_SAYS),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(reason=""), name="risk_finding_has_words", violation_error_message="预警须写明证据和依据。"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(name="belongs", operation=pgtrigger.Insert, when=pgtrigger.Before, func=_BELONGS),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.key}"

    @property
    def level_label(self) -> str:
        return level_label(self.level)


#: What was found stays as it was found; what has ended changes in nothing but that its cause is gone.
_FROZEN = """
    IF (NEW.park_id, NEW.rule, NEW.key, NEW.weight, NEW.level, NEW.reason, NEW.figures, NEW.params, NEW.opened_at)
        IS DISTINCT FROM (OLD.park_id, OLD.rule, OLD.key, OLD.weight, OLD.level, OLD.reason, OLD.figures, OLD.params, OLD.opened_at)
        OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_by_id, NEW.verdict, NEW.evidence, NEW.asked_by_id)
            IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id, OLD.verdict, OLD.evidence, OLD.asked_by_id)) THEN
        RAISE EXCEPTION '预警的依据和结论不能改' USING ERRCODE = 'check_violation', CONSTRAINT = 'park_alert_frozen';
    END IF;
    RETURN NEW;
"""


@row_history()
class ParkAlert(models.Model):
    """园区预警: opened once by a rule; asked to be closed by one person with evidence, closed by another.

    `worst`: how bad it grew while it stood open. `gone_at`: since when the rule no longer holds; after that the same evidence is new again.
    """

    park = models.ForeignKey(Park, models.PROTECT, related_name="risk_alerts", verbose_name="园区")
    rule = models.CharField("规则", max_length=30)
    key = models.CharField("证据", max_length=80)
    weight = models.SmallIntegerField("程度", default=0)
    worst = models.SmallIntegerField("最重程度", default=0)
    level = models.PositiveSmallIntegerField("等级", choices=Level)
    reason = CleanTextField("依据", max_length=600)
    figures = models.JSONField("数据")
    params = models.JSONField("阈值")
    owner = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="责任人")
    opened_at = models.DateTimeField("预警时间")
    asked_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", null=True, blank=True)
    verdict = models.CharField("结论", max_length=12, choices=Verdict, blank=True)
    evidence = CleanTextField("解除依据", max_length=2000, blank=True)
    ended_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)
    gone_at = models.DateTimeField("不再成立", null=True, blank=True)

    objects = ParkAlertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区预警"
        constraints = [
            models.UniqueConstraint(
                fields=["park", "rule"],
                condition=Q(ended_at__isnull=True),
                name="park_alert_one_open",
                violation_error_message="这个园区已有这条预警。",
            ),
            models.UniqueConstraint(
                fields=["park", "rule", "key", "weight"],
                condition=Q(gone_at__isnull=True),
                name="park_alert_once",
                violation_error_message="这条证据已经预警过。",
            ),
            models.CheckConstraint(condition=_RULE, name="park_alert_rule", violation_error_message=_RULE_SAYS),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="park_alert_level", violation_error_message=_LEVEL_SAYS),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(reason=""), name="park_alert_has_words", violation_error_message="预警须写明证据和依据。"
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_by__isnull=True, verdict="", evidence="", ended_at__isnull=True)
                | Q(asked_at__gte=F("opened_at"), asked_by__isnull=False, verdict__in=Verdict.values) & ~Q(evidence=""),
                name="park_alert_asked_whole",
                violation_error_message="申请解除须写明申请人、结论和依据。",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("asked_at"), ended_by__isnull=False) & ~Q(ended_by=F("asked_by")),
                name="park_alert_second_person",
                violation_error_message="解除须由申请人以外的第二人复核。",
            ),
            models.CheckConstraint(
                condition=Q(worst__gte=F("weight")), name="park_alert_worst", violation_error_message="最重程度不能低于预警时。"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(name="frozen", operation=pgtrigger.Update, when=pgtrigger.Before, func=_FROZEN),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.park} {self.rule}"

    @property
    def level_label(self) -> str:
        return level_label(self.level)
