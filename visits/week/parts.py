"""Plans that fall apart: where no person may go to the firms of both, two parts of a community are planned one by one."""

from __future__ import annotations

from collections.abc import Sequence

from visits.week.terms import Key, Person, Visit


def independent(visits: Sequence[Visit], people: Sequence[Person]) -> list[tuple[list[Visit], list[Person]]]:
    """Visits with everybody who may make them; no person is in two parts. Visits nobody may make form parts of their own."""
    known = {person.key for person in people}
    parent: dict[Key, Key] = {key: key for key in known}

    def root(key: Key) -> Key:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    alone: list[Visit] = []
    able: list[tuple[Key, Visit]] = []
    for visit in visits:
        who = [key for key in visit.candidates if key in known]
        if not who:
            alone.append(visit)
            continue
        for key in who[1:]:
            parent[root(key)] = root(who[0])
        able.append((who[0], visit))
    found: dict[Key, tuple[list[Visit], list[Person]]] = {}
    for person in people:
        found.setdefault(root(person.key), ([], []))[1].append(person)
    for key, visit in able:
        found[root(key)][0].append(visit)
    parts = [part for part in found.values() if part[0]]
    return [*parts, (alone, [])] if alone else parts
