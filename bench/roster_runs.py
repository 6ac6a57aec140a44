"""The floor and ours, each called in a process of its own by `bench.roster`."""

from __future__ import annotations

import os
import time
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

import community as posts
from accounts.models import User
from bench.roster import PARKS, told
from community.kinds import PostKind
from community.models import Community, Street
from exchange import exports, imports
from exchange.models import Export, Import, Stage
from exchange.subjects import table_named
from parks.models import Building
from parks.registry import Park, save

SHEET, ROUNDS = Path(os.environ.get("ROSTER", "roster.xlsx")), int(os.environ.get("ROUNDS", "5"))
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)


def limit() -> None:
    """calamine, a validator per column, COPY to a table of the session, one upsert."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor_enterprise")
        columns = "name text, uscc text, park text, building text, room text, address text, person text, capital numeric, since date, industry text, staff int, size text"
        cursor.execute(f"CREATE TABLE floor_enterprise (id bigserial PRIMARY KEY, {columns}, UNIQUE (uscc))")
    times, kept = [], 0
    for _ in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE floor_enterprise")
        began = time.perf_counter()
        kept = _floor_once(columns)
        times.append(time.perf_counter() - began)
    told(times, kept)


def _floor_once(columns: str) -> int:
    import io

    rows = CalamineWorkbook.from_path(str(SHEET)).get_sheet_by_index(0).to_python()[1:]
    good = [checked for row in rows if (checked := _plain(row)) is not None]
    names = ", ".join(part.split()[0] for part in columns.split(", "))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE floor_stage ({columns}) ON COMMIT DROP")
        text = io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in good))
        cursor.copy_expert(f"COPY floor_stage ({names}) FROM STDIN", text)
        sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in names.split(", ") if name != "uscc")
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
    leader = _place()
    times = []
    for _ in range(ROUNDS + 1):
        job = _sent(leader)
        began = time.perf_counter()
        imports.work(job.pk, timezone.now())
        times.append(time.perf_counter() - began)
        job.refresh_from_db()
        assert job.stage == Stage.READY, job.message
    told(times[1:], job.counts["create"])


def commit() -> None:
    """From the plan on file to enterprises with places, pinyin, search indexes and history."""
    leader = _place()
    times = []
    for _ in range(ROUNDS + 1):
        _empty()
        job = _sent(leader)
        imports.work(job.pk, timezone.now())
        job.refresh_from_db()
        imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=True, by=leader, at=timezone.now())
        began = time.perf_counter()
        imports.work(job.pk, timezone.now())
        times.append(time.perf_counter() - began)
        job.refresh_from_db()
        assert job.stage == Stage.DONE, job.message
    told(times[1:], job.counts["create"])


def out() -> None:
    """The list of all of them as xlsx, query included. Follows `commit`, which leaves them there."""
    leader = _place()
    times = []
    for _ in range(ROUNDS):
        export = exports.ask(table_named("enterprises"), by=leader, params={}, form="xlsx", at=timezone.now())
        began = time.perf_counter()
        exports.produce(export.pk, timezone.now())
        times.append(time.perf_counter() - began)
        export = Export.objects.get(pk=export.pk)
    told(times, export.rows or 0)


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
