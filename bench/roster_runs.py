"""The floor and ours, each called in a process of its own by `bench.roster`."""

from __future__ import annotations

import io
import os
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

import community as posts
from accounts.models import User
from bench.meter import Meter
from bench.roster import PARKS
from community.kinds import PostKind
from community.models import Community, Street
from exchange import exports, imports, planning
from exchange.models import Export, Import, Stage
from exchange.sheets import read
from exchange.subjects import table_named
from exchange.table import Scope
from parks.models import Building
from parks.registry import Park, save
from wording import pinyin_full, pinyin_initials

SHEET, ROUNDS = Path(os.environ.get("ROSTER", "roster.xlsx")), int(os.environ.get("ROUNDS", "5"))
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FLOOR = {
    "name": "text", "uscc": "text", "park": "text", "building": "text", "room": "text", "address": "text", "person": "text",
    "capital": "numeric", "since": "date", "industry": "text", "staff": "int", "size": "text",
}  # fmt: skip
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)


def limit() -> None:
    """calamine, a validator per column, COPY to a table of the session, one upsert into a table with a unique code."""
    _limit(FLOOR)


def limit_indexed() -> None:
    """The same into a table that has what an enterprise is found by: pinyin, and our indexes as they stand in the database."""
    _limit({**FLOOR, "pinyin": "text", "initials": "text"}, _search_indexes())


def _limit(columns: dict[str, str], indexes: Sequence[str] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor_enterprise")
        named = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        cursor.execute(f"CREATE TABLE floor_enterprise (id bigserial PRIMARY KEY, community_id int DEFAULT 1, {named}, UNIQUE (uscc))")
        for definition in indexes:
            cursor.execute(definition)
    meter, kept = _meter(), 0
    for _ in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE floor_enterprise")
        with meter.running():
            kept = _floor_once(columns)
    meter.tell(kept)


def _search_indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'enterprises_enterprise' AND indexname LIKE 'enterprise\\_%'")
        made = [row[0] for row in cursor.fetchall() if "(tags)" not in row[0] and " WHERE " not in row[0]]
    renamed = (re.sub(r"INDEX (\w+) ON \S+", r"INDEX floor_\1 ON floor_enterprise", definition) for definition in made)
    return [definition.replace("industry_code", "industry") for definition in renamed]


def _floor_once(columns: dict[str, str]) -> int:
    rows = CalamineWorkbook.from_path(str(SHEET)).get_sheet_by_index(0).to_python()[1:]
    good = [checked for row in rows if (checked := _plain(row)) is not None]
    if "pinyin" in columns:
        good = [(*row, pinyin_full(row[0]), pinyin_initials(row[0])) for row in good]
    names = ", ".join(columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE floor_stage ({', '.join(f'{name} {kind}' for name, kind in columns.items())}) ON COMMIT DROP")
        text = io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in good))
        cursor.copy_expert(f"COPY floor_stage ({names}) FROM STDIN", text)
        sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name != "uscc")
        cursor.execute(f"INSERT INTO floor_enterprise ({names}) SELECT {names} FROM floor_stage ON CONFLICT (uscc) DO UPDATE SET {sets}")
    return len(good)


def _plain(row: list[Any]) -> tuple[Any, ...] | None:
    name = unicodedata.normalize("NFKC", str(row[0])).strip()
    code = unicodedata.normalize("NFKC", str(row[1])).strip().upper()
    if not name or len(code) != 18 or any(letter not in CODE for letter in code):
        return None
    if sum(CODE.index(letter) * weight for letter, weight in zip(code, WEIGHTS, strict=True)) % 31:
        return None
    since = row[8] if isinstance(row[8], date) else datetime.strptime(str(row[8]), "%Y-%m-%d").date()  # noqa: DTZ007
    return (name, code, *(str(cell).strip() for cell in row[2:7]), float(row[7]), since, str(row[9]), int(row[10]), str(row[11]))


def preview() -> None:
    """From the bytes to the plan on file, as the worker does it."""
    leader, meter = _place(), _meter()
    for _ in range(ROUNDS + 1):
        job = _sent(leader)
        with meter.running():
            imports.work(job.pk, timezone.now())
        job.refresh_from_db()
        assert job.stage == Stage.READY, job.message
    meter.tell(job.counts["create"], warm=1)


def commit() -> None:
    """From the plan on file to enterprises with places, pinyin, search indexes and history."""
    leader, meter = _place(), _meter()
    for _ in range(ROUNDS + 1):
        _empty()
        job = _sent(leader)
        imports.work(job.pk, timezone.now())
        job.refresh_from_db()
        imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=True, by=leader, at=timezone.now())
        with meter.running():
            imports.work(job.pk, timezone.now())
        job.refresh_from_db()
        assert job.stage == Stage.DONE, job.message
    meter.tell(job.counts["create"], warm=1)


def straight() -> None:
    """From the bytes to enterprises in one go, as `import_roster --commit` does it."""
    _place()
    meter, table = _meter(), table_named("enterprises")
    scope = Scope(Community.objects.get(code="BENCH"), None, timezone.now(), source="名录.xlsx")
    for _ in range(ROUNDS + 1):
        _empty()
        with meter.running(), transaction.atomic():
            plan = planning.decide(planning.understood(table, read(SHEET.read_bytes())), table, scope)
            table.carry_out(plan.rows, scope)
    meter.tell(plan.counts()["create"], warm=1)


def out() -> None:
    """The list of all of them as xlsx, query included. Follows `straight`, which leaves them there."""
    leader, meter = _place(), _meter()
    with connection.cursor() as cursor:  # the server does so itself within a minute, unless it has just looked at an emptied table
        cursor.execute("ANALYZE enterprises_enterprise, enterprises_tenancy")
    for _ in range(ROUNDS):
        export = exports.ask(table_named("enterprises"), by=leader, params={}, form="xlsx", at=timezone.now())
        with meter.running():
            exports.produce(export.pk, timezone.now())
        export = Export.objects.get(pk=export.pk)
    meter.tell(export.rows or 0)


def _meter() -> Meter:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Meter(cursor.fetchone()[0])


def _place() -> User:
    place = Community.objects.filter(code="BENCH").first()
    if place is None:
        place = Community.objects.create(street=Street.objects.create(code="BENCH", name="测速街道"), code="BENCH", name="测速社区")
        for n in range(PARKS):
            park = save(Park(community=place, code=f"P{n:02}", name=f"园区{n}"))
            Building.objects.bulk_create(Building(park=park, code=f"B{k}", name=f"{k}幢") for k in range(1, 10))
        user = User.objects.create(username="leader", name="负责人")
        posts.appoint(user, PostKind.LEADER, community=place, at=timezone.now(), by=None)
    return posts.attach(User.objects.get(username="leader"), timezone.now())


def _sent(leader: User) -> Import:
    place = Community.objects.get(code="BENCH")
    return imports.receive(
        table_named("enterprises"), name="名录.xlsx", content=SHEET.read_bytes(), community=place, by=leader, at=timezone.now()
    )


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE enterprises_enterprise, enterprises_enterpriseevent, enterprises_tenancyevent CASCADE")
