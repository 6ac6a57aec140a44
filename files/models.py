"""Stored files."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from wording.fields import CleanCharField


class FileQuerySet(models.QuerySet["File"]):
    def visible_to(self, user: Any) -> "FileQuerySet":
        """What this person uploaded and has not used yet; a used file is seen through the thing that uses it."""
        return self.filter(uploaded_by=user, used_at__isnull=True)


class File(models.Model):
    """One stored file. `name` is data only: on disk it lies under `stored_as`, which is random."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = CleanCharField("文件名", max_length=120)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64)
    mime = models.CharField("类型", max_length=100)
    stored_as = models.CharField("存放位置", max_length=80, unique=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    created_at = models.DateTimeField("上传时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = "文件"
        verbose_name_plural = "文件"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size__gt=0, size__lte=20 * 1024 * 1024),
                name="files_size_in_bounds",
                violation_error_message="文件不能为空，也不能超过 10 MB。",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="files_unused", condition=models.Q(used_at__isnull=True)),
            models.Index(fields=["uploaded_by"], name="files_uploader_unused", condition=models.Q(used_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.mime in {"image/jpeg", "image/png"}
