from celery import shared_task
from django.utils import timezone

from mengchuang import health, missing_notice
from mengchuang.middleware import idempotency


@shared_task
def beat_task() -> None:
    """Every 15 seconds: the beat scheduled this and a worker ran it."""
    health.sign_of_life("beat")
    health.sign_of_life("worker")


@shared_task
def forget_answers_task() -> None:
    """Every hour: answers kept for repeated requests, after a day."""
    idempotency.forget(timezone.now())


@shared_task
def missing_notice_task() -> None:
    """Every hour: a year without a notice on file; whoever was told is not told again."""
    missing_notice.warn(timezone.now())
