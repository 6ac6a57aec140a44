"""有事一键找: whom my enterprise calls, each with a button that dials."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grievances import filing
from grievances import my_people as subject
from portal.rights import SERVED, only


@only(*SERVED)
@require_GET
def my_people(request: HttpRequest) -> HttpResponse:
    enterprise = filing.own_enterprise(request.user)
    people = subject.of_enterprise(enterprise, timezone.now())
    return render(request, "enterprise/people.html", {"enterprise": enterprise, "people": people})
