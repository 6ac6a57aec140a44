from celery import shared_task
from django.utils import timezone

from notices.relay import relay


@shared_task
def relay_task() -> None:
    """Every 5 seconds, and nudged."""
    relay(timezone.now())
