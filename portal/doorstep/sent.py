"""What a browser sent about a visit, turned into what `visits.record` reads. Names of fields are those of its refusals."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

_ROW = re.compile(r"(people|needs|signs|facts)-([a-z0-9_]{1,40})-([a-z_]{1,40})", re.ASCII)
_PLAIN = ("task", "uscc", "key", "result", "visited_at", "building", "place", "no_needs", "note", "told", "next_step", "next_on", "anyway")


def raw_of(post: QueryDict, photos: list[str]) -> dict[str, Any]:
    """`people-0-name`, `needs-1-body`: rows; `people_from`, `signs`, `colleagues`, `tickets`: boxes ticked; `facts-room-is`: ok or differs."""
    raw: dict[str, Any] = {name: post[name] for name in _PLAIN if name in post}
    rows: dict[str, dict[str, dict[str, str]]] = {"people": {}, "needs": {}, "signs": {}, "facts": {}}
    for name in post:
        found = _ROW.fullmatch(name)
        if found is not None:
            rows[found[1]].setdefault(found[2], {})[found[3]] = post[name]
    # Numbered rows first, so that what is refused is named as it stands in the form.
    people = [rows["people"].get(str(place), {}) for place in range(_past(rows["people"]))]
    raw["people"] = people + [{"from": key} for key in post.getlist("people_from")]
    raw["needs"] = [rows["needs"].get(str(place), {}) for place in range(_past(rows["needs"]))]
    note = post.get("sign_note", "")
    raw["signs"] = [{"kind": kind, "note": note} for kind in post.getlist("signs")]
    raw["facts"] = {code: fact for code, row in rows["facts"].items() if (fact := _fact(row)) is not None}
    return raw | {"photos": photos, "tickets": post.getlist("tickets"), "colleagues": post.getlist("colleagues")}


def _past(rows: dict[str, dict[str, str]]) -> int:
    return max((int(place) + 1 for place in rows if place.isdigit() and len(place) < 3), default=0)


def _fact(row: dict[str, str]) -> dict[str, Any] | None:
    if row.get("is") == "ok":
        return {"confirmed": True}
    return {"said": row["said"]} if row.get("is") == "differs" and row.get("said") else None
