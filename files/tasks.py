from celery import shared_task
from django.utils import timezone

from files.keep import sweep


@shared_task
def sweep_task() -> None:
    """Every hour."""
    sweep(timezone.now())
