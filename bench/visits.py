"""The nightly pass of the must-visits over 22,000 and 1,000,000 enterprises: `python -m bench visits`.

Beside it, in the same run and on the same rows: one reading scan of the enterprises, the bare insert of the rows the first pass writes,
and the loop over rows that Django's own means would be. Wanted (PERFORMANCE §7): with nothing or 1 % to do at most 4 × the scan at a million
(5 × at 22,000), the first pass at most 1.5 × the bare insert (2.5 ×), and at least 7 × (5 ×) faster than the loop.
"""

from __future__ import annotations

from bench import databases
from mengchuang import embedded

SIZES = (22_000, 1_000_000)


def main() -> None:
    embedded.ensure(databases.DATA)
    for size in SIZES:
        databases.prepare(f"visits_{size}", f"from bench.visits_data import fill; fill({size})")
    for size in SIZES:
        print(f"\n━━━ {size:,} 家企业 ━━━", flush=True)
        databases.python(f"visits_{size}", "from bench.visits_runs import main; main()")
    embedded.stop(databases.DATA)
