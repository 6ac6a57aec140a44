"""Production has no defaults, and no demo."""

import os
import subprocess
import sys

import pytest
from celery import current_app
from django.conf import settings

GIVEN = {
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "portal.example.cn",
    "PUBLIC_URL": "https://portal.example.cn",
    "DATABASE_URL": "postgresql://app@localhost/x",
    "REDIS_URL": "redis://localhost",
}


def production(**environment):
    """What loading the production settings says under exactly this environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", "import mengchuang.settings.prod as s; print(s.SESSION_COOKIE_NAME)"],
        env=kept | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or done.stderr


def test_production_starts_with_everything_given():
    assert production(**GIVEN) == "__Host-sessionid"


@pytest.mark.parametrize("name", GIVEN)
def test_production_says_the_name_of_what_is_missing(name):
    given = {key: value for key, value in GIVEN.items() if key != name}

    assert f"缺少环境变量 {name}" in production(**given)


def test_production_refuses_the_demo():
    assert "DEMO" in production(**GIVEN, DEMO="1")


def test_every_scheduled_task_exists():
    current_app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)


def test_a_task_that_was_killed_is_run_again():
    conf = current_app.conf

    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit
