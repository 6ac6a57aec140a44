"""How far a job has come, outside its transaction: a key in Valkey that lives an hour. Nothing depends on it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

import redis
from django.conf import settings

HOUR = 3600


@lru_cache(maxsize=1)
def _valkey() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def tell(job: UUID, words: str, percent: int) -> None:
    """`percent` from 0 to 100."""
    try:
        _valkey().set(f"exchange:{job}", f"{percent} {words}", ex=HOUR)
    except redis.RedisError:
        return


def told(job: UUID) -> tuple[int, str]:
    """(percent, words); (0, "") where nothing is known."""
    try:
        said = _valkey().get(f"exchange:{job}")
    except redis.RedisError:
        said = None
    percent, _, words = (said or b"0 ").decode().partition(" ")
    return int(percent), words
