"""Celery: read the clock, call the function. Two beats, a late one or a killed one change nothing."""

import logging

from celery import shared_task
from django.utils import timezone

from dashboards import folding, recount

log = logging.getLogger(__name__)
#: Folds of one task, so that a backlog is worked off by many tasks and none is killed in the middle.
AT_ONE_GO = 8


@shared_task
def fold() -> int:
    """How many folds it took; the last one left nothing waiting, or the next task goes on."""
    for done in range(1, AT_ONE_GO + 1):
        moment = folding.fold(timezone.now())
        if moment is None or not moment.waiting:
            return done
    return AT_ONE_GO


@shared_task
def check_all() -> int:
    """Every night: each month of each community in a task of its own."""
    months = recount.months()
    for community, month in months:
        check.delay(community=community, month=month.isoformat())
    check_stock.delay()
    return len(months)


@shared_task
def check(*, community: int, month: str) -> int:
    return _told(f"{community} {month}", recount.check_month(community, month, timezone.now()))


@shared_task
def check_stock() -> int:
    return _told("enterprises", recount.check_stock(timezone.now()))


def _told(what: str, found: int) -> int:
    if found:
        log.error("roll-ups of %s differed from the rows in %s places and were put right", what, found)
    return found
