"""The rows of a plan between looking and committing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import connection

from enterprises import bulk
from exchange import workbook
from exchange.models import Import, PlannedRow
from exchange.plan import Level, Plan, Problem, Row, Verdict, dumps
from exchange.planning import shown
from exchange.table import Table

#: The values stand first in a payload.
_BEGIN = '{"v":'
_decode = json.JSONDecoder().raw_decode


def keep(job: Import, plan: Plan) -> None:
    """Put the rows of the plan in the place of those of an earlier one."""
    PlannedRow.objects.filter(of=job).delete()
    columns = ("of_id", "number", "verdict", "warned", "wrong", "key", "payload")
    rows = ((job.pk, row.number, row.verdict.value, row.warned, row.wrong, row.key[:300], _payload(row)) for row in plan.rows)
    with connection.cursor() as cursor:
        bulk.copy(cursor, PlannedRow._meta.db_table, columns, list(zip(*rows, strict=True)))


def load(job: Import, table: Table) -> Plan:
    """The rows as they were understood, to be decided again: what is said of them then must come to the same hash."""
    revive = {column.code: lru_cache(maxsize=None)(column.from_json) for column in table.imported if column.differs_in_json}
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, payload FROM exchange_plannedrow WHERE of_id = %s ORDER BY number", [job.pk])
        kept = cursor.fetchall()
    whole = json.loads(f"[{','.join(payload for _, payload in kept)}]")
    rows = [_row(number, payload, read, revive) for (number, payload), read in zip(kept, whole, strict=True)]
    return Plan(job.sheet, rows, tuple(job.ignored))


def refused(plan: Plan, table: Table) -> bytes | None:
    """The workbook of the rows that were not taken, to be mended and sent again; None where all were."""
    rows = [
        workbook.RefusedRow(
            row.number, {code: shown(cell) for code, cell in row.cells.items()}, [(p.column, p.reason, p.level) for p in row.problems]
        )
        for row in plan.rows
        if row.verdict is Verdict.REFUSED
    ]
    return workbook.refused(table.imported, rows, name=table.label) if rows else None


def _payload(row: Row) -> str:
    parts = [_BEGIN + row.said()]
    if row.changes:
        parts.append(f'"c":{dumps(row.changes)}')
    if row.problems:
        parts.append(f'"p":{dumps([[problem.column, problem.reason, problem.level.value] for problem in row.problems])}')
        parts.append(f'"x":{dumps({code: shown(cell) for code, cell in row.cells.items()})}')
        unread = [problem.column for problem in row.problems if problem.level is Level.ERROR and problem.column not in row.values]
        if unread:
            parts.append(f'"u":{dumps(unread)}')
    return ",".join(parts) + "}"


def _row(number: int, payload: str, read: dict[str, Any], revive: dict[str, Callable[[Any], Any]]) -> Row:
    values = read["v"]
    # what follows the values is not asked for again, but for the cells that could not be read
    end = len(payload) - 1 if len(read) == 1 else _decode(payload, len(_BEGIN))[1]
    for code in revive.keys() & values.keys():
        value = values[code]
        values[code] = revive[code](tuple(value) if isinstance(value, list) else value)
    unread = set(read.get("u", ()))
    problems = [Problem(column, reason, Level(level)) for column, reason, level in read.get("p", ()) if column in unread] if unread else []
    return Row(number, values=values, problems=problems, as_json=payload[len(_BEGIN) : end])
