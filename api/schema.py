"""/api/schema/ and /api/docs/: open in the demo, for people signed in elsewhere."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

# Swagger UI sets styles from script and draws its icons as data: URLs. Relaxed on this one answer; scripts stay our own files.
POLICY = "; ".join((
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip


class ReaderOfDocs(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.DEMO or request.user.is_authenticated


class Plainly:
    """Refuses as the rest of the API does, whatever the view answers with otherwise."""

    def handle_exception(self, exception: Exception) -> Response:
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type  # type: ignore[attr-defined]
        response: Response = super().handle_exception(exception)  # type: ignore[misc]
        return response


class Schema(Plainly, SpectacularAPIView):
    permission_classes = (ReaderOfDocs,)


class Docs(Plainly, SpectacularSwaggerSplitView):
    permission_classes = (ReaderOfDocs,)
    renderer_classes = (TemplateHTMLRenderer,)
    url_name = "api-schema"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().get(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = POLICY
        return response
