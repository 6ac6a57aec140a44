"""`make bench`, or `python -m bench [queue search …]`: runs the benchmarks and prints their tables."""

import importlib
import sys

ALL = ("queue", "roster", "search", "visits", "visits_week", "figures", "dashboard")

for name in sys.argv[1:] or ALL:
    if name not in ALL:
        sys.exit(f"没有“{name}”这个测速；有：{'、'.join(ALL)}")
    importlib.import_module(f"bench.{name}").main()
