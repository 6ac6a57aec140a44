"""Catch-up jobs: read the clock, call the sweep. Two beats, a late one or a killed one change nothing."""

from celery import shared_task
from django.db import connection
from django.utils import timezone

from grievances import sweeps


@shared_task
def sweep(*, name: str) -> int:
    """One sweep by name, by one worker at a time.

    The lock is the session's and not a transaction's: each ticket is a transaction of its own, so that nobody waits for the whole sweep.
    """
    key = [f"grievances.sweep.{name}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", key)
        if not cursor.fetchone()[0]:
            return 0
        try:
            return sweeps.SWEEPS[name](timezone.now())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", key)


@shared_task
def sweep_all() -> int:
    """Every sweep, each in a task of its own so that one that fails does not keep the others."""
    for name in sweeps.SWEEPS:
        sweep.delay(name=name)
    return len(sweeps.SWEEPS)
