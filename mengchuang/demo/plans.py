"""What happens to each ticket, before anything is written: item, words, who files, how it ends, how fast, with which turns."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accounts.models import User
from mengchuang.demo.cases import Case, cases, say, slots, weights
from mengchuang.demo.chance import stream, weighted
from mengchuang.demo.town import MONTHS, Town
from workdays import SHANGHAI

# How a ticket that is over has ended; the rated share of the closed ones is the 参评率.
ENDINGS = {"rated": 57.0, "closed": 37.5, "withdrawn": 2.6, "withdrawn_late": 0.6, "rejected": 1.5, "appealed": 0.3, "duplicate": 0.5}
SCORES = {5: 61.0, 4: 25.0, 3: 10.2, 2: 2.8, 1: 1.0}
TWISTS = {
    "return_for_info": 0.05, "urge": 0.06, "extend": 0.03, "suspend": 0.015, "return_dispatch": 0.012, "recall": 0.008, "send_back": 0.015,
    "reopen": 0.02, "supervise": 0.01, "co_unit": 0.04, "reclassify": 0.012, "hand_over": 0.008, "internal_note": 0.1, "enterprise_note": 0.06,
}  # fmt: skip
CHANNELS = {"web": 76.0, "phone": 10.0, "counter": 4.0, "visit": 4.0, "wechat": 4.0, "steward": 1.4, "transfer": 0.6}
LATE = 0.028
SAME_DAY, SAME_DAY_SHARE = 0.0, 0.45

# Open tickets of a window, over and over: where each stands, and for those being worked on the working day their limit ends.
OPEN_ROUND = (
    ("in_progress", 0), ("submitted", 0), ("in_progress", 2), ("dispatched", 0), ("in_progress", -3), ("awaiting_feedback", 0),
    ("in_progress", 1), ("returned", 0), ("in_progress", 4), ("in_progress", 0), ("accepted", 0), ("submitted", 0), ("in_progress", 3),
    ("asks_extension", 2), ("in_progress", 1), ("dispatched", 0), ("suspended", 5), ("in_progress", 6), ("awaiting_feedback", 0),
    ("submitted", 0), ("in_progress", 5), ("in_progress", -2),
)  # fmt: skip
OPEN_PER_WINDOW = {"JF": 38, "ZL": 34, "GS": 34, "DJ": 18}
OPEN_IN_SMALL = {"JF": 11, "ZL": 11, "GS": 7, "DJ": 3}
PERSONAL_ITEMS = ("GS05", "GS10", "ZL03")
OF_EMPLOYEES = ("GS", "DJ")
DEMO_PARK = "梦想天地"
CONFIDENTIAL = ("JF12", "ZL02", "ZL03", "ZL04")


@dataclass
class Plan:
    """`pace` is the share of the promised time used up when the answer is given; above 1 it is late."""

    key: int
    case: Case
    serial: int
    filer: User
    ending: str
    at: datetime
    pace: float
    channel: str = "web"
    basis: str = ""
    urgent: bool = False
    confidential: bool = False
    personal: bool = False
    twists: frozenset[str] = field(default_factory=frozenset)
    score: int = 5
    due_day: int | None = None
    owner: str = ""

    @property
    def dice(self) -> random.Random:
        return stream(f"ticket:{self.key}")


class Draw:
    """Draws the plans of one community; `firms` are the serials with somebody who can sign in."""

    def __init__(self, town: Town, name: str) -> None:
        self.town, self.dice = town, stream(name)
        self.serials = list(town.managers)
        # A few enterprises come again and again, most came once or twice.
        self.eager = [1 / (place + 6) for place in range(len(self.serials))]
        self.key = 0

    def over(self, count: int) -> Iterator[Plan]:
        """Tickets that are over, the older months thinner, oldest first."""
        reach = timedelta(days=MONTHS * 30.4).total_seconds()
        moments = sorted(self.town.now - timedelta(seconds=reach * (1 - self.dice.random() ** 0.75)) for _ in range(count))
        for at in moments:
            item = weighted(self.dice, weights())
            plan = self._plan(item, self._file_time(at), weighted(self.dice, ENDINGS))
            plan.pace = self._pace()
            plan.twists = frozenset(twist for twist, share in TWISTS.items() if self.dice.random() < share)
            plan.score = weighted(self.dice, SCORES)
            yield plan

    def _pace(self) -> float:
        """Nearly half are answered the same day, a few in a hundred late, the rest anywhere in between."""
        chance = self.dice.random()
        if chance < LATE:
            return self.dice.uniform(1.06, 1.7)
        return SAME_DAY if chance < SAME_DAY_SHARE else min(0.97, 0.12 + 0.86 * self.dice.random() ** 1.5)

    def open(self, per_window: dict[str, int], limits: dict[str, int], owners: dict[str, list[str]]) -> Iterator[Plan]:
        """Tickets under way. `limits`: item → working days; a limit that ends on day n belongs to an item longer than n."""
        for window, count in per_window.items():
            for place in range(count):
                stage, due_day = OPEN_ROUND[place % len(OPEN_ROUND)]
                choice = {
                    item: weight
                    for item, weight in weights().items()
                    if cases()[item][0].window == window and limits[item] > max(due_day, 1) and (due_day >= 0 or limits[item] < 16)
                }
                plan = self._plan(weighted(self.dice, choice), self.town.now, stage)
                if stage == "dispatched" and plan.case.by == "self":
                    plan.case = replace(plan.case, by="grid")
                plan.due_day = due_day
                plan.owner = owners[window][place % len(owners[window])]
                plan.twists = frozenset(twist for twist in ("urge", "internal_note") if self.dice.random() < 0.25)
                yield plan

    def for_account(self, key: int, username: str, item: str, ending: str, owner: str, due_day: int | None) -> Plan:
        """A ticket of this very person: over a working week or two ago, or under way."""
        filer = self.town.users[username]
        personal = username == "employee"
        managed = (serial for serial, user in (self.town.employees if personal else self.town.managers.items()) if user == filer)
        serial = next(managed)
        at = self.town.now - timedelta(days=16 + key % 7)
        case = self._words(item, serial, at)
        return Plan(key, case, serial, filer, ending, self._file_time(at), 0.4, personal=personal, score=5, due_day=due_day, owner=owner)

    def for_unit(self, key: int, by: str, ending: str, limits: dict[str, int]) -> Plan:
        """A ticket under way with a unit; grid and operator are those of the park the demo accounts look after."""
        found = [case for rows in cases().values() for case in rows if case.by == by and limits[case.item] > 2]
        near = [serial for serial in self.serials if self.town.rooms[serial].building.park.name == DEMO_PARK]
        serial = self.dice.choice(near if by in ("grid", "operator") else self.serials)
        case = self.dice.choice(found).filled(self._slots(serial, self.town.now))
        return Plan(key, case, serial, self.town.managers[serial], ending, self.town.now, 0.5, due_day=key % 3)

    def _plan(self, item: str, at: datetime, ending: str) -> Plan:
        self.key += 1
        serial, filer, personal = self._filer(item, at)
        plan = Plan(self.key, self._words(item, serial, at), serial, filer, ending, at, pace=0.5, personal=personal)
        plan.urgent = self.dice.random() < 0.08
        plan.confidential = item in CONFIDENTIAL and plan.case.by != "operator" and self.dice.random() < 0.3
        if not personal:
            self._channel(plan)
        return plan

    def _filer(self, item: str, at: datetime) -> tuple[int, User, bool]:
        """Serial, who, whether it is his own matter (an employee's always is); the firm had moved in by then."""
        here = [(serial, user) for serial, user in self.town.employees if self._was_here(serial, at)]
        if here and (item in PERSONAL_ITEMS or (item[:2] in OF_EMPLOYEES and self.dice.random() < 0.3)):
            return *self.dice.choice(here), True
        serial = next(
            serial for serial in iter(lambda: self.dice.choices(self.serials, weights=self.eager)[0], None) if self._was_here(serial, at)
        )
        return serial, self.town.managers[serial], False

    def _was_here(self, serial: int, at: datetime) -> bool:
        return self.town.rooms[serial].from_on <= at.date()

    def _channel(self, plan: Plan) -> None:
        channel = weighted(self.dice, CHANNELS)
        room = self.town.rooms[plan.serial]
        stewards = self.town.holders("steward", park=room.building.park.name)
        if channel == "steward" and not stewards:
            channel = "phone"
        if channel == "web":
            return
        plan.channel, plan.basis = channel, say(self.dice, "settle", f"basis_{channel}")
        if channel == "steward":
            plan.filer = stewards[0]
        elif channel == "visit":
            plan.filer = self.dice.choice(self.town.holders("grid_staff", grid=room.building.park.grid) or self._specialists(plan))
        else:
            plan.filer = self.dice.choice(self._specialists(plan))

    def _specialists(self, plan: Plan) -> list[User]:
        return self.town.holders("specialist", unit=plan.case.window)

    def _words(self, item: str, serial: int, at: datetime) -> Case:
        case = self.dice.choice([case for case in cases()[item] if self._can_go(case, serial)] or cases()[item])
        return (case if self._can_go(case, serial) else replace(case, by="self")).filled(self._slots(serial, at))

    def _slots(self, serial: int, at: datetime) -> dict[str, str]:
        room = self.town.rooms[serial]
        return slots(
            self.dice, at.date(), firm=room.firm.short_name, product=room.firm.sector.product, park=room.building.park.name,
            building=room.building.name, room=f"{room.room}室",
        )  # fmt: skip

    def _can_go(self, case: Case, serial: int) -> bool:
        """Whether this community has whoever the case is handled by."""
        if case.by == "operator":
            return bool(self.town.rooms[serial].building.park.operator)
        return case.by in ("self", "grid") or case.by in self.town.units

    def _file_time(self, at: datetime) -> datetime:
        """Mostly in office hours, now and then in the evening or at the weekend."""
        hour = weighted(self.dice, {9: 14, 10: 18, 11: 12, 13: 8, 14: 15, 15: 14, 16: 12, 17: 6, 19: 2, 20: 2, 21: 2, 8: 2})
        local = at.astimezone(SHANGHAI).replace(hour=hour, minute=self.dice.randint(0, 59), second=self.dice.randint(0, 59))
        if local.weekday() >= 5 and self.dice.random() < 0.85:
            local -= timedelta(days=local.weekday() - 4)
        return min(local, self.town.now - timedelta(days=2))
