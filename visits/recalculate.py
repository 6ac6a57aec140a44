"""A year's calendar was published or corrected: what is still owed gets the deadline it would have had, once for each calendar, with a line in
the trail (DESIGN §3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

import audit
import workdays
from community.models import Community
from notices.outbox import first_time
from visits import owed
from visits.matters import Asked, terms_for
from visits.models import ClassVersion
from visits.triggers import on_file

_MOVE = """
UPDATE visits_reason r SET due_on = t.due_on, provisional = t.provisional
FROM unnest(%s::date[], %s::date[], %s::bool[]) AS t(day, due_on, provisional)
WHERE r.visit_class_id = %s AND r.trigger = %s AND r.ended_on IS NULL AND r.since_on = t.day AND r.since_on BETWEEN %s AND %s
    AND (r.due_on <> t.due_on OR r.provisional <> t.provisional)
RETURNING r.enterprise_id
"""


def after_publication(community: Community, at: datetime) -> int:
    """How many matters moved. The deadline goes by the version under which a matter became owed."""
    version, today = workdays.calendar().version, timezone.localtime(at).date()
    with transaction.atomic():
        if not version or not first_time(f"visits:calendar:{community.pk}:{version}", at):
            return 0
        owed.alone(community.pk)
        moved: list[int] = []
        rows = list(ClassVersion.objects.filter(visit_class__community=community, from_on__lte=today).order_by("visit_class_id", "from_on"))
        for place, row in enumerate(rows):
            later = rows[place + 1] if place + 1 < len(rows) and rows[place + 1].visit_class_id == row.visit_class_id else None
            last = later.from_on - timedelta(days=1) if later is not None else today
            for trigger in on_file(row.triggers):
                moved += _move(Asked(row, trigger, row.from_on, last, None), last)
        owed.straighten(moved, today)
        if moved:
            audit.record(
                "visit_deadlines_moved",
                by=None,
                at=at,
                target=f"community:{community.code}",
                detail={"count": len(moved), "version": version},
            )
    return len(moved)


def _move(asked: Asked, last: date) -> list[int]:
    terms = terms_for([asked], last)
    params = [terms.days, terms.due, terms.presumed, asked.version.visit_class_id, asked.trigger.code, asked.version.from_on, last]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, params)
        return [row[0] for row in cursor.fetchall()]
