"""Headers of every answer. `SECURE_CSP` has the name and shape of Django 6: this module goes when we are there."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def security_headers(get_response: Handler) -> Handler:
    policy = "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in settings.SECURE_CSP.items())

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        if not request.path.startswith(settings.STATIC_URL):
            headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware
