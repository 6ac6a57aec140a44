"""Working off what waits. Attempts are counted outside the job's transaction, so that one that kills its worker does not do so for ever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

logger = logging.getLogger(__name__)

MOST = 5
AT_ONCE = 20


def work_off(waiting: QuerySet[Any], oldest: str, work: Callable[[UUID], None], give_up: Callable[[UUID], None]) -> int:
    """Everything that waits, `oldest` first; several workers share it. Returns how many were waiting.

    What cannot be written now will not be in a minute either, and is given up; a database that is away is another matter: that is raised,
    and the job is tried again.
    """
    keys = list(waiting.order_by(oldest).values_list("pk", flat=True)[:AT_ONCE])
    for pk in keys:
        attempt = _begin(waiting, pk)
        if attempt > MOST:
            give_up(pk)
        elif attempt:
            _try(pk, work, give_up)
    return len(keys)


def _try(pk: UUID, work: Callable[[UUID], None], give_up: Callable[[UUID], None]) -> None:
    try:
        work(pk)
    except (DatabaseError, SoftTimeLimitExceeded) as error:
        if isinstance(error, OperationalError | InterfaceError) and "timeout" not in str(error):
            raise
        logger.exception("job %s could not be carried out", pk)
        give_up(pk)


@transaction.atomic
def _begin(waiting: QuerySet[Any], pk: UUID) -> int:
    """Which attempt this is; 0 where somebody else is at it or it no longer waits."""
    job = waiting.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(pk=pk).first()
    if job is None:
        return 0
    job.attempts += 1
    job.save(update_fields=["attempts"])
    return int(job.attempts)
