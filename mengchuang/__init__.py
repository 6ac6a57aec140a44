"""Wiring: settings, URLs, middleware, Celery and the embedded servers."""

from mengchuang.celery import app as celery_app

__all__ = ["celery_app"]
