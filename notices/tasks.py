import logging
from typing import Any

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from notices.failures import failed, succeeded
from notices.relay import relay

logger = logging.getLogger(__name__)


@shared_task
def relay_task() -> None:
    """Every 5 seconds, and nudged."""
    relay(timezone.now())


def on_failure(sender: Any = None, exception: BaseException | None = None, kwargs: Any = None, **_: Any) -> None:
    """Celery's `task_failure`. A database that is down is the failure of which there can be no row."""
    try:
        failed(sender.name, kwargs or {}, exception or RuntimeError(), timezone.now())
    except DatabaseError:
        logger.exception("failure of %s not recorded", sender.name)


def on_success(sender: Any = None, **_: Any) -> None:
    """Celery's `task_success`."""
    try:
        succeeded(sender.name, sender.request.kwargs or {})
    except DatabaseError:
        logger.exception("success of %s not recorded", sender.name)
