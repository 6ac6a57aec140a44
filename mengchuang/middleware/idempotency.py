"""A repeated POST with the same key gets the first answer again; nothing happens twice.

The key is the header `Idempotency-Key` on /api/, the hidden field `idempotency_key` in forms. The row is inserted first,
in the transaction of the request itself: a second request with the same key waits for that row, then finds the answer.
An answer of 400 or above undoes the whole transaction, key included, so that it may be tried again.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mengchuang.answers import is_api, refuse
from mengchuang.models import Answer

Handler = Callable[[HttpRequest], HttpResponse]

FIELD = "idempotency_key"
LONGEST_KEY = 100
KEPT_HEADERS = ("Content-Type", "Location", "HX-Redirect", "HX-Location", "HX-Trigger", "HX-Refresh", "HX-Push-Url")
KEPT_FOR = timedelta(hours=24)
PATIENCE = "8s"  # longer than the lock limit of a deed: the first request deserves its time
NOT_PART_OF_THE_DEED = {FIELD, "csrfmiddlewaretoken"}


def idempotency(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.user.is_authenticated:
            return get_response(request)
        key = request.headers.get("Idempotency-Key", "") if is_api(request) else request.POST.get(FIELD, "")
        if not key:
            return get_response(request)
        if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
            return refuse(request, 400, code="key_invalid", message=f"幂等键须为不超过 {LONGEST_KEY} 个字符的可见 ASCII 文本。")
        with transaction.atomic():
            return _once(request, key, get_response)

    return middleware


def forget(at: datetime) -> int:
    """Drop answers older than a day. Returns how many."""
    return Answer.objects.filter(created_at__lt=at - KEPT_FOR).delete()[0]


def _once(request: HttpRequest, key: str, get_response: Handler) -> HttpResponse:
    print_of_request = fingerprint(request)
    if (row := _claim(request.user.pk, key, print_of_request)) is None:
        return _again(request, Answer.objects.get(user_id=request.user.pk, key=key), print_of_request)
    response = get_response(request)
    if response.status_code >= 400:
        transaction.set_rollback(True)
        return response
    if getattr(response, "holds_secret", False):
        # What is told once is not kept for a day: sent again, the deed is done again, and is safe to.
        Answer.objects.filter(pk=row).delete()
        return response
    if response.streaming:
        response = HttpResponse(b"".join(response), status=response.status_code, headers=response.headers)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [response.status_code, json.dumps(headers), response.content, row])
    return response


_KEEP = "UPDATE mengchuang_answer SET status = %s, headers = %s, body = %s WHERE id = %s"
_CLAIM = """
    SELECT set_config('lock_timeout', %s, true);
    WITH claimed AS (
        INSERT INTO mengchuang_answer (user_id, key, fingerprint, headers, body, created_at) VALUES (%s, %s, %s, '{}', '', %s)
        ON CONFLICT (user_id, key) DO NOTHING RETURNING id
    )
    SELECT id, set_config('lock_timeout', NULL, true) FROM claimed
"""


def _claim(user_id: int, key: str, print_of_request: str) -> int | None:
    """Insert the row and return its id, or None where a committed one exists. Waits for one that is not committed yet.

    One trip to the database. NULL is the limit the connection began with; where there is no row, nothing but reading the answer follows.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [PATIENCE, user_id, key, print_of_request, timezone.now()])
        inserted = cursor.fetchone()
    return inserted[0] if inserted else None


def _again(request: HttpRequest, answer: Answer, print_of_request: str) -> HttpResponse:
    if answer.fingerprint != print_of_request:
        return refuse(request, 422)
    return HttpResponse(bytes(answer.body), status=answer.status, headers=answer.headers | {"Idempotent-Replay": "true"})


def fingerprint(request: HttpRequest) -> str:
    """SHA-256 of method, address and what was sent. A form is its fields and the digests of its files: the boundary
    between the parts and the CSRF token differ each time a browser sends the same thing."""
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        sent: Any = [[name, values] for name, values in sorted(request.POST.lists()) if name not in NOT_PART_OF_THE_DEED]
        sent += [[name, [[file.name, _digest(file)] for file in files]] for name, files in sorted(request.FILES.lists())]
    else:
        sent = hashlib.sha256(request.body).hexdigest()
    return hashlib.sha256(json.dumps([request.method, request.get_full_path(), sent]).encode()).hexdigest()


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
