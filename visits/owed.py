"""Who is owed a visit: the selectors' matters written down once each, and one open task an enterprise with all of them.

One statement a community: the matters of every trigger joined by UNION ALL, an anti-join against those on file, and the insert with
ON CONFLICT DO NOTHING as the guard. What it writes depends on the rows it reads and on the day, not on when or how often it ran.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

import workdays
from community.models import Community
from visits.matters import HORIZON_DAYS, Asked, Terms, asked_of, sql_of, terms_for
from visits.models import ClassVersion, Reason, Visit


@dataclass(frozen=True)
class Outcome:
    """What a pass has written: matters found, tasks opened, enterprises of which a matter is gone."""

    found: int = 0
    opened: int = 0
    gone: int = 0


def reckon(community: Community, at: datetime, *, enterprise: int | None = None) -> Outcome:
    """What the community owes by `at`, or owes this one enterprise (key). Two at once do no harm: one waits for the other.

    Everything is one transaction, the caller's where there is one.
    """
    today = timezone.localtime(at).date()
    with transaction.atomic():
        alone(community.pk)
        asked, current = asked_of(community, today)
        found, opened, changed = _write(community.pk, asked, today, enterprise) if asked else (0, 0, [])
        changed += _leave(asked, current, today, enterprise)
        changed += _let_go(community.pk, today, enterprise)
        straighten(changed, today)
        if enterprise is None:
            ClassVersion.objects.filter(pk__in=[row.pk for row in current], applied_at__isnull=True).update(applied_at=at)
    return Outcome(found, opened, len(set(changed)))


def alone(community: int) -> None:
    """Whoever writes what a community owes waits here for whoever is at it; until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('visits.owed'), %s)", [community])


_SAME = "r.enterprise_id = f.enterprise_id AND r.visit_class_id = f.class_id AND r.trigger = f.trigger AND r.occurred_on = f.occurred_on"

# `leaves_on`: when a version that no longer selects the matter took over from the one that did.
_WRITE = f"""
WITH found AS MATERIALIZED ({{found}}),
terms AS (SELECT * FROM unnest(%s::text[], %s::date[], %s::date[], %s::bool[], %s::date[]) AS t(term, day, due_on, provisional, covered_since)),
fresh AS MATERIALIZED (
    SELECT {{once}} f.*, GREATEST(f.occurred_on, f.from_on) AS since_on, {{leaves}} AS leaves_on
    FROM found f WHERE NOT EXISTS (SELECT FROM visits_reason r WHERE {_SAME}) {{first_version}}
),
dated AS (
    SELECT f.*, t.due_on, t.provisional, t.covered_since,
        LEAST(f.leaves_on, CASE WHEN f.until_on <= %s AND ({{gone_by}}) THEN f.until_on END) AS gone_on
    FROM fresh f JOIN terms t ON t.term = f.term AND t.day = f.since_on
    JOIN enterprises_enterprise e ON e.id = f.enterprise_id AND e.community_id = %s AND e.status = 'active'
),
visited AS (
    SELECT DISTINCT ON (f.enterprise_id, f.class_id, f.trigger, f.occurred_on)
        f.enterprise_id, f.class_id, f.trigger, f.occurred_on, v.id AS visit_id, v.visited_on
    FROM dated f JOIN visits_visit v ON v.enterprise_id = f.enterprise_id AND v.result = 'met' AND v.visited_on >= f.covered_since
    WHERE f.gone_on IS NULL OR v.visited_on < f.gone_on
    ORDER BY f.enterprise_id, f.class_id, f.trigger, f.occurred_on, v.visited_on, v.recorded_at, v.id
),
written AS (
    INSERT INTO visits_reason (enterprise_id, visit_class_id, trigger, occurred_on, since_on, due_on, provisional, key, until_on, ended_on,
        ending, settled_by_id)
    SELECT f.enterprise_id, f.class_id, f.trigger, f.occurred_on, f.since_on, f.due_on, f.provisional, f.key, f.until_on,
        CASE WHEN v.visit_id IS NOT NULL THEN GREATEST(v.visited_on, f.since_on) ELSE f.gone_on END,
        CASE WHEN v.visited_on >= f.since_on THEN 'visited' WHEN v.visit_id IS NOT NULL THEN 'absorbed'
             WHEN f.gone_on IS NOT NULL THEN 'gone' ELSE '' END,
        v.visit_id
    FROM dated f LEFT JOIN visited v USING (enterprise_id, class_id, trigger, occurred_on)
    ON CONFLICT DO NOTHING
    RETURNING enterprise_id, since_on, due_on, provisional, ended_on
),
opened AS (
    INSERT INTO visits_task (enterprise_id, community_id, opened_on, due_on, provisional)
    SELECT enterprise_id, %s, min(since_on), min(due_on), bool_or(provisional) FROM written WHERE ended_on IS NULL GROUP BY enterprise_id
    ON CONFLICT (enterprise_id) WHERE state = 'open' DO UPDATE
        SET opened_on = LEAST(visits_task.opened_on, EXCLUDED.opened_on), due_on = LEAST(visits_task.due_on, EXCLUDED.due_on)
        WHERE EXCLUDED.due_on < visits_task.due_on OR EXCLUDED.opened_on < visits_task.opened_on
    RETURNING (xmax = 0) AS new
),
gone AS (
    UPDATE visits_reason r SET ended_on = f.until_on, until_on = f.until_on, ending = 'gone'
    FROM found f WHERE {_SAME} AND r.ended_on IS NULL AND f.may_be_gone AND (f.current OR f.until_on <= f.over_on) AND f.until_on <= %s
    RETURNING r.enterprise_id
),
vanished AS (
    UPDATE visits_reason r SET ended_on = GREATEST(r.since_on, %s), ending = 'gone'
    FROM (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[])) AS w(class_id, trigger, first)
    WHERE r.visit_class_id = ANY(%s::bigint[]) AND r.visit_class_id = w.class_id AND r.trigger = w.trigger AND r.ended_on IS NULL
        AND r.occurred_on BETWEEN w.first AND %s {{only}}
        AND NOT EXISTS (SELECT FROM found f WHERE f.watched AND {_SAME})
    RETURNING r.enterprise_id
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM opened WHERE new),
    ARRAY(SELECT enterprise_id FROM gone UNION SELECT enterprise_id FROM vanished)
"""


