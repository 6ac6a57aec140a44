"""The least that could be called the same work: 50 rows as JSON, 50 rows as a page, one ticket with its line of history."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from grievances.filing import new_number
from grievances.models import Grievance, Transition
from grievances.states import OPEN, Actor

COLUMNS = (
    "number", "state", "cycle", "version", "title", "priority", "channel", "promise_due_at", "next_due_at", "provisional", "pending",
    "created_at", "enterprise__uscc", "enterprise__name", "service_item__code", "window__code", "assignee__name",
)  # fmt: skip


def _rows(*columns: str):
    return Grievance.objects.filter(state__in=OPEN).order_by("next_due_at", "id").values(*columns)[:50]


@api_view(["GET"])
@authentication_classes([SessionAuthentication])
@permission_classes([IsAuthenticated])
def api_list(request) -> Response:
    return Response({"results": list(_rows(*COLUMNS))})


def page(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    rows = _rows("number", "title", "enterprise__name", "state", "next_due_at", "urges", "updated_at")
    return render(request, "floor.html", {"rows": rows})


def create(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    with transaction.atomic():
        like = Grievance.objects.filter(filed_by=request.user).values("community_id", "enterprise_id").first()
        ticket = Grievance.objects.create(
            number=new_number(now), filed_by=request.user, title=request.POST["title"], body=request.POST["body"],
            created_at=now, updated_at=now, **like,
        )  # fmt: skip
        Transition.objects.create(
            grievance=ticket, seq=1, event="comment", from_state="draft", to_state="draft", cycle=1, at=now, by=request.user,
            actor=Actor.ENTERPRISE,
        )  # fmt: skip
    return HttpResponse(ticket.number, status=201)


urlpatterns = [path("api", api_list), path("page", page), path("create", create)]
