"""Who calls the API was settled by middleware; here the browser's session is only checked for CSRF."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class PortalAuthentication(SessionAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        asked = request._request
        if not asked.user.is_authenticated:
            return None
        if asked.auth_token is None:
            self.enforce_csrf(request)
        return asked.user, asked.auth_token

    def authenticate_header(self, request: Request) -> str:
        """Makes "not signed in" a 401; without it DRF answers 403."""
        return "Token"
