"""Street, community, grid, unit; posts, absences and contact cards."""

from __future__ import annotations

from datetime import date

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

import workdays
from community.kinds import ALLOWED, COMMUNITY, EITHER, FORBIDDEN, NEEDED, STREET, PostKind, UnitKind, kinds_where
from community.querysets import (
    AbsenceQuerySet,
    CommunityQuerySet,
    ContactCardQuerySet,
    GridQuerySet,
    PostQuerySet,
    ProposalAnswerQuerySet,
    StreetQuerySet,
    UnitQuerySet,
)
from files.models import File
from wording.fields import CleanCharField, CleanTextField

CODE = RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$", "代码只能用大写字母、数字和连字符。")


DEFAULT_HOURS = "工作日 9:00–17:30"


def default_hours() -> list[list[str]]:
    return [["09:00", "12:00"], ["13:30", "17:30"]]


class Street(models.Model):
    code = CleanCharField("代码", max_length=20, unique=True, validators=[CODE])
    name = CleanCharField("名称", max_length=60)

    objects = StreetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "街道"

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.UpdateEvent(), fields=["name", "phone", "address", "working_hours", "hours_changes"], model_name="CommunityEvent"
)
class Community(models.Model):
    street = models.ForeignKey(Street, models.PROTECT, related_name="communities", verbose_name="街道")
    code = CleanCharField("代码", max_length=20, unique=True, validators=[CODE])
    name = CleanCharField("名称", max_length=60)
    phone = CleanCharField("电话", max_length=30, blank=True)
    address = CleanCharField("地址", max_length=200, blank=True)
    north = CleanCharField("北至", max_length=60, blank=True)
    east = CleanCharField("东至", max_length=60, blank=True)
    south = CleanCharField("南至", max_length=60, blank=True)
    west = CleanCharField("西至", max_length=60, blank=True)
    boundary = models.JSONField("边界", null=True, blank=True, help_text="多边形顶点，单位米：[[x, y], …]")
    # Those at first, and what has been set since, each with its first day: [{"from_on": "2026-12-07", "spans": [["08:30", "12:00"], …]}].
    # Written by community.hours_changes only.
    working_hours = models.JSONField("工作时间", default=default_hours)
    hours_changes = models.JSONField("工作时间的调整", default=list, db_default=[], blank=True, editable=False)
    about = CleanTextField("简介", max_length=4000, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "社区"

    def __str__(self) -> str:
        return self.name

    def hours(self) -> workdays.Hours:
        return workdays.Hours.from_json(self.working_hours, self.hours_changes)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["boundary"])
