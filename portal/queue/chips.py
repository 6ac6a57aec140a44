"""常用筛选: a few that everybody has, and those one has named; kept in a signed cookie of this browser, as 大字版 is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

from portal.queue.asked import FILTERS, OWN, Asked
from wording import tidy
from wording.text import TextRefused

COOKIE = "queue_filters"
MOST = 6
LONGEST_NAME, LONGEST_QUERY = 12, 300
YEAR_SECONDS = 365 * 24 * 3600
KEPT = (FILTERS | OWN) - {"cursor", "since", "tree"}

COMMON = (("紧急", {"priority": "urgent"}), ("催办过的", {"urged": "true"}), ("劳动与法律", {"category": "劳动与法律"}))


@dataclass(frozen=True)
class Chip:
    """`url` is the query string it leads to: with its conditions, or without them when it is on. `forget`: its place among the saved."""

    label: str
    query: str
    on: bool
    forget: int | None = None


def saved(request: HttpRequest) -> list[tuple[str, str]]:
    """(name, query string) as the user named them in this browser. Another user's cookie counts as none."""
    try:
        rows = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_salt(request))
    except signing.BadSignature:
        return []
    return [(name, query) for name, query in rows][:MOST]


def chips_for(request: HttpRequest, asked: Asked) -> list[Chip]:
    found = []
    for label, wanted in COMMON:
        on = all(asked.filters.get(name) == value for name, value in wanted.items())
        changes: dict[str, Any] = dict.fromkeys(wanted, "") if on else dict(wanted)
        found.append(Chip(label, asked.query(**changes), on))
    here = asked.query(tree="")
    for place, (name, query) in enumerate(saved(request)):
        found.append(Chip(name, "" if query == here else query, query == here, place))
    return found


def may_save(request: HttpRequest, asked: Asked) -> bool:
    here = asked.query(tree="")
    return bool(here) and len(saved(request)) < MOST and all(query != here for _, query in saved(request))


def keep(request: HttpRequest, response: HttpResponse, name: str, query: str) -> str:
    """Adds one; the problem in words where it cannot."""
    try:
        name = tidy(name)
    except TextRefused as refused:
        return "；".join(refused.messages)
    if not 1 <= len(name) <= LONGEST_NAME:
        return f"请给这组筛选起个名字，不超过 {LONGEST_NAME} 字。"
    params = QueryDict(query[: LONGEST_QUERY * 4])
    clean = QueryDict(mutable=True)
    for key in params:
        if key in KEPT:
            clean[key] = params[key]
    query = clean.urlencode()
    rows = [row for row in saved(request) if row[0] != name]
    if not query or len(query) > LONGEST_QUERY:
        return "这组筛选是空的或太长，没有保存。"
    if len(rows) >= MOST:
        return f"最多保存 {MOST} 组，请先删去一组。"
    _write(request, response, [*rows, (name, query)])
    return ""


def drop(request: HttpRequest, response: HttpResponse, place: str) -> None:
    rows = saved(request)
    if place.isascii() and place.isdigit() and int(place) < len(rows):
        del rows[int(place)]
    _write(request, response, rows)


def _write(request: HttpRequest, response: HttpResponse, rows: list[tuple[str, str]]) -> None:
    text = signing.dumps(rows, salt=_salt(request), compress=True)
    response.set_cookie(COOKIE, text, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE)


def _salt(request: HttpRequest) -> str:
    return f"queue:{request.user.pk}"
