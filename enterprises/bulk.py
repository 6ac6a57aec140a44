"""Many rows in few statements: COPY into the table, or into one of the transaction and one UPDATE from it.

Checks, triggers and history of the real table apply, as for any statement; only Python objects are saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count as counter
from itertools import repeat
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Field, Func, Model, Value

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
#: What COPY takes as `str` writes it, and nothing in it to be escaped.
_AS_STR = frozenset((int, float, Decimal, date, datetime, UUID, type(None)))
#: Rows written in one go.
AT_ONCE = 500
_names = counter(1)


def insert(model: type[Model], things: Sequence[Any], row: Callable[[Any], dict[str, Any]] = dict) -> list[int]:
    """Write rows of equal keys (attnames) and give their primary keys, in the order of the rows. Columns not named get the model's default.

    `row` makes the row of a thing, while the server is busy with those before. Raises IntegrityError, DataError where the table refuses one.
    """
    if not things:
        return []
    names = list(row(things[0]))
    made = ([row(thing) for thing in things[at : at + AT_ONCE]] for at in range(0, len(things), AT_ONCE))
    return _insert(model, names, len(things), ([[each[name] for each in rows] for name in names] for rows in made))


def insert_columns(model: type[Model], given_columns: Mapping[str, Iterable[Any]], count: int) -> list[int]:
    """The same for `count` rows given column by column, where a dict for each of them would cost more than the writing."""
    whole = [list(column) for column in given_columns.values()]
    return _insert(model, list(given_columns), count, ([each[at : at + AT_ONCE] for each in whole] for at in range(0, count, AT_ONCE)))


def _insert(model: type[Model], names: list[str], count: int, blocks: Iterable[list[list[Any]]]) -> list[int]:
    """`blocks` of AT_ONCE rows, column by column in the order of `names`."""
    fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    rest = [field for name, field in fields.items() if name not in names]
    usual = [field.get_db_prep_save(field.get_default(), connection) for field in rest]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s.key) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS key OFFSET 0) s, generate_series(1, %s)",
            [table, count],
        )
        keys = [key for (key,) in cursor.fetchall()]
        # The history learns of its context with a statement that writes, and COPY goes past it; the lock is the one COPY takes.
        cursor.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        columns = ["id", *(fields[name].column for name in names), *(field.column for field in rest)]
        held = (keys[at : at + AT_ONCE] for at in range(0, count, AT_ONCE))
        _pour(
            cursor,
            table,
            columns,
            ([ids, *block, *(repeat(each, len(ids)) for each in usual)] for ids, block in zip(held, blocks, strict=True)),
        )
    return keys


def update(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Set the columns named (equal in all rows, `id` among them) where they are."""
    if not rows:
        return
    fields = {field.attname: field for field in model._meta.concrete_fields}
    given = [fields[name] for name in rows[0]]
    table = model._meta.db_table
    sets = ", ".join(f'"{field.column}" = n."{field.column}"' for field in given if not field.primary_key)
    with connection.cursor() as cursor:
        stage = _staged(cursor, table, given, rows)
        cursor.execute(f"UPDATE {table} AS t SET {sets} FROM {stage} AS n WHERE t.id = n.id")


class _Texts(Field):
    """A list of text as the driver writes it: a field for arrays looks at each of 22,000 words first."""

    def db_type(self, connection: Any) -> str:
        return "text[]"


def one_of(field: str, values: Sequence[str]) -> Func:
    """Whether the field has one of thousands of values, for filter(): one parameter, which the planner does not weigh value by value,
    as it does with `= ANY(array)` (0.3 s for 22,000 names)."""
    array = Value(list(values), output_field=_Texts())
    return Func(F(field), array, template="%(expressions)s::text[]))", arg_joiner=" IN (SELECT unnest(", output_field=BooleanField())


def copy(cursor: Any, table: str, names: Iterable[str], columns: Iterable[Sequence[Any]]) -> None:
    """COPY of text, column by column: None is NULL, lists are arrays, everything else its `str`."""
    columns = list(columns)
    blocks = ([column[at : at + AT_ONCE] for column in columns] for at in range(0, len(columns[0]), AT_ONCE))
    _pour(cursor, table, names, blocks)


def _pour(cursor: Any, table: str, names: Iterable[str], blocks: Iterable[Sequence[Iterable[Any]]]) -> None:
    named = ", ".join(f'"{name}"' for name in names)
    cursor.copy_expert(f"COPY {table} ({named}) FROM STDIN", _Lines(blocks))


class _Lines:
    """What COPY reads from: a block of lines at a time, written while the server takes in the one before."""

    def __init__(self, blocks: Iterable[Sequence[Iterable[Any]]]) -> None:
        self._blocks = iter(blocks)

    def read(self, size: int = -1) -> str:
        block = next(self._blocks, None)
        return "" if block is None else "".join(f"{line}\n" for line in map("\t".join, zip(*map(_written, block), strict=True)))


def _staged(cursor: Any, table: str, given: Sequence[Field], rows: Sequence[dict[str, Any]]) -> str:
    """A table of this transaction with the columns and types of the real one; types without their length, because a cast
    to varchar(n) would cut in silence what an assignment refuses."""
    stage = f"mc_stage_{next(_names)}"
    columns = ", ".join(f'"{field.column}" {_type(field)}' for field in given)
    cursor.execute(f"CREATE TEMP TABLE {stage} ({columns}) ON COMMIT DROP")
    copy(cursor, stage, [field.column for field in given], [[row[field.attname] for row in rows] for field in given])
    return stage


def _type(field: Field) -> str:
    if field.primary_key:
        return str(field.rel_db_type(connection))
    kind = str(field.rel_db_type(connection) if hasattr(field, "rel_db_type") and field.is_relation else field.db_type(connection))
    return "text[]" if kind.endswith("[]") else "numeric" if kind.startswith("numeric") else kind.split("(")[0]


def _written(cells: Iterable[Any]) -> Sequence[str]:
    """The cells of a column as COPY wants them. Looked at as a whole, because hardly one needs an escape."""
    cells = list(cells)
    kinds = set(map(type, cells))
    if kinds <= _AS_STR:
        return ["\\N" if cell is None else str(cell) for cell in cells]
    if kinds != {str}:
        return [_text(cell) for cell in cells]
    whole = "".join(cells)
    return [_escaped(cell) for cell in cells] if any(sign in whole for sign, _ in _ESCAPES) else cells


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, list | tuple):
        quoted = ('"' + str(each).replace("\\", "\\\\").replace('"', '\\"') + '"' for each in value)
        value = "{" + ",".join(quoted) + "}"
    return _escaped(value if isinstance(value, str) else str(value))


def _escaped(text: str) -> str:
    for sign, escape in _ESCAPES:  # looking four times is much faster than translating once
        if sign in text:
            text = text.replace(sign, escape)
    return text
