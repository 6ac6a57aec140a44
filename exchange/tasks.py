from celery import shared_task
from django.utils import timezone

from exchange import exports, imports


# below the visibility timeout of the broker, after which somebody else would be given the job too
@shared_task(time_limit=170, soft_time_limit=150)
def pick_up() -> None:
    """Nudged by each step somebody asks for, and every 15 seconds."""
    imports.work_waiting(timezone.now())
    exports.produce_waiting(timezone.now())


@shared_task
def clear_away() -> None:
    """Every hour."""
    imports.clear_away(timezone.now())
    exports.clear_away(timezone.now())
