"""Finding among 22,000 and 1,000,000 names and as many tickets: `python -m bench search`.

What is measured is `enterprises.search` and `grievances.search` as the box in the top bar asks them: scope of a specialist of 8,000
enterprises and of an official who sees them all, ranking included; ILIKE in the same scope beside it. Wanted for 2 to 6 characters:
median ≤ 3 ms, p95 ≤ 5 ms of the database's time.
"""

from __future__ import annotations

from bench import databases
from mengchuang import embedded

SIZES = (22_000, 1_000_000)


def main() -> None:
    embedded.ensure(databases.DATA)
    for size in SIZES:
        databases.prepare(f"search2_{size}", f"from bench.search_data import fill; fill({size}, {size})")
    for size in SIZES:
        print(f"\n━━━ {size:,} 家企业，{size:,} 件诉求 ━━━", flush=True)
        databases.python(f"search2_{size}", "from bench.search_times import main; main()", owner=False)
    embedded.stop(databases.DATA)
