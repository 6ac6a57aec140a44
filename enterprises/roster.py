"""A roster of enterprises entered at once: set-based, in one transaction, safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F, Value
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
_UPDATED = ["name", "pinyin", "initials", "address", "status"]


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
    plan.carry_out()
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
        self.new: list[Enterprise] = []
        self.new_places: list[Tenancy] = []
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
        enterprise = Enterprise(
            uscc=entry.uscc,
            uscc_warning=entry.uscc_warning,
            name=entry.name,
            address=entry.address,
            community=self.community,
            source=self.source,
        )
        _spell(enterprise)
        self.new.append(enterprise)
        building = entry.building or entry.fallback
        if building is not None:
            self.new_places.append(Tenancy(enterprise=enterprise, building=building, room=entry.room, from_on=self.day, is_main=True))
        self.outcome.created.append(entry.uscc)

    def _rewrite(self, entry: Entry, known: Enterprise) -> bool:
        renamed = entry.name != known.name
        moved_address = bool(entry.address) and entry.address != known.address
        if renamed:
            self.former.append(FormerName(enterprise=known, name=known.name, until_on=self.day))
            known.name = entry.name
            _spell(known)
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
        self.new_places.append(Tenancy(enterprise=known, building=entry.building, room=entry.room, from_on=self.day, is_main=True))
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
        self.new_places.append(Tenancy(enterprise=known, building=building, room=entry.room, from_on=self.day, is_main=True))
        return True

    def _renumber(self, entry: Entry, place: Tenancy) -> bool:
        if not entry.room or entry.room == place.room:
            return False
        place.room = entry.room
        self.corrected.append(place)
        return True

    def carry_out(self) -> None:
        people = Representative.objects.in_force().filter(enterprise__in=self.newcomers)
        Post.objects.filter(pk__in=people.values("post_id")).update(community=self.community)
        Enterprise.objects.bulk_create(self.new, batch_size=BATCH)
        Enterprise.objects.bulk_update(self.changed, [*_UPDATED, "community"], batch_size=BATCH // 4)
        FormerName.objects.bulk_create(self.former, batch_size=BATCH, ignore_conflicts=True)
        Tenancy.objects.bulk_update(self.corrected, ["building", "room"], batch_size=BATCH // 4)
        left = Tenancy.objects.filter(pk__in=[place.pk for place in self.left])
        left.update(until_on=Greatest(F("from_on"), Value(self.day - timedelta(days=1))))
        Tenancy.objects.bulk_create(self.new_places, batch_size=BATCH)
        emptied = Space.objects.filter(pk__in=left.exclude(space=None).values("space_id"))
        emptied.exclude(pk__in=Tenancy.objects.open().exclude(space=None).values("space_id")).update(status=SpaceStatus.VACANT)


def _spell(enterprise: Enterprise) -> None:
    enterprise.pinyin, enterprise.initials = pinyin_full(enterprise.name)[:1000], pinyin_initials(enterprise.name)[:200]
