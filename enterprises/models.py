"""Enterprises, their names, places and people; the classification of industries."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.db.models.functions import Now, Reverse

from audit.history import row_history
from community.kinds import REPRESENTATIVE_KINDS, PostKind
from community.models import Community, Post, Unit
from enterprises.entrances import ActivationCode, CodeEnd, Consent, ConsentWaiver, OpeningRequest, OpeningState
from enterprises.events import Event
from enterprises.figures import Figure, FigureProposal, FileCheck
from enterprises.identity import EmployeeIdentity
from enterprises.land_grades import Grade, LandGrade
from enterprises.leases import Lease
from enterprises.moving import MoveKind, MoveReport, SpaceDemand
from enterprises.profile_tags import ProfileTag
from enterprises.qualifications import Qualification
from enterprises.querysets import (
    INITIALS,
    NAMES,
    ConflictQuerySet,
    EnterpriseQuerySet,
    InvitationQuerySet,
    OfEnterpriseQuerySet,
    RepresentativeQuerySet,
    TenancyQuerySet,
)
from parks.letting import days_of
from parks.models import Building, Space
from wording.fields import CleanCharField
from wording.search import Fold, bigram_index, gram_index, part_index

__all__ = [
    "ActivationCode", "CodeEnd", "Conflict", "Consent", "ConsentWaiver", "Currency", "EmployeeIdentity", "Enterprise", "EnterpriseStatus", "Event",
    "Figure", "FigureProposal", "FileCheck",
    "FormerName", "Grade", "Industry", "Invitation", "LandGrade", "Lease", "MoveKind", "MoveReport", "OpeningRequest", "OpeningState", "ProfileTag", "Qualification", "Representative", "SizeClass", "SpaceDemand", "Tenancy", "UsccValid",
]  # fmt: skip


class UsccValid(Func):
    """The database's own check of a code: length, alphabet, digits of the region, check character (function of migration 0001)."""

    function = "mc_uscc_valid"
    output_field = BooleanField()


