"""A ticket in somebody's hand: locked, changed in memory by one move or several, and written.

A move by itself locks, changes and writes. Inside `in_hand` what was locked once is not read again, for it belongs to the transaction,
and is written when the block ends: eighteen months of history take a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from community.steady import steady
from grievances.models.grievance import Grievance
from notices.outbox import gathered

if TYPE_CHECKING:
    from grievances.clocks import Clocks

# What was filed stays as it was filed (INV28), so a move never writes it.
_FILED = frozenset({
    "id", "number", "community", "enterprise", "filed_by", "on_behalf", "basis", "channel", "origin_kind", "origin_key", "title", "body",
    "contact_name", "contact_phone", "urgent", "confidential", "personal", "place", "park", "building", "grid", "created_at",
})  # fmt: skip
_MOVING = {field.name: field.attname for field in Grievance._meta.concrete_fields if field.name not in _FILED}


class Held:
    """A locked ticket and its clocks; `write` brings the rows up to what they are in memory."""

    def __init__(self, grievance: Grievance, clocks: Clocks) -> None:
        self.grievance, self.clocks = grievance, clocks
        self._written = self._columns()

    def insert(self) -> None:
        """A ticket that is being filed, with its first move made: one statement, where inserting it first would take two."""
        self.grievance.save(force_insert=True)
        self._written = self._columns()

    def write(self) -> None:
        self.clocks.save()
        now = self._columns()
        changed = [name for name in _MOVING if now[name] != self._written[name]]
        if changed:
            self.grievance.save(update_fields=changed)
            self._written = now

    def _columns(self) -> dict[str, Any]:
        return {name: getattr(self.grievance, column) for name, column in _MOVING.items()}


_desk: ContextVar[dict[int, Held] | None] = ContextVar("tickets in hand", default=None)


@contextmanager
def in_hand() -> Iterator[None]:
    """For many moves in one transaction, all or none: a move that is refused spoils the whole transaction.

    Nothing else may write to these tickets or to the organisation inside. Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("in_hand() needs a transaction.")
    token = _desk.set({})
    try:
        with steady(), gathered():
            yield
            write_all()
    finally:
        _desk.reset(token)


def holding() -> bool:
    return _desk.get() is not None


def taken(grievance: Grievance) -> Held | None:
    desk = _desk.get()
    return desk.get(grievance.pk) if desk is not None else None


def put_down(held: Held) -> None:
    """After a move: written at once, or kept in hand."""
    desk = _desk.get()
    if desk is None:
        held.write()
    else:
        desk[held.grievance.pk] = held


def write_all() -> None:
    """For what is about to read the tables."""
    desk = _desk.get()
    if desk is not None:
        for held in desk.values():
            held.write()
