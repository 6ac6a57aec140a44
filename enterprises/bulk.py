"""Many rows in few statements: COPY into a table of the transaction, then one INSERT or UPDATE from it.

Checks, triggers and history of the real table apply, as for any statement; only Python objects are saved.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, F, Field, Func, Model, TextField, Value

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_names = count(1)


def insert(model: type[Model], rows: Sequence[dict[str, Any]], *, returning: str) -> dict[Any, int]:
    """Write rows of equal keys (attnames) and give their primary keys by one column. Columns not named get the model's default.

    Raises IntegrityError, DataError where the table refuses a row.
    """
    if not rows:
        return {}
    fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    given = [fields[name] for name in rows[0]]
    rest = [field for name, field in fields.items() if name not in rows[0]]
    table = model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in given + rest)
    taken = ", ".join([f'n."{field.column}"' for field in given] + ["%s"] * len(rest))
    with connection.cursor() as cursor:
        stage = _staged(cursor, table, given, ([row[field.attname] for field in given] for row in rows))
        cursor.execute(
            f'INSERT INTO {table} ({columns}) SELECT {taken} FROM {stage} AS n RETURNING "{returning}", id',
            [field.get_db_prep_save(field.get_default(), connection) for field in rest],
        )
        return dict(cursor.fetchall())


def update(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Set the columns named (equal in all rows, `id` among them) where they are."""
    if not rows:
        return
    fields = {field.attname: field for field in model._meta.concrete_fields}
    given = [fields[name] for name in rows[0]]
    table = model._meta.db_table
    sets = ", ".join(f'"{field.column}" = n."{field.column}"' for field in given if not field.primary_key)
    with connection.cursor() as cursor:
        stage = _staged(cursor, table, given, ([row[field.attname] for field in given] for row in rows))
        cursor.execute(f"UPDATE {table} AS t SET {sets} FROM {stage} AS n WHERE t.id = n.id")


def one_of(field: str, values: Sequence[str]) -> Func:
    """`field = ANY(array)`, for filter(): thousands of values as one parameter."""
    array = Value(list(values), output_field=ArrayField(TextField()))
    return Func(F(field), array, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


def copy(cursor: Any, table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY of text: None is NULL, lists are arrays, everything else its `str`."""
    text = io.StringIO("".join("\t".join(map(_text, row)) + "\n" for row in rows))
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", text)


def _staged(cursor: Any, table: str, given: Sequence[Field], rows: Iterable[Sequence[Any]]) -> str:
    """A table of this transaction with the columns and types of the real one; types without their length, because a cast
    to varchar(n) would cut in silence what an assignment refuses."""
    stage = f"mc_stage_{next(_names)}"
    columns = ", ".join(f'"{field.column}" {_type(field)}' for field in given)
    cursor.execute(f"CREATE TEMP TABLE {stage} ({columns}) ON COMMIT DROP")
    copy(cursor, stage, [field.column for field in given], rows)
    return stage


def _type(field: Field) -> str:
    if field.primary_key:
        return "bigint"
    kind = str(field.rel_db_type(connection) if hasattr(field, "rel_db_type") and field.is_relation else field.db_type(connection))
    return "text[]" if kind.endswith("[]") else "numeric" if kind.startswith("numeric") else kind.split("(")[0]


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, list | tuple):
        quoted = ('"' + str(each).replace("\\", "\\\\").replace('"', '\\"') + '"' for each in value)
        value = "{" + ",".join(quoted) + "}"
    text = value if isinstance(value, str) else str(value)
    for sign, escape in _ESCAPES:  # looking four times is much faster than translating once
        if sign in text:
            text = text.replace(sign, escape)
    return text
