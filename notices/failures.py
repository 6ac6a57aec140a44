"""Background tasks that fail: counted, shown, run again (R20).

Every task of ours is a catch-up job that its next beat repeats, so a failure that heals by itself leaves no trace. One that does not
would fail unseen every few seconds for ever.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from celery import Celery, current_app
from django.db.models import F, QuerySet

from notices.models import FailedTask

DEAD_AFTER = 5


def _digest(name: str, arguments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps([name, arguments], sort_keys=True, default=str).encode()).hexdigest()


def failed(name: str, arguments: Mapping[str, Any], error: BaseException, at: datetime) -> None:
    """Count one more failure in a row. The error's own words stay in the log: they may hold what the admin must not read."""
    plain = json.loads(json.dumps(arguments, default=str))
    facts = {"error": type(error).__name__, "last_failed_at": at}
    FailedTask.objects.update_or_create(
        digest=_digest(name, arguments),
        defaults=facts | {"failures": F("failures") + 1},
        create_defaults=facts | {"name": name, "arguments": plain, "failures": 1, "first_failed_at": at},
    )


def succeeded(name: str, arguments: Mapping[str, Any]) -> None:
    """Forget the failures of this task."""
    FailedTask.objects.filter(digest=_digest(name, arguments)).delete()


def dead() -> QuerySet[FailedTask]:
    return FailedTask.objects.filter(failures__gte=DEAD_AFTER)


def rerun(tasks: QuerySet[FailedTask], *, app: Celery = current_app) -> int:
    """Send these tasks again; a row goes when its task succeeds. Raises kombu's OperationalError where the broker is down."""
    rows = list(tasks)
    for row in rows:
        app.send_task(row.name, kwargs=row.arguments, retry=False)
    return len(rows)
