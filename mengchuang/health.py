"""`/healthz`: the process answers. `/readyz`: it can do its work. Names and booleans only."""

from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from community.models import Community
from mengchuang import embedded
from mengchuang.models import Mark
from notices.models import Notice

SIGNS_OF_LIFE = {"worker": "mengchuang:worker", "beat": "mengchuang:beat"}
ALIVE_FOR = 60  # seconds a sign of life counts
OUTBOX_LAG = timedelta(seconds=60)


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"process": True})


@login_not_required
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when seeded, migrated and the database knows Chinese letters. The rest is told but decides nothing: without a
    broker people still file and read; what they caused happens later."""
    needed = _database()
    told = _broker()
    if needed["database"]:
        told["outbox"] = not Notice.objects.filter(state="waiting", available_at__lt=timezone.now() - OUTBOX_LAG).exists()
    return JsonResponse(needed | told, status=200 if all(needed.values()) else 503)


def _database() -> dict[str, bool]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datctype NOT IN ('C', 'POSIX') FROM pg_database WHERE datname = current_database()")
            chinese = cursor.fetchone()[0]
        executor = MigrationExecutor(connection)
        migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return {"database": True, "ctype": chinese, "migrated": migrated, "seeded": migrated and _seeded()}
    except DatabaseError:
        return {"database": False, "ctype": False, "migrated": False, "seeded": False}


def _seeded() -> bool:
    if settings.DEMO:
        return Mark.objects.filter(name=Mark.SEEDED).exists()
    return Community.objects.exists()


def _broker() -> dict[str, bool]:
    now = timezone.now().timestamp()
    try:
        seen = broker().mget(SIGNS_OF_LIFE.values())
    except redis.RedisError:
        return {"broker": False} | dict.fromkeys(SIGNS_OF_LIFE, False)
    return {"broker": True} | {name: at is not None and now - float(at) < ALIVE_FOR for name, at in zip(SIGNS_OF_LIFE, seen, strict=True)}


def sign_of_life(name: str) -> None:
    """Note that the worker or the beat is alive now."""
    broker().set(SIGNS_OF_LIFE[name], timezone.now().timestamp(), ex=ALIVE_FOR * 2)


def broker() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=embedded.NEVER)
