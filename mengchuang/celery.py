"""The Celery application; every setting is `CELERY_…` in mengchuang/settings/base.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mengchuang.settings.prod")

app = Celery("mengchuang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
