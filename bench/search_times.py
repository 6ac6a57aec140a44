"""What the product's own search costs the database, beside ILIKE, on the database this process is set up for."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import timezone

import community
import enterprises
from accounts.models import User
from enterprises.models import Enterprise
from grievances import finding
from grievances.models import Grievance

MEDIAN_MS, P95_MS = 3.0, 5.0
EACH, TURNS, ILIKE_EACH = 40, 3, 6
NAMES_COMMON = ("有限", "公司", "科技", "杭州", "限公司", "智能", "有限公司", "科技有限", "浙江", "网络科技", "股份有限公司", "信息技术")
NAMES_NONE = ("技科", "没有这家", "视觉觉", "龘龘", "澄澄澄", "司杭州", "科浙江", "不存在的企业")
WORDS_COMMON = ("公司", "园区", "办公", "政策", "企业", "合同", "装修", "补贴", "申请")
WORDS_NONE = ("龘龘", "没有这话", "司合同园", "补装贴", "不存在的事情")

Ask = Callable[[str], Any]


class Took(NamedTuple):
    wall: float
    cpu: float


class Clock:
    """Adds up what the statements took, from sending to the last row: by the clock on the wall, and as the server's process ran.

    The second is what the first would be on a machine that has nothing else to do; the rows are in memory, nobody waits for a disk.
    """

    def __init__(self) -> None:
        self.ms = self.cpu_ms = 0.0
        self.statements: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        ran, began = _ran_ns(), time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.ms += (time.perf_counter() - began) * 1000
            self.cpu_ms += (_ran_ns() - ran) / 1e6
            self.statements.append((sql, params))


@cache
def _schedule() -> Path:
    connection.ensure_connection()
    return Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")


def _ran_ns() -> int:
    return int(_schedule().read_text().split()[0])


@contextmanager
def clocked() -> Any:
    clock = Clock()
    with connection.execute_wrapper(clock):
        yield clock


def once(ask: Ask, q: str) -> Took:
    with clocked() as clock:
        ask(q)
    return Took(clock.ms, clock.cpu_ms)


def measure(title: str, ours: Ask, ilike: Ask, kinds: dict[str, Iterable[str]], *, strict: Iterable[str]) -> None:
    """The best of TURNS for every question (the others are what else the machine does); then median, p95 and worst of the questions."""
    print(
        f"\n{title}\n  {'':12}{'中位':>7}{'p95':>7}{'最慢':>7}{'CPU 中位':>9}{'p95':>7}   {'ILIKE 中位':>9}{'最慢':>8}  倍数（CPU）",
        flush=True,
    )
    wanted: list[Took] = []
    for kind, questions in kinds.items():
        asked = list(questions)
        times = {q: min((once(ours, q) for _ in range(TURNS)), key=lambda took: took.cpu) for q in asked}
        floor = [once(ilike, q) for q in asked[:ILIKE_EACH]]
        if kind in strict:
            wanted += times.values()
        slowest = max(times, key=lambda q: times[q].cpu)
        walls, cpus = [took.wall for took in times.values()], [took.cpu for took in times.values()]
        print(
            f"  {kind:12}{statistics.median(walls):7.2f}{p95(walls):7.2f}{max(walls):7.2f}{statistics.median(cpus):9.2f}{p95(cpus):7.2f}"
            f"   {statistics.median(took.wall for took in floor):9.1f}{max(took.wall for took in floor):8.1f}"
            f"  {statistics.median(took.cpu for took in floor) / statistics.median(cpus):6.1f}  最慢：{slowest}",
            flush=True,
        )
    for name, values in (("按钟表", [took.wall for took in wanted]), ("按数据库进程的 CPU", [took.cpu for took in wanted])):
        middle, high = statistics.median(values), p95(values)
        met = "达到" if middle <= MEDIAN_MS and high <= P95_MS else "未达到"
        print(f"  2–6 字合计，{name}：中位 {middle:.2f}（要求 ≤ {MEDIAN_MS}），p95 {high:.2f}（要求 ≤ {P95_MS}）：{met}")


def p95(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def explain(title: str, ask: Ask, q: str) -> None:
    """Every statement the question costs, with its plan."""
    with clocked() as clock:
        ask(q)
    print(f"\nEXPLAIN (ANALYZE) {title} “{q}”：{len(clock.statements)} 条语句")
    with connection.cursor() as cursor:
        for sql, params in clock.statements:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, SUMMARY ON, BUFFERS OFF) {sql}", params)
            print("\n".join(f"  {line}" for (line,) in cursor.fetchall()))
            print()


def somebody(username: str) -> User:
    return community.attach(User.objects.get(username=username), timezone.now())


def fragments(texts: list[str], dice: random.Random, size: int) -> list[str]:
    """Random pieces of `size` characters, as somebody remembers them: without what is no letter."""
    pieces: list[str] = []
    while len(pieces) < EACH:
        text = re.sub(r"[\W\d_]", "", dice.choice(texts))
        if len(text) >= size:
            start = dice.randrange(len(text) - size + 1)
            pieces.append(text[start : start + size])
    return pieces


def name_questions(user: User, dice: random.Random) -> dict[str, list[str]]:
    keys = dice.sample(range(1, Enterprise.objects.count()), 2000)
    rows = list(Enterprise.objects.visible_to(user).filter(pk__in=keys).values_list("name", "initials", "pinyin"))
    rows = rows if len(rows) > 200 else list(Enterprise.objects.visible_to(user).values_list("name", "initials", "pinyin")[:2000])
    names = [name for name, _, _ in rows]
    kinds = {f"随机 {size} 字": fragments(names, dice, size) for size in (2, 3, 4, 5, 6)}
    kinds |= {"常见": list(NAMES_COMMON), "没有": list(NAMES_NONE)}
    kinds["1 字"] = dice.sample(sorted({letter for name in names for letter in name}), EACH)
    kinds["首字母 2–6"] = [piece for size in (2, 3, 4, 5, 6) for piece in fragments([row[1] for row in rows], dice, size)[:8]]
    kinds["全拼 4–8"] = [row[2][len("hangzhou") :][:size] for size in (4, 5, 6, 7, 8) for row in dice.sample(rows, 8)]
    return kinds


def names(username: str, dice: random.Random) -> None:
    user = somebody(username)
    rows = Enterprise.objects.visible_to(user)

    def ours(q: str) -> Any:
        return enterprises.search(q, user)

    def ilike(q: str) -> Any:
        return list(rows.filter(RawSQL("name ILIKE %s", [f"%{q}%"], BooleanField())).values_list("uscc", "name")[:10])

    kinds = name_questions(user, dice)
    strict = [kind for kind in kinds if kind.startswith("随机") or kind in ("常见", "没有")]
    measure(f"企业名称，{username} 视野 {rows.count():,} 家（毫秒）", ours, ilike, kinds, strict=strict)
    explain(f"企业，{username}", ours, kinds["随机 3 字"][0])


def tickets(username: str, dice: random.Random) -> None:
    user = somebody(username)
    rows = Grievance.objects.visible_to(user)

    def ours(q: str) -> Any:
        return finding.search(q, user)

    def ilike(q: str) -> Any:
        return list(
            rows.filter(RawSQL("title ILIKE %s OR body ILIKE %s", [f"%{q}%"] * 2, BooleanField()))
            .newest()
            .values_list("number", "title")[:10]
        )

    texts = [text for pair in rows.values_list("title", "body")[:2000] for text in pair]
    kinds = {f"随机 {size} 字": fragments(texts, dice, size) for size in (2, 3, 4, 5, 6)}
    kinds |= {"常见": list(WORDS_COMMON), "没有": list(WORDS_NONE), "1 字": fragments(texts, dice, 1)}
    numbers = list(rows.values_list("number", flat=True)[:400])
    kinds["编号片段"] = [dice.choice(numbers)[start:end] for start, end in ((9, 15), (2, 8), (4, 12), (11, 15)) for _ in range(10)]
    strict = [kind for kind in kinds if kind.startswith("随机") or kind in ("常见", "没有")]
    measure(f"诉求标题与正文，{username} 视野 {rows.count():,} 件（毫秒）", ours, ilike, kinds, strict=strict)
    explain(f"诉求，{username}", ours, kinds["随机 3 字"][0])


def main() -> None:
    dice = random.Random(5)
    for username in ("specialist", "official"):
        names(username, dice)
    for username in ("specialist", "official"):
        tickets(username, dice)
