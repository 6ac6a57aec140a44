"""Seconds by the clock and of processor time, the server's among them: on a machine that others use the clock says little."""

from __future__ import annotations

import json
import resource
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = 100  # of /proc, on every Linux


@dataclass
class Meter:
    """`backend` is the process of the server that works for this one."""

    backend: int
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        clock, cpu = time.perf_counter(), self._spent()
        yield
        self.seconds.append(time.perf_counter() - clock)
        self.cpu.append(self._spent() - cpu)

    def _spent(self) -> float:
        own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        try:
            said = Path(f"/proc/{self.backend}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # not Linux: the server's part is missing
            said = ["0"] * 13
        return sum(used.ru_utime + used.ru_stime for used in own) + (int(said[11]) + int(said[12])) / TICKS

    def tell(self, rows: int, *, warm: int = 0) -> None:
        """The last line of a child: medians without the first `warm` rounds, and the most memory it has held (with its children)."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        seconds, cpu = (statistics.median(each[warm:]) for each in (self.seconds, self.cpu))
        print(json.dumps({"seconds": seconds, "cpu": cpu, "rows": rows, "peak_mib": peak, "child_mib": child}))
