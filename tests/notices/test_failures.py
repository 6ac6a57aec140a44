"""Tasks that keep failing are seen; those that heal are forgotten."""

from datetime import timedelta

import pytest
from celery import Celery, shared_task
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from community.kinds import PostKind
from notices import failures
from notices.models import FailedTask
from tests import make

NAME = "somewhere.tasks.sweep_task"


def _fail(times, name=NAME, **arguments):
    for number in range(times):
        failures.failed(name, arguments, ValueError("a phone number: 13812345678"), make.AT + timedelta(minutes=number))


def test_five_failures_in_a_row_are_one_dead_task(db):
    _fail(4)
    assert not failures.dead().exists()

    _fail(1)

    task = failures.dead().get()
    assert (task.name, task.failures, task.first_failed_at) == (NAME, 5, make.AT)


def test_what_succeeds_is_forgotten(db):
    _fail(4)

    failures.succeeded(NAME, {})
    _fail(4)

    assert not failures.dead().exists()


def test_the_same_task_with_other_arguments_counts_apart(db):
    _fail(3, job=1)
    _fail(3, job=2)

    assert FailedTask.objects.count() == 2
    assert not failures.dead().exists()


def test_the_row_does_not_repeat_what_the_exception_says(db):
    _fail(1)

    assert FailedTask.objects.get().error == "ValueError"


@shared_task(name="tests.notices.sometimes")
def sometimes(*, works: bool) -> None:
    if not works:
        raise ValueError("no")


def test_celery_reports_by_itself(db):
    for _ in range(5):
        sometimes.apply(kwargs={"works": False})
    sometimes.apply(kwargs={"works": True})

    task = failures.dead().get()
    assert (task.name, task.arguments) == ("tests.notices.sometimes", {"works": False})


@pytest.fixture
def admin(client, db):
    user = make.somebody(PostKind.ADMIN, at=timezone.now())
    client.force_login(user)
    return user


def test_the_admin_runs_it_again(client, admin):
    _fail(5, "notices.tasks.relay_task")

    page = client.get(reverse("notices-dead")).content.decode()
    client.post(reverse("task-rerun"), {"key": failures.dead().get().pk})

    assert "notices.tasks.relay_task" in page
    assert Entry.objects.filter(action="task_rerun", by=admin, target="notices.tasks.relay_task").exists()
    assert client.post(reverse("task-rerun"), {"key": "999"}).status_code == 404


def test_a_broker_that_is_down_is_said(db):
    from kombu.exceptions import OperationalError

    _fail(5)

    with pytest.raises(OperationalError):
        failures.rerun(failures.dead(), app=Celery("refusing", broker="redis://127.0.0.1:1/0", set_as_current=False))


def test_nobody_else_may(client, db):
    client.force_login(make.somebody(PostKind.LEADER, at=timezone.now()))

    assert client.post(reverse("task-rerun"), {"key": "1"}).status_code == 403
