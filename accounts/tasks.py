from celery import shared_task
from django.utils import timezone

from accounts import knocking, sessions
from accounts.models import Token


@shared_task
def sweep_task() -> None:
    """Every hour: sessions and tokens that are over, tries that no longer count."""
    at = timezone.now()
    sessions.sweep(at)
    knocking.sweep(at)
    Token.objects.filter(expires_at__lte=at).delete()
