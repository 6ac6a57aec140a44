"""Playing the tickets in chunks, one transaction each, in one process or several."""

import gc
import multiprocessing
import os
import signal
import sys

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mengchuang.demo.history import Stage
from mengchuang.demo.plans import Plan
from mengchuang.models import Mark

CHUNK = 30
MARK = "seed_chunk_"
Work = list[tuple[Stage, Plan]]


class SeedInterrupted(Exception):
    """A worker died; what it had finished is kept, and the next seed goes on from there."""


def processes() -> int:
    """As many as there are processors, at most four; one where a process cannot simply be forked."""
    return min(4, os.cpu_count() or 1) if sys.platform == "linux" else 1


def play_all(work: Work, *, processes: int) -> None:
    """Raises SeedInterrupted when a worker of several fails."""
    done = set(Mark.objects.filter(name__startswith=MARK).values_list("name", flat=True))
    chunks = [(number, work[start : start + CHUNK]) for number, start in enumerate(range(0, len(work), CHUNK))]
    left = [(number, chunk) for number, chunk in chunks if _name(number) not in done]
    if processes < 2 or connection.in_atomic_block:
        _play(left)
        return
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=_child, args=(left[place::processes],), daemon=True) for place in range(processes)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise SeedInterrupted("写入诉求的进程中断；已写的会保留，再次运行 seed 会接着写。")


def forget() -> None:
    Mark.objects.filter(name__startswith=MARK).delete()


def _child(chunks: list[tuple[int, Work]]) -> None:
    """In the forked process: a connection of its own, and the signals the parent handles end it at once."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # The inherited socket belongs to the parent; closing it here would end the parent's session.
    connection.connection = None
    gc.disable()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    _play(chunks)
    connection.close()


def _play(chunks: list[tuple[int, Work]]) -> None:
    for number, chunk in chunks:
        try:
            with transaction.atomic():
                Mark.objects.create(name=_name(number), made_at=timezone.now())
                for stage, plan in chunk:
                    stage.play(plan)
        except IntegrityError:
            # Another worker wrote this chunk meanwhile: one of a seed that was killed before this one.
            if not Mark.objects.filter(name=_name(number)).exists():
                raise


def _name(number: int) -> str:
    return f"{MARK}{number:04d}"