def _write(community: int, asked: list[Asked], today: date, enterprise: int | None) -> tuple[int, int, list[int]]:
    with connection.cursor() as cursor:
        if enterprise is None:
            _execute(cursor, *_statement(community, tuple(asked), today, terms_for(asked, today)))
        else:
            cursor.execute(*_written(community, asked, today, terms_for(asked, today), enterprise))
        written, opened, gone = cursor.fetchone()
    return written, opened, list(gone)


def _written(community: int, asked: Sequence[Asked], today: date, terms: Terms, enterprise: int | None) -> tuple[str, list[Any]]:
    found, given = _found(asked, enterprise)
    several = any(not each.current for each in asked)
    watched = [each for each in asked if each.watched]
    sql = _WRITE.format(
        found=found,
        once="DISTINCT ON (f.enterprise_id, f.class_id, f.trigger, f.occurred_on)" if several else "",
        leaves=_LEAVES if several else "NULL::date",
        gone_by=_GONE_BY if several else "f.may_be_gone",
        first_version="ORDER BY f.enterprise_id, f.class_id, f.trigger, f.occurred_on, f.from_on" if several else "",
        only="AND r.enterprise_id = %s" if enterprise is not None else "",
    )
    return sql, [
        *given, *_columns(terms), today, community, community, today, today,
        [each.version.visit_class_id for each in watched], [each.trigger.code for each in watched],
        [each.first if each.trigger.every else date.min for each in watched],
        sorted({each.version.visit_class_id for each in watched}), today,
        *([enterprise] if enterprise is not None else []),
    ]  # fmt: skip


@lru_cache(maxsize=64)
def _statement(community: int, asked: tuple[Asked, ...], today: date, terms: Terms) -> tuple[str, bytes]:
    """The statement of a day with its values in it, and a name for it."""
    with connection.cursor() as cursor:
        sql = cursor.mogrify(*_written(community, asked, today, terms, None))
    return f"owed_{blake2b(sql, digest_size=16).hexdigest()}", sql


