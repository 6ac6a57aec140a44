"""Doors that are open to strangers: how often one address may try them.

Signing in has `accounts.lockout`; here there is no account yet whose name could be counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Knock


@dataclass(frozen=True)
class Door:
    """At most `limit` knocks from one address `within`; a whole park office may sit behind one address."""

    limit: int
    within: timedelta


#: `activation` counts codes that do not work; `opening` counts what was sent in, each with a picture to be kept,
#: `employee` looks for an employer too.
DOORS = {
    "activation": Door(limit=20, within=timedelta(minutes=15)),
    "opening": Door(limit=12, within=timedelta(hours=1)),
    "employee": Door(limit=60, within=timedelta(hours=1)),
}
_LONGEST = max(door.within for door in DOORS.values())


def closed_until(name: str, address: str | None, at: datetime) -> datetime | None:
    """When this address may try the door again; None while it may. Addresses nobody knows count as one."""
    door = DOORS[name]
    where = Q(address=address) if address else Q(address__isnull=True)
    recent = Knock.objects.filter(where, door=name, at__gt=at - door.within, at__lte=at).order_by("-at")
    times = list(recent.values_list("at", flat=True)[: door.limit])
    return times[-1] + door.within if len(times) == door.limit else None


def knock(name: str, address: str | None, at: datetime) -> None:
    Knock.objects.create(door=name, address=address, at=at)


def sweep(at: datetime) -> int:
    """Forget what no longer counts. Returns how many."""
    return Knock.objects.filter(at__lte=at - _LONGEST).delete()[0]
