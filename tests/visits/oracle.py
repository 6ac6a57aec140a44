"""Who is owed a visit, done the slow way: day by day, matter by matter, in plain Python. Shares nothing with the code it judges.

A world is plain data; `tell` says what must be on file at the end of `last`, whenever and however often passes were run.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.workdays.oracle import MADE_UP, OFF


def is_worked(day):
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def step(day, count):
    """The working day so many after (before) `day`."""
    while count:
        day += timedelta(days=1 if count > 0 else -1)
        if is_worked(day):
            count -= 1 if count > 0 else -1
    return day


@dataclass
class Trigger:
    selector: str
    params: dict
    workdays: int | None
    every: str = ""

    @property
    def code(self):
        return f"{self.selector}:{self.params['level']}" if self.selector == "risk_flagged" else self.selector


@dataclass
class Version:
    from_on: date
    active: bool
    triggers: list
    may_be_gone: bool
    absorb: int


@dataclass
class World:
    """`facts`: selector → [(enterprise, day it arose, day it was gone or None)], without its turns. `visits`: [(enterprise, day)]."""

    versions: list
    facts: dict = field(default_factory=dict)
    visits: list = field(default_factory=list)
    ages: dict = field(default_factory=dict)


STANDING = {"risk_flagged", "key_listed", "tier_held", "lease_ending", "changed"}


def period_of(day, every):
    months = {"month": 1, "quarter": 3, "half_year": 6}[every]
    month = (day.month - 1) // months * months + 1
    first = date(day.year, month, 1)
    after = month + months
    return first, date(day.year + (after > 12), (after - 1) % 12 + 1, 1)


def due(trigger, since):
    if trigger.workdays is not None:
        return step(since, trigger.workdays)
    last = period_of(since, trigger.every)[1] - timedelta(days=1)
    while not is_worked(last):
        last -= timedelta(days=1)
    return max(since, last)


def turns(trigger, on, until, first, last):
    """When a matter comes round from the turn under way on `first` to `last`."""
    if not trigger.every:
        return [on]
    days, day = [], on
    if trigger.every.startswith("days:"):
        length = timedelta(days=int(trigger.every[5:]))
        while day <= last:
            if day + length > first:
                days.append(day)
            day += length
        return days
    while day <= last:
        _, after = period_of(day, trigger.every)
        if after > first:
            days.append(day)
        day = after
    return days


def selected(version, world, last):
    """(enterprise, code, turn) → (trigger, until) of what this version selects by `last`."""
    found = {}
    for trigger in version.triggers if version.active else ():
        key = trigger.selector if trigger.selector != "risk_flagged" else trigger.code
        back = version.from_on - timedelta(
            days=trigger.params.get("within_days" if trigger.selector == "newly_arrived" else "before_days", 0)
        )
        for enterprise, on, until in world.facts.get(key, ()):
            if trigger.selector == "newly_arrived" and world.ages[enterprise] > trigger.params["within_days"]:
                continue
            for turn in turns(trigger, on, until, version.from_on, last):
                late = until is not None and until <= max(turn, version.from_on)
                early = trigger.selector not in STANDING and turn < back
                if turn > last or late or early:
                    continue
                name = (enterprise, trigger.code, turn)
                known = found.get(name)
                if known is None:
                    found[name] = (trigger, until)
                elif known[1] is not None:
                    found[name] = (trigger, None if until is None else max(until, known[1]))
    return found


def tell(world, first, last):
    """{(enterprise, code, turn): (since, due, ended_on, ending)}"""
    matters = {}
    day = first
    while day <= last:
        in_force = [version for version in world.versions if version.from_on <= day]
        if in_force:
            version = max(in_force, key=lambda each: each.from_on)
            _begin(matters, version, world, day)
        for enterprise, on in world.visits:
            if on == day:
                _pay(matters, enterprise, day)
        day += timedelta(days=1)
    return {name: tuple(row[key] for key in ("since", "due", "ended_on", "ending")) for name, row in matters.items()}


def _begin(matters, version, world, day):
    now = selected(version, world, day)
    for name, row in matters.items():
        if row["ended_on"] is None and row["version"] is not version and row["since"] < version.from_on and name not in now:
            row |= {"ended_on": version.from_on, "ending": "gone"}
    for name, (trigger, until) in now.items():
        if name in matters:
            matters[name]["until"], matters[name]["by"] = until, version
            continue
        since = max(name[2], version.from_on)
        row = {
            "since": since,
            "due": due(trigger, since),
            "ended_on": None,
            "ending": "",
            "version": version,
            "until": until,
            "by": version,
        }
        covered = step(since, -version.absorb) if version.absorb else since
        paid = sorted(on for enterprise, on in world.visits if enterprise == name[0] and covered <= on < day)
        if paid:
            row |= {"ended_on": max(paid[0], since), "ending": "visited" if paid[0] >= since else "absorbed"}
        row["covered"] = covered
        matters[name] = row
    for row in matters.values():
        if row["ended_on"] is None and row["by"].may_be_gone and row["until"] is not None and row["until"] <= day:
            row |= {"ended_on": row["until"], "ending": "gone"}


def _pay(matters, enterprise, day):
    for name, row in matters.items():
        if name[0] == enterprise and row["ended_on"] is None and row["covered"] <= day:
            row |= {"ended_on": max(day, row["since"]), "ending": "visited" if day >= row["since"] else "absorbed"}
