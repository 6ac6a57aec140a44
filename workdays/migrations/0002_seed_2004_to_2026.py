"""The calendar as announced up to 2026; 2027 is put on file with `workdays.publish` when its notice comes."""

from datetime import date
from typing import Any

from django.db import migrations

from workdays.notices import FIRST_YEAR, LAST_YEAR, number, seed_days


def seed(apps: Any, schema_editor: Any) -> None:
    Workday = apps.get_model("workdays", "Workday")
    PublishedYear = apps.get_model("workdays", "PublishedYear")
    days = [
        Workday(
            date=day.date, is_workday=day.is_workday, name=day.name, source="国务院通知", notice_no=day.notice_no
        )
        for day in seed_days()
    ]
    Workday.objects.bulk_create(days, batch_size=2000)
    PublishedYear.objects.bulk_create(
        PublishedYear(
            year=year,
            notice_no=number(year),
            workdays=sum(day.is_workday for day in days if day.date.year == year),
            first_changed_on=date(year, 1, 1),
        )
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
    )


def clear(apps: Any, schema_editor: Any) -> None:
    apps.get_model("workdays", "PublishedYear").objects.all().delete()
    apps.get_model("workdays", "Workday").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("workdays", "0001_calendar")]

    operations = [migrations.RunPython(seed, clear)]
