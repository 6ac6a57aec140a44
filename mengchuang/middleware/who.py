"""Who asks: API token or browser session, the posts held this minute, and the door for everybody else."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import sessions
from accounts.models import Token
from community import posts
from mengchuang import logs
from mengchuang.answers import is_api, refuse

Handler = Callable[[HttpRequest], HttpResponse]

WITHOUT_USER = logs.PROBES
WHILE_PASSWORD_IS_TEMPORARY = ("password-change", "sign-out")
BEFORE_PRIVACY_IS_ACCEPTED = ("privacy-accept", *WHILE_PASSWORD_IS_TEMPORARY)


def identify(get_response: Handler) -> Handler:
    """Sets `request.user` (by token, on /api/ only), `request.auth_token` and `request.user.posts`.

    A session that has been idle for 30 minutes or open for 12 hours ends here; `request.session_ended` says why.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.auth_token = request.session_ended = None
        if request.path in WITHOUT_USER:
            return get_response(request)
        at = timezone.now()
        scheme, _, plaintext = request.headers.get("Authorization", "").partition(" ")
        if is_api(request) and scheme.lower() == "token":
            token = Token.owner(plaintext.strip(), at)
            if token is None:
                return refuse(request, 401, code="token_invalid", message="令牌无效或已过期，请重新获取令牌。")
            request.auth_token, request.user, request._cached_user = token, token.user, token.user
        elif request.user.is_authenticated:
            request.session_ended = sessions.touch(request, at)
        if request.user.is_authenticated:
            posts.attach(request.user, at)
        return get_response(request)

    return middleware


class SignInRequired(LoginRequiredMiddleware):
    """Pages need somebody signed in; `@login_not_required` opens one. The API refuses by itself, with 401."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path in WITHOUT_USER:
            return None
        if (
            request.user.is_authenticated
            and request.user.has_to_change_password
            and not self._may_pass(request, view, WHILE_PASSWORD_IS_TEMPORARY)
        ):
            if is_api(request):
                return refuse(request, 403, code="must_change_password", message="首次登录须先修改初始密码，请在网页端修改后再使用接口。")
            return HttpResponseRedirect(resolve_url("password-change"))
        if (
            request.user.is_authenticated
            and request.user.has_to_accept_privacy
            and not self._may_pass(request, view, BEFORE_PRIVACY_IS_ACCEPTED)
        ):
            if is_api(request):
                return refuse(request, 403, code="privacy_not_accepted", message="请先在网页登录，阅读并同意隐私说明，再使用接口。")
            # Only pages that are opened: what was typed into one before the notice changed is not lost to it (decision 18).
            if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
                return HttpResponseRedirect(f"{resolve_url('privacy-accept')}?{urlencode({'next': request.get_full_path()})}")
        return super().process_view(request, view, args, kwargs)

    def handle_no_permission(self, request: HttpRequest, view: Any) -> HttpResponse:
        if is_api(request):
            return refuse(request, 401)
        facts = {REDIRECT_FIELD_NAME: _way_back(request)}
        if request.session_ended:
            facts["why"] = request.session_ended
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode(facts)}"
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    @staticmethod
    def _may_pass(request: HttpRequest, view: Any, names: tuple[str, ...]) -> bool:
        match = request.resolver_match
        return match.url_name in names or not getattr(view, "login_required", True) and not is_api(request)


def _way_back(request: HttpRequest) -> str:
    """The page to return to after signing in; a form's address cannot be read, so there it is the page with the form."""
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        return request.get_full_path()
    referer = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
