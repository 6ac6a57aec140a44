"""Undoing a batch: what its history context wrote is put back to what stood before, unless somebody has changed it since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models

NAMED = 5


class UndoRefused(Exception):
    """The batch cannot be undone as a whole; the message says why and what to do."""


def undo(tables: Sequence[type[models.Model]], context: UUID) -> None:
    """In a transaction. `tables` are tracked models, parents first. Raises UndoRefused; then nothing is undone."""
    tracked = [model for model in tables if hasattr(model, "pgh_event_model")]
    for model in tracked:
        _refuse_changed_since(model, context)
        _refuse_in_use(model, context, within=tables)
    try:
        for model in reversed(tracked):
            _delete_created(model, context)
        for model in tracked:
            _restore(model, context)
            _put_back(model, context)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        raise UndoRefused("这批数据已有别的内容引用，不能整批撤销；请在档案里逐条更正。") from error


def _event(model: type[models.Model]) -> str:
    return str(model.pgh_event_model._meta.db_table)  # type: ignore[attr-defined]


def _refuse_changed_since(model: type[models.Model], context: UUID) -> None:
    event = _event(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT later.pgh_obj_id FROM {event} AS mine JOIN {event} AS later ON later.pgh_obj_id = mine.pgh_obj_id "
            f"AND later.pgh_id > mine.pgh_id AND later.pgh_context_id IS DISTINCT FROM mine.pgh_context_id WHERE mine.pgh_context_id = %s",
            [context],
        )
        changed = [key for (key,) in cursor.fetchall()]
    if changed:
        raise UndoRefused(
            f"导入之后又有改动，不能整批撤销：{model._meta.verbose_name} {_names(model, changed)}。请先撤销后来的导入，或在档案里逐条更正。"
        )


def _refuse_in_use(model: type[models.Model], context: UUID, *, within: Sequence[type[models.Model]]) -> None:
    """Something made by the batch that something outside it hangs on."""
    created = _created(model, context)
    relations = model._meta.related_objects if created else ()
    for relation in relations:
        other: Any = relation.related_model
        if other in within or hasattr(other, "pgh_tracked_model"):
            continue
        used = other._base_manager.filter(**{f"{relation.field.name}__in": created}).values_list(relation.field.name, flat=True)
        hit = list(used.distinct()[:1000])
        if hit:
            raise UndoRefused(
                f"其中 {len(hit)} 个{model._meta.verbose_name}已有{other._meta.verbose_name}，不能整批撤销：{_names(model, hit)}。请在档案里逐条更正。"
            )


def _created(model: type[models.Model], context: UUID) -> list[int]:
    events: Any = model.pgh_event_model  # type: ignore[attr-defined]
    return list(events.objects.filter(pgh_context_id=context, pgh_label="insert").values_list("pgh_obj_id", flat=True))


def _delete_created(model: type[models.Model], context: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} AS t USING {_event(model)} AS e WHERE e.pgh_context_id = %s AND e.pgh_label = 'insert' AND e.pgh_obj_id = t.id",
            [context],
        )


def _restore(model: type[models.Model], context: UUID) -> None:
    """Each changed row as the last event before the batch has it."""
    event = _event(model)
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    sets = ", ".join(f'"{column}" = before."{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} AS t SET {sets} FROM ("
            f"SELECT DISTINCT ON (e.pgh_obj_id) e.* FROM {event} AS e "
            f"JOIN (SELECT pgh_obj_id, min(pgh_id) AS first FROM {event} WHERE pgh_context_id = %s GROUP BY 1) AS mine "
            f"ON e.pgh_obj_id = mine.pgh_obj_id AND e.pgh_id < mine.first ORDER BY e.pgh_obj_id, e.pgh_id DESC"
            f") AS before WHERE t.id = before.pgh_obj_id AND before.pgh_label <> 'delete'",
            [context],
        )


def _put_back(model: type[models.Model], context: UUID) -> None:
    """Each row the batch has deleted, as it was. What the restoring of others has brought back already stays."""
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {columns} FROM {_event(model)} AS gone "
            f"WHERE gone.pgh_context_id = %s AND gone.pgh_label = 'delete' AND NOT EXISTS ("
            f"SELECT 1 FROM {_event(model)} AS mine WHERE mine.pgh_context_id = gone.pgh_context_id AND mine.pgh_obj_id = gone.pgh_obj_id "
            f"AND mine.pgh_label = 'insert') ON CONFLICT (id) DO NOTHING",
            [context],
        )


def _names(model: type[models.Model], keys: Sequence[Any]) -> str:
    shown = [str(thing) for thing in model._base_manager.filter(pk__in=list(keys)[:NAMED])]
    return "、".join(shown) + (f" 等 {len(keys)} 个" if len(keys) > NAMED else "")
