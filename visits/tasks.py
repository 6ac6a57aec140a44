"""Celery: read the clock, call the function. Two beats, a late one or a killed one change nothing."""

from celery import shared_task
from django.utils import timezone

from community.models import Community
from visits import owed, recalculate


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
