"""What a page of tickets refers to, by key: one query of seven lookups.

Nine joins would take longer to plan than fifty rows take to read, and each of these tables is small or asked by primary key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from accounts.models import User
from community.models import Unit
from enterprises.models import Enterprise, Tenancy
from grievances.models.catalogue import ServiceItem
from parks.models import Building, Park

if TYPE_CHECKING:
    from grievances.models import Grievance

Named = dict[int, tuple[str, str]]

#: Model, column of the code (none: empty), column of the name, and the columns of a ticket that point there.
_TABLES: tuple[tuple[Any, str, str, tuple[str, ...]], ...] = (
    (Unit, "code", "name", ("window_id", "unit_id")),
    (ServiceItem, "code", "name", ("service_item_id",)),
    (User, "username", "name", ("assignee_id", "handler_id")),
    (Enterprise, "uscc", "name", ("enterprise_id",)),
    (Park, "code", "name", ("park_id",)),
    (Building, "", "name", ("building_id",)),
    (Tenancy, "", "room", ("place_id",)),
)
KEYS = tuple(column for *_, columns in _TABLES for column in columns)
_SQL = " UNION ALL ".join(
    f"SELECT {place}, id, {code or chr(39) * 2}, {name} FROM {model._meta.db_table} WHERE id = ANY(%s::bigint[])"
    for place, (model, code, name, _) in enumerate(_TABLES)
)


@dataclass(frozen=True)
class Names:
    """(code, name) by key; of a building and a place the code is empty, a place's name is its room."""

    units: Named
    items: Named
    people: Named
    enterprises: Named
    parks: Named
    buildings: Named
    places: Named


def names_of(tickets: Iterable[Mapping[str, Any]]) -> Names:
    """For rows with the columns KEYS, which the caller has found in sight."""
    rows = list(tickets)
    found: list[Named] = [{} for _ in _TABLES]
    if rows:
        keys = [list({row[column] for row in rows for column in columns if row[column] is not None}) for *_, columns in _TABLES]
        with connection.cursor() as cursor:
            cursor.execute(_SQL, keys)
            for place, key, code, name in cursor.fetchall():
                found[place][key] = (code, name)
    return Names(*found)


def names_in(ticket: Grievance) -> Names:
    """For one ticket in sight: from the rows that came with it where all of them did, as after filing; by the query otherwise."""
    keys = {column: getattr(ticket, column) for column in KEYS}
    loaded = {f"{name}_id": row for name, row in ticket._state.fields_cache.items()}
    if any(key is not None and column not in loaded for column, key in keys.items()):
        return names_of([keys])
    found: list[Named] = []
    for _, code, name, columns in _TABLES:
        rows = [loaded[column] for column in columns if keys[column] is not None]
        found.append({row.pk: (getattr(row, code) if code else "", getattr(row, name)) for row in rows})
    return Names(*found)
