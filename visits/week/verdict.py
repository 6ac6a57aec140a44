"""From seats and numbers back to a plan one can read: lines with their score, misses with the reason, and what they would take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from visits.week.instance import Instance, slot_of
from visits.week.terms import Broken, Key, Line, Miss, Need, Part, Trip, Visit, Why, Wish


def trips_of(instance: Instance, chosen: dict[int, tuple[int, ...]]) -> list[Trip]:
    trips = []
    for person, seats in enumerate(instance.seats_of):
        taken = [seat for seat in seats if seat in chosen]
        for count, number in enumerate(taken):
            seat, visits = instance.seats[number], chosen[number]
            lines = tuple(_line(instance, visit, number) for visit in sorted(visits, key=lambda n: (instance.visits[n].due, n)))
            cost = ((Part.TRIP, -instance.weights.trip), (Part.FAIR, instance.marginal(person, count)))
            parts = tuple(part for part in cost if part[1])
            trips.append(Trip(instance.people[person].key, slot_of(seat), instance.building[visits[0]], lines, parts))
    return trips


def _line(instance: Instance, number: int, seat: int) -> Line:
    visit, place, weights = instance.visits[number], instance.seats[seat], instance.weights
    parts = [
        *weights.daily(visit, place.day, instance.days),
        *weights.personal(visit, instance.people[place.person].key),
        (Part.KEPT, weights.kept if instance.only_at[number] is not None else 0),
    ]
    return Line(visit, place.day <= visit.due, tuple(part for part in parts if part[1]))


def unmet_of(instance: Instance, chosen: dict[int, tuple[int, ...]]) -> list[Broken]:
    """Where somebody comes whom the enterprise did not ask for, although it asked for one."""
    unmet = []
    for seat, visits in sorted(chosen.items()):
        for number in visits:
            visit, comes = instance.visits[number], instance.people[instance.seats[seat].person]
            if visit.wanted is None or visit.wanted == comes.key:
                continue
            wanted = instance.numbers.get(visit.wanted)
            if wanted is None or visit.wanted not in visit.candidates:
                why = "点名的人不能走访这家企业，或本周不在岗"
            elif not instance.seats_of[wanted]:
                why = f"{instance.people[wanted].name}本周没有可用的半天"
            else:
                why = f"{instance.people[wanted].name}的半天另有安排"
            unmet.append(Broken(visit, Wish.PERSON, f"{why}，由{comes.name}前往"))
    return unmet


def misses_of(instance: Instance, chosen: dict[int, tuple[int, ...]], everybody: Instance) -> list[Miss]:
    """Visits owed this week that are late or not planned. `everybody`: the whole community, of which `instance` may be a part."""
    seat_of = {visit: seat for seat, visits in chosen.items() for visit in visits}
    misses = []
    for number, visit in enumerate(instance.visits):
        day = instance.seats[seat_of[number]].day if number in seat_of else None
        if visit.due < instance.days and (day is None or day > visit.due):
            misses.append(Miss(visit, _why(instance, number, day, everybody), day))
    return misses


def _why(instance: Instance, number: int, day: int | None, everybody: Instance) -> Why:
    visit, seats = instance.visits[number], instance.values[number]
    if day is not None and visit.due < 0:
        return Why.OVERDUE
    if not instance.by_person[number]:
        return Why.NOBODY
    if not seats:
        able = [seat for person in instance.by_person[number] for seat in instance.seats_of[person]]
        return Why.TOO_LONG if able else Why.AWAY
    latest = max(visit.due, 0)
    if all(instance.seats[seat].day > latest for seat in seats):
        if instance.only_at[number] is not None or number in instance.fixed:
            return Why.APPOINTED
        return Why.AWAY if any(seat.day <= latest for seat in everybody.seats) else Why.NO_TIME_LEFT
    return Why.FULL


def needs_of(misses: Sequence[Miss], *, minutes: int, days: int) -> list[Need]:
    """Half-days of so many minutes that would bring the missed visits in time, one building each, as few as fit (largest first).

    A visit overdue before the week that comes in the week needs nothing more; nor does one whose own appointment is late.
    """
    by_building: dict[Key, list[Visit]] = defaultdict(list)
    for miss in misses:
        if miss.why is Why.APPOINTED or miss.why is Why.TOO_LONG or (miss.day is not None and miss.visit.due < 0):
            continue
        by_building[miss.visit.building].append(miss.visit)
    needs = []
    for building, visits in by_building.items():
        packed: list[list[Visit]] = []
        for visit in sorted(visits, key=lambda v: (-v.minutes, v.due)):
            roomy = [load for load in packed if sum(v.minutes for v in load) + visit.minutes <= minutes]
            if roomy:
                roomy[0].append(visit)
            else:
                packed.append([visit])
        for load in packed:
            by = min(visit.due if visit.due >= 0 else days - 1 for visit in load)
            needs.append(Need(building, by, tuple(load), sum(visit.minutes for visit in load)))
    return sorted(needs, key=lambda need: need.by)
