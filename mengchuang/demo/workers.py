"""Playing the tickets in chunks, one transaction each, in one process or several."""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction

from community.steady import steady
from mengchuang.demo.history import Stage
from mengchuang.demo.plans import Plan
from mengchuang.models import Mark

CHUNK = 20
MARK = "seed_chunk_"
Work = list[tuple[Stage, Plan]]
Chunks = list[tuple[str, Work]]


class SeedInterrupted(Exception):
    """A worker died; what it had finished is kept, and the next seed goes on from there."""


def processes() -> int:
    """As many as there are processors, at most four; one where a process cannot simply be forked."""
    return min(4, os.cpu_count() or 1) if sys.platform == "linux" else 1


@contextmanager
def playing(name: str, work: Work, *, processes: int) -> Iterator[None]:
    """The chunks of `work` are played beside the block, and all of them when it ends; with one process, or in a transaction, before it.

    `name` tells the chunks of one list from those of another. Raises SeedInterrupted when a worker of several fails.
    """
    done = set(Mark.objects.filter(name__startswith=MARK).values_list("name", flat=True))
    chunks = [(f"{MARK}{name}_{start:04d}", work[start : start + CHUNK]) for start in range(0, len(work), CHUNK)]
    left = [(mark, chunk) for mark, chunk in chunks if mark not in done]
    if processes < 2 or connection.in_atomic_block:
        _play(left)
        yield
        return
    fork = multiprocessing.get_context("fork")
    taken = fork.Value("i", 0)
    running = [fork.Process(target=_child, args=(left, taken, os.getpid()), daemon=True) for _ in range(processes)]
    for process in running:
        process.start()
    yield
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise SeedInterrupted("写入诉求的进程中断；已写的会保留，再次运行 seed 会接着写。")


def forget() -> None:
    Mark.objects.filter(name__startswith=MARK).delete()


def _child(chunks: Chunks, taken: Any, parent: int) -> None:
    """In the forked process: a connection of its own, and the signals the parent handles end it at once. Stops when the parent is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # The inherited socket belongs to the parent; closing it here would end the parent's session.
    connection.connection = None
    gc.disable()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    _play(_next_ones(chunks, taken, parent))
    connection.close()


def _next_ones(chunks: Chunks, taken: Any, parent: int) -> Iterator[tuple[str, Work]]:
    """Whoever is free takes the next chunk; `taken` counts for all of them."""
    while os.getppid() == parent:
        with taken.get_lock():
            place = taken.value
            taken.value += 1
        if place >= len(chunks):
            return
        yield chunks[place]


def _play(chunks: Iterable[tuple[str, Work]]) -> None:
    with steady():
        for mark, chunk in chunks:
            try:
                _play_chunk(mark, chunk)
            except IntegrityError:
                # Another worker wrote this chunk meanwhile: one of a seed that was killed before this one.
                if not Mark.objects.filter(name=mark).exists():
                    raise


@transaction.atomic
def _play_chunk(mark: str, chunk: Work) -> None:
    Mark.objects.create(name=mark, made_at=chunk[0][0].town.now)
    for stage, plan in chunk:
        stage.play(plan)
