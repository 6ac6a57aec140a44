"""A real PostgreSQL and Valkey for every test run, with a data folder of their own (var/test).

Runs of one checkout share the servers and hold a shared lock while they need them; the last one to end stops them.
"""

import atexit
import fcntl
import os

from mengchuang import embedded
from mengchuang.settings import test as settings

_held = None


def _acquire() -> None:
    """Take part in the shared servers before Django connects; alone, also drop what killed runs left."""
    global _held
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    _held = (settings.DATA_DIR / "runs.lock").open("a")
    fcntl.flock(_held, fcntl.LOCK_SH)
    embedded.ensure(settings.DATA_DIR, durable=False)
    atexit.register(_release)


def _release() -> None:
    try:
        fcntl.flock(_held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # others still need the servers
    embedded.stop(settings.DATA_DIR)


_acquire()
