"""Row history by database triggers, once per statement: per row they doubled the cost of entering a roster of 8,000 (decision 6)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import models


def row_history(*, in_bulk: bool = False) -> Any:
    """Class decorator: every insert, update and delete of a row leaves its image.

    `in_bulk`, of tables that rosters write: what the row pointed at is kept without indexes, since history is asked for by row and by batch.
    """
    trackers = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())

    def track(model: type[models.Model]) -> Any:
        pointers = {field.name: _remembered(field) for field in model._meta.concrete_fields if field.is_relation} if in_bulk else {}
        return pghistory.track(*trackers, level=pghistory.Statement, attrs=pointers)(model)

    return track


def _remembered(field: Any) -> Any:
    return models.ForeignKey(
        field.remote_field.model, models.DO_NOTHING, null=field.null, db_index=False, db_constraint=False, related_name="+",
        related_query_name="+", verbose_name=field.verbose_name,
    )  # fmt: skip
