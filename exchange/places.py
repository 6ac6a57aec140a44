"""Which building a roster means: by park, by building, or by what the address mentions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from community.models import Community
from parks.models import Building, Park
from parks.registry import save
from parks.unplaced import BUILDING_NAME, CODE, unplaced_building, unplaced_park
from wording.search import fold as folded

#: The same parks and buildings stand in row after row.
fold = lru_cache(maxsize=4096)(folded)
#: A name of fewer characters would be found in any address.
SHORTEST_IN_ADDRESS = 3


@dataclass(frozen=True)
class Place:
    """`building` when the roster says where; `fallback` is where a new enterprise waits otherwise. `remark` concerns `column`."""

    building: Building | None
    fallback: Building
    remark: str = ""
    column: str = "park"


class Places:
    """The community's parks and buildings, read once; parks are made on the way only with `create`."""

    def __init__(self, community: Community, *, create: bool) -> None:
        self.community, self.create = community, create
        self.created: list[str] = []
        self.parks: dict[str, Park] = {}
        self.buildings: dict[int, list[Building]] = defaultdict(list)
        self.by_building: dict[str, list[Building]] = defaultdict(list)
        for park in Park.objects.filter(community=community):
            self.parks[fold(park.name)] = self.parks[fold(park.code)] = park
        for building in Building.objects.filter(park__community=community).select_related("park"):
            self._keep(building)
        self._waiting: dict[int, Building] = {}
        #: What was found without a look at the address.
        self._found: dict[tuple[str, str], Place] = {}
        self._codes = self._free_codes()

    def _keep(self, building: Building) -> None:
        self.buildings[building.park_id].append(building)
        if building.code != CODE:
            self.by_building[fold(building.name)].append(building)

    def find(self, park_text: str, building_text: str, address: str) -> Place:
        """`park_text` may also name a building, `building_text` a park: real sheets mix them."""
        said = (park_text, building_text)
        found = self._found.get(said) or self._find(park_text, building_text, address)
        if found.building is not None and found.building is found.fallback:
            self._found[said] = found
        return found

    def _find(self, park_text: str, building_text: str, address: str) -> Place:
        park = self.parks.get(fold(park_text))
        if park is not None:
            return self._within(park, building_text, address)
        park = self.parks.get(fold(building_text))
        if park is not None:
            return self._within(park, "", address)
        alone = self._only(park_text) or self._only(building_text)
        if alone is not None:
            return Place(alone, self._waiting_room(None))
        if park_text and self.create:
            return self._within(self._make(park_text), building_text, address)
        if park_text:
            return Place(
                None,
                self._waiting_room(None),
                f"没有名为「{park_text}」的园区，已放入「待核园区」；改正后重导即归位，或选「按名录新建园区」。",
            )
        mentioned = self._mentioned(address)
        if mentioned is not None:
            return self._within(mentioned, building_text, address)
        if building_text:
            return Place(None, self._waiting_room(None), f"没有名为「{building_text}」的楼宇，已放入「待核园区」。", "building")
        return Place(None, self._waiting_room(None))

    def _only(self, text: str) -> Building | None:
        named = self.by_building.get(fold(text), []) if text else []
        return named[0] if len(named) == 1 else None

    def _within(self, park: Park, building_text: str, address: str) -> Place:
        """The named building; the park's only one; one the address mentions; or the park's waiting building."""
        if building_text == BUILDING_NAME:
            return Place(self._waiting_room(park), self._waiting_room(park))
        buildings = [building for building in self.buildings[park.pk] if building.code != CODE]
        wanted = fold(building_text)
        for building in buildings:
            if wanted and wanted in (fold(building.name), fold(building.code)):
                return Place(building, building)
        if len(buildings) == 1 and not wanted:
            return Place(buildings[0], buildings[0])
        for building in sorted(buildings, key=lambda building: -len(building.name)):
            if _mentions(fold(address), fold(building.name)):
                return Place(building, building)
        waiting = self._waiting_room(park)
        remark = f"「{park.name}」没有名为「{building_text}」的楼宇，已放入该园区「待核楼宇」。" if wanted else ""
        return Place(waiting, waiting, remark, "building")

    def _mentioned(self, address: str) -> Park | None:
        text = fold(address)
        named = [park for name, park in self.parks.items() if len(name) >= SHORTEST_IN_ADDRESS and name == fold(park.name) and name in text]
        return max(named, key=lambda park: len(park.name), default=None)

    def _waiting_room(self, park: Park | None) -> Building:
        park = park or self.parks.get(fold("待核园区")) or self._remember(unplaced_park(self.community))
        if park.pk not in self._waiting:
            self._waiting[park.pk] = unplaced_building(park)
        return self._waiting[park.pk]

    def _make(self, name: str) -> Park:
        park = save(Park(community=self.community, code=next(self._codes), name=name[:60]))
        self.created.append(park.name)
        return self._remember(park)

    def _free_codes(self) -> Iterator[str]:
        stem = f"{self.community.code}-N"[:15]
        taken = set(Park.objects.filter(code__startswith=stem).values_list("code", flat=True))
        return (code for code in map(f"{stem}{{}}".format, count(1)) if code not in taken)

    def _remember(self, park: Park) -> Park:
        self.parks[fold(park.name)] = self.parks[fold(park.code)] = park
        return park


def _mentions(address: str, name: str) -> bool:
    """Whether the address names the building: 13幢 does not mention 3幢."""
    if not name:
        return False
    return re.search(rf"(?<![0-9a-z]){re.escape(name)}" if name[0].isascii() else re.escape(name), address) is not None