def _execute(cursor: Any, name: str, sql: bytes) -> None:
    """Sixteen selectors take PostgreSQL as long to read and plan as to answer for a community: a connection does it once a day. What is on
    file is held in memory beside what is found, some 100 bytes a matter."""
    cursor.execute("SET LOCAL work_mem = '128MB'")
    cursor.execute("SELECT FROM pg_prepared_statements WHERE name = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(b"PREPARE " + name.encode() + b" AS " + sql)
    cursor.execute(f"EXECUTE {name}")


# Of a matter that only an earlier version selected: the day on which it was over with that one.
_LEAVES = """CASE WHEN NOT f.current AND NOT EXISTS (
    SELECT FROM found c WHERE c.current AND c.enterprise_id = f.enterprise_id AND c.class_id = f.class_id AND c.trigger = f.trigger
        AND c.occurred_on = f.occurred_on) THEN f.over_on END"""


# Whether the version in force on the day the cause was gone says that this is the end of it.
_GONE_BY = """CASE WHEN f.current OR f.until_on <= f.over_on THEN f.may_be_gone ELSE EXISTS (
    SELECT FROM found c WHERE c.current AND c.may_be_gone AND c.enterprise_id = f.enterprise_id AND c.class_id = f.class_id
        AND c.trigger = f.trigger AND c.occurred_on = f.occurred_on) END"""


def _found(asked: Sequence[Asked], enterprise: int | None) -> tuple[str, list[Any]]:
    sql, params = _matters(tuple(asked), enterprise is not None)
    return sql, [enterprise if each is _ONE else each for each in params]


_ONE = object()


@lru_cache(maxsize=64)
def _matters(asked: tuple[Asked, ...], of_one: bool) -> tuple[str, tuple[Any, ...]]:
    """The matters of all, with `_ONE` where the enterprise goes; to write them as SQL takes as long as a small community's pass."""
    parts, params = [], []
    for each in asked:
        sql, given = sql_of(each, all_at_once=not of_one)
        only = " WHERE enterprise_id = %s" if of_one else ""
        parts.append(
            "SELECT %s::bigint AS class_id, %s AS trigger, %s AS term, %s::date AS from_on, %s::date AS over_on, %s AS may_be_gone,"
            f" %s AS current, %s AS watched, found.* FROM ({sql}) AS found{only}"
        )
        version = each.version
        params += [
            version.visit_class_id, each.trigger.code, each.term, version.from_on, each.over_on, each.may_be_gone, each.current, each.watched,
            *given, *([_ONE] if of_one else []),
        ]  # fmt: skip
    return " UNION ALL ".join(parts), tuple(params)


def _columns(terms: Terms) -> list[list[Any]]:
    return [terms.names, terms.days, terms.due, terms.presumed, terms.covered_since]


_NONE = "SELECT NULL::bigint AS enterprise_id, NULL::bigint AS class_id, NULL AS trigger, NULL::date AS occurred_on WHERE false"


def _leave(asked: list[Asked], current: list[ClassVersion], today: date, enterprise: int | None) -> list[int]:
    """Matters that a version does not select, from its first day on: asked once, when the version comes into force."""
    left: list[int] = []
    for version in [row for row in current if row.applied_at is None]:
        own = [each for each in asked if each.version.pk == version.pk]
        found, given = _found(own, enterprise) if own else (_NONE, [])
        sql = f"""
            WITH found AS MATERIALIZED ({found})
            UPDATE visits_reason r SET ended_on = %s, ending = 'gone'
            WHERE r.visit_class_id = %s AND r.ended_on IS NULL AND r.since_on < %s AND (NOT r.trigger = ANY(%s) OR r.occurred_on >= %s)
                AND NOT EXISTS (SELECT FROM found f WHERE {_SAME}) {"AND r.enterprise_id = %s" if enterprise is not None else ""}
            RETURNING r.enterprise_id
        """
        codes = [each.trigger.code for each in own]
        only = [enterprise] if enterprise is not None else []
        horizon = today - timedelta(days=HORIZON_DAYS)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*given, version.from_on, version.visit_class_id, version.from_on, codes, horizon, *only])
            left += [row[0] for row in cursor.fetchall()]
    return left


