"""A worker is killed while the mail server has its message and has not answered: one mail in the mailbox all the same."""

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

WORKER = """
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", {port}
django.setup()
from datetime import datetime
from notices.relay import relay
relay(datetime.fromisoformat({at!r}))
"""


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
    code = WORKER.format(name=connection.settings_dict["NAME"], port=settings.EMAIL_PORT, at=make.AT.isoformat())
    worker = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"DJANGO_SETTINGS_MODULE": "mengchuang.settings.test"})
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
