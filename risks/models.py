"""Signs, flags, the history of their levels, and requests to lower one."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.models import Enterprise
from files.models import File
from risks.kinds import (
    CLEARED,
    Dimension,
    Level,
    LoweringState,
    Source,
    Verdict,
    kind_choices,
    kind_of,
    level_label,
)
from risks.querysets import FlagLevelQuerySet, FlagQuerySet, LoweringQuerySet, SignQuerySet
from wording.fields import CleanCharField, CleanTextField

_LEVELS = Q(level__in=Level.values)
_KIND = Q(kind__regex=r"^[a-z][a-z_]{0,19}$")
_KIND_SAYS = "风险种类不在清单里。"


def _history() -> Any:
    """Every change of a row, by triggers once per statement, as for enterprises."""
    trackers = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    return pghistory.track(*trackers, level=pghistory.Statement)


def _user(label: str, *, null: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label)


@_history()
class Sign(models.Model):
    """风险线索: something was seen. Added once per source and key, never changed; only a batch brought in by a sheet can be taken out again.

    `at` is when it was seen or happened, `recorded_at` when we learnt of it. `recorded_by` is empty where no person wrote it.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="risk_signs", verbose_name="企业")
    kind = models.CharField("种类", max_length=20, choices=kind_choices)
    at = models.DateTimeField("发现时间")
    source = models.CharField("来源", max_length=8, choices=Source)
    key = CleanCharField("来源编号", max_length=120)
    note = CleanTextField("情况", max_length=1000, blank=True)
    recorded_by = _user("登记人", null=True)
    recorded_at = models.DateTimeField("登记时间")

    objects = SignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "风险线索"
        indexes = [
            models.Index(fields=["enterprise", "-at"], name="risk_sign_of_enterprise"),
            models.Index(fields=["at"], name="risk_sign_at"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="risk_sign_once", violation_error_message="这条线索已经登记。"),
            models.CheckConstraint(condition=_KIND, name="risk_sign_kind", violation_error_message=_KIND_SAYS),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="risk_sign_source", violation_error_message="线索来源不在清单里。"
            ),
            models.CheckConstraint(condition=~Q(key=""), name="risk_sign_has_key", violation_error_message="线索须写明来源编号。"),
            models.CheckConstraint(
                condition=Q(at__lte=F("recorded_at")), name="risk_sign_in_order", violation_error_message="发现时间不能晚于登记时间。"
            ),
            models.CheckConstraint(
                condition=~Q(source=Source.MANUAL) | Q(recorded_by__isnull=False) & ~Q(note=""),
                name="risk_sign_by_somebody",
                violation_error_message="人工登记的线索须写明登记人和情况。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__source__df=Source.IMPORT.value)),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.kind_label}"

    @property
    def kind_label(self) -> str:
        return kind_of(self.kind).label


#: What no request of two people allows, no statement does: the level goes down, or the flag ends, only by an approved lowering.
_TWO_PEOPLE = """
    IF OLD.ended_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION '已解除的风险标记不能再改；有新情况请另行标记' USING ERRCODE = 'check_violation', CONSTRAINT = 'risk_flag_ended_stays';
    END IF;
    IF (NEW.ended_at IS NOT NULL OR NEW.level < OLD.level) AND NOT EXISTS (
        SELECT FROM risks_lowering WHERE flag_id = OLD.id AND state = 'approved' AND from_level = OLD.level
            AND to_level = CASE WHEN NEW.ended_at IS NULL THEN NEW.level ELSE 0 END
            AND decided_at >= OLD.level_since_at AND decided_at = COALESCE(NEW.ended_at, NEW.level_since_at)
    ) AND OLD.ended_at IS NULL THEN
        RAISE EXCEPTION '降低或解除风险等级须有第二人同意' USING ERRCODE = 'check_violation', CONSTRAINT = 'risk_flag_two_people';
    END IF;
    RETURN NEW;
"""


@_history()
class Flag(models.Model):
    """风险标记: at most one open per enterprise and kind. `evidence` is that of the present level; every level is kept in `FlagLevel`.

    `raised_by` is empty where a rule raised it; `level` stays what it was when the flag ended, and `verdict` says what it turned out to be.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="risk_flags", verbose_name="企业")
    kind = models.CharField("种类", max_length=20, choices=kind_choices)
    level = models.PositiveSmallIntegerField("等级", choices=Level)
    evidence = CleanTextField("依据", max_length=2000)
    source = models.CharField("来源", max_length=8, choices=Source, default=Source.MANUAL)
    owner = _user("责任人")
    raised_by = _user("标记人", null=True)
    raised_at = models.DateTimeField("标记时间")
    level_since_at = models.DateTimeField("现等级始于")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)
    verdict = models.CharField("结论", max_length=12, choices=Verdict, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "风险标记"
        indexes = [
            models.Index(fields=["-level", "-level_since_at", "-id"], name="risk_flag_gravest", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["enterprise", "-raised_at"], name="risk_flag_of_enterprise"),
            models.Index(fields=["owner"], name="risk_flag_owner", condition=Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                condition=Q(ended_at__isnull=True),
                name="risk_flag_one_open",
                violation_error_message="这家企业已有同一种类的风险标记，请在原标记上调整等级。",
            ),
            models.CheckConstraint(condition=_KIND, name="risk_flag_kind", violation_error_message=_KIND_SAYS),
            models.CheckConstraint(condition=_LEVELS, name="risk_flag_level", violation_error_message="风险等级为红、橙、黄。"),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="risk_flag_source", violation_error_message="标记来源不在清单里。"
            ),
            models.CheckConstraint(
                condition=~Q(evidence=""), name="risk_flag_has_evidence", violation_error_message="风险标记须写明依据。"
            ),
            models.CheckConstraint(
                condition=Q(source=Source.RULE) | Q(raised_by__isnull=False),
                name="risk_flag_by_somebody",
                violation_error_message="风险标记须写明标记人。",
            ),
            models.CheckConstraint(
                condition=Q(level_since_at__gte=F("raised_at")) & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("level_since_at"))),
                name="risk_flag_in_order",
                violation_error_message="标记、调级、解除的时间须依次在后。",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, verdict="") | Q(ended_at__isnull=False, verdict__in=Verdict.values),
                name="risk_flag_verdict",
                violation_error_message="解除时间与结论须同时填写。",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(name="two_people", operation=pgtrigger.Update, when=pgtrigger.Before, func=_TWO_PEOPLE),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.kind_label} {self.level_label}"

    @property
    def kind_label(self) -> str:
        return kind_of(self.kind).label

    @property
    def dimension(self) -> Dimension:
        return kind_of(self.kind).dimension

    @property
    def level_label(self) -> str:
        return level_label(self.level)


class FlagLevel(models.Model):
    """等级流水: the level of a flag from a moment on, until the next row; level 0 is 已解除, from_level 0 the beginning. Never changed.

    `by` asked for or made the change (empty: a rule); whoever agreed that it goes down is `confirmed_by`, another person.
    """

    append_only = True

    flag = models.ForeignKey(Flag, models.PROTECT, related_name="levels", verbose_name="风险标记")
    from_level = models.PositiveSmallIntegerField("原等级")
    level = models.PositiveSmallIntegerField("等级")
    from_at = models.DateTimeField("始于")
    evidence = CleanTextField("依据", max_length=2000)
    by = _user("提出人", null=True)
    confirmed_by = _user("复核人", null=True)

    objects = FlagLevelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "风险等级流水"
        indexes = [
            models.Index(fields=["flag", "-from_at", "-id"], name="risk_level_of_flag"),
            models.Index(fields=["from_at"], name="risk_level_from"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["flag"],
                condition=Q(from_level=CLEARED),
                name="risk_level_begins_once",
                violation_error_message="这个标记已经开始。",
            ),
            models.UniqueConstraint(
                fields=["flag"], condition=Q(level=CLEARED), name="risk_level_ends_once", violation_error_message="这个标记已经解除。"
            ),
            models.CheckConstraint(
                condition=Q(level__in=[CLEARED, *Level.values], from_level__in=[CLEARED, *Level.values]),
                name="risk_level_known",
                violation_error_message="风险等级为红、橙、黄。",
            ),
            models.CheckConstraint(
                condition=Q(level__gt=F("from_level"), confirmed_by__isnull=True)
                | Q(level__lt=F("from_level"), confirmed_by__isnull=False, by__isnull=False) & ~Q(confirmed_by=F("by")),
                name="risk_level_down_by_two",
                violation_error_message="降低或解除风险等级须由提出人以外的第二人同意。",
            ),
            models.CheckConstraint(
                condition=~Q(evidence=""), name="risk_level_has_evidence", violation_error_message="调整等级须写明依据。"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{level_label(self.from_level)}→{level_label(self.level)}"

    @property
    def level_label(self) -> str:
        return level_label(self.level)

    @property
    def from_label(self) -> str:
        return level_label(self.from_level)


_BY_SOMEBODY = [LoweringState.APPROVED, LoweringState.DECLINED]
_BY_NOBODY = [LoweringState.WITHDRAWN, LoweringState.LAPSED]


@_history()
class Lowering(models.Model):
    """降级申请: asked by one, decided by another. `to_level` 0 asks to clear the flag and then says what it turned out to be."""

    flag = models.ForeignKey(Flag, models.PROTECT, related_name="lowerings", verbose_name="风险标记")
    from_level = models.PositiveSmallIntegerField("现等级", choices=Level)
    to_level = models.PositiveSmallIntegerField("降为")
    verdict = models.CharField("结论", max_length=12, choices=Verdict, blank=True)
    evidence = CleanTextField("依据", max_length=2000)
    file = models.OneToOneField(File, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证")
    asked_by = _user("申请人")
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, choices=LoweringState, default=LoweringState.PENDING)
    decided_by = _user("复核人", null=True)
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    note = CleanTextField("复核意见", max_length=1000, blank=True)

    objects = LoweringQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "降级申请"
        indexes = [models.Index(fields=["asked_at", "id"], name="risk_lowering_pending", condition=Q(state=LoweringState.PENDING))]
        constraints = [
            models.UniqueConstraint(
                fields=["flag"],
                condition=Q(state=LoweringState.PENDING),
                name="risk_lowering_one_pending",
                violation_error_message="这个标记已有一份待复核的申请。",
            ),
            models.CheckConstraint(
                condition=Q(from_level__in=Level.values, to_level__gte=CLEARED, to_level__lt=F("from_level")),
                name="risk_lowering_goes_down",
                violation_error_message="申请的等级须低于现在的等级。",
            ),
            models.CheckConstraint(
                condition=Q(to_level=CLEARED, verdict__in=Verdict.values) | ~Q(to_level=CLEARED) & Q(verdict=""),
                name="risk_lowering_verdict",
                violation_error_message="申请解除须写明结论：属实已消除，或误报。",
            ),
            models.CheckConstraint(
                condition=~Q(evidence=""), name="risk_lowering_evidence", violation_error_message="申请降级须写明依据。"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="risk_lowering_second_person",
                violation_error_message="降级须由申请人以外的第二人复核。",
            ),
            models.CheckConstraint(
                condition=Q(state=LoweringState.PENDING, decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_at__isnull=False, decided_at__gte=F("asked_at"))
                & (Q(state__in=_BY_SOMEBODY, decided_by__isnull=False) | Q(state__in=_BY_NOBODY, decided_by__isnull=True)),
                name="risk_lowering_decided_whole",
                violation_error_message="复核结果、复核人与复核时间须同时填写。",
            ),
            models.CheckConstraint(
                condition=~Q(state=LoweringState.DECLINED) | ~Q(note=""),
                name="risk_lowering_declined_why",
                violation_error_message="不同意须写明理由。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state__df=LoweringState.PENDING.value)
            ),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.flag_id} {level_label(self.from_level)}→{level_label(self.to_level)}"

    @property
    def to_label(self) -> str:
        return level_label(self.to_level)

    @property
    def from_label(self) -> str:
        return level_label(self.from_level)


# At the end: a finding names its flag by text.
from risks.found import Finding, ParkAlert, RuleVersion  # noqa: E402

__all__ = ["Finding", "Flag", "FlagLevel", "Lowering", "ParkAlert", "RuleVersion", "Sign"]
