"""The portal as `make run` serves it, on a database of the benchmark."""

from mengchuang.settings.dev import *  # noqa: F403

DEMO = True
LOGGING = {"version": 1, "disable_existing_loggers": True}
