"""A worker is killed while the other side has its message and has not answered: one mail in the mailbox all the same, and one SMS."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.db import connection

import notices
from notices.models import Notice
from notices.relay import LEASE, Relayed, relay
from tests import make
from tests.notices.endpoint import SILENCE

WORKER = """
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", {port}
settings.SMS_GATEWAY_URL = {gateway!r}
django.setup()
from datetime import datetime
from notices.relay import relay
relay(datetime.fromisoformat({at!r}))
"""


def start():
    """A process of its own that runs the relay once."""
    facts = {"name": connection.settings_dict["NAME"], "port": settings.EMAIL_PORT, "gateway": settings.SMS_GATEWAY_URL}
    code = WORKER.format(**facts, at=make.AT.isoformat())
    return subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"DJANGO_SETTINGS_MODULE": "mengchuang.settings.test"})


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_mail(postbox):
    notices.tell("e", [make.user(email="wang@example.com")], title="一", at=make.AT)
    taken, answer = threading.Event(), threading.Event()
    usual = postbox.handle_DATA

    async def slow(server, session, envelope):
        said = await usual(server, session, envelope)
        taken.set()
        await asyncio.get_running_loop().run_in_executor(None, answer.wait, 30)
        return said

    postbox.handle_DATA = slow
    worker = start()
    assert taken.wait(60)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)
    answer.set()
    postbox.handle_DATA = usual

    assert Notice.objects.get(channel="email").state == "sending"
    assert relay(make.AT) == Relayed()
    assert relay(make.AT + LEASE * 2) == Relayed(sent=1)
    assert len(postbox.messages) == 2
    assert {address: len(ids) for address, ids in postbox.mailboxes.items()} == {"wang@example.com": 1}
    assert Notice.objects.get(channel="app").state == "sent"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_an_sms(endpoint):
    """The gateway has it and has not answered: it is not sent again, and the admin is told that nobody knows."""
    notices.tell("e", [make.user(phone="13800001234")], title="一", at=make.AT, kind="deadline")
    endpoint.answers = [SILENCE]
    worker = start()
    assert endpoint.taken.wait(60)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)

    assert Notice.objects.get(channel="sms").state == "sending"
    assert relay(make.AT) == Relayed()
    assert relay(make.AT + LEASE * 2) == Relayed(dead=1)
    assert len(endpoint.requests) == 1
    assert "不知道是否已经送达" in Notice.objects.dead().get().error