class Grid(models.Model):
    community = models.ForeignKey(Community, models.PROTECT, related_name="grids", verbose_name="社区")
    code = CleanCharField("代码", max_length=20, validators=[CODE])
    name = CleanCharField("名称", max_length=60)
    boundary = models.JSONField("边界", null=True, blank=True, help_text="多边形顶点，单位米：[[x, y], …]")

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "网格"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], name="grid_code_once", violation_error_message="本社区已有这个网格代码。"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Unit(models.Model):
    """Whoever a ticket can be given to: a window, a department, a partner firm, a grid, a park operator."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="units", verbose_name="社区")
    code = CleanCharField("代码", max_length=20, validators=[CODE])
    name = CleanCharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=UnitKind.choices)
    is_partner = models.BooleanField("伙伴窗口", default=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="firms", verbose_name="所属伙伴窗口")
    grid = models.OneToOneField(Grid, models.PROTECT, null=True, blank=True, related_name="unit", verbose_name="网格")
    phone = CleanCharField("电话", max_length=30, blank=True)
    agreement_from_on = models.DateField("协议起", null=True, blank=True)
    agreement_until_on = models.DateField("协议止", null=True, blank=True, help_text="含当日；空着表示未约定期限")
    has_account = models.BooleanField("有平台账号", default=True)
    retired = models.BooleanField("已停用", default=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], name="unit_code_once", violation_error_message="本社区已有这个单位代码。"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=UnitKind.values), name="unit_kind_known", violation_error_message="单位类别不在清单里。"
            ),
            models.CheckConstraint(
                condition=Q(kind=UnitKind.PARTNER, parent__isnull=False, agreement_from_on__isnull=False)
                | (~Q(kind=UnitKind.PARTNER) & Q(parent__isnull=True, agreement_from_on__isnull=True, agreement_until_on__isnull=True)),
                name="unit_partner_has_window_and_agreement",
                violation_error_message="伙伴机构须写明所属窗口和协议起始日；其他单位不填这两项。",
            ),
            models.CheckConstraint(
                condition=Q(kind=UnitKind.GRID, grid__isnull=False) | (~Q(kind=UnitKind.GRID) & Q(grid__isnull=True)),
                name="unit_grid_iff_grid",
                violation_error_message="网格单位须指明网格；其他单位不填网格。",
            ),
            models.CheckConstraint(
                condition=Q(is_partner=False) | Q(kind=UnitKind.WINDOW),
                name="unit_partner_window_is_window",
                violation_error_message="只有窗口可以标为伙伴窗口。",
            ),
            models.CheckConstraint(
                condition=Q(agreement_until_on__isnull=True) | Q(agreement_until_on__gte=F("agreement_from_on")),
                name="unit_agreement_in_order",
                violation_error_message="协议止不能早于协议起。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_usable(self, on: date) -> bool:
        """What `Unit.objects.usable(on)` says of this one."""
        if self.retired:
            return False
        if self.kind != UnitKind.PARTNER or self.agreement_from_on is None:
            return True
        return self.agreement_from_on <= on and (self.agreement_until_on is None or on <= self.agreement_until_on)

    def clean(self) -> None:
        if self.parent is not None and not self.parent.is_partner:
            raise ValidationError({"parent": f"「{self.parent.name}」不是伙伴窗口，不能挂伙伴机构。"})


def _kinds(**needs: str) -> Q:
    return Q(kind__in=kinds_where(**needs))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Post(models.Model):
    """Somebody's post (岗位), from inclusive, until exclusive; a person may hold several."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="all_posts", verbose_name="人员")
    kind = models.CharField("岗位", max_length=20, choices=PostKind.choices)
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="社区")
    street = models.ForeignKey(Street, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="街道")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="单位")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="网格")
    title = CleanCharField("职务", max_length=40, blank=True)
    from_at = models.DateTimeField("任职起")
    until_at = models.DateTimeField("任职止", null=True, blank=True)
    handed_over_at = models.DateTimeField("交接于", null=True, blank=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        indexes = [
            models.Index(fields=["user", "from_at"], name="post_of_user"),
            models.Index(fields=["until_at"], name="post_to_hand_over", condition=Q(handed_over_at__isnull=True, until_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PostKind.values), name="post_kind_known", violation_error_message="岗位类别不在清单里。"
            ),
            models.CheckConstraint(
                condition=(_kinds(scope=COMMUNITY) & Q(community__isnull=False, street__isnull=True))
                | (_kinds(scope=STREET) & Q(community__isnull=True, street__isnull=False))
                | (_kinds(scope=EITHER) & Q(community__isnull=False, street__isnull=True))
                | (_kinds(scope=EITHER) & Q(community__isnull=True, street__isnull=False)),
                name="post_scope_fits_kind",
                violation_error_message="岗位须属于一个社区或一个街道，与岗位类别一致。",
            ),
            models.CheckConstraint(
                condition=(_kinds(unit=NEEDED) & Q(unit__isnull=False))
                | (_kinds(unit=FORBIDDEN) & Q(unit__isnull=True))
                | _kinds(unit=ALLOWED),
                name="post_unit_fits_kind",
                violation_error_message="专员、部门、伙伴机构和园区运营方的岗位须写明单位；其他岗位不填。",
            ),
            models.CheckConstraint(
                condition=(_kinds(grid=NEEDED) & Q(grid__isnull=False))
                | (_kinds(grid=FORBIDDEN) & Q(grid__isnull=True))
                | _kinds(grid=ALLOWED),
                name="post_grid_fits_kind",
                violation_error_message="网格岗位须写明网格；其他岗位不填。",
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="post_in_order",
                violation_error_message="任职止不能早于任职起。",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True) | Q(until_at__isnull=False),
                name="post_handed_over_is_over",
                violation_error_message="只有已经离任的岗位才有交接时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.user_id}"


class Absence(models.Model):
    """缺勤: from inclusive, until exclusive. New work goes to the deputy (another post of the same community) meanwhile."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="absences", verbose_name="岗位")
    from_at = models.DateTimeField("起")
    until_at = models.DateTimeField("止")
    deputy = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="deputising", verbose_name="代理岗位")
    reason = CleanCharField("事由", max_length=100, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缺勤"
        indexes = [models.Index(fields=["post", "until_at"], name="absence_of_post")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=F("from_at")), name="absence_in_order", violation_error_message="缺勤的止须晚于起。"
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("post")),
                name="absence_deputy_is_another",
                violation_error_message="不能由自己代理自己。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} 缺勤"


class ContactCard(models.Model):
    """名片: `phone` is what enterprises call, never the number the person signs in with; empty: that of the unit or the community."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contact_card", verbose_name="人员")
    phone = CleanCharField("对外电话", max_length=30, blank=True)
    hours = CleanCharField("服务时间", max_length=40, default=DEFAULT_HOURS)
    photo = models.OneToOneField(File, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片")
    wechat = models.OneToOneField(File, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="微信二维码")
    updated_at = models.DateTimeField("更新时间")

    objects = ContactCardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名片"

    def __str__(self) -> str:
        return f"名片 #{self.user_id}"


class ProposalAnswer(models.Model):
    """What somebody made of a proposal (今天可以主动做的事): taken on or set aside. Once a day and person; never changed."""

    class Answer(models.TextChoices):
        TAKEN = "taken", "去做"
        DISMISSED = "dismissed", "先不做"

    append_only = True

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="人员")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+", verbose_name="社区")
    kind = models.CharField("种类", max_length=20)
    key = models.CharField("对象", max_length=80)
    answer = models.CharField("答复", max_length=10, choices=Answer)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")

    objects = ProposalAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "主动建议的答复"
        indexes = [models.Index(fields=["kind", "on"], name="proposal_answer_of_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "key", "on"], name="proposal_answer_once_a_day", violation_error_message="今天已经答复过这一条。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.answer}"
