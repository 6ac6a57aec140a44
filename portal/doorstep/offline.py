"""What a phone needs to work without a network: the service worker, a page for when nothing is at hand, and who is signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.doorstep.listing import KINDS
from portal.rights import only

WORKER = "js/visits-worker.js"


@login_not_required
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """From the root, so that it may stand before the pages below /visits/. The same for everybody, and holds nothing."""
    path = finders.find(WORKER)
    if path is None:
        raise Http404("没有这个文件。")
    with open(path, encoding="utf-8") as source:
        body = source.read()
    return HttpResponse(
        body, content_type="text/javascript; charset=utf-8", headers={"Service-Worker-Allowed": "/visits/", "Cache-Control": "no-cache"}
    )


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Kept on the phone: what to read when a page is opened that was not kept. Says nothing about anybody."""
    return render(request, "visits/offline.html")


@only(*KINDS)
@require_GET
def whoami(request: HttpRequest) -> HttpResponse:
    """A fresh token before something is sent that was written down while there was no network, and whose session it is."""
    return JsonResponse({"token": get_token(request), "user": str(request.user.pk)})
