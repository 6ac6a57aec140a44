"""SMS through a gateway over HTTP (docs/channels.md says what it is asked and may answer)."""

import re
import unicodedata
from datetime import datetime

from django.conf import settings

from notices import texts
from notices.bundle import Bundle
from notices.outcomes import Refused
from notices.posting import harmless, post_json

_NO_DIGITS = re.compile(r"\D+")
_MOBILE = re.compile(r"(?:0{0,2}86)?(1[3-9]\d{9})")
WELL = (0, "0", "OK", "ok", "success", None)


def is_on() -> bool:
    return bool(settings.SMS_GATEWAY_URL)


def mobile(phone: str) -> str:
    """The eleven digits of a mobile number of the mainland; "" for any other, to which no SMS goes."""
    found = _MOBILE.fullmatch(_NO_DIGITS.sub("", unicodedata.normalize("NFKC", phone)))
    return found[1] if found else ""


class Sender:
    def send(self, bundle: Bundle, at: datetime) -> None:
        """A 2xx whose `code`, if it has one, is 0 or OK means taken."""
        body = {"id": str(bundle.id), "phone": mobile(bundle.first.recipient.phone), "text": texts.sms(bundle.notices)}
        headers = {"Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"} if settings.SMS_GATEWAY_TOKEN else {}
        answer = post_json(settings.SMS_GATEWAY_URL, body, headers)
        code = answer.facts.get("code")
        if code not in WELL:
            raise Refused(f"短信网关答复 {harmless(code)}：{harmless(answer.facts.get('message', ''))}。")

    def close(self) -> None:
        """Each message has a connection of its own."""
