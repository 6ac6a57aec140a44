from celery import shared_task
from django.utils import timezone

from accounts import sessions
from accounts.models import Token


@shared_task
def sweep_task() -> None:
    """Every hour: sessions and tokens that are over."""
    at = timezone.now()
    sessions.sweep(at)
    Token.objects.filter(expires_at__lte=at).delete()
