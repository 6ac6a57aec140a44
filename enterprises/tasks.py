from celery import shared_task
from django.utils import timezone

from enterprises import answering, openings, reminders


@shared_task
def answer_applicants() -> None:
    """Every minute, and nudged by an answer."""
    answering.answer_applicants(timezone.now())


@shared_task
def clear_refused_openings() -> None:
    """Every hour."""
    openings.clear_refused(timezone.now())


@shared_task
def remind_stale() -> None:
    """Every hour; each silence is asked about once."""
    reminders.remind_stale(timezone.now())
