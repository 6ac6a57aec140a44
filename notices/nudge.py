"""Asking a worker to look now rather than at its next beat: best effort, off the request path, never raises.

The outbox row is the promise; a nudge only makes it quick. A broker that refuses or hangs must not slow a request, so the
message is sent from a thread, one at a time, and after a failure nobody tries for 30 seconds.
"""

import logging
import threading
import time

from celery import Celery, current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

BREAKER_SECONDS = 30

logger = logging.getLogger(__name__)


class Breaker:
    """One message on its way at a time; closed for `BREAKER_SECONDS` after a failure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._open_again = 0.0

    def enter(self, task: str, now: float) -> bool:
        """Whether to try; `now` is monotonic seconds."""
        with self._lock:
            if task in self._busy or now < self._open_again:
                return False
            self._busy.add(task)
            return True

    def leave(self, task: str, *, failed_at: float | None = None) -> None:
        with self._lock:
            self._busy.discard(task)
            if failed_at is not None:
                self._open_again = failed_at + BREAKER_SECONDS


_breaker = Breaker()


def _send(task: str, breaker: Breaker, app: Celery) -> None:
    failed_at = None
    try:
        app.send_task(task, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        failed_at = time.monotonic()
        logger.warning("nudge of %s not delivered, the next beat will do it: %s", task, type(error).__name__)
    finally:
        breaker.leave(task, failed_at=failed_at)


def now(task: str, *, breaker: Breaker = _breaker, app: Celery = current_app) -> threading.Thread | None:
    """Send the message from a thread, which is returned; None where the breaker is closed or nudges are off (`NUDGE = False`)."""
    if not getattr(settings, "NUDGE", True) or not breaker.enter(task, time.monotonic()):
        return None
    thread = threading.Thread(target=_send, args=(task, breaker, app), name=f"nudge-{task}", daemon=True)
    thread.start()
    return thread


def after_commit(task: str) -> None:
    """Nudge `task` when the transaction commits; not at all when it is rolled back."""
    transaction.on_commit(lambda: now(task))
