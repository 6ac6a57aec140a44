"""A roster of enterprises entered at once: set-based, in one transaction, safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Greatest
from django.utils import timezone

import audit
from community.models import Community, Post
from enterprises.models import Enterprise, EnterpriseStatus, FormerName, Representative, Tenancy
from parks.models import Building, Space, SpaceStatus
from parks.unplaced import CODE as UNPLACED
from wording.pinyin import pinyin_full, pinyin_initials

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 1000
# bulk_update writes one CASE per column and row: 8,000 changed rows took it past the statement limit, a join takes half a second
_REWRITE = """
UPDATE enterprises_enterprise AS e
SET name = n.name, pinyin = n.pinyin, initials = n.initials, address = n.address, status = n.status, community_id = n.community_id
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    AS n (id, name, pinyin, initials, address, status, community_id)
WHERE e.id = n.id
"""
_CORRECT = """
UPDATE enterprises_tenancy AS t SET building_id = n.building_id, room = n.room
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS n (id, building_id, room) WHERE t.id = n.id
"""


@dataclass(frozen=True)
class Entry:
    """One checked row. `building` is None when the roster does not say where; a new enterprise then needs `fallback`."""

    uscc: str
    name: str
    uscc_warning: bool = False
    address: str = ""
    building: Building | None = None
    fallback: Building | None = None
    room: str = ""


@dataclass
class Outcome:
    """By code. `elsewhere`: registered in another community, untouched; the value is its name."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def enrol(entries: Sequence[Entry], *, community: Community, at: datetime, by: User | None, source: str = "名录导入") -> Outcome:
    """Enter, rename, re-address and move what the roster says; empty cells change nothing. Codes must be right and unique among the entries.

    A number of queries that grows with the batches, not with the rows. An enterprise that waited under 待核 is put in its place (a
    correction); one that sat elsewhere moves today.
    """
    _one_at_a_time(community)
    codes = [entry.uscc for entry in entries]
    known = {row.uscc: row for row in Enterprise.objects.filter(uscc__in=codes).select_for_update(of=("self",)).select_related("community")}
    places = {
        row.enterprise_id: row
        for row in Tenancy.objects.open().filter(enterprise__in=known.values(), is_main=True).select_related("building")
    }
    day = timezone.localtime(at).date()
    plan = _Plan(community, day, source)
    for entry in entries:
        plan.take(entry, known.get(entry.uscc), places)
    plan.carry_out({uscc: enterprise.pk for uscc, enterprise in known.items()})
    outcome = plan.outcome
    counts = {name: len(getattr(outcome, name)) for name in ("created", "updated", "unchanged", "elsewhere")}
    audit.record("roster_imported", by=by, at=at, target=f"community:{community.code}", detail=counts)
    return outcome