def _let_go(community: int, today: date, enterprise: int | None) -> list[int]:
    """Nothing is owed any more to who has moved out or closed, since the last day at its last place."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE visits_reason r SET ending = 'gone', ended_on = GREATEST(r.since_on, COALESCE(
                (SELECT max(s.until_on) FROM enterprises_tenancy s WHERE s.enterprise_id = r.enterprise_id), %s))
            FROM enterprises_enterprise e JOIN visits_task t ON t.enterprise_id = e.id AND t.state = 'open'
            WHERE e.status <> 'active' AND e.community_id = %s AND r.enterprise_id = e.id AND r.ended_on IS NULL
                {"AND e.id = %s" if enterprise is not None else ""}
            RETURNING r.enterprise_id
            """,
            [today, community, *([enterprise] if enterprise is not None else [])],
        )
        return [row[0] for row in cursor.fetchall()]


def straighten(enterprises: Collection[int], today: date) -> None:
    """Brings the open tasks of these enterprises in line with their open matters: due when the first of them is, over when there is none,
    opened where one is missing."""
    if not enterprises:
        return
    keys = sorted(set(enterprises))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE visits_task t SET
                state = CASE WHEN o.due_on IS NULL THEN 'lapsed' ELSE 'open' END,
                closed_on = CASE WHEN o.due_on IS NULL THEN GREATEST(o.ended_on, t.opened_on) END,
                planned_on = CASE WHEN o.due_on IS NOT NULL THEN t.planned_on END,
                planned_half = CASE WHEN o.due_on IS NOT NULL THEN t.planned_half ELSE '' END,
                opened_on = COALESCE(o.since_on, t.opened_on), due_on = COALESCE(o.due_on, t.due_on),
                provisional = COALESCE(o.provisional, t.provisional), version = t.version + 1
            FROM (
                SELECT k.id, min(r.due_on) FILTER (WHERE r.ended_on IS NULL) AS due_on, min(r.since_on) FILTER (WHERE r.ended_on IS NULL) AS since_on,
                    bool_or(r.provisional) FILTER (WHERE r.ended_on IS NULL) AS provisional, COALESCE(max(r.ended_on), %s) AS ended_on
                FROM unnest(%s::bigint[]) AS k(id) LEFT JOIN visits_reason r ON r.enterprise_id = k.id GROUP BY k.id
            ) AS o
            WHERE t.enterprise_id = o.id AND t.state = 'open'
            """,
            [today, keys],
        )
        cursor.execute(
            """
            INSERT INTO visits_task (enterprise_id, community_id, opened_on, due_on, provisional)
            SELECT r.enterprise_id, c.community_id, min(r.since_on), min(r.due_on), bool_or(r.provisional)
            FROM visits_reason r JOIN visits_visitclass c ON c.id = r.visit_class_id
            WHERE r.enterprise_id = ANY(%s::bigint[]) AND r.ended_on IS NULL GROUP BY r.enterprise_id, c.community_id
            ON CONFLICT (enterprise_id) WHERE state = 'open' DO NOTHING
            """,
            [keys],
        )


def settle(enterprise: int, visit: Visit) -> int:
    """What this visit settles: every open matter owed when it was paid, or that it covers by having been paid shortly before. How many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE visits_reason r SET settled_by_id = %s, ended_on = GREATEST(r.since_on, %s),
                ending = CASE WHEN %s >= r.since_on THEN 'visited' ELSE 'absorbed' END
            FROM unnest(%s::bigint[], %s::date[]) AS c(id, covered_since)
            WHERE r.id = c.id AND r.ended_on IS NULL AND %s >= c.covered_since
            RETURNING r.id
            """,
            [visit.pk, visit.visited_on, visit.visited_on, *_covered(enterprise), visit.visited_on],
        )
        return len(cursor.fetchall())


def _covered(enterprise: int) -> tuple[list[int], list[date]]:
    """Of each open matter, from which day on a visit settles it: by the version under which it became owed."""
    calendar = workdays.calendar()
    keys, days = [], []
    rows = list(Reason.objects.open().filter(enterprise=enterprise).order_by("pk"))
    versions = list(ClassVersion.objects.filter(visit_class__in={row.visit_class_id for row in rows}).order_by("from_on"))
    for row in rows:
        standing = [each for each in versions if each.visit_class_id == row.visit_class_id and each.from_on <= row.since_on]
        absorbed = standing[-1].absorb_workdays if standing else 0
        keys.append(row.pk)
        days.append(calendar.workday_after(row.since_on, -absorbed) if absorbed else row.since_on)
    return keys, days
