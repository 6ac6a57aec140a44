"""常用筛选: a few that everybody has, those one has named, and those colleagues share."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import Any

from django.http import HttpRequest, QueryDict

from community import held
from grievances import saved_filters
from grievances.models import SavedFilter
from portal.queue.asked import FILTERS, OWN, Asked

KEPT = (FILTERS | OWN) - {"cursor", "since", "tree"}

COMMON = (("紧急", {"priority": "urgent"}), ("催办过的", {"urged": "true"}), ("劳动与法律", {"category": "劳动与法律"}))


#: By person and communities: when they were read, and what was found. What colleagues change is seen within the minute, one's own at once.
_kept: dict[tuple[int, frozenset[int]], tuple[float, list[SavedFilter]]] = {}
KEPT_SECONDS, _MOST_KEPT = 60, 1000
_CHANGED = "filters_changed_at"


def saved(request: HttpRequest) -> list[SavedFilter]:
    """The list costs no query more for them: the session, which is read anyway, says when this person last changed his own."""
    user, now = request.user, time()
    key = user.pk, frozenset(post.community_id or -post.street_id for post in held(user))
    read_at, found = _kept.get(key, (0.0, []))
    if read_at <= max(now - KEPT_SECONDS, request.session.get(_CHANGED, 0.0)):
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        found = saved_filters.kept(user)
        _kept[key] = now, found
    return found


def changed(request: HttpRequest) -> None:
    request.session[_CHANGED] = time()


def forget() -> None:
    """For whoever cannot wait a minute."""
    _kept.clear()


@dataclass(frozen=True)
class Chip:
    """`query` is the query string it leads to: with its conditions, or without them when it is on. `saved`: the row, where it is one."""

    label: str
    query: str
    on: bool
    saved: SavedFilter | None = None
    own: bool = False


def chips_for(asked: Asked, saved: list[SavedFilter]) -> list[Chip]:
    found = []
    for label, wanted in COMMON:
        on = all(asked.filters.get(name) == value for name, value in wanted.items())
        changes: dict[str, Any] = dict.fromkeys(wanted, "") if on else dict(wanted)
        found.append(Chip(label, asked.query(**changes), on))
    here, own = asked.query(tree=""), {row.query for row in saved if row.user_id == asked.user.pk}
    for row in saved:
        mine = row.user_id == asked.user.pk
        if mine or row.query not in own:
            found.append(Chip(row.name, "" if row.query == here else row.query, row.query == here, row, mine))
    return found


def may_save(asked: Asked, saved: list[SavedFilter]) -> bool:
    """Something is asked that is not saved yet, and there is room."""
    here, own = asked.query(tree=""), [row.query for row in saved if row.user_id == asked.user.pk]
    return bool(here) and len(own) < saved_filters.MOST and here not in own


def conditions(query: str) -> str:
    """What of an address is conditions of the list; the rest is dropped."""
    params, clean = QueryDict(query[: saved_filters.LONGEST_QUERY * 4]), QueryDict(mutable=True)
    for key in params:
        if key in KEPT:
            clean[key] = params[key]
    return clean.urlencode()