def _one_at_a_time(community: Community) -> None:
    """Two imports of one community would race for the same new codes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('enterprises.roster'), %s)", [community.pk])


class _Plan:
    """What to write, collected row by row and written in a few statements."""

    def __init__(self, community: Community, day: date, source: str) -> None:
        self.community, self.day, self.source = community, day, source
        self.outcome = Outcome()
        self.new: list[dict[str, Any]] = []
        self.new_places: list[tuple[str, Building, str]] = []
        self.changed: list[Enterprise] = []
        self.former: list[FormerName] = []
        self.corrected: list[Tenancy] = []
        self.left: list[Tenancy] = []
        self.newcomers: list[Enterprise] = []

    def take(self, entry: Entry, known: Enterprise | None, places: dict[int, Tenancy]) -> None:
        if known is None:
            self._create(entry)
        elif known.community_id != self.community.pk and known.status == EnterpriseStatus.ACTIVE:
            self.outcome.elsewhere[entry.uscc] = known.community.name
        else:
            changed = self._rewrite(entry, known)
            moved = self._place(entry, known, places.get(known.pk))
            (self.outcome.updated if changed or moved else self.outcome.unchanged).append(entry.uscc)

    def _create(self, entry: Entry) -> None:
        facts = {"uscc": entry.uscc, "uscc_warning": entry.uscc_warning, "name": entry.name, "address": entry.address}
        self.new.append(facts | _spelt(entry.name) | {"community_id": self.community.pk, "source": self.source})
        building = entry.building or entry.fallback
        if building is not None:
            self.new_places.append((entry.uscc, building, entry.room))
        self.outcome.created.append(entry.uscc)

    def _rewrite(self, entry: Entry, known: Enterprise) -> bool:
        renamed = entry.name != known.name
        moved_address = bool(entry.address) and entry.address != known.address
        if renamed:
            self.former.append(FormerName(enterprise=known, name=known.name, until_on=self.day))
            known.name = entry.name
            for field_name, text in _spelt(entry.name).items():
                setattr(known, field_name, text)
        if moved_address:
            known.address = entry.address
        if renamed or moved_address:
            self.changed.append(known)
        return renamed or moved_address

    def _place(self, entry: Entry, known: Enterprise, place: Tenancy | None) -> bool:
        if place is None:
            return self._bring_back(entry, known)
        if entry.building is None:
            return self._renumber(entry, place)
        if place.building_id == entry.building.pk:
            return self._renumber(entry, place)
        if place.building.code == UNPLACED:
            place.building, place.room = entry.building, entry.room or place.room
            self.corrected.append(place)
            return True
        if place.building.park_id == entry.building.park_id and entry.building.code == UNPLACED:
            # the roster names the park alone: no news for whoever sits in one of its buildings
            return self._renumber(entry, place)
        self.left.append(place)
        self.new_places.append((known.uscc, entry.building, entry.room))
        return True

    def _bring_back(self, entry: Entry, known: Enterprise) -> bool:
        """Somebody who had moved out, or never had a place, is on the roster again."""
        building = entry.building or entry.fallback
        if building is None or known.status == EnterpriseStatus.CLOSED:
            return False
        if known.community_id != self.community.pk:
            self.newcomers.append(known)
        if known.status != EnterpriseStatus.ACTIVE:
            known.status, known.community = EnterpriseStatus.ACTIVE, self.community
            if known not in self.changed:
                self.changed.append(known)
        self.new_places.append((known.uscc, building, entry.room))
        return True

    def _renumber(self, entry: Entry, place: Tenancy) -> bool:
        if not entry.room or entry.room == place.room:
            return False
        place.room = entry.room
        self.corrected.append(place)
        return True

    def carry_out(self, keys: dict[str, int]) -> None:
        """`keys` of the enterprises known before, by code; those of the new ones are added."""
        people = Representative.objects.in_force().filter(enterprise__in=self.newcomers)
        Post.objects.filter(pk__in=people.values("post_id")).update(community=self.community)
        keys |= _insert(Enterprise, self.new, returning="uscc")
        _write(_REWRITE, [(e.pk, e.name, e.pinyin, e.initials, e.address, e.status, e.community_id) for e in self.changed])
        FormerName.objects.bulk_create(self.former, batch_size=BATCH, ignore_conflicts=True)
        _write(_CORRECT, [(place.pk, place.building_id, place.room) for place in self.corrected])
        left = Tenancy.objects.filter(pk__in=[place.pk for place in self.left])
        left.update(until_on=Greatest(F("from_on"), Value(self.day - timedelta(days=1))))
        sat = {"from_on": self.day, "is_main": True}
        seats = [{"enterprise_id": keys[uscc], "building_id": building.pk, "room": room} | sat for uscc, building, room in self.new_places]
        _insert(Tenancy, seats, returning="enterprise_id")
        emptied = Space.objects.filter(pk__in=left.exclude(space=None).values("space_id"))
        emptied.exclude(pk__in=Tenancy.objects.open().exclude(space=None).values("space_id")).update(status=SpaceStatus.VACANT)


def _write(sql: str, rows: list[tuple[Any, ...]]) -> None:
    """One statement; the columns of the rows become arrays."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])


def _insert(model: type[Model], rows: list[dict[str, Any]], *, returning: str) -> dict[Any, int]:
    """Write rows of equal keys with arrays instead of objects (a third of the time of `bulk_create`), and give their keys by one column.

    Columns not named get the default of the model; the checks of the table stand in for those of the fields.
    """
    made: dict[Any, int] = {}
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        columns = [column for column in model._meta.concrete_fields if not column.primary_key]
        given = [column for column in columns if column.attname in batch[0]]
        rest = [column for column in columns if column.attname not in batch[0]]
        names = ", ".join(column.column for column in given)
        # types without their length: a cast to varchar(n) would cut in silence what an assignment refuses
        arrays = ", ".join(f"%s::{str(column.db_type(connection)).split('(')[0]}[]" for column in given)
        sql = (
            f"INSERT INTO {model._meta.db_table} ({', '.join(column.column for column in given + rest)}) "
            f"SELECT {', '.join([f'n.{column.column}' for column in given] + ['%s'] * len(rest))} "
            f"FROM unnest({arrays}) AS n ({names}) RETURNING {returning}, id"
        )
        values = [[row[column.attname] for row in batch] for column in given]
        with connection.cursor() as cursor:
            cursor.execute(sql, [column.get_default() for column in rest] + values)
            made |= dict(cursor.fetchall())
    return made


def _spelt(name: str) -> dict[str, str]:
    return {"pinyin": pinyin_full(name)[:1000], "initials": pinyin_initials(name)[:200]}
