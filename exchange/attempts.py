"""How often a waiting job has been begun. Counted outside its transaction, so that one that kills its worker does not do so for ever."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

MOST = 5


@transaction.atomic
def begin(waiting: QuerySet[Any], pk: UUID) -> int:
    """Which attempt this is; 0 where somebody else is at it or it no longer waits. Above MOST it is to be given up."""
    job = waiting.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if job is None:
        return 0
    job.attempts += 1
    job.save(update_fields=["attempts"])
    return int(job.attempts)
