"""Formulas over tickets that more than one app above counts by: what was due for an answer, what was answered in time, what was rated."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from grievances.models import Clock, Rating
from grievances.models.querysets import GrievanceQuerySet
from grievances.states import ClockCode


def rated(**conditions: object) -> Exists:
    """The rating of the ticket's present cycle."""
    return Exists(Rating.objects.filter(grievance=OuterRef("pk"), cycle=OuterRef("cycle"), **conditions))


def answered(rows: GrievanceQuerySet) -> GrievanceQuerySet:
    """Told by 反馈办结 at least once (a refusal to accept is not an answer)."""
    return rows.filter(Exists(Clock.objects.filter(grievance=OuterRef("pk"), code=ClockCode.RATING_WINDOW)))


def first_promise(**conditions: object) -> Exists:
    """The first run of the promise in the first cycle: an appeal starts another, which does not erase it."""
    runs = Clock.objects.filter(grievance=OuterRef("pk"), code=ClockCode.PROMISE, cycle=1)
    return Exists(runs.filter(**conditions))


def due_for_answer(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    late = Q(first_promise(ended_at__isnull=True, due_at__lt=now))
    return rows.filter(Q(pk__in=answered(rows).values("pk")) | late)


def answered_on_time(rows: GrievanceQuerySet) -> GrievanceQuerySet:
    """Within the promise of the first cycle; approved extensions count."""
    return answered(rows).filter(~first_promise(breached_at__isnull=False) & ~first_promise(ended_at__gt=F("due_at")))
