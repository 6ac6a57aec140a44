"""What a ticket refers to, brought along as JSON by the query that reads the ticket.

A dozen joins take PostgreSQL thirty milliseconds to plan; as many look-ups by key inside the same statement take one. The rows come back
as model instances with the columns named here; any other column is deferred and would be asked for when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from accounts.models import User
from community.models import Community, Grid, Unit
from enterprises.models import Enterprise, Tenancy
from grievances.models import Grievance, ServiceItem
from parks.models import Building, Park

_UNIT = ("id", "community_id", "code", "name", "kind", "is_partner", "phone", "has_account", "retired", "grid_id", "parent_id")
_PERSON = ("id", "username", "name")
#: Columns of dates are left out: in JSON they would come back as text.
RIDERS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "community": (Community, ("id", "street_id", "code", "name", "phone", "address", "working_hours", "hours_changes")),
    "enterprise": (Enterprise, ("id", "uscc", "name", "community_id", "tags", "status", "listed")),
    "service_item": (
        ServiceItem,
        ("id", "community_id", "code", "name", "plain_category", "group", "window_id", "partner_window_id", "case_type", "site_visit"),
    ),
    "window": (Unit, _UNIT),
    "unit": (Unit, _UNIT),
    "assignee": (User, _PERSON),
    "handler": (User, _PERSON),
    "filed_by": (User, _PERSON),
    "park": (Park, ("id", "community_id", "grid_id", "code", "name", "operator_id")),
    "building": (Building, ("id", "park_id", "code", "name")),
    "grid": (Grid, ("id", "community_id", "code", "name")),
    "place": (Tenancy, ("id", "enterprise_id", "building_id", "room")),
    "merged_into": (Grievance, ("id", "number", "title", "state")),
}


def bring(rows: QuerySet[Grievance], *names: str) -> QuerySet[Grievance]:
    """The tickets with these relations on board; `unpack` makes them into instances."""
    found = {}
    for name in names:
        model, columns = RIDERS[name]
        row = model._default_manager.filter(pk=OuterRef(f"{name}_id")).values(row=JSONObject(**{column: column for column in columns}))
        found[f"rider_{name}"] = Subquery(row[:1])
    return rows.annotate(**found)


def unpack(rows: Iterable[Grievance], *names: str) -> list[Grievance]:
    found = list(rows)
    for row in found:
        for name in names:
            setattr(row, name, _instance(name, getattr(row, f"rider_{name}"), row._state.db))
    return found


def _instance(name: str, facts: dict[str, Any] | None, using: str | None) -> models.Model | None:
    if facts is None:
        return None
    model, columns = RIDERS[name]
    ordered = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db(using, ordered, [facts[column] for column in ordered])
