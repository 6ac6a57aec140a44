"""Tests: conftest.py starts the servers of var/test and names this module."""

import os

from mengchuang.settings.base import database
from mengchuang.settings.dev import *
from mengchuang.settings.dev import _addresses

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {
    "default": database(_addresses.owner_url)
    | {"CONN_MAX_AGE": 0, "TEST": {"NAME": os.environ.get("TEST_DB_NAME") or f"test_mc_{os.getpid()}"}}
}

# The cheapest hasher Django has: what is tested is who may sign in, not how long Argon2 takes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # the browser tests' site serves the files as they lie
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "WARNING"}}
CELERY_TASK_ALWAYS_EAGER = False
