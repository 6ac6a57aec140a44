"""大字版: remembered in a cookie, works without a script and without signing in."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "text_size"
LARGE = "lg"
YEAR_SECONDS = 365 * 24 * 3600


def text_size_of(request: HttpRequest) -> str:
    """`lg` for 大字版, empty otherwise; anything else a cookie may say counts as ordinary."""
    return LARGE if request.COOKIES.get(COOKIE) == LARGE else ""


@login_not_required
@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Switch 大字版 on or off (field `size`: lg or empty) and go back to where one was (`next`, this site only)."""
    size = LARGE if request.POST.get("size") == LARGE else ""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponse(status=204) if request.headers.get("HX-Request") else HttpResponseRedirect(back)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, size, max_age=YEAR_SECONDS if size else 0, samesite="Lax", secure=secure, httponly=True)
    return response
