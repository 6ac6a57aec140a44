"""Folding: what has changed is counted anew, and the sums move by the difference (decision 49).

One fold is one transaction by one worker. A change is a row written by the transaction that made it, so one that commits late is simply found
by a later fold, whatever its key. What an event costs does not depend on how many there were: one tally is read, and some thirty sums move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from dashboards.counted import Change, Moment, Subject
from dashboards.figure_sums import resum
from dashboards.marks import COUNTED, ENTERPRISES, Cell, Counted, Facts, cells
from enterprises import bulk
from enterprises.models import Figure

#: Changes taken in one transaction, and tickets or enterprises counted by one statement.
AT_ONCE, TOGETHER = 4000, 500
_TICK = timedelta(microseconds=1)


def fold(now: datetime, *, at_most: int = AT_ONCE) -> Moment | None:
    """Counts what has changed and what the clock has changed, and moves the moment; None when another worker is at it."""
    with transaction.atomic():
        if not alone(wait=False):
            return None
        last = Moment.objects.first()
        # a clock that steps back must not make a version end before it began
        at = now if last is None else max(now, last.at + _TICK)
        taken = _take(at_most)
        figures = {detail for subject, _, detail in taken if subject == Subject.FIGURE}
        for counted in COUNTED.values():
            keys = {key for subject, key, _ in taken if subject == counted.subject} | _woken(counted, at, at_most)
            figures |= _recount(counted, sorted(keys), at)
        resum(figures)
        waiting = Change.objects.count() if len(taken) == at_most else 0
        moment, _ = Moment.objects.update_or_create(id=1, defaults={"at": at, "waiting": waiting})
        return moment


def alone(*, wait: bool) -> bool:
    """Only one folds or checks at a time, until the end of the transaction."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dashboards.fold'))")
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('dashboards.fold'))")
        return bool(cursor.fetchone()[0])


def _take(at_most: int) -> list[tuple[str, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM dashboards_change WHERE id IN (SELECT id FROM dashboards_change ORDER BY id LIMIT %s) RETURNING subject, key, detail",
            [at_most],
        )
        return cursor.fetchall()


def _woken(counted: Counted, at: datetime, at_most: int) -> set[int]:
    """Those for which a deadline or a day has passed since they were counted."""
    due = counted.tally.objects.standing().filter(wakes_at__lt=at).order_by("wakes_at").values_list(counted.owner, flat=True)
    return set(due[:at_most])


def _recount(counted: Counted, keys: Sequence[int], at: datetime) -> set[str]:
    """Ends what no longer holds, writes what holds now, moves the sums; gives metric and period of the figures whose place has changed."""
    moved: set[int] = set()
    for first in range(0, len(keys), TOGETHER):
        some = keys[first : first + TOGETHER]
        now = counted.facts(some, at)
        stood = {row[counted.owner]: row for row in counted.tally.objects.standing().filter(**{f"{counted.owner}__in": some}).values()}
        moved |= _replace(counted, some, stood, now, at)
    return _figures_of(sorted(moved)) if counted is ENTERPRISES else set()


def _replace(counted: Counted, keys: Iterable[int], stood: dict[int, Facts], now: dict[int, Facts], at: datetime) -> set[int]:
    """Gives whose place has changed."""
    over, made, later, moved = [], [], [], set()
    sums: Counter[Cell] = Counter()
    for key in keys:
        old, new = stood.get(key), now.get(key)
        if old is not None and new is not None and all(old[name] == new[name] for name in counted.columns):
            if old["wakes_at"] != new["wakes_at"]:
                later.append(counted.tally(id=old["id"], wakes_at=new["wakes_at"]))
            continue
        if old is not None:
            over.append(old["id"])
            sums.subtract(cells(counted, old))
        if new is not None:
            made.append({counted.owner: key, **new, "from_at": at, "until_at": None})
            sums.update(cells(counted, new))
        if _place(old) != _place(new):
            moved.add(key)
    counted.tally.objects.filter(pk__in=over).update(until_at=at)
    counted.tally.objects.bulk_update(later, ["wakes_at"])
    bulk.insert(counted.tally, made)
    move({cell: change for cell, change in sums.items() if change})
    return moved


def _place(facts: Facts | None) -> tuple[Any, ...] | None:
    return facts and (facts["community_id"], facts["grid_id"], facts["park_id"])


def _figures_of(enterprises: list[int]) -> set[str]:
    rows = Figure.objects.standing().filter(enterprise__in=enterprises).values_list("metric", "period").distinct().order_by()
    return {f"{metric} {period}" for metric, period in rows}


_COLUMNS = "community_id, basis, span, first_on, dimension, key, mark"
_GIVEN = (
    "unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])"
    f" AS given({_COLUMNS}, n)"
)  # fmt: skip
_SAME = " AND ".join(f"sums.{name} = given.{name}" for name in _COLUMNS.split(", "))


def move(changes: dict[Cell, int]) -> None:
    """Adds to the sums. What goes down has been up before: were it not there, the check of the table would say so."""
    down = {cell: change for cell, change in changes.items() if change < 0}
    up = {cell: change for cell, change in changes.items() if change > 0}
    with connection.cursor() as cursor:
        if down:
            cursor.execute(f"UPDATE dashboards_rollup sums SET n = sums.n + given.n FROM {_GIVEN} WHERE {_SAME}", _arrays(down))
            if cursor.rowcount != len(down):
                raise SumsAstray(f"{len(down) - cursor.rowcount} sums to be lowered do not exist")
        if up:
            cursor.execute(
                f"INSERT INTO dashboards_rollup AS sums ({_COLUMNS}, n) SELECT {_COLUMNS}, n FROM {_GIVEN} ORDER BY {_COLUMNS}"
                f" ON CONFLICT ({_COLUMNS}) DO UPDATE SET n = sums.n + EXCLUDED.n",
                _arrays(up),
            )


class SumsAstray(RuntimeError):
    """A sum that must exist does not: a bug, which the nightly check mends and reports."""


def _arrays(changes: dict[Cell, int]) -> list[list[Any]]:
    return [list(column) for column in zip(*((*cell, change) for cell, change in changes.items()), strict=True)]


def everything_anew() -> int:
    """Puts every filed ticket, every enterprise and every period of figures on the list of changes; folding does the rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dashboards_change (subject, key, detail)"
            " SELECT 'ticket', id, '' FROM grievances_grievance WHERE submitted_at IS NOT NULL"
            " UNION ALL SELECT 'enterprise', id, '' FROM enterprises_enterprise"
            " UNION ALL SELECT DISTINCT 'figure', 0, metric || ' ' || period FROM enterprises_figure WHERE superseded_at IS NULL"
        )
        return cursor.rowcount
