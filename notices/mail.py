"""E-mail, over one connection a run."""

from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notices import texts
from notices.bundle import Bundle
from notices.outcomes import TryLater, Unreachable


def message_for(bundle: Bundle, connection: BaseEmailBackend) -> EmailMessage:
    host = settings.PUBLIC_URL.split("//", 1)[-1].split(":")[0].split("/")[0]
    return EmailMessage(
        subject=texts.subject(bundle.notices),
        body=texts.mail(bundle.notices),
        to=[bundle.first.recipient.email],
        headers={"Message-ID": f"<{bundle.id}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )


class Sender:
    def __init__(self) -> None:
        self._connection = get_connection()

    def send(self, bundle: Bundle, at: datetime) -> None:
        try:
            message_for(bundle, self._connection).send()
        except SMTPException as error:
            self._connection.close()
            raise TryLater(f"{type(error).__name__}: {error}") from None
        except OSError as error:
            self._connection.close()
            raise Unreachable(f"{type(error).__name__}: {error}") from None

    def close(self) -> None:
        self._connection.close()
