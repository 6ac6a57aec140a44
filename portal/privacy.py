"""隐私说明: its words, for everybody; accepting them, for who signs in for the first time or after they changed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import notice
from accounts import privacy as subject
from portal.accounts import way_on
from portal.trace import record
from wording.errors import StateConflict

NOW = notice.VERSIONS[-1]
FACTS = {"version": NOW, "words": f"privacy/{NOW.code}.html"}


@login_not_required
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/privacy.html", FACTS)


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Said twice it is kept once; `next` is where one was going."""
    facts = FACTS | {"next": way_on(request), "before": request.user.privacy_version}
    if request.method == "GET":
        return render(request, "privacy/accept.html", facts)
    if "accept" not in request.POST:
        return render(request, "privacy/accept.html", facts | {"problem": "请先勾选“我已阅读并同意”。"}, status=400)
    try:
        with transaction.atomic():
            if subject.accept(request.user, version=request.POST.get("version", "")[:20], at=timezone.now()):
                record(request, "privacy_accepted", target=f"user:{request.user.username}", version=notice.VERSION)
    except StateConflict as changed:
        return render(request, "privacy/accept.html", facts | {"problem": changed.message}, status=409)
    messages.success(request, "谢谢，已记下您的同意。")
    return HttpResponseRedirect(way_on(request))
