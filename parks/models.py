"""Parks, buildings and spaces; which park a steward or an operator's person looks after."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from audit.history import row_history
from community.kinds import UnitKind
from community.models import CODE, Community, Grid, Post, Unit
from parks.letting import ChangeKind, Listing, Occupancy, SpaceChange, SpaceStage, SpaceState, days_of
from parks.querysets import BuildingQuerySet, ParkPostQuerySet, ParkQuerySet, SpaceQuerySet
from wording.fields import CleanCharField
from wording.search import gram_index

__all__ = [
    "LARGEST_M2", "Building", "ChangeKind", "Listing", "Occupancy", "Park", "ParkPost", "Space", "SpaceChange", "SpaceKind", "SpaceStage", "SpaceState",
]  # fmt: skip

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


@row_history()
class Space(models.Model):
    """A unit to let, from `from_on` (empty: as long as anybody knows) until `until_on`, its last day; split or merged, it ends and others begin.
    What state it is in on a day: `SpaceQuerySet.on`."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="spaces", verbose_name="楼宇")
    room = CleanCharField("房号", max_length=40)
    floor = models.SmallIntegerField("楼层", null=True, blank=True, help_text="地下为负数")
    area_m2 = models.DecimalField("面积（平方米）", max_digits=12, decimal_places=2)
    kind = models.CharField("用途", max_length=12, choices=SpaceKind.choices, default=SpaceKind.OFFICE)
    stage = models.CharField("阶段", max_length=12, choices=SpaceStage.choices, blank=True)
    from_on = models.DateField("启用日期", null=True, blank=True)
    until_on = models.DateField("停用日期", null=True, blank=True, help_text="可租的最后一天")
    made_by = models.ForeignKey(
        SpaceChange, models.PROTECT, null=True, blank=True, related_name="made", editable=False, verbose_name="由此而来"
    )
    ended_by = models.ForeignKey(
        SpaceChange, models.PROTECT, null=True, blank=True, related_name="ended", editable=False, verbose_name="由此而止"
    )

    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "空间"
        constraints = [
            ExclusionConstraint(
                name="space_room_once_a_day",
                expressions=[(F("building"), "="), (F("room"), "="), (days_of(), "&&")],
                violation_error_message="本楼宇已有这个房号。",
            ),
            models.CheckConstraint(
                condition=_area("area_m2"), name="space_area_in_range", violation_error_message="面积须在 0 到 1 亿平方米之间。"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SpaceKind.values), name="space_kind_known", violation_error_message="用途不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["", *SpaceStage.values]), name="space_stage_known", violation_error_message="阶段不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(floor__gte=-9, floor__lte=200),
                name="space_floor_in_range",
                violation_error_message="楼层须在 -9 到 200 之间。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="space_in_order",
                violation_error_message="停用日期不能早于启用日期。",
            ),
            models.CheckConstraint(
                condition=(Q(made_by__isnull=True) | Q(from_on__isnull=False)) & (Q(ended_by__isnull=True) | Q(until_on__isnull=False)),
                name="space_change_has_day",
                violation_error_message="拆并而来或拆并而止的空间须有日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room} 室"


@row_history()
class ParkPost(models.Model):
    """The park of a steward's post; for an operator's post it narrows the parks of the unit to this one."""

    post = models.OneToOneField(Post, models.PROTECT, related_name="park_post", verbose_name="岗位")
    park = models.ForeignKey(Park, models.PROTECT, related_name="park_posts", verbose_name="园区")
    # 副园区长 sees and does the same; a park with deputies alone still wants a steward.
    deputy = models.BooleanField("副职", default=False, db_default=False)

    objects = ParkPostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区岗位"

    def __str__(self) -> str:
        return f"{self.park} {self.post}"
