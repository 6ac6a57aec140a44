"""Orders of 督办, led to where a test wants them by the deeds themselves."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from evaluations import supervision as _supervision
from evaluations.models import Order
from parks.models import Park
from tests.make.community import WEDNESDAY
from visits.models import Task


def order(subject: Task | Park, *, by: User, demand: str = "请三日内走访并报情况", limit: str = "d1", at: datetime = WEDNESDAY) -> Order:
    return _supervision.order(subject, demand, limit, by=by, at=at)
