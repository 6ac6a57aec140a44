"""A roster of enterprises: what each row would change, decided first and written afterwards, set-based and in one transaction.

`Roster.decide` only reads; `Roster.write` carries out exactly what was decided. An import shows the first and commits both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

import audit
from community.models import Community, Post
from enterprises import bulk, news
from enterprises.models import Enterprise, EnterpriseStatus, FormerName, Representative, Tenancy
from enterprises.querysets import main_seat
from parks import occupying
from parks.models import Building
from parks.unplaced import CODE as UNPLACED
from wording.licence import licence_name
from wording.pinyin import pinyin_full, pinyin_initials

if TYPE_CHECKING:
    from accounts.models import User

#: What a roster may say of an enterprise besides its code, name and place.
ROSTER_FACTS = (
    "address", "legal_person", "registered_capital_wan", "capital_currency", "established_on", "industry_code", "size_class", "staff_count", "tags",
)  # fmt: skip
_KNOWN = ("id", "uscc", "name", "status", "community_id", "community__name", *ROSTER_FACTS)
_SEAT = {
    "seat_id": F("seat__id"), "building_id": F("seat__building_id"), "room": F("seat__room"), "building_code": F("seat__building__code"),
    "building_name": F("seat__building__name"), "park_id": F("seat__building__park_id"), "park_name": F("seat__building__park__name"),
}  # fmt: skip


class Verdict(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    ELSEWHERE = "elsewhere"


@dataclass(slots=True)
class Entry:
    """One checked row. `facts` holds what the row says (ROSTER_FACTS); what is not in it stays. `building` is None when the roster does
    not say where; a new enterprise then needs `fallback`."""

    uscc: str
    name: str
    uscc_warning: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    building: Building | None = None
    fallback: Building | None = None
    room: str = ""


class Seat(StrEnum):
    """What happens to the main place."""

    NONE = ""
    TAKE = "take"
    CORRECT = "correct"
    MOVE = "move"


@dataclass(slots=True)
class Decision:
    """`changes`: field → (before, after), the place as `park`, `building` and `room`. `elsewhere` names the other community."""

    entry: Entry
    verdict: Verdict
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    seat: Seat = Seat.NONE
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def elsewhere(self) -> str:
        return str(self.known["community__name"]) if self.verdict is Verdict.ELSEWHERE else ""

    @property
    def stays_away(self) -> bool:
        """It has left, and the roster does not say where it would be now."""
        return self.seat is Seat.NONE and self.known.get("status", EnterpriseStatus.ACTIVE) != EnterpriseStatus.ACTIVE


class Roster:
    """The deeds of one roster in one community, dated `at`. Codes must be right and unique among the entries."""

    def __init__(self, community: Community, *, at: datetime, source: str = "名录导入") -> None:
        self.community, self.source = community, source[:60]
        self.at = at
        self.day: date = timezone.localtime(at).date()

    def decide(self, entries: Sequence[Entry], *, lock: bool = False) -> list[Decision]:
        """One query, whatever the number of rows. With `lock` nobody else enters a roster here or changes these enterprises meanwhile."""
        if lock:
            self.alone()
        known = self._known([entry.uscc for entry in entries], lock=lock)
        return [self._decision(entry, known.get(entry.uscc)) for entry in entries]

    def alone(self) -> None:
        """Until the end of the transaction: two rosters of one community would race for the same new codes and waiting places."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('enterprises.roster'), %s)", [self.community.pk])

    @staticmethod
    def _known(codes: list[str], *, lock: bool) -> dict[str, dict[str, Any]]:
        rows = Enterprise.objects.filter(bulk.one_of("uscc", codes))
        if lock and not rows.select_for_update(no_key=True).values_list("id", flat=True):
            return {}
        return {row["uscc"]: row for row in rows.annotate(seat=main_seat()).values(*_KNOWN, **_SEAT)}

    def _decision(self, entry: Entry, known: dict[str, Any] | None) -> Decision:
        if known is None:
            return Decision(entry, Verdict.CREATE, seat=Seat.TAKE if entry.building or entry.fallback else Seat.NONE)
        if known["community_id"] != self.community.pk and known["status"] == EnterpriseStatus.ACTIVE:
            return Decision(entry, Verdict.ELSEWHERE, known=known)
        said = {"name": entry.name, **entry.facts}
        changes = {name: (known[name], value) for name, value in said.items() if known[name] != value}
        if "name" in changes and licence_name(known["name"]) == entry.name:
            del changes["name"]  # another width of the same letters is no new name
        seat, moved = self._seat(entry, known)
        if known["community_id"] != self.community.pk and seat is not Seat.TAKE:
            return Decision(entry, Verdict.ELSEWHERE, known=known)
        if seat is Seat.TAKE and known["status"] != EnterpriseStatus.ACTIVE:
            changes["status"] = (known["status"], EnterpriseStatus.ACTIVE.value)
        changes |= moved
        return Decision(entry, Verdict.UPDATE if changes else Verdict.SAME, changes, seat, known)

    @staticmethod
    def _seat(entry: Entry, known: dict[str, Any]) -> tuple[Seat, dict[str, tuple[Any, Any]]]:
        """Whoever waited under 待核 is put in his place (a correction); whoever sat elsewhere moves today."""
        building = entry.building
        if known["seat_id"] is None:
            if known["status"] == EnterpriseStatus.ACTIVE:
                building = building or entry.fallback
            if building is None or known["status"] == EnterpriseStatus.CLOSED:
                return Seat.NONE, {}
            return Seat.TAKE, _moved(known, building, entry.room)
        # a roster that names the park alone is no news for whoever sits in one of its buildings
        vague = building is None or (building.code == UNPLACED and building.park_id == known["park_id"])
        if vague or building is None or building.pk == known["building_id"]:
            if not entry.room or entry.room == known["room"]:
                return Seat.NONE, {}
            return Seat.CORRECT, {"room": (known["room"], entry.room)}
        waited = known["building_code"] == UNPLACED
        room = entry.room or (known["room"] if waited else "")
        return (Seat.CORRECT if waited else Seat.MOVE), _moved(known, building, room)

    def write(self, decisions: Sequence[Decision], *, at: datetime, by: User | None) -> None:
        """Carry out what was decided under `lock`, in the same transaction. A number of statements that does not grow with the rows."""
        new = [each for each in decisions if each.verdict is Verdict.CREATE]
        changed = [each for each in decisions if each.verdict is Verdict.UPDATE]
        self._bring_people(changed)
        made = bulk.insert(Enterprise, new, self._row)
        keys = {each.entry.uscc: key for each, key in zip(new, made, strict=True)}
        keys |= {each.entry.uscc: each.known["id"] for each in changed}
        self._rewrite(changed)
        self._seat_all([*new, *changed], keys)
        news.tell([item for each in (*new, *changed) for item in self._news(each, keys[each.entry.uscc])], at=at, by=by, source=self.source)
        counts = {verdict.value: sum(each.verdict is verdict for each in decisions) for verdict in Verdict}
        audit.record("roster_imported", by=by, at=at, target=f"community:{self.community.code}", detail=counts)

    def _news(self, decision: Decision, key: int) -> Iterator[news.Item]:
        """A new one is no arrival (nobody says since when it sits here), but may be newly founded; whoever is put in his place has not moved."""
        if decision.verdict is Verdict.CREATE:
            yield from news.founding(key, decision.entry.facts.get("established_on"))
        if "name" in decision.changes:
            yield news.renaming(key, decision.known["name"], self.day)
        building = decision.entry.building
        if building is not None and ("status" in decision.changes or decision.seat is Seat.MOVE):
            kind = "returned" if "status" in decision.changes else "relocated"
            whence = decision.known["park_name"] or "" if kind == "relocated" else ""
            yield news.Item(key, kind, self.day, from_place=whence, to_place=building.park.name)

    def _row(self, decision: Decision) -> dict[str, Any]:
        entry = decision.entry
        made = {"community_id": self.community.pk, "source": self.source}
        return {
            "uscc": entry.uscc,
            "uscc_warning": entry.uscc_warning,
            "name": entry.name,
            **made,
            **_spelt(entry.name),
            **_EMPTY,
            **entry.facts,
        }

    def _bring_people(self, changed: Sequence[Decision]) -> None:
        """Who came back from another community: the posts of its people follow."""
        newcomers = [each.known["id"] for each in changed if each.known["community_id"] != self.community.pk]
        if newcomers:
            people = Representative.objects.in_force().filter(enterprise__in=newcomers)
            Post.objects.filter(pk__in=people.values("post_id")).update(community=self.community)

    def _rewrite(self, changed: Sequence[Decision]) -> None:
        rows, former = [], []
        for each in changed:
            after = {name: new for name, (_, new) in each.changes.items() if name in ("name", "status", *ROSTER_FACTS)}
            returns = "status" in after
            if not after:
                continue
            if "name" in after:
                former.append({"enterprise_id": each.known["id"], "name": each.known["name"], "until_on": self.day})
            whole = {name: each.known[name] for name in ("id", "name", "status", *ROSTER_FACTS)} | after
            whole["community_id"] = self.community.pk if returns else each.known["community_id"]
            rows.append(whole | _spelt(str(whole["name"])))
        bulk.update(Enterprise, rows)
        FormerName.objects.bulk_create([FormerName(**row) for row in former], batch_size=1000, ignore_conflicts=True)

    def _seat_all(self, decisions: Sequence[Decision], keys: dict[str, int]) -> None:
        corrected = [each for each in decisions if each.seat is Seat.CORRECT]
        bulk.update(Tenancy, [{"id": each.known["seat_id"]} | _corrected(each) for each in corrected])
        left = Tenancy.objects.filter(pk__in=[each.known["seat_id"] for each in decisions if each.seat is Seat.MOVE])
        left.update(until_on=Greatest(F("from_on"), Value(self.day - timedelta(days=1))))
        taken = [each for each in decisions if each.seat in (Seat.TAKE, Seat.MOVE)]
        bulk.insert(Tenancy, taken, lambda each: self._tenancy(each, keys))
        occupying.unseat(list(left.exclude(space=None).values_list("space_id", "enterprise_id")), self.day - timedelta(days=1))

    def _tenancy(self, decision: Decision, keys: dict[str, int]) -> dict[str, Any]:
        entry = decision.entry
        building = entry.building or entry.fallback
        assert building is not None
        return {
            "enterprise_id": keys[entry.uscc], "building_id": building.pk, "room": entry.room, "from_on": self.day, "is_main": True,
            "from_presumed": decision.seat is Seat.TAKE, "recorded_at": self.at,
        }  # fmt: skip


def _moved(known: dict[str, Any], building: Building, room: str) -> dict[str, tuple[Any, Any]]:
    before = {"park": known["park_name"] or "", "building": known["building_name"] or "", "room": known["room"] or ""}
    after = {"park": building.park.name, "building": building.name, "room": room}
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]} or {"building": ("", building.name)}


def _corrected(decision: Decision) -> dict[str, Any]:
    entry, known = decision.entry, decision.known
    placed = "park" in decision.changes or "building" in decision.changes
    building = entry.building.pk if placed and entry.building is not None else known["building_id"]
    return {"building_id": building, "room": entry.room or known["room"]}


#: A new enterprise of which the roster says nothing more.
_EMPTY = {name: Enterprise._meta.get_field(name).get_default() for name in ROSTER_FACTS}


def _spelt(name: str) -> dict[str, str]:
    return {"pinyin": pinyin_full(name)[:1000], "initials": pinyin_initials(name)[:200]}
