"""The floor and ours, each called in a process of its own by `bench.figures`."""

from __future__ import annotations

import io
import json
import resource
import statistics
import time
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

from bench.figures import METRICS, codes
from bench.roster_runs import CODE, ROUNDS, SHEET, WEIGHTS, _place
from community.models import Community
from enterprises import bulk
from enterprises.models import Enterprise
from exchange import imports
from exchange.models import Stage
from exchange.subjects import table_named


def told(times: list[float], rows: int) -> None:
    """What a child says at its end: the median, and the most memory it has held (with its children)."""
    peak, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": statistics.median(times), "rows": rows, "peak_mib": peak, "child_mib": child}))


COLUMNS = "enterprise_id bigint, metric text, period text, value numeric(16,2), source text, recorded_at timestamptz"
NAMES = ("revenue", "value_added", "tax", "fiscal", "research", "invention_patents", "staff", "energy")


def _enterprises() -> Community:
    _place()
    place = Community.objects.get(code="BENCH")
    if Enterprise.objects.filter(community=place).count() != len(codes()):
        with transaction.atomic():
            bulk.insert(
                Enterprise, [{"uscc": code, "name": f"测速{n}有限公司", "community_id": place.pk} for n, code in enumerate(codes())]
            )
    return place


def limit() -> None:
    """calamine, every cell checked, COPY to a table of the session, one upsert of (enterprise, metric, period)."""
    place = _enterprises()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor_figure")
        cursor.execute(f"CREATE TABLE floor_figure (id bigserial PRIMARY KEY, {COLUMNS}, UNIQUE (enterprise_id, metric, period))")
    times, kept = [], 0
    for _ in range(ROUNDS + 1):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE floor_figure")
        began = time.perf_counter()
        kept = _floor_once(place)
        times.append(time.perf_counter() - began)
    told(times[1:], kept)


def _floor_once(place: Community) -> int:
    rows = CalamineWorkbook.from_path(str(SHEET)).get_sheet_by_index(0).to_python()[1:]
    keys = dict(Enterprise.objects.filter(community=place).values_list("uscc", "pk"))
    at = timezone.now().isoformat()
    good = [line for row in rows for line in _plain(row, keys, at)]
    names = ", ".join(part.split()[0] for part in COLUMNS.replace("(16,2)", "").split(", "))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE floor_stage ({COLUMNS}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY floor_stage ({names}) FROM STDIN", io.StringIO("".join(good)))
        cursor.execute(
            f"INSERT INTO floor_figure ({names}) SELECT {names} FROM floor_stage ON CONFLICT (enterprise_id, metric, period) "
            "DO UPDATE SET value = EXCLUDED.value, source = EXCLUDED.source, recorded_at = EXCLUDED.recorded_at"
        )
    return len(good)


def _plain(row: list[Any], keys: dict[str, int], at: str) -> list[str]:
    code = str(row[0]).strip().upper()
    if len(code) != 18 or sum(CODE.index(letter) * weight for letter, weight in zip(code, WEIGHTS, strict=True)) % 31:
        return []
    lines = []
    for metric, cell in zip(NAMES, row[2:], strict=True):
        value = float(cell)
        if 0 <= value <= 100_000_000:
            lines.append(f"{keys[code]}\t{metric}\t{row[1]}\t{value:.2f}\t测速\t{at}\n")
    return lines


def ours() -> None:
    """Preview and commit, from the bytes to figures with their history; every round a new table, so that all of them are entered."""
    place, leader = _enterprises(), _place()
    times, rows = [], 0
    for turn in range(ROUNDS + 1):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE enterprises_figure")
        at = timezone.now() + timedelta(seconds=turn)
        job = imports.receive(table_named("figures"), name="指标.xlsx", content=SHEET.read_bytes(), community=place, by=leader, at=at)
        began = time.perf_counter()
        imports.work(job.pk, at)
        looked = time.perf_counter() - began
        job.refresh_from_db()
        assert job.stage == Stage.READY, job.message
        imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=True, by=leader, at=at)
        began = time.perf_counter()
        imports.work(job.pk, at)
        times.append(looked + time.perf_counter() - began)
        job.refresh_from_db()
        assert job.stage == Stage.DONE, job.message
        rows = job.counts["create"] * len(METRICS)
    told(times[1:], rows)
