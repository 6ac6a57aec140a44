"""How an enterprise comes in, and what it agrees to: rows of codes, requests and consents. Part of `enterprises.models`, for length."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enterprises.querysets import ActivationCodeQuerySet, ConsentQuerySet, ConsentWaiverQuerySet, OpeningRequestQuerySet
from wording.fields import CleanCharField, CleanTextField


class CodeEnd(models.TextChoices):
    REPLACED = "replaced", "已换新码"
    REVOKED = "revoked", "已作废"


class ActivationCode(models.Model):
    """开通码: lets the first person in as the manager of one enterprise. Kept as a keyed hash; dead after 7 days, with use, or when ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="activation_codes", verbose_name="企业")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制发人")
    issued_at = models.DateTimeField("制发时间")
    expires_at = models.DateTimeField("失效时间")
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送达人")
    handed_at = models.DateTimeField("送达时间", null=True, blank=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使用人")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="终止人")
    ended_why = models.CharField("终止原因", max_length=10, choices=CodeEnd.choices, blank=True)

    objects = ActivationCodeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开通码"
        indexes = [models.Index(fields=["enterprise", "-issued_at"], name="code_of_enterprise")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(used_at__isnull=True, ended_at__isnull=True),
                name="code_one_standing",
                violation_error_message="一家企业同时只有一个有效的开通码。",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="code_in_order", violation_error_message="失效时间须晚于制发时间。"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False, ended_at__isnull=True),
                name="code_used_by_somebody",
                violation_error_message="使用时间与使用人须同时填写，已终止的不能使用。",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | Q(ended_at__isnull=False, ended_why__in=CodeEnd.values),
                name="code_ended_for_a_reason",
                violation_error_message="终止时间与终止原因须同时填写。",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_by__isnull=True) | Q(handed_at__isnull=False, handed_by__isnull=False),
                name="code_handed_by_somebody",
                violation_error_message="送达时间与送达人须同时填写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.issued_at:%Y-%m-%d}"


class OpeningState(models.TextChoices):
    WAITING = "waiting", "待核实"
    CONFIRMED = "confirmed", "已核实"
    DECLINED = "declined", "未通过"
    OPENED = "opened", "已开通"


class OpeningRequest(models.Model):
    """开通申请: somebody who is not known yet asks to speak for an enterprise, with its code and a picture of its licence.

    `uscc` and `name` are what he wrote. `enterprise` is what a specialist matched it to, so that a stranger's words point at nothing before.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey("community.Community", models.PROTECT, related_name="opening_requests", verbose_name="社区")
    uscc = models.CharField("统一社会信用代码", max_length=18)
    name = CleanCharField("企业名称", max_length=200)
    licence = models.ForeignKey("files.File", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="营业执照")
    person = CleanCharField("姓名", max_length=40)
    phone = models.CharField("手机号码", max_length=20)
    email = models.EmailField("电子邮箱", blank=True)
    state = models.CharField("状态", max_length=10, choices=OpeningState.choices, default=OpeningState.WAITING)
    asked_at = models.DateTimeField("申请时间")
    due_at = models.DateTimeField("应答复时间")
    provisional = models.BooleanField("推定", default=False)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, null=True, blank=True, related_name="opening_requests", verbose_name="企业"
    )
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")
    reason = CleanTextField("理由", max_length=500, blank=True)
    expires_at = models.DateTimeField("链接失效时间", null=True, blank=True)
    opened_at = models.DateTimeField("开通时间", null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="开通人")
    mailed_at = models.DateTimeField("答复邮件时间", null=True, blank=True)
    cleared_at = models.DateTimeField("清除个人信息的时间", null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField("邮件次数", default=0)

    objects = OpeningRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开通申请"
        indexes = [
            models.Index(fields=["community", "due_at"], name="opening_by_due", condition=Q(state="waiting")),
            models.Index(fields=["community", "-decided_at"], name="opening_decided"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=OpeningState.WAITING, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=OpeningState.WAITING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="opening_decided_by_somebody",
                violation_error_message="答复时间与答复人须同时填写。",
            ),
            models.CheckConstraint(
                condition=~Q(state=OpeningState.DECLINED) | ~Q(reason=""),
                name="opening_declined_for_a_reason",
                violation_error_message="不予开通须写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[OpeningState.CONFIRMED, OpeningState.OPENED], enterprise__isnull=False, expires_at__isnull=False)
                | (Q(state__in=[OpeningState.WAITING, OpeningState.DECLINED]) & Q(expires_at__isnull=True)),
                name="opening_confirmed_for_an_enterprise",
                violation_error_message="核实通过须对应一家在册企业。",
            ),
            models.CheckConstraint(
                condition=Q(state=OpeningState.OPENED, opened_at__isnull=False, opened_by__isnull=False)
                | (~Q(state=OpeningState.OPENED) & Q(opened_at__isnull=True, opened_by__isnull=True)),
                name="opening_opened_by_somebody",
                violation_error_message="开通时间与开通人须同时填写。",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, licence__isnull=False)
                | (
                    Q(cleared_at__isnull=False, licence__isnull=True, phone="", email="", opened_at__isnull=True)
                    & ~Q(state=OpeningState.WAITING)
                ),
                name="opening_cleared_whole",
                violation_error_message="营业执照与联系方式须同时清除，且只清除没有开通的申请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.person}"


class Consent(models.Model):
    """An enterprise's word on handing its cases to partner firms: given or withdrawn, which text, by whom. The newest line counts.

    `number`: for this one ticket only; empty for all of the enterprise's.
    """

    append_only = True

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="consents", verbose_name="企业")
    number = models.CharField("办件编号", max_length=15, blank=True)
    given = models.BooleanField("同意")
    version = models.CharField("版本", max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="表示人")
    at = models.DateTimeField("时间")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转交同意"
        indexes = [models.Index(fields=["enterprise", "number", "-at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {'同意' if self.given else '撤回'}"


class ConsentWaiver(models.Model):
    """A ticket went to a partner although no consent was on file, and why. The move is never refused for it, only written down."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="consent_waivers", verbose_name="企业")
    number = models.CharField("办件编号", max_length=15)
    unit = models.ForeignKey("community.Unit", models.PROTECT, related_name="+", verbose_name="伙伴机构")
    reason = CleanCharField("理由", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="派单人")
    at = models.DateTimeField("时间")

    objects = ConsentWaiverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "未见同意仍转交"
        indexes = [models.Index(fields=["number"], name="consent_waiver_of_ticket")]
        constraints = [models.UniqueConstraint(fields=["number", "unit", "at"], name="consent_waiver_once_a_move")]

    def __str__(self) -> str:
        return f"{self.number} {self.unit_id}"
