"""GB/T 4754-2017 国民经济行业分类: 20 门类, 97 大类, 473 中类, 1380 小类."""

import csv
from pathlib import Path

from django.db import migrations

TABLE = Path(__file__).resolve().parent.parent / "data" / "gbt4754_2017.csv"


def load(apps, schema_editor):
    Industry = apps.get_model("enterprises", "Industry")
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    made = {}
    for level in (1, 2, 3, 4):
        of_level = [
            Industry(
                edition="2017",
                code=row["code"],
                level=level,
                section=row["section"],
                parent=made.get(row["parent"]),
                name=row["name_zh"],
            )
            for row in rows
            if row["level"] == str(level)
        ]
        made |= {industry.code: industry for industry in Industry.objects.bulk_create(of_level)}


def unload(apps, schema_editor):
    Industry = apps.get_model("enterprises", "Industry")
    for level in (4, 3, 2, 1):
        Industry.objects.filter(edition="2017", level=level).delete()


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0003_enterprise_follows_place")]

    operations = [migrations.RunPython(load, unload)]
