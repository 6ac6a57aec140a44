from celery import shared_task
from django.utils import timezone

from community.appointments import end_expired


@shared_task
def end_expired_posts() -> int:
    """Every minute."""
    return end_expired(timezone.now())
