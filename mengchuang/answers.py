"""How the platform says no: one JSON shape for the API, one Chinese page for people."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from api.errors import shape
from mengchuang import logs


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def refuse(
    request: HttpRequest, status: int, *, code: str = "", message: str = "", fields: dict[str, Any] | None = None, retry_after: int = 0
) -> HttpResponse:
    """An error as this client reads it: JSON below /api/, else the page templates/errors/<status>.html."""
    error = shape(status, code=code, message=message, fields=fields, request_id=logs.request_id.get())
    if is_api(request):
        response: HttpResponse = JsonResponse(error, status=status, json_dumps_params={"ensure_ascii": False})
    else:
        response = HttpResponse(_page(status, error), status=status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _page(status: int, error: dict[str, Any]) -> str:
    """Rendered without a request: an error page must not need the session, the user or the database."""
    facts = error | {"status": status, "reason": HTTPStatus(status).phrase}
    try:
        return render_to_string([f"errors/{status}.html", "errors/error.html"], facts)
    except TemplateDoesNotExist:
        return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{status}</title><p>{error["message"]}</p></html>'
