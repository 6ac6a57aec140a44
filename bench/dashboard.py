"""The street's board over many tickets and enterprise-months: `python -m bench dashboard`; BENCH_TICKETS and BENCH_MONTHS say how many.

Wanted: the SQL of the whole overview at most 1/100 of the raw aggregates of the same run; the page at least 0.5 × a minimal template page; one event
costs the same at every size; the sums equal the rows to the last unit. At full size: BENCH_TICKETS=1000000 BENCH_MONTHS=12000000.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

from bench import databases
from bench.load import PASSWORD, Client, Contender, race, served
from mengchuang import embedded

TICKETS = int(os.environ.get("BENCH_TICKETS", "20000"))
MONTHS = int(os.environ.get("BENCH_MONTHS", "120000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "30"))


def main() -> None:
    embedded.ensure(databases.DATA)
    name = f"bench_board_{TICKETS}_{MONTHS}"
    databases.prepare(name, f"from bench.dashboard_runs import fill; fill({TICKETS}, {MONTHS})")
    databases.manage(name, "collectstatic", "--noinput", "-v0")
    databases.python(name, "from bench.dashboard_runs import sql; sql()")
    env = databases.environment(name, owner=False)
    with ExitStack() as stack:
        ours, floor = (stack.enter_context(served(settings, env)) for settings in ("bench.settings", "bench.floor_settings"))
        desk = Client(ours)
        desk.sign_in("specialist", PASSWORD)
        plain = Client(floor, cookies=desk.cookies)
        contenders = [Contender("board", lambda: _page(desk, "/cockpit/?period=year")), Contender("floor", lambda: _page(plain, "/page"))]
        race(contenders, rounds=ROUNDS)
    board, least = (contender.median_ms for contender in contenders)
    print(f"页面 {board:.1f} ms，最简页面 {least:.1f} ms：{least / board:.2f} ×（要求 ≥ 0.5 ×）")
    embedded.stop(databases.DATA)


def _page(client: Client, path: str) -> bytes:
    status, body = client.send("GET", path)
    if status != 200:
        raise RuntimeError(f"{status}: {body[:300]!r}")
    return body
