import uuid

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PublishedYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("notice_no", models.CharField(max_length=60, verbose_name="文号")),
                ("workdays", models.PositiveSmallIntegerField(verbose_name="工作日数")),
                (
                    "first_changed_on",
                    models.DateField(help_text="此日及以后到期的时限须重算。", verbose_name="最早变动日"),
                ),
                ("version", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="版本")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="入库时间"
                    ),
                ),
            ],
            options={
                "verbose_name": "已公布年份",
                "verbose_name_plural": "已公布年份",
            },
        ),
        migrations.CreateModel(
            name="Workday",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("is_workday", models.BooleanField(verbose_name="是否工作日")),
                ("name", models.CharField(blank=True, default="", max_length=40, verbose_name="名称")),
                (
                    "source",
                    models.CharField(
                        choices=[("国务院通知", "国务院通知"), ("推定", "推定")],
                        default="国务院通知",
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("notice_no", models.CharField(blank=True, default="", max_length=60, verbose_name="文号")),
            ],
            options={
                "verbose_name": "日历日",
                "verbose_name_plural": "日历",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["国务院通知", "推定"])),
                        name="workday_source_known",
                        violation_error_message="来源只能是「国务院通知」或「推定」。",
                    )
                ],
            },
        ),
    ]
