"""The runs of `bench.visits`, on the database this process is set up for; medians of a few, each in milliseconds."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

import workdays
from community.models import Community
from cultivation.models import KeyListing, TierHolding
from enterprises.models import Enterprise, Event, Lease, Tenancy
from risks.models import FlagLevel
from visits import matters, owed
from visits.models import ClassVersion, Reason, Task

#: Four columns of each row are looked at; the answer is one line.
SCAN = """
SELECT count(*) FILTER (WHERE established_on > date '2020-01-01'), count(*) FILTER (WHERE status = 'active'), sum(staff_count),
    count(*) FILTER (WHERE size_class = 'small') FROM enterprises_enterprise
"""
_REASON = (
    "enterprise_id, visit_class_id, trigger, occurred_on, since_on, due_on, provisional, key, until_on, ended_on, ending, settled_by_id"
)
_TASK = "enterprise_id, community_id, opened_on, due_on, provisional"


def main() -> None:
    community, at = Community.objects.get(code="BENCH"), timezone.now()
    size = Enterprise.objects.count()
    rounds, loops = (7, 3) if size < 100_000 else (3, 1)
    # One process for all: what a scan in parallel would save, it would save the pass as well.
    _run("SET max_parallel_workers_per_gather = 0")
    _empty()
    found = owed.reckon(community, at)
    print(f"  事由 {found.found:,}，任务 {found.opened:,}")
    _run(f"DROP TABLE IF EXISTS ready_reason, ready_task; CREATE TABLE ready_reason AS SELECT {_REASON} FROM visits_reason;"
         f" CREATE TABLE ready_task AS SELECT {_TASK} FROM visits_task")  # fmt: skip
    _vacuum()
    nothing = _timed(rounds, lambda: owed.reckon(community, at))
    percent = _timed(rounds, lambda: owed.reckon(community, at), before=_lose_a_hundredth)
    _vacuum()
    scan = _timed(rounds + 2, lambda: _run(SCAN))
    first = _timed(rounds, lambda: owed.reckon(community, at), before=_empty)
    bare = _timed(rounds, _insert, before=_empty)
    loop = _timed(loops, lambda: _loop(community, at), before=_empty)
    limits = (5, 2.5, 5) if size < 100_000 else (4, 1.5, 7)
    _line("读一遍企业表（4 列）", scan)
    _line("再跑一遍，无事可做", nothing, f"{nothing / scan:.2f} × 读一遍（要 ≤ {limits[0]}）")
    _line("再跑一遍，缺 1 %", percent, f"{percent / scan:.2f} × 读一遍（要 ≤ {limits[0]}）")
    _line("光把这些行写进去", bare)
    _line("头一遍", first, f"{first / bare:.2f} × 光写（要 ≤ {limits[1]}）")
    _line("ORM 逐行加批量写", loop, f"{loop / first:.1f} × 头一遍（要 ≥ {limits[2]}）")


def _line(what: str, ms: float, ratio: str = "") -> None:
    print(f"  {what:　<12} {ms:>10,.1f} 毫秒  {ratio}", flush=True)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _vacuum() -> None:
    for table in ("visits_reason", "visits_task", "enterprises_enterprise"):
        _run(f"VACUUM ANALYZE {table}")


def _empty() -> None:
    _run(
        "TRUNCATE visits_reason, visits_task, visits_visit, visits_visitor, visits_companion, visits_need, visits_factcheck, visits_photo CASCADE"
    )


def _lose_a_hundredth() -> None:
    _run("DELETE FROM visits_reason WHERE enterprise_id % 100 = 17")
    _run("DELETE FROM visits_task WHERE enterprise_id % 100 = 17")


def _insert() -> None:
    with transaction.atomic():
        _run(f"INSERT INTO visits_reason ({_REASON}) SELECT {_REASON} FROM ready_reason")
        _run(f"INSERT INTO visits_task ({_TASK}) SELECT {_TASK} FROM ready_task")


def _timed(rounds: int, work: Callable[[], object], *, before: Callable[[], None] | None = None) -> float:
    took = []
    for _ in range(rounds):
        if before is not None:
            before()
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _loop(community: Community, at: datetime) -> None:
    """The same rows by a loop over enterprises: what hangs on each read beforehand, matters made in Python, written a thousand at a time."""
    today, calendar = timezone.localtime(at).date(), workdays.calendar()
    asked, _ = matters.asked_of(community, today)
    version: dict[str, ClassVersion] = {each.trigger.code: each.version for each in asked}
    term = {each.trigger.code: each.trigger.term for each in asked}
    seats = {row.enterprise_id: row for row in Tenancy.objects.filter(is_main=True).iterator(5000)}
    listed = set(KeyListing.objects.values_list("enterprise_id", flat=True))
    tiers = _by_enterprise(TierHolding.objects.all())
    leases, events = _by_enterprise(Lease.objects.all()), _by_enterprise(Event.objects.all())
    levels = defaultdict(list)
    for row in FlagLevel.objects.select_related("flag").iterator(5000):
        levels[row.flag.enterprise_id].append(row)
    reasons: list[Reason] = []
    tasks: list[Task] = []
    first_day = asked[0].version.from_on
    for enterprise in Enterprise.objects.filter(community=community, status="active").iterator(5000):
        key, own = enterprise.pk, []
        seat = seats.get(key)
        day = timezone.localtime(seat.recorded_at).date() if seat else None
        if seat and (today - day).days <= 150 and (day - seat.from_on).days <= 90:
            own.append(("newly_arrived", day))
        if key in listed:
            own += [("key_listed", turn) for turn in _quarters(first_day, today)]
        for row in tiers.get(key, ()):
            own.append(("tier_held", row.gained_on))
            if first_day <= row.gained_on <= today:
                own.append(("tier_gained", row.gained_on))
        for row in leases.get(key, ()):
            if row.until_on and today <= row.until_on <= today + timedelta(days=90):
                own.append(("lease_ending", row.until_on - timedelta(days=90)))
        own += [("changed", timezone.localtime(row.recorded_at).date()) for row in events.get(key, ())]
        names = {1: "yellow", 2: "orange", 3: "red"}
        own += [(f"risk_flagged:{names[row.level]}", timezone.localtime(row.from_at).date()) for row in levels.get(key, ())]
        made = []
        for code, on in own:
            since = max(on, version[code].from_on)
            due = matters.deadline(term[code], since, calendar)
            made.append(
                Reason(
                    enterprise_id=key, visit_class_id=version[code].visit_class_id, trigger=code, occurred_on=on, since_on=since, due_on=due
                )
            )
        reasons += made
        if made:
            tasks.append(
                Task(enterprise_id=key, community=community, opened_on=min(r.since_on for r in made), due_on=min(r.due_on for r in made))
            )
        if len(reasons) >= 1000:
            _flush(reasons, tasks)
    _flush(reasons, tasks)


def _flush(reasons: list[Reason], tasks: list[Task]) -> None:
    Reason.objects.bulk_create(reasons, batch_size=1000, ignore_conflicts=True)
    Task.objects.bulk_create(tasks, batch_size=1000, ignore_conflicts=True)
    reasons.clear()
    tasks.clear()


def _by_enterprise(rows) -> dict:
    found = defaultdict(list)
    for row in rows.iterator(5000):
        found[row.enterprise_id].append(row)
    return found


def _quarters(first, last):
    day, found = first.replace(month=(first.month - 1) // 3 * 3 + 1, day=1), []
    while day <= last:
        found.append(day)
        day = (day + timedelta(days=93)).replace(day=1)
    return found