class Industry(models.Model):
    """GB/T 4754 国民经济行业分类, one row per class and edition."""

    edition = models.CharField("版本", max_length=4)
    code = models.CharField("代码", max_length=4)
    level = models.PositiveSmallIntegerField("层级", help_text="1 门类，2 大类，3 中类，4 小类")
    section = models.CharField("门类", max_length=1)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级")
    name = models.CharField("名称", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "行业分类"
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="industry_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SizeClass(models.TextChoices):
    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"


class Currency(models.TextChoices):
    """Of the registered capital, which is kept as registered and never converted."""

    YUAN = "人民币", "人民币"
    DOLLAR = "美元", "美元"
    EURO = "欧元", "欧元"
    HONG_KONG_DOLLAR = "港元", "港元"
    YEN = "日元", "日元"
    POUND = "英镑", "英镑"
    WON = "韩元", "韩元"
    SINGAPORE_DOLLAR = "新加坡元", "新加坡元"


class EnterpriseStatus(models.TextChoices):
    ACTIVE = "active", "在册"
    MOVED_OUT = "moved_out", "已迁出"
    CLOSED = "closed", "已注销"


@row_history(in_bulk=True)
class Enterprise(models.Model):
    """An enterprise belongs to the community of its main tenancy (kept in step by `registry`, and checked by the database at commit)."""

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True, error_messages={"unique": "这个统一社会信用代码已经登记。"})
    uscc_warning = models.BooleanField("代码待核", default=False, help_text="历史名录里的代码未通过校验，收下待核")
    name = CleanCharField("企业名称", max_length=200)
    pinyin = models.CharField("拼音", max_length=1000, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=200, blank=True, editable=False)
    # two indexes below begin with it
    community = models.ForeignKey(Community, models.PROTECT, related_name="enterprises", verbose_name="社区", db_index=False)
    address = CleanCharField("注册地址", max_length=200, blank=True)
    industry_code = models.CharField("行业代码", max_length=4, blank=True)
    industry_edition = models.CharField("行业分类版本", max_length=4, default="2017")
    size_class = models.CharField("企业规模", max_length=8, choices=SizeClass.choices, blank=True)
    established_on = models.DateField("成立日期", null=True, blank=True)
    legal_person = CleanCharField("法定代表人", max_length=60, blank=True)
    registered_capital_wan = models.DecimalField("注册资本（万元）", max_digits=16, decimal_places=4, null=True, blank=True)
    capital_currency = models.CharField("注册资本币种", max_length=6, choices=Currency.choices, default=Currency.YUAN)
    staff_count = models.PositiveIntegerField("从业人数", null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="标签")
    status = models.CharField("状态", max_length=10, choices=EnterpriseStatus.choices, default=EnterpriseStatus.ACTIVE)
    listed = models.BooleanField("上市公司", default=False)
    stock_code = CleanCharField("股票代码", max_length=10, blank=True)
    source = CleanCharField("来源", max_length=60, blank=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        indexes = [
            models.Index(fields=["community", "pinyin", "id"], name="enterprise_by_name"),
            models.Index(fields=["community"], name="enterprise_no_longer", condition=~Q(status=EnterpriseStatus.ACTIVE)),
            models.Index(fields=["industry_code"], name="enterprise_by_industry", opclasses=["varchar_pattern_ops"]),
            gram_index("name", NAMES),
            bigram_index("initials", INITIALS),
            part_index("address", "enterprise_address_parts"),
            models.Index("community", OpClass(Fold("name"), "text_pattern_ops"), name="enterprise_name_begins"),
            models.Index(OpClass(Reverse("uscc"), "text_pattern_ops"), name="enterprise_code_tail"),
            GinIndex(fields=["tags"], name="enterprise_tags"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(UsccValid("uscc")) | Q(uscc_warning=True, uscc__regex=r"^[0-9A-Z]{15,18}$"),
                name="enterprise_uscc_valid",
                violation_error_message="统一社会信用代码须为 18 位，不含 I、O、S、V、Z，且校验位（第 18 位）正确。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=EnterpriseStatus.values), name="enterprise_status_known", violation_error_message="状态不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(size_class__in=["", *SizeClass.values]),
                name="enterprise_size_known",
                violation_error_message="企业规模不在清单里。",
            ),
            models.CheckConstraint(
                condition=Q(registered_capital_wan__isnull=True)
                | Q(registered_capital_wan__gte=0, registered_capital_wan__lte=Decimal(100_000_000)),
                name="enterprise_capital_in_range",
                violation_error_message="注册资本须在 0 到 1 亿万元之间。",
            ),
            models.CheckConstraint(
                condition=Q(established_on__isnull=True) | Q(established_on__gte=date(1949, 1, 1), established_on__lt=date(2101, 1, 1)),
                name="enterprise_established_in_range",
                violation_error_message="成立日期须在 1949 年到 2100 年之间。",
            ),
            models.CheckConstraint(
                condition=Q(industry_code__regex=r"^([A-T]|[0-9]{2,4})?$"),
                name="enterprise_industry_shape",
                violation_error_message="行业代码为一个门类字母或 2 到 4 位数字。",
            ),
            models.CheckConstraint(
                condition=Q(capital_currency__in=Currency.values),
                name="enterprise_currency_known",
                violation_error_message="币种不在清单里。",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="enterprise_has_name", violation_error_message="企业名称不能为空。"),
        ]

    def __str__(self) -> str:
        return self.name


@row_history()
class FormerName(models.Model):
    """曾用名, until and including the day before the new one."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="former_names", verbose_name="企业")
    name = CleanCharField("曾用名", max_length=200)
    until_on = models.DateField("用至", null=True, blank=True)

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
        indexes = [gram_index("name", "former_name_grams")]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="former_name_once", violation_error_message="这个曾用名已经登记。"),
        ]

    def __str__(self) -> str:
        return self.name


@row_history(in_bulk=True)
class Tenancy(models.Model):
    """Where an enterprise sits, from inclusive until the last day inclusive; open while `until_on` is empty."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="tenancies", verbose_name="企业")
    building = models.ForeignKey(Building, models.PROTECT, related_name="tenancies", verbose_name="楼宇")
    space = models.ForeignKey(Space, models.PROTECT, null=True, blank=True, related_name="tenancies", verbose_name="空间")
    room = CleanCharField("房号", max_length=40, blank=True)
    from_on = models.DateField("入驻日期")
    until_on = models.DateField("迁出日期", null=True, blank=True)
    is_main = models.BooleanField("主要办公地", default=True)
    # A roster seldom says since when; what it does not say is presumed to be the day of the import, and is no arrival.
    from_presumed = models.BooleanField("入驻日期系推定", default=False, db_default=False)
    recorded_at = models.DateTimeField("登记时间", db_default=Now(), editable=False)

    objects = TenancyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入驻"
        indexes = [
            models.Index(fields=["building", "enterprise"], name="tenancy_open_by_place", condition=Q(until_on__isnull=True)),
            models.Index(fields=["recorded_at"], name="tenancy_recorded", condition=Q(is_main=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(is_main=True, until_on__isnull=True),
                name="tenancy_one_main_open",
                violation_error_message="一家企业只能有一处主要办公地。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="tenancy_in_order",
                violation_error_message="迁出日期不能早于入驻日期。",
            ),
            ExclusionConstraint(
                name="tenancy_space_of_one",
                expressions=[(F("space"), "="), (F("enterprise"), "<>"), (days_of(), "&&")],
                condition=Q(space__isnull=False),
                violation_error_message="这间在这段时间里是另一家企业在用，一间只能有一家。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.room}".strip()


@row_history()
class Representative(models.Model):
    """Whom a post of kind manager, member or employee speaks for. `role` and `ended_at` repeat the post, so that the database can hold that
    an enterprise has one manager at a time; `people` writes them with the post, and leaving the post ends them in the same transaction."""

    post = models.OneToOneField(Post, models.PROTECT, related_name="representative", verbose_name="岗位")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="representatives", verbose_name="企业")
    role = models.CharField("身份", max_length=20, choices=[(kind.value, kind.label) for kind in REPRESENTATIVE_KINDS])
    ended_at = models.DateTimeField("止于", null=True, blank=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业人员"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(role=PostKind.ENTERPRISE_MANAGER, ended_at__isnull=True),
                name="representative_one_manager",
                violation_error_message="一家企业同时只能有一位管理员。",
            ),
            models.CheckConstraint(
                condition=Q(role__in=REPRESENTATIVE_KINDS), name="representative_role_known", violation_error_message="身份不在清单里。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_role_display()}"


class Invitation(models.Model):
    """An invitation to speak for an enterprise; the link's secret is kept as a hash and dies after 7 days, with use, or when revoked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="invitations", verbose_name="企业")
    role = models.CharField("身份", max_length=20, choices=[(kind.value, kind.label) for kind in REPRESENTATIVE_KINDS])
    name = CleanCharField("姓名", max_length=40)
    phone = models.CharField("手机号码", max_length=20, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="邀请人")
    created_at = models.DateTimeField("邀请时间")
    expires_at = models.DateTimeField("失效时间")
    accepted_at = models.DateTimeField("接受时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接受人"
    )
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "邀请"
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at__isnull=True),
                name="invitation_accepted_by_somebody",
                violation_error_message="接受时间与接受人须同时填写，已撤销的不能接受。",
            ),
            models.CheckConstraint(
                condition=Q(role__in=REPRESENTATIVE_KINDS), name="invitation_role_known", violation_error_message="身份不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_in_order", violation_error_message="失效时间须晚于邀请时间。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.name}"


class Conflict(models.Model):
    """A partner firm's conflict of interest (利益冲突): nothing of this enterprise is given to that unit."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="conflicts", verbose_name="伙伴机构")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="conflicts", verbose_name="企业")
    reason = CleanCharField("原因", max_length=200)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "利益冲突"
        constraints = [
            models.UniqueConstraint(fields=["unit", "enterprise"], name="conflict_once", violation_error_message="这个利益冲突已经登记。"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} × {self.enterprise}"
