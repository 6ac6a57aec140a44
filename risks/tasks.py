"""Celery: read the clock, call the function."""

from celery import shared_task
from django.utils import timezone

from community.models import Community
from risks.watch import watch


@shared_task
def watch_all() -> int:
    """Every community in a task of its own, so that one that fails does not keep the others."""
    keys = list(Community.objects.values_list("pk", flat=True))
    for key in keys:
        watch_one.delay(community=key)
    return len(keys)


@shared_task
def watch_one(*, community: int) -> int:
    return watch(Community.objects.get(pk=community), timezone.now()).findings
