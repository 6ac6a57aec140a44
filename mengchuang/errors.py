"""Exceptions that reach the face of the platform, as answers. `handler…` are named in mengchuang/urls.py."""

import sys
from collections.abc import Callable

import psycopg2
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from api.errors import invalid
from mengchuang.answers import refuse
from wording.errors import Refused

RETRY_SECONDS = 5
DISK_FULL, READ_ONLY = "53100", "25006"
LOST_RACE = {"40001", "40P01"}
UNAVAILABLE = {DISK_FULL, READ_ONLY, "53300", "55P03", "57014", "57P01", "57P02", "57P03"}


class Refusals:
    """Middleware: what a subject refused, and a method a page does not know, as a page.

    A view that can show a refusal beside its form catches it first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            return _not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case Refused():
                facts = {"code": exception.code, "message": exception.message, "fields": exception.fields}
                return refuse(request, exception.status_hint, **facts)
            case ValidationError():
                error = invalid(exception.message_dict if hasattr(exception, "error_dict") else exception.messages)
                return refuse(request, 400, code=error["code"], message=error["message"], fields=error["fields"])
        return None


def _not_allowed(request: HttpRequest, empty: HttpResponse) -> HttpResponse:
    """The decorators of Django's views say 405 without a word."""
    response = refuse(request, 405)
    response.headers["Allow"] = empty.headers["Allow"]
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return refuse(request, 413)
    return refuse(request, 400, code="suspicious" if isinstance(exception, SuspiciousOperation) else "")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or what a database that is down, full or overtaken means to the caller, or 400 for one that hung up in mid-sentence."""
    exception = sys.exc_info()[1]
    if isinstance(exception, UnreadablePostError):
        return refuse(request, 400)
    # The driver's own errors reach us where Django does not wrap them: closing or rolling back what is gone already.
    if isinstance(exception, psycopg2.OperationalError | psycopg2.InterfaceError):
        return refuse(request, 503, retry_after=RETRY_SECONDS)
    if isinstance(exception, DatabaseError | InterfaceError):
        state = getattr(exception.__cause__, "pgcode", None)
        if state in LOST_RACE:
            return refuse(request, 409)
        if state in UNAVAILABLE or (state is None and _is_away(exception)):
            return refuse(request, 503, retry_after=RETRY_SECONDS)
    return refuse(request, 500)


def _is_away(exception: Exception) -> bool:
    """Whether an error without a code of the database means that it is not there.

    A server that dies while it is read is now and then the driver's bare DatabaseError: it had no code to choose a class by.
    Django's own errors of that class have no cause.
    """
    return isinstance(exception, OperationalError | InterfaceError) or type(exception.__cause__) is psycopg2.DatabaseError


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(request, 403, code="csrf", message="页面停留过久，安全校验已过期。请刷新页面后重新提交；已填写的内容可先复制保存。")
