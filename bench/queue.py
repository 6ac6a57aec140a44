"""The working list at 10,000 and 100,000 tickets, beside its floors: `python -m bench queue [--rounds N]`.

Wanted (issue of the closed loop): API ≥ 0.67 × the DRF values() list, page ≥ 0.5 × a minimal template page, filing ≥ 0.4 × a minimal create,
page ≤ 6 queries, ticket page ≤ 8 queries, and the median at 100,000 tickets at most 1.2 × that at 10,000.
"""

from __future__ import annotations

import json
import os
import uuid
from contextlib import ExitStack

from bench import databases
from bench.load import PASSWORD, Client, Contender, race, served
from mengchuang import embedded

SIZES = (10_000, 100_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
FACTS = {
    "service_item": "ZL02", "title": "测速：项目尾款", "body": "尾款逾期半年未付。", "contact_name": "周敏", "contact_phone": "13812345678",
}  # fmt: skip


def main() -> None:
    embedded.ensure(databases.DATA)
    for size in SIZES:
        databases.prepare(f"bench_{size}", f"from bench.data import fill; fill({size})")
    databases.manage(f"bench_{SIZES[0]}", "collectstatic", "--noinput", "-v0")
    lists: dict[tuple[str, int], Contender] = {}
    with ExitStack() as stack:
        for size in SIZES:
            env = databases.environment(f"bench_{size}", owner=False)
            ours = stack.enter_context(served("bench.settings", env))
            floor = stack.enter_context(served("bench.floor_settings", env))
            for contender in _contenders(ours, floor):
                lists[contender.name, size] = contender
        race(list(lists.values()), rounds=ROUNDS)
    _report(lists)
    databases.python(f"bench_{SIZES[-1]}", "from bench.queries import main; main()", owner=False)
    embedded.stop(databases.DATA)


def _contenders(ours: int, floor: int) -> list[Contender]:
    desk = Client(ours)
    desk.sign_in("specialist", PASSWORD)
    desk_floor = Client(floor, cookies=desk.cookies)
    filer = Client(ours)
    filer.sign_in("manager", PASSWORD)
    filer_floor = Client(floor, cookies=filer.cookies)
    newest = json.loads(_must(desk.send("GET", "/api/v1/community/grievances/?page_size=1"), 200))["results"][0]["number"]
    return [
        Contender("api", lambda: _must(desk.send("GET", "/api/v1/community/grievances/?state=open"), 200)),
        Contender("api floor", lambda: _must(desk_floor.send("GET", "/api"), 200)),
        Contender("page", lambda: _must(desk.send("GET", "/queue/?queue=window"), 200)),
        Contender("page floor", lambda: _must(desk_floor.send("GET", "/page"), 200)),
        Contender("ticket", lambda: _must(desk.send("GET", f"/grievances/{newest}/"), 200)),
        Contender("file", lambda: _file(filer)),
        Contender("file floor", lambda: _must(filer_floor.post_form("/create", title=FACTS["title"], body=FACTS["body"]), 201)),
    ]


def _must(answer: tuple[int, bytes], status: int) -> bytes:
    if answer[0] != status:
        raise RuntimeError(f"{answer[0]}: {answer[1][:300]!r}")
    return answer[1]


def _file(client: Client) -> bytes:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4()), "X-CSRFToken": client.cookies["csrftoken"]}
    headers["Referer"] = f"http://127.0.0.1:{client.port}/"
    return _must(client.send("POST", "/api/v1/enterprise/grievances/", json.dumps(FACTS).encode(), headers), 201)


def _report(lists: dict[tuple[str, int], Contender]) -> None:
    print(f"\n中位数，毫秒（{ROUNDS} 轮，各方轮流，gunicorn 一个进程）")
    print(f"{'':14}" + "".join(f"{size:>12,}" for size in SIZES) + "      100k/10k")
    small, large = SIZES
    for name in dict.fromkeys(name for name, _ in lists):
        a, b = lists[name, small].median_ms, lists[name, large].median_ms
        print(f"{name:14}{a:12.1f}{b:12.1f}{b / a:14.2f}")
    print("\n与底线之比（底线中位数 ÷ 我们的中位数）")
    for name, wanted in (("api", 0.67), ("page", 0.5), ("file", 0.4)):
        ratios = [lists[f"{name} floor", size].median_ms / lists[name, size].median_ms for size in SIZES]
        print(f"{name:14}" + "".join(f"{ratio:12.2f}" for ratio in ratios) + f"      要求 ≥ {wanted}")
