"""Before anything else: a number for the request, a line in the log, and no to what no honest client sends."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mengchuang import logs
from mengchuang.answers import is_api, refuse

Handler = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger("mengchuang.requests")
PLAUSIBLE_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
#: Addresses that are keys themselves; the log keeps where they led, not what opens them.
KEYS = re.compile(r"^(/p/|/activate/asked/|/password/reset/[^/]+/)[^/]+")
LONGEST_PATH, LONGEST_QUERY = 2048, 4096


def request_id(get_response: Handler) -> Handler:
    """Give the request its `id` (the proxy's, where it sent one), answer with it and log the outcome."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if PLAUSIBLE_ID.fullmatch(given) else uuid.uuid4().hex
        logs.request_id.set(request.id)
        began = time.perf_counter()
        response = get_response(request)
        response.headers["X-Request-ID"] = request.id
        user = getattr(request, "_cached_user", None)
        facts = {
            "user": getattr(user, "pk", None),
            "role": ",".join(sorted({post.kind for post in getattr(user, "posts", ())})),
            "method": request.method,
            "path": KEYS.sub(r"\1…", request.path),
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - began) * 1000),
        }
        log.info("request", extra=facts)
        return response

    return middleware


def refuse_odd(get_response: Handler) -> Handler:
    """400 for NUL and over-long addresses, 413 for bodies nothing here would accept, before a byte of them is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > LONGEST_QUERY or len(request.path) > LONGEST_PATH:
            return refuse(request, 400, code="too_long", message="网址太长，请减少筛选条件后重试。")
        if "\0" in request.path or "\0" in query or "%00" in query:
            return refuse(request, 400, code="control_character", message="请求中含有不可见的控制字符，请删除后重试。")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal()):
            return refuse(request, 400)
        if int(length[:20]) > _limit(request):
            return refuse(request, 413)
        return get_response(request)

    return middleware


def _limit(request: HttpRequest) -> int:
    if request.content_type == "multipart/form-data":
        return settings.UPLOAD_MAX_BYTES
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def refuse_nul(get_response: Handler) -> Handler:
    """400 for a form with a NUL in it: the database takes none, and no browser sends one. The API's parser looks at JSON."""

    def middleware(request: HttpRequest) -> HttpResponse:
        form = request.POST.lists() if request.method == "POST" and not is_api(request) else ()
        if any("\0" in text for name, values in form for text in (name, *values)):
            return refuse(request, 400, code="control_character", message="填写的内容里有不可见的控制字符，请删除后重试。")
        return get_response(request)

    return middleware
