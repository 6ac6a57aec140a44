"""A nudge is best effort: it never slows or breaks the deed, and leaves a broken broker alone for half a minute."""

from celery import Celery
from django.db import transaction

import notices
from notices import nudge
from tests import make


def test_the_breaker_lets_one_through_and_closes_after_a_failure():
    breaker = nudge.Breaker()

    assert breaker.enter("a", 100.0)
    assert not breaker.enter("a", 100.0)
    assert breaker.enter("b", 100.0)
    breaker.leave("a", failed_at=100.0)
    breaker.leave("b")
    assert not breaker.enter("b", 129.9)
    assert breaker.enter("b", 130.0)


def test_a_broker_that_refuses_is_left_alone(settings):
    settings.NUDGE = True
    breaker, refusing = nudge.Breaker(), Celery("refusing", broker="redis://127.0.0.1:1/0", set_as_current=False)

    thread = nudge.now("notices.tasks.relay_task", breaker=breaker, app=refusing)
    assert thread is not None
    thread.join(30)

    assert not thread.is_alive()
    assert nudge.now("notices.tasks.relay_task", breaker=breaker, app=refusing) is None


def test_nudges_can_be_switched_off(settings):
    settings.NUDGE = False

    assert nudge.now("notices.tasks.relay_task") is None


def test_a_deed_that_is_rolled_back_nudges_nobody(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        notices.tell("e", [make.user(email="a@example.com")], title="一", at=make.AT)
        transaction.set_rollback(True)

    assert not callbacks
