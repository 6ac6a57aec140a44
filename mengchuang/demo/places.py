"""Where: 12 grids, 62 parks, 95 buildings of the invented community, and the few of its neighbour."""

import csv
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from mengchuang.demo.chance import shares, stream
from mengchuang.demo.firms import Firm

FULL = 8126
SECOND_COMMUNITY = 64
SMALL_PARKS = ("梦想天地", "启航楼宇", "归岚科技园", "创景园", "未来之光", "众创空间大楼")
M2_PER_ENTERPRISE = 62


@dataclass(frozen=True)
class GridPlan:
    number: int
    name: str
    enterprises: int
    boundary: tuple[tuple[float, float], ...]

    @property
    def code(self) -> str:
        return f"G{self.number:02d}"


@dataclass(frozen=True)
class ParkPlan:
    number: int
    grid: int
    name: str
    road: str
    door: int
    buildings: int
    built_on: date
    operator: str
    enterprises: int
    spot: tuple[float, float]

    @property
    def code(self) -> str:
        return f"P{self.number:02d}"

    @property
    def address(self) -> str:
        return f"{self.road}{self.door}号"

    @property
    def land_area_m2(self) -> int:
        return int(round(self.enterprises * M2_PER_ENTERPRISE * 0.45, -2)) or 600


@dataclass(frozen=True)
class BuildingPlan:
    park: ParkPlan
    number: int
    floors: int

    @property
    def code(self) -> str:
        return f"B{self.number}"

    @property
    def name(self) -> str:
        return f"{self.number}号楼" if self.park.buildings > 1 else "主楼"

    @property
    def address(self) -> str:
        return f"{self.park.address}{self.number}幢" if self.park.buildings > 1 else self.park.address


@dataclass(frozen=True)
class Room:
    """One tenancy: who, in which building (place in the list of buildings), which room, since when."""

    firm: Firm
    building: BuildingPlan
    room: str
    from_on: date


def _data(name: str) -> str:
    return resources.files("mengchuang.demo").joinpath(f"data/{name}").read_text(encoding="utf-8")


@cache
def _raw_grids() -> list[dict[str, Any]]:
    return json.loads(_data("grids.json"))


def grids() -> tuple[GridPlan, ...]:
    return tuple(
        GridPlan(row["number"], row["name"], row["enterprises"], tuple((x, y) for x, y in row["boundary"])) for row in _raw_grids()
    )


@cache
def parks() -> tuple[ParkPlan, ...]:
    """All 62, numbered grid by grid; the enterprises of a grid are split by the size the drawing gives its parks."""
    rows = list(csv.DictReader(_data("parks.csv").splitlines()))
    planned: list[ParkPlan] = []
    for grid in _raw_grids():
        own = [row for row in rows if int(row["grid"]) == grid["number"]]
        spots = sorted(grid["parks"], key=lambda spot: -spot[2])
        own_by_size = sorted(own, key=lambda row: -int(row["buildings"]))
        counts = shares(grid["enterprises"], [spot[2] for spot in spots])
        drawn = {row["name"]: (spot, count) for row, spot, count in zip(own_by_size, spots, counts, strict=True)}
        for row in own:
            (x, y, _), count = drawn[row["name"]]
            planned.append(
                ParkPlan(
                    number=len(planned) + 1,
                    grid=grid["number"],
                    name=row["name"],
                    road=row["road"],
                    door=int(row["number"]),
                    buildings=int(row["buildings"]),
                    built_on=date.fromisoformat(row["built_on"]),
                    operator=row["operator"],
                    enterprises=count,
                    spot=(x, y),
                )
            )
    return tuple(planned)


def outline() -> list[list[float]]:
    """Convex hull of the grids, in metres: the community's own boundary (monotone chain)."""
    points = sorted({point for grid in grids() for point in grid.boundary})

    def half(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(kept) > 1:
                (ax, ay), (bx, by) = kept[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    return [list(point) for point in half(points) + half(points[::-1])]


def small_parks() -> tuple[ParkPlan, ...]:
    return tuple(park for park in parks() if park.name in SMALL_PARKS)


def second_parks() -> tuple[ParkPlan, ...]:
    """栖湖社区: two parks, far enough away that nothing is shared."""
    return (
        ParkPlan(1, 1, "栖湖创谷", "栖湖里路", 11, 2, date(2019, 4, 1), "", 40, (400.0, 300.0)),
        ParkPlan(2, 1, "栖湖文创院", "栖湖里路", 39, 1, date(2021, 9, 1), "", 24, (700.0, 340.0)),
    )


def buildings(of: tuple[ParkPlan, ...]) -> tuple[BuildingPlan, ...]:
    dice = stream("buildings")
    return tuple(
        BuildingPlan(park, number, dice.choice((5, 6, 6, 8, 9, 11, 12, 15, 18))) for park in of for number in range(1, park.buildings + 1)
    )


def rooms(firms: list[Firm], of: tuple[ParkPlan, ...], today: date) -> list[Room]:
    """A main tenancy for each firm; as many per park as planned, scaled to the number of firms at hand."""
    dice = stream("rooms")
    houses = buildings(of)
    per_park = shares(len(firms), [park.enterprises for park in of])
    left = iter(firms)
    let: list[Room] = []
    for park, count in zip(of, per_park, strict=True):
        own = [house for house in houses if house.park == park]
        for place in range(count):
            firm = next(left)
            house = own[place % len(own)]
            floor = dice.randint(1, house.floors)
            let.append(Room(firm, house, f"{floor}{dice.randint(1, 28):02d}", _moved_in(firm, park, today, dice.random())))
    return let


def _moved_in(firm: Firm, park: ParkPlan, today: date, chance: float) -> date:
    """Between the later of founding and opening, and a week ago; most moved in soon after founding."""
    first = max(firm.established_on, park.built_on)
    last = today - timedelta(days=7)
    return first + timedelta(days=int((last - first).days * chance**5)) if first < last else last


def vacancies(of: tuple[ParkPlan, ...]) -> list[tuple[BuildingPlan, str, int, str]]:
    """Empty rooms on the market: building, room, m², kind as in parks.SpaceKind. Rooms end in 30 and more, let ones never do."""
    dice = stream("vacancies")
    empty = []
    for house in buildings(of):
        for place in range(dice.choice((0, 1, 2, 2, 3, 4, 6))):
            floor = dice.randint(1, house.floors)
            kind = dice.choices(("office", "lab", "workshop", "shop"), weights=(70, 18, 8, 4))[0]
            empty.append((house, f"{floor}{30 + place:02d}", dice.choice((60, 85, 110, 128, 160, 210, 320, 480, 760)), kind))
    return empty
