"""Rows of the working list as they are shown: one query for the page, names of places from memory, one clock each."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from grievances import clocks as lengths
from grievances.states import OVER, ClockCode, RequestKind, State
from portal.clockface import Clockface, clockface
from portal.queue.places import Places
from portal.short_names import short_grid

COLUMNS = (
    "pk", "number", "version", "state", "title", "priority", "confidential", "personal", "pending", "cycle", "urges", "community_id",
    "park_id", "grid_id", "unit_id", "service_item_id", "next_due_at", "next_clock", "promise_due_at", "provisional", "answered_at",
    "updated_at", "enterprise__name", "enterprise__tags", "enterprise__listed", "assignee__name", "handler__name",
)  # fmt: skip

PAUSED = (State.RETURNED, State.SUSPENDED)
NO_ANSWER = (State.WITHDRAWN, State.MERGED)
#: Working hours of the short inner clocks; with them a clock of half a day is not born orange.
_BUDGETS = {
    ClockCode.ACCEPT: lengths.DEFAULT_ACCEPT_HOURS * 3600,
    ClockCode.DISPATCH: lengths.DISPATCH_HOURS * 3600,
    ClockCode.ACK: lengths.ACK_HOURS * 3600,
    ClockCode.FEEDBACK: lengths.FEEDBACK_HOURS * 3600,
}
_CLOCK_WORDS = {code: ClockCode(code).label for code in ClockCode.values if code not in (ClockCode.PROMISE, ClockCode.HANDLE)}
#: 国家和地方的资质 from the most to the least telling: a row has room for one.
TAGS = (
    ("上市", "line-red"), ("小巨人", "line-purple"), ("专精特新", "line-purple"), ("国高企", "line-blue"), ("规上", "line-blue"),
    ("瞪羚", "line-teal"), ("雏鹰", "line-teal"), ("省科小", "line-teal"),
)  # fmt: skip
_BEFORE = re.compile(r"^(?:浙江省?|杭州市?|余杭区?|[（(](?:浙江|杭州|中国)[）)])+")
_AFTER = re.compile(r"(?:股份|集团)?(?:有限|责任)*公司$|[（(][^（）()]*合伙[^（）()]*[）)]$")
_INNER = re.compile(r"[（(](?:浙江|杭州|中国)[）)]")


def short_name(name: str) -> str:
    """澄视数字视觉科技 for 杭州澄视数字视觉科技有限公司: what tells it apart; the whole name stays in the title."""
    short = _INNER.sub("", _AFTER.sub("", _BEFORE.sub("", name)))
    return short if len(short) >= 2 else name


def best_tag(tags: list[str], *, listed: bool = False) -> tuple[str, str] | None:
    """The one 资质 worth showing in a narrow column, with its colour."""
    if listed:
        return TAGS[0]
    for word, colour in TAGS:
        if any(word in tag for tag in tags):
            return word, colour
    return (tags[0], "line-gray") if tags else None


def shown(rows: list[dict[str, Any]], places: Places, now: datetime, *, since: datetime | None = None) -> list[dict[str, Any]]:
    """The rows with what a template needs beside: `face`, `clock`, `place`, `owner`, `tag`, `marks`; and whether they are new to the reader."""
    for row in rows:
        item = places.items.get(row["service_item_id"])
        row["face"] = face_of(row, places.calendars[row["community_id"]], now)
        row["clock"] = "" if row["state"] in (*PAUSED, *OVER) else _CLOCK_WORDS.get(row["next_clock"], "")
        row["place"] = _place(row, places)
        row["category"] = (item[2] or item[1]) if item else "未定"
        row["item"] = item[1] if item else ""
        row["enterprise"] = short_name(row["enterprise__name"])
        row["tag"] = best_tag(row["enterprise__tags"], listed=row["enterprise__listed"])
        row["owner"] = _owner(row, places)
        row["asks"] = RequestKind(row["pending"]).label if row["pending"] else ""
        row["css"] = "unread" if row["state"] == State.SUBMITTED else ""
        if since is not None and row["updated_at"] > since:
            row["css"] += " fresh"
    return rows


def face_of(row: dict[str, Any], calendar: Any, now: datetime) -> Clockface | None:
    """What the row is sorted by: the earliest running clock; the promise where it stands still or is kept."""
    if row["state"] in NO_ANSWER or row["promise_due_at"] is None:
        return None
    if row["answered_at"] is not None:
        return clockface(row["promise_due_at"], at=now, calendar=calendar, answered_at=row["answered_at"])
    if row["state"] in PAUSED:
        return clockface(row["promise_due_at"], at=now, calendar=calendar, provisional=row["provisional"], paused=True)
    return clockface(row["next_due_at"], at=now, calendar=calendar, budget=_BUDGETS.get(row["next_clock"]), provisional=row["provisional"])


def _place(row: dict[str, Any], places: Places) -> str:
    """梦想天地 · 5格."""
    park, grid = places.parks.get(row["park_id"]), places.grids.get(row["grid_id"])
    words = [park[1] if park else "", short_grid(grid[1]) if grid else ""]
    return " · ".join(filter(None, words)) or "—"


def _owner(row: dict[str, Any], places: Places) -> str:
    """Who has it in hand: the handler, else the unit it was given to, else the responsible specialist."""
    if row["handler__name"]:
        return str(row["handler__name"])
    unit = places.units.get(row["unit_id"])
    return unit[1] if unit else row["assignee__name"] or "—"
