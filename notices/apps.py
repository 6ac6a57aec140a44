from celery import signals
from django.apps import AppConfig


class NoticesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from notices.tasks import on_failure, on_success

        signals.task_failure.connect(on_failure, dispatch_uid="notices.failures")
        signals.task_success.connect(on_success, dispatch_uid="notices.failures")
