"""What the platform itself keeps: answers given under an idempotency key, and marks of what was done once."""

from typing import Any

from django.conf import settings
from django.db import models


class Answer(models.Model):
    """The answer to a request that carried an idempotency key, kept for a day so that a repeat gets the same one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="用户")
    key = models.CharField("幂等键", max_length=100)
    fingerprint = models.CharField("请求指纹", max_length=64)
    status = models.PositiveSmallIntegerField("状态码", null=True)
    headers = models.JSONField("响应头", default=dict)
    body = models.BinaryField("响应体", default=b"")
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "幂等应答"
        verbose_name_plural = "幂等应答"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="mengchuang_answer_key")]
        indexes = [models.Index(fields=["created_at"], name="mengchuang_answer_created")]

    def __str__(self) -> str:
        return self.key


class Mark(models.Model):
    """Something that is done once for a database, such as the demo data."""

    SEEDED = "seeded"

    name = models.CharField("名称", max_length=40, primary_key=True)
    made_at = models.DateTimeField("时间")
    facts: Any = models.JSONField("说明", default=dict)

    class Meta:
        verbose_name = "平台标记"
        verbose_name_plural = "平台标记"

    def __str__(self) -> str:
        return self.name
