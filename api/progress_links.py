"""进度链接 through the enterprise's door: a link to forward, and taking it back."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs
from api.doors import ENTERPRISE
from api.shapes import S
from api.tickets import TicketsBehind
from grievances import progress_links


class ProgressLinkSerializer(S):
    link = serializers.URLField(help_text="免登录可看的进度页；只在这一次答复里出现")
    expires_at = serializers.DateTimeField()


class ProgressLink(TicketsBehind):
    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_progress_link_make", request=None, responses=docs.made(ProgressLinkSerializer))
    def post(self, request: Request, number: str) -> Response:
        """A new link; the caller's one before on this ticket ends. Not kept for `Idempotency-Key`: sent again it is made again."""
        made, token = progress_links.make(self.found(number), by=request.user, at=self.at)
        link = settings.PUBLIC_URL + reverse("progress", args=[token])
        response = Response({"link": link, "expires_at": made.expires_at}, status=201)
        response.holds_secret = True  # type: ignore[attr-defined]
        return response

    @extend_schema(operation_id="enterprise_progress_link_revoke", request=None, responses={204: None, **docs.REFUSALS})
    def delete(self, request: Request, number: str) -> Response:
        """Ends every link on the ticket; again it is 204 again."""
        progress_links.revoke(self.found(number), by=request.user, at=self.at)
        return Response(status=204)
