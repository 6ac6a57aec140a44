"""Parks, buildings and spaces; which park a steward or an operator's person looks after."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from audit.history import row_history
from community.kinds import UnitKind
from community.models import CODE, Community, Grid, Post, Unit
from parks.querysets import BuildingQuerySet, ParkPostQuerySet, ParkQuerySet, SpaceQuerySet
from wording.fields import CleanCharField
from wording.search import gram_index

#: No park of a street is larger than 100 km²; the check also refuses NaN, which numeric would take.
LARGEST_M2 = Decimal(100_000_000)


def _area(field: str) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0, f"{field}__lte": LARGEST_M2})


@row_history()
class Park(models.Model):
    community = models.ForeignKey(Community, models.PROTECT, related_name="parks", verbose_name="社区")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="parks", verbose_name="网格")
    code = CleanCharField("代码", max_length=20, unique=True, validators=[CODE])
    name = CleanCharField("名称", max_length=60)
    pinyin = models.CharField("拼音", max_length=300, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=60, blank=True, editable=False)
    address = CleanCharField("地址", max_length=200, blank=True)
    operator = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="parks", verbose_name="运营方")
    land_area_m2 = models.DecimalField("土地面积（平方米）", max_digits=14, decimal_places=2, null=True, blank=True)
    built_on = models.DateField("建成日期", null=True, blank=True)
    boundary = models.JSONField("边界", null=True, blank=True, help_text="多边形顶点，单位米：[[x, y], …]")

    objects = ParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区"
        indexes = [models.Index(fields=["community", "pinyin", "id"], name="park_by_name"), gram_index("name", "park_name_grams")]
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="park_name_once", violation_error_message="本社区已有同名园区。"),
            models.CheckConstraint(
                condition=_area("land_area_m2"), name="park_area_in_range", violation_error_message="土地面积须在 0 到 1 亿平方米之间。"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.operator is not None and self.operator.kind != UnitKind.OPERATOR:
            raise ValidationError({"operator": f"「{self.operator.name}」不是园区运营方。"})


@row_history()
class Building(models.Model):
    park = models.ForeignKey(Park, models.PROTECT, related_name="buildings", verbose_name="园区")
    code = CleanCharField("代码", max_length=20, validators=[CODE])
    name = CleanCharField("名称", max_length=60)
    floors = models.PositiveSmallIntegerField("层数", null=True, blank=True)
    address = CleanCharField("地址", max_length=200, blank=True)
    # Counts while it is in force and in the park's grid: who has left or moved needs no cleaning up here.
    keeper = models.ForeignKey(Post, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="专职网格员")

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "楼宇"
        constraints = [
            models.UniqueConstraint(fields=["park", "code"], name="building_code_once", violation_error_message="本园区已有这个楼宇代码。"),
            models.UniqueConstraint(fields=["park", "name"], name="building_name_once", violation_error_message="本园区已有同名楼宇。"),
            models.CheckConstraint(
                condition=Q(floors__isnull=True) | Q(floors__gte=1, floors__lte=200),
                name="building_floors_in_range",
                violation_error_message="层数须在 1 到 200 之间。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SpaceKind(models.TextChoices):
    OFFICE = "office", "办公"
    LAB = "lab", "研发"
    WORKSHOP = "workshop", "生产"
    SHOP = "shop", "商业"
    STORAGE = "storage", "仓储"
    OTHER = "other", "其他"


class SpaceStatus(models.TextChoices):
    VACANT = "vacant", "闲置"
    LET = "let", "已租"
    RESERVED = "reserved", "已预订"


@row_history()
class Space(models.Model):
    building = models.ForeignKey(Building, models.PROTECT, related_name="spaces", verbose_name="楼宇")
    room = CleanCharField("房号", max_length=40)
    area_m2 = models.DecimalField("面积（平方米）", max_digits=12, decimal_places=2)
    kind = models.CharField("用途", max_length=12, choices=SpaceKind.choices, default=SpaceKind.OFFICE)
    status = models.CharField("状态", max_length=12, choices=SpaceStatus.choices, default=SpaceStatus.VACANT)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "空间"
        indexes = [models.Index(fields=["building", "status"], name="space_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["building", "room"], name="space_room_once", violation_error_message="本楼宇已有这个房号。"),
            models.CheckConstraint(
                condition=_area("area_m2"), name="space_area_in_range", violation_error_message="面积须在 0 到 1 亿平方米之间。"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SpaceKind.values), name="space_kind_known", violation_error_message="用途不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(status__in=SpaceStatus.values), name="space_status_known", violation_error_message="状态不在清单里。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room} 室"


@row_history()
class ParkPost(models.Model):
    """The park of a steward's post; for an operator's post it narrows the parks of the unit to this one."""

    post = models.OneToOneField(Post, models.PROTECT, related_name="park_post", verbose_name="岗位")
    park = models.ForeignKey(Park, models.PROTECT, related_name="park_posts", verbose_name="园区")

    objects = ParkPostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区岗位"

    def __str__(self) -> str:
        return f"{self.park} {self.post}"
