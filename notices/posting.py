"""One POST of JSON to a server outside, with the standard library: no redirects followed, nothing waited for without an end."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from notices.outcomes import NotDelivered, Refused, TryLater, Unknown, Unreachable

# Seconds for connecting and for each piece of the answer, and for the whole of it.
PIECE, WHOLE = 5.0, 10.0
MOST_BYTES = 64 * 1024
# Not taken, try again: the server says so. Half-way through, or lost behind a proxy: nobody knows. Anything else is a refusal.
LATER = frozenset({408, 425, 429, 503})
LOST = frozenset({500, 502, 504})
_DIGITS = re.compile(r"\d{7,}")
_KEYS = re.compile(r"[0-9A-Za-z_-]{24,}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """A message sent elsewhere than to the address on file would be read elsewhere."""


_opener = urllib.request.build_opener(_NoRedirect)


@dataclass(frozen=True)
class Answer:
    """A 2xx; `facts` is its JSON object, empty when it was something else."""

    status: int
    facts: Mapping[str, Any]


def harmless(words: object) -> str:
    """What a server says, fit to be shown: short, on one line, without phone numbers and keys it may echo."""
    return _KEYS.sub("***", _DIGITS.sub("***", " ".join(str(words).split())))[:160]


def post_json(url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    """Raises TryLater, Refused, Unreachable, or Unknown where the request went out and no whole answer came back."""
    content = json.dumps(body, ensure_ascii=False).encode()
    facts = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=content, headers=facts, method="POST")
    try:
        with _opener.open(request, timeout=PIECE) as response:
            return Answer(response.status, _object(_read(response)))
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error) from None
    except urllib.error.URLError as error:
        raise Unreachable(f"连不上对方服务器（{type(error.reason).__name__}）。") from None
    except (OSError, HTTPException) as error:
        raise Unknown(f"已发出，没有等到答复（{type(error).__name__}）。") from None


def _read(response: Any) -> bytes:
    """The first 64 KB; a server that drips its answer is left after ten seconds."""
    until, pieces, size = time.monotonic() + WHOLE, [], 0
    while size < MOST_BYTES and (piece := response.read1(MOST_BYTES - size)):
        pieces.append(piece)
        size += len(piece)
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(pieces)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        facts = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _refusal(error: urllib.error.HTTPError) -> NotDelivered:
    kind = TryLater if error.code in LATER else Unknown if error.code in LOST else Refused
    try:
        said = _object(error.read(MOST_BYTES))
    except (OSError, HTTPException):
        said = {}
    words = harmless(said.get("message") or said.get("errmsg") or "")
    return kind(f"对方服务器答复 {error.code}{f'：{words}' if words else ''}。")
