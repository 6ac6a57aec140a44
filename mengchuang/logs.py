"""One JSON object per line: request id, user id, role and result, never a body, a query string or a phone number."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

FIELDS = ("user", "role", "method", "path", "status", "milliseconds")
# Mobile numbers and citizen ids, which a database error may quote.
PERSONAL = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)|(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?![\dXx])")


def without_personal_data(text: str) -> str:
    return PERSONAL.sub(lambda found: f"{found[1] or found[3]}****{found[2] or found[4]}", text)


PROBES = ("/healthz", "/readyz")


def is_no_probe(record: logging.LogRecord) -> bool:
    """A filter: what a monitor asks every few seconds is no news, whatever the answer."""
    return getattr(getattr(record, "request", None), "path", getattr(record, "path", "")) not in PROBES


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_personal_data(record.getMessage()),
            "request_id": request_id.get(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = without_personal_data(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)
