"""django-import-export, tuned, and openpyxl on the same file: run by `bench.roster` in an environment of their own, without the portal."""

from __future__ import annotations

import os
from operator import mul
from typing import Any

from bench.meter import Meter

CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
#: Of ours those whose columns it has.
INDEXES = (
    "USING gin (mc_grams(name))", "USING gin (address gin_trgm_ops)", "(mc_fold(name) text_pattern_ops)", "(reverse(uscc) text_pattern_ops)",
    "(industry varchar_pattern_ops)",
)  # fmt: skip


def import_export() -> None:
    """Bulk of 1,000, no diff, references remembered; nothing of a row is checked but its code, the table has a unique code."""
    _import(checked=False, dry_run=False)


def import_export_dry() -> None:
    """What its admin shows before it imports."""
    _import(checked=True, dry_run=True)


def import_export_checked() -> None:
    """The same, every model cleaned and the table indexed as ours; pinyin, places apart and history it is spared."""
    _import(checked=True, dry_run=False)


def _import(*, checked: bool, dry_run: bool) -> None:
    Enterprise, Building, Place = _models()
    import tablib
    from django.db import connection, transaction
    from import_export import fields, resources, widgets

    _tables(connection, (Place, Building, Enterprise), indexed=checked)
    Place.objects.bulk_create(Place(name=f"园区{n}") for n in range(62))
    places = {place.name: place for place in Place.objects.all()}
    Building.objects.bulk_create(Building(park=place, name=f"{n}幢") for place in places.values() for n in range(1, 10))
    buildings = {(building.park.name, building.name): building for building in Building.objects.select_related("park")}

    class Remembered(widgets.ForeignKeyWidget):
        def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
            return places[value] if self.model is Place else buildings[row["park"], value]

    class Enterprises(resources.ModelResource):
        park = fields.Field(column_name="park", attribute="park", widget=Remembered(Place, "name"))
        building = fields.Field(column_name="building", attribute="building", widget=Remembered(Building, "name"))

        class Meta:
            model, use_bulk, batch_size, skip_diff, report_skipped = Enterprise, True, 1000, True, False
            clean_model_instances = checked
            import_id_fields = ("uscc",)
            exclude = ("id",)

        def before_import_row(self, row: Any, **options: Any) -> None:
            if not checked:
                right_code(str(row["uscc"]))

    names = ("name", "uscc", "park", "building", "room", "address", "person", "capital", "since", "industry", "staff", "size")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        meter = Meter(cursor.fetchone()[0])
    with meter.running():
        with open(os.environ["ROSTER"], "rb") as file:
            dataset = tablib.Dataset().load(file.read(), format="xlsx")
        dataset.headers = list(names)
        with transaction.atomic():
            # in a transaction of its own it would give back everything for one bad row
            result = Enterprises().import_data(dataset, dry_run=dry_run, raise_errors=False, use_transactions=False)
    meter.tell(result.totals["new"] if dry_run else Enterprise.objects.count())


def right_code(code: str) -> None:
    """The check character, as our own floor looks at it."""
    from django.core.exceptions import ValidationError

    values = [CODE.find(letter) for letter in code]
    if len(code) != len(WEIGHTS) or min(values) < 0 or sum(map(mul, values, WEIGHTS)) % 31:
        raise ValidationError("统一社会信用代码不对")


def openpyxl_out() -> None:
    """As many rows and columns as ours; they are in memory, ours has to ask for them."""
    import openpyxl

    book = openpyxl.load_workbook(os.environ["ROSTER"], read_only=True)
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    wide = [row + row[:6] for row in rows]
    meter = Meter(0)
    for _ in range(3):
        with meter.running():
            out = openpyxl.Workbook(write_only=True)
            sheet = out.create_sheet("名录")
            for row in wide:
                sheet.append(row)
            out.save("/dev/null")
    meter.tell(len(rows) - 1)


def _models() -> tuple[Any, Any, Any]:
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

    class Building(models.Model):
        park = models.ForeignKey(Place, models.PROTECT)
        name = models.CharField(max_length=60)

        class Meta:
            app_label = "peer"

    class Enterprise(models.Model):
        name = models.CharField(max_length=200)
        uscc = models.CharField(max_length=18, unique=True, validators=[right_code])
        park = models.ForeignKey(Place, models.PROTECT)
        building = models.ForeignKey(Building, models.PROTECT)
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

    return Enterprise, Building, Place


def _database(address: str) -> dict[str, Any]:
    from urllib.parse import parse_qs, unquote, urlsplit

    parts = urlsplit(address)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"), "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""), "HOST": unquote(host), "PORT": parts.port or "",
    }  # fmt: skip


def _tables(connection: Any, models: tuple[Any, ...], *, indexed: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS peer_enterprise, peer_building, peer_place")
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    with connection.cursor() as cursor:
        for definition in INDEXES if indexed else ():
            cursor.execute(f"CREATE INDEX ON peer_enterprise {definition}")
