"""An import from its upload to its undoing, the rows of its plan, and an export until it is collected."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from community.models import Community
from exchange.plan import Verdict
from wording.fields import CleanCharField

if TYPE_CHECKING:
    from accounts.models import User

#: An export can be collected for a day (R24); so long, too, the file of an import is kept after its end.
KEPT_FOR = timedelta(hours=24)


class Stage(models.TextChoices):
    """Of an import. Waiting ones are picked up by a worker."""

    CHECKING = "checking", "检查中"
    REFUSED = "refused", "文件不能用"
    READY = "ready", "待确认"
    COMMITTING = "committing", "写入中"
    DONE = "done", "已写入"
    UNDOING = "undoing", "撤销中"
    UNDONE = "undone", "已撤销"
    DROPPED = "dropped", "已放弃"


WAITING = (Stage.CHECKING, Stage.COMMITTING, Stage.UNDOING)


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> ImportQuerySet:
        """One's own; the office of a community sees what its colleagues have brought in (the undoing may fall to somebody else)."""
        from community import held
        from community.kinds import COMMUNITY_WIDE_KINDS

        office = {post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)}
        if not held(user):
            return self.none()
        return self.filter(Q(by=user) | Q(community__in=office))

    def waiting(self) -> ImportQuerySet:
        return self.filter(stage__in=WAITING)

    def newest(self) -> ImportQuerySet:
        return self.order_by("-created_at", "-pk")


class Import(models.Model):
    """`plan_hash` is that of the plan shown; committing names it. `context` is the history context under which the rows were written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.CharField("内容", max_length=30)
    community = models.ForeignKey(Community, models.PROTECT, related_name="+", verbose_name="社区")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导入人")
    name = CleanCharField("文件名", max_length=120)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64)
    sheet = CleanCharField("工作表", max_length=120, blank=True)
    accept_warnings = models.BooleanField("接受警告", default=False)
    create_places = models.BooleanField("新建园区", default=False)
    stage = models.CharField("状态", max_length=12, choices=Stage.choices, default=Stage.CHECKING)
    counts = models.JSONField("行数", default=dict)
    ignored = models.JSONField("未识别的列", default=list)
    remarks = models.JSONField("说明", default=list)
    plan_hash = models.CharField("方案指纹", max_length=64, blank=True)
    message = models.TextField("结果说明", blank=True)
    attempts = models.PositiveSmallIntegerField("第几次尝试", default=0)
    context = models.UUIDField("历史批次", null=True, blank=True)
    created_at = models.DateTimeField("上传时间")
    asked_at = models.DateTimeField("最近一次提交")
    done_at = models.DateTimeField("写入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人")

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        indexes = [
            models.Index(fields=["community", "-created_at"], name="import_newest"),
            models.Index(fields=["asked_at"], name="import_waiting", condition=Q(stage__in=("checking", "committing", "undoing"))),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="import_stage_known"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False, context__isnull=False) | ~Q(stage__in=("done", "undoing", "undone")),
                name="import_done_has_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_stage_display()}）"

    @property
    def waits(self) -> bool:
        return self.stage in WAITING


class SentFile(models.Model):
    """The bytes of an upload, and of the sheet of its refused rows; apart so that lists of imports do not carry them."""

    of = models.OneToOneField(Import, models.CASCADE, primary_key=True, related_name="sent")
    content = models.BinaryField()
    refused = models.BinaryField(null=True)


class PlannedRow(models.Model):
    """One row of the plan as it was shown. `payload`: `{v: values, c: changes, p: problems, x: cells of a row with problems}`."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)  # planned_row_once begins with it
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField("结论", max_length=8, choices=[(verdict.value, verdict.label) for verdict in Verdict])
    warned = models.BooleanField("有提示", default=False)
    wrong = models.BooleanField("有错误", default=False)
    key = models.CharField("对象", max_length=300, blank=True)
    payload = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="planned_row_once")]


class ExportStage(models.TextChoices):
    WAITING = "waiting", "生成中"
    READY = "ready", "可下载"
    FAILED = "failed", "未生成"


class ExportQuerySet(models.QuerySet["Export"]):
    def waiting(self) -> ExportQuerySet:
        return self.filter(stage=ExportStage.WAITING)

    def visible_to(self, user: Any) -> ExportQuerySet:
        """One's own, nobody else's (R24)."""
        return self.filter(by=user)

    def collectable(self, at: datetime) -> ExportQuerySet:
        return self.filter(stage=ExportStage.READY, created_at__gt=at - KEPT_FOR)


class Export(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.CharField("内容", max_length=30)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导出人")
    params = models.JSONField("筛选条件", default=dict)
    form = models.CharField("格式", max_length=4, choices=[("xlsx", "Excel"), ("csv", "CSV")])
    stage = models.CharField("状态", max_length=8, choices=ExportStage.choices, default=ExportStage.WAITING)
    name = models.CharField("文件名", max_length=120, blank=True)
    rows = models.PositiveIntegerField("行数", null=True, blank=True)
    message = models.TextField("说明", blank=True)
    attempts = models.PositiveSmallIntegerField("第几次尝试", default=0)
    created_at = models.DateTimeField("提出时间")
    content = models.BinaryField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导出"
        indexes = [models.Index(fields=["by", "-created_at"], name="export_newest")]

    def __str__(self) -> str:
        return self.name or f"{self.table}.{self.form}"
