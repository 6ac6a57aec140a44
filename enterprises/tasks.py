from celery import shared_task
from django.utils import timezone

from enterprises import answering


@shared_task
def answer_applicants() -> None:
    """Every minute, and nudged by an answer."""
    answering.answer_applicants(timezone.now())
