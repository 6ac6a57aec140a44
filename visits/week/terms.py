"""What goes into the planning of a week and what comes out of it.

Days are numbered: 0 is the first working day planned, 4 the last of an ordinary week. Keys are whatever the caller uses; they are
only compared, and sorted where two things are otherwise equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Key = Any
AM, PM = 0, 1


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Half a working day of one person; `minutes` are those left for talking, the way there and back already taken off."""

    day: int
    half: int
    minutes: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """`slots`: the half-days this person can go out, after leave, other duties and the calendar; `most`: how many of them at most.

    `done`: trips of this week already made, which count for a fair load.
    """

    key: Key
    name: str
    slots: tuple[Slot, ...]
    done: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One open task.

    `due`: the day by whose end it is on time; negative when it is overdue already (by so many working days), `days` or more when it may
    wait until after this week. `candidates`: who may go, with points of familiarity (0–8). `pin_*`: what a person has put down by hand;
    `appointed`: (day, half) agreed with the enterprise; `wanted`: whom the enterprise asked for.
    """

    key: Key
    enterprise: Key
    building: Key
    due: int
    weight: int
    minutes: int
    candidates: Mapping[Key, int]
    park: Key = None
    grid: Key = None
    pin_person: Key | None = None
    pin_slot: tuple[int, int] | None = None
    appointed: tuple[int, int] | None = None
    wanted: Key | None = None


class Part(StrEnum):
    """What a line's score is made of."""

    ON_TIME = "on_time"
    LATE = "late"
    EARLY = "early"
    IN_HAND = "in_hand"
    FAMILIAR = "familiar"
    WANTED = "wanted"
    KEPT = "kept"
    TRIP = "trip"
    FAIR = "fair"

    @property
    def label(self) -> str:
        return _PARTS[self]


_PARTS = {
    Part.ON_TIME: "按期走访", Part.LATE: "逾期补访", Part.EARLY: "顺路提前", Part.IN_HAND: "留有余量", Part.FAMILIAR: "熟悉的人去",
    Part.WANTED: "企业点名", Part.KEPT: "守约", Part.TRIP: "每趟的成本", Part.FAIR: "负担均衡",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One visit of a trip, with its score part by part."""

    visit: Visit
    on_time: bool
    parts: tuple[tuple[Part, int], ...]

    @property
    def score(self) -> int:
        return sum(points for _, points in self.parts)


@dataclass(frozen=True, slots=True)
class Trip:
    """One person, one half-day, one building. `parts` are those of the trip itself, its lines have their own."""

    person: Key
    slot: Slot
    building: Key
    lines: tuple[Line, ...]
    parts: tuple[tuple[Part, int], ...]

    @property
    def minutes(self) -> int:
        return sum(line.visit.minutes for line in self.lines)

    @property
    def score(self) -> int:
        return sum(points for _, points in self.parts) + sum(line.score for line in self.lines)


class Why(StrEnum):
    """Why a visit that is owed this week is not on time, or not planned."""

    OVERDUE = "overdue"
    NOBODY = "nobody"
    NO_TIME_LEFT = "no_time_left"
    AWAY = "away"
    TOO_LONG = "too_long"
    APPOINTED = "appointed"
    FULL = "full"

    @property
    def label(self) -> str:
        return _WHYS[self]


_WHYS = {
    Why.OVERDUE: "排期前就已逾期", Why.NOBODY: "没有人可以去", Why.AWAY: "能去的人到期前都没有空余半天",
    Why.NO_TIME_LEFT: "到期前没有可用的半天", Why.TOO_LONG: "半天内做不完", Why.APPOINTED: "约定或固定的时间在到期之后", Why.FULL: "半天都已排满",
}  # fmt: skip


class Wish(StrEnum):
    """What somebody had put down and the plan could not keep."""

    PIN = "pin"
    APPOINTMENT = "appointment"
    PERSON = "person"

    @property
    def label(self) -> str:
        return {Wish.PIN: "固定的安排", Wish.APPOINTMENT: "与企业的约定", Wish.PERSON: "企业点名的人"}[self]


@dataclass(frozen=True, slots=True)
class Broken:
    visit: Visit
    wish: Wish
    why: str


@dataclass(frozen=True, slots=True)
class Miss:
    """A visit owed this week that will not be on time. `day` is when it comes nevertheless; `None`: not this week."""

    visit: Visit
    why: Why
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One half-day more, of somebody who may go, on `by` or before: with it these visits would be in time (overdue ones: made)."""

    building: Key
    by: int
    visits: tuple[Visit, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Every visit is in one trip, in `misses` (without a day) or in `waiting`; a miss with a day is in its trip as well.

    `bound`: no plan at all scores more, so this one is at most `gap` below the best there is. `needs` is what the misses would take.
    """

    trips: tuple[Trip, ...]
    misses: tuple[Miss, ...]
    waiting: tuple[Visit, ...]
    needs: tuple[Need, ...]
    broken: tuple[Broken, ...]
    score: int
    bound: int
    stopped_early: bool = False

    @property
    def gap(self) -> float:
        """0.01: at most one hundredth below the best possible."""
        return (self.bound - self.score) / self.bound if self.bound > 0 else 0.0

    @property
    def half_days_short(self) -> int:
        return len(self.needs)
