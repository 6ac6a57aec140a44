"""Celery: read the clock, call the function. Two beats, a late one or a killed one change nothing."""

from celery import shared_task
from django.utils import timezone

from community.models import Community
from visits import mornings, owed, recalculate, sweeps


@shared_task
def reckon_all() -> int:
    """Every community in a task of its own, so that one that fails does not keep the others."""
    keys = list(Community.objects.values_list("pk", flat=True))
    for key in keys:
        reckon.delay(community=key)
    return len(keys)


@shared_task
def reckon(*, community: int) -> int:
    place, at = Community.objects.get(pk=community), timezone.now()
    recalculate.after_publication(place, at)
    return owed.reckon(place, at).found


@shared_task
def plan_all() -> int:
    """Every few minutes: the communities whose week is not planned yet today."""
    due = mornings.unplanned(timezone.now())
    for key in due:
        plan.delay(community=key)
    return len(due)


@shared_task
def plan(*, community: int) -> int:
    return mornings.plan(Community.objects.get(pk=community), timezone.now())


@shared_task
def escalate() -> int:
    return sweeps.escalate(timezone.now())
