"""A real SMTP server on this machine, and a real HTTP server."""

import email
import email.policy
import itertools
import socket
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller

from notices.models import Robot
from tests import make
from tests.notices.endpoint import listening


@dataclass
class Postbox:
    """What the server took, and what it was told to answer."""

    messages: list = field(default_factory=list)
    answers: list = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return answer

    @property
    def mailboxes(self) -> dict[str, set[str]]:
        """Message-IDs by recipient: what a mailbox that drops copies of one message holds."""
        found: dict[str, set[str]] = {}
        for message in self.messages:
            found.setdefault(str(message["To"]), set()).add(str(message["Message-ID"]))
        return found


@pytest.fixture
def postbox(settings):
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    controller.stop()


@pytest.fixture
def endpoint(settings):
    """A gateway and both robots' servers in one; SMS is on."""
    with listening() as box:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = box.url("/sms"), "gateway-token"
        settings.WECOM_ROBOT_URL, settings.DINGTALK_ROBOT_URL = box.url("/wecom"), box.url("/dingtalk")
        yield box


@pytest.fixture
def robot(db):
    """`robot("dingtalk", secret="SEC…")` in the group of a unit."""
    count = itertools.count(1)

    def robot(channel="wecom", **facts):
        token = f"token-of-a-robot-{next(count):04d}"
        facts = {"name": "律所群", "street_key": 1, "community_key": 1, "unit_key": 7, "created_at": make.AT, "token": token} | facts
        return Robot.objects.create(channel=channel, **facts)

    return robot
