"""The portal's addresses and a few of our own, for what no page does on purpose."""

import time

import psycopg2
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound, Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from mengchuang.models import Mark
from mengchuang.urls import *  # noqa: F403 - handlers and addresses of the portal
from mengchuang.urls import urlpatterns as of_the_portal
from wording.errors import StateConflict


def deed(request: HttpRequest) -> HttpResponse:
    """Leaves a mark named by the form; `state` refuses afterwards, `slowly` keeps the transaction open."""
    mark = Mark.objects.create(name=request.POST["name"], made_at=timezone.now())
    if "slowly" in request.POST:
        time.sleep(0.5)
    if "state" in request.POST:
        raise StateConflict("已办结的诉求不能再派单。")
    if "crash" in request.POST:
        raise RuntimeError("13812345678")
    return HttpResponse(mark.name, headers={"Location": f"/marks/{mark.name}/", "Content-Type": "text/plain"}, status=201)


def slow_query(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '50ms'")
        cursor.execute("SELECT pg_sleep(5)")
    return HttpResponse("never")


def lost_connection(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return HttpResponse("never")


def lost_answer(request: HttpRequest) -> HttpResponse:
    """What the driver says, one time in a hundred, when the server dies while it is read."""
    with connection.wrap_database_errors:
        raise psycopg2.DatabaseError("server closed the connection unexpectedly")


class Place(serializers.Serializer):
    room = serializers.CharField(max_length=5)


class Facts(serializers.Serializer):
    title = serializers.CharField(max_length=5)
    place = Place(required=False)


class Api(APIView):
    def get(self, request, what):
        match what:
            case "refused":
                raise StateConflict("已办结的诉求不能再派单。", fields={"unit": "请选择承办单位。"})
            case "invalid":
                raise ValidationError({"title": ["请填写标题。"]})
            case "throttled":
                raise Throttled(wait=7)
            case "missing":
                raise NotFound
            case "bug":
                raise RuntimeError("a secret")
        return Response({"user": request.user.pk})

    def post(self, request, what):
        facts = Facts(data=request.data)
        facts.is_valid(raise_exception=True)
        Mark.objects.create(name=facts.validated_data["title"], made_at=timezone.now())
        return Response(facts.validated_data, status=201)


urlpatterns = [
    path("deed/", deed),
    path("slow-query/", slow_query),
    path("lost-connection/", lost_connection),
    path("lost-answer/", lost_answer),
    path("whoami/", lambda request: JsonResponse({"posts": [post.kind for post in request.user.posts]})),
    path("api/ground/<str:what>/", Api.as_view()),
    *of_the_portal,
]
