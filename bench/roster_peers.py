"""django-import-export, tuned, and openpyxl on the same file: run by `bench.roster` in an environment of their own, without the portal."""

from __future__ import annotations

import os
import resource
import time
from typing import Any


def import_export() -> None:
    """Bulk of 1,000, no diff, foreign keys remembered; the same rows are refused."""
    Enterprise, Place = _models()
    import tablib
    from django.db import connection, transaction
    from import_export import fields, resources, widgets

    _tables(connection, (Place, Enterprise))
    Place.objects.bulk_create(Place(name=f"园区{n}") for n in range(62))
    places = {place.name: place for place in Place.objects.all()}

    class Remembered(widgets.ForeignKeyWidget):
        def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
            return places[value]

    class Enterprises(resources.ModelResource):
        park = fields.Field(column_name="park", attribute="park", widget=Remembered(Place, "name"))

        class Meta:
            model, use_bulk, batch_size, skip_diff, report_skipped = Enterprise, True, 1000, True, False
            import_id_fields = ("uscc",)
            exclude = ("id",)

        def before_import_row(self, row: Any, **options: Any) -> None:
            code = str(row["uscc"])
            if len(code) != 18 or not code.isalnum():
                raise ValueError("统一社会信用代码不对")

    names = ("name", "uscc", "park", "building", "room", "address", "person", "capital", "since", "industry", "staff", "size")
    began = time.perf_counter()
    with open(os.environ["ROSTER"], "rb") as file:
        dataset = tablib.Dataset().load(file.read(), format="xlsx")
    dataset.headers = list(names)
    with transaction.atomic():
        # in a transaction of its own it would give back everything for one bad row
        Enterprises().import_data(dataset, dry_run=False, raise_errors=False, use_transactions=False)
    _told(time.perf_counter() - began, Enterprise.objects.count())


def openpyxl_out() -> None:
    import openpyxl

    book = openpyxl.load_workbook(os.environ["ROSTER"], read_only=True)
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    wide = [row + row[:6] for row in rows]  # as many columns as ours
    times = []
    for _ in range(3):
        began = time.perf_counter()
        out = openpyxl.Workbook(write_only=True)
        sheet = out.create_sheet("名录")
        for row in wide:
            sheet.append(row)
        out.save("/dev/null")
        times.append(time.perf_counter() - began)
    _told(sorted(times)[1], len(rows) - 1)


def _models() -> tuple[Any, Any]:
    import django
    from django.conf import settings

    address = os.environ["PEER_DATABASE"]
    settings.configure(DATABASES={"default": _database(address)}, INSTALLED_APPS=["import_export"], USE_TZ=True)
    django.setup()
    from django.db import models

    class Place(models.Model):
        name = models.CharField(max_length=60, unique=True)

        class Meta:
            app_label = "peer"

    class Enterprise(models.Model):
        name = models.CharField(max_length=200)
        uscc = models.CharField(max_length=18, unique=True)
        park = models.ForeignKey(Place, models.PROTECT)
        building = models.CharField(max_length=60)
        room = models.CharField(max_length=40)
        address = models.CharField(max_length=200)
        person = models.CharField(max_length=60)
        capital = models.DecimalField(max_digits=16, decimal_places=4)
        since = models.DateField()
        industry = models.CharField(max_length=4)
        staff = models.IntegerField()
        size = models.CharField(max_length=10)

        class Meta:
            app_label = "peer"

    return Enterprise, Place


def _database(address: str) -> dict[str, Any]:
    from urllib.parse import parse_qs, unquote, urlsplit

    parts = urlsplit(address)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"), "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""), "HOST": unquote(host), "PORT": parts.port or "",
    }  # fmt: skip


def _tables(connection: Any, models: tuple[Any, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS peer_enterprise, peer_place")
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)


def _told(seconds: float, rows: int) -> None:
    import json

    print(json.dumps({"seconds": seconds, "rows": rows, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
