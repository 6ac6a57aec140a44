"""企业进出: what operator or steward report of tenants arriving and leaving, until it is confirmed; and who looks for a space. Part of
`enterprises.models`, for length."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q

from audit.history import row_history
from community.kinds import ENTERPRISE_KINDS, PostKind
from community.models import Community
from community.posts import held
from enterprises.querysets import own_keys
from parks.models import LARGEST_M2, Building, Listing, Space, SpaceKind, SpaceStage
from parks.querysets import parks_whose_spaces_show
from wording.fields import CleanCharField

if TYPE_CHECKING:
    from accounts.models import User

#: 元 per m² and day, as in `parks.letting`.
DEAREST_YUAN = Decimal(1000)


class MoveReportQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(decided_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """With the spaces of the park: specialist, leader, street; grid staff, steward and operator for their own parks."""
        if not held(user):
            return self.none()
        return self.filter(building__park__in=parks_whose_spaces_show(user))


class SpaceDemandQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def unmet(self) -> Self:
        """Nothing on offer in the community has all of it: area, price, stage, use and day. What is not asked for is met by anything."""
        fits = Listing.objects.shown().filter(
            space__building__park__community=OuterRef("community"),
            space__area_m2__gte=OuterRef("area_from_m2"), space__area_m2__lte=OuterRef("area_to_m2"),
        )  # fmt: skip
        fits = fits.alias(
            dearest=ExpressionWrapper(OuterRef("price_most_yuan"), models.DecimalField()),
            latest=ExpressionWrapper(OuterRef("move_in_on"), models.DateField()),
            stage=ExpressionWrapper(OuterRef("stage"), models.CharField()),
            use=ExpressionWrapper(OuterRef("kind"), models.CharField()),
        )
        in_time = Q(latest__isnull=True) | Q(available_on__lte=F("latest"))
        fits = fits.filter(in_time, Q(dearest__isnull=True) | Q(price_yuan__lte=F("dearest")))
        fits = fits.filter(Q(stage="") | Q(space__stage=F("stage")), Q(use="") | Q(space__kind=F("use")))
        return self.filter(~Exists(fits))

    def visible_to(self, user: User) -> Self:
        """The community's office and the street; the enterprise's own people; operators the open ones of their community, whose they are only
        where it was agreed to (`portal` and `api` say so by `SpaceDemand.named`)."""
        if not held(user):
            return self.none()
        seen = Q(community__in=Community.objects.worked_by(user)) | Q(enterprise_id__in=own_keys(user, *ENTERPRISE_KINDS))
        operating = {post.community_id for post in held(user, PostKind.OPERATOR)}
        return self.filter(seen | Q(community_id__in=operating, closed_at__isnull=True))


class MoveKind(models.TextChoices):
    ARRIVED = "arrived", "入驻"
    RETURNED = "returned", "回归"
    LEFT = "left", "离园"


@row_history()
class MoveReport(models.Model):
    """Nothing of it counts before the steward has confirmed it; then place, lease and event are written in one transaction."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="move_reports", verbose_name="楼宇")
    space = models.ForeignKey(Space, models.PROTECT, null=True, blank=True, related_name="move_reports", verbose_name="空间")
    kind = models.CharField("类别", max_length=10, choices=MoveKind.choices)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    name = CleanCharField("企业名称", max_length=200)
    on = models.DateField("日期")
    place = CleanCharField("从何处来、到何处去", max_length=100, blank=True)
    staff_count = models.PositiveIntegerField("员工人数", null=True, blank=True)
    lease_until_on = models.DateField("租约到期日", null=True, blank=True)
    annual_rent_wan = models.DecimalField("年租金（万元）", max_digits=14, decimal_places=4, null=True, blank=True)
    note = CleanCharField("说明", max_length=300, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="报送人")
    reported_at = models.DateTimeField("报送时间")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed = models.BooleanField("属实", null=True, blank=True)
    reason = CleanCharField("不属实的说明", max_length=300, blank=True)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, null=True, blank=True, related_name="move_reports", verbose_name="企业"
    )

    objects = MoveReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业进出"
        indexes = [models.Index(fields=["building", "-reported_at"], name="move_report_of_building")]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc", "building"],
                condition=Q(decided_at__isnull=True),
                name="move_report_once_open",
                violation_error_message="这家企业在这幢楼已有一条待确认的报送。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MoveKind.values), name="move_report_kind_known", violation_error_message="类别不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, confirmed__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, confirmed__isnull=False),
                name="move_report_decided_whole",
                violation_error_message="确认人、确认时间与结论须同时填写。",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed=True) | Q(enterprise__isnull=False),
                name="move_report_confirmed_of_enterprise",
                violation_error_message="确认的进出须落到企业。",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed=False) | ~Q(reason=""),
                name="move_report_refused_says_why",
                violation_error_message="不属实须写明情况。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("reported_by")),
                name="move_report_four_eyes",
                violation_error_message="报送和确认须是两个人。",
            ),
            models.CheckConstraint(
                condition=Q(lease_until_on__isnull=True) | Q(lease_until_on__gte=F("on")),
                name="move_report_lease_in_order",
                violation_error_message="租约到期日不能早于入驻日期。",
            ),
            models.CheckConstraint(
                condition=Q(annual_rent_wan__isnull=True) | Q(annual_rent_wan__gte=0, annual_rent_wan__lte=Decimal(1_000_000)),
                name="move_report_rent_in_range",
                violation_error_message="年租金须在 0 到 100 亿元之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"


@row_history()
class SpaceDemand(models.Model):
    """找空间: what an enterprise, or somebody who may come, looks for. The operators read what is wanted; the name only where `named`: a
    landlord who learns that a tenant looks elsewhere has learnt too much."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="space_demands", verbose_name="社区")
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, null=True, blank=True, related_name="space_demands", verbose_name="企业"
    )
    who = CleanCharField("企业或项目", max_length=200)
    named = models.BooleanField("运营方可见名称", default=False)
    area_from_m2 = models.DecimalField("面积下限（㎡）", max_digits=12, decimal_places=2)
    area_to_m2 = models.DecimalField("面积上限（㎡）", max_digits=12, decimal_places=2)
    price_most_yuan = models.DecimalField("租金上限（元/㎡·天）", max_digits=8, decimal_places=2, null=True, blank=True)
    stage = models.CharField("阶段", max_length=12, choices=SpaceStage.choices, blank=True)
    kind = models.CharField("用途", max_length=12, choices=SpaceKind.choices, blank=True)
    industry_code = models.CharField("行业", max_length=4, blank=True)
    move_in_on = models.DateField("最迟入驻日期", null=True, blank=True)
    note = CleanCharField("其他要求", max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    made_at = models.DateTimeField("提出时间")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结束人")
    outcome = models.CharField("结果", max_length=10, choices=[("found", "已找到"), ("dropped", "不再需要")], blank=True)

    objects = SpaceDemandQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "空间需求"
        indexes = [models.Index(fields=["community", "-made_at"], name="space_demand_open", condition=Q(closed_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=Q(area_from_m2__gte=0, area_to_m2__gte=F("area_from_m2"), area_to_m2__lte=LARGEST_M2, area_to_m2__gt=0),
                name="space_demand_area_in_order",
                violation_error_message="面积上限须大于 0，且不小于下限。",
            ),
            models.CheckConstraint(
                condition=Q(price_most_yuan__isnull=True) | Q(price_most_yuan__gt=0, price_most_yuan__lte=DEAREST_YUAN),
                name="space_demand_price_in_range",
                violation_error_message="租金上限须大于 0、不超过 1000 元/㎡·天。",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="space_demand_closed_whole",
                violation_error_message="结束须同时写明结果。",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["", *SpaceStage.values]), name="space_demand_stage_known", violation_error_message="阶段不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["", *SpaceKind.values]), name="space_demand_kind_known", violation_error_message="用途不在清单里。"
            ),
            models.CheckConstraint(condition=~Q(who=""), name="space_demand_has_name", violation_error_message="请写明企业或项目。"),
            models.CheckConstraint(
                condition=Q(industry_code__regex=r"^([A-T]|[0-9]{2,4})?$"),
                name="space_demand_industry_shape",
                violation_error_message="行业代码为一个门类字母或 2 到 4 位数字。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.area_from_m2:f}–{self.area_to_m2:f} ㎡"
