"""Whom to ask for at the door: who speaks for the enterprise here, and whom our people met there before."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from community.kinds import PostKind
from enterprises.models import Enterprise, Representative
from visits.models import Visit
from wording import mask_name, mask_phone

SHOWN, LOOKED_AT = 6, 5


@dataclass(frozen=True)
class Known:
    """`key` stands for the person in a form, so that the telephone number need not leave the server."""

    key: str
    name: str
    title: str
    phone: str

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)


def find(enterprise: Enterprise, key: str) -> Known | None:
    """Of a form that may have been opened hours ago, when others were in the list."""
    if key.startswith("r") and key[1:].isascii() and key[1:].isdigit() and len(key) < 19:
        row = _speaking(enterprise).filter(pk=int(key[1:])).first()
        return _of(row) if row is not None else None
    visit, _, place = key.removeprefix("v").partition(".")
    try:
        row = Visit.objects.met().filter(enterprise=enterprise, pk=UUID(visit)).first()
    except ValueError:
        return None
    if row is None or not (place.isascii() and place.isdigit() and len(place) < 4 and int(place) < len(row.people)):
        return None
    return _met(row, int(place))


def of_enterprise(enterprise: Enterprise) -> list[Known]:
    """Those met last first, then managers and members; each once."""
    found: dict[str, Known] = {}
    for visit in Visit.objects.met().filter(enterprise=enterprise).newest().only("pk", "people")[:LOOKED_AT]:
        for place in range(len(visit.people)):
            person = _met(visit, place)
            found.setdefault(person.name, person)
    for row in _speaking(enterprise).order_by("role", "pk")[:SHOWN]:
        person = _of(row)
        if person.name not in found or not found[person.name].phone:
            found[person.name] = person
    return list(found.values())[:SHOWN]


def _speaking(enterprise: Enterprise) -> QuerySet[Representative]:
    rows = Representative.objects.filter(enterprise=enterprise, ended_at__isnull=True).exclude(role=PostKind.EMPLOYEE)
    return rows.select_related("post__user")


def _of(row: Representative) -> Known:
    return Known(f"r{row.pk}", row.post.user.display_name, str(row.get_role_display()), row.post.user.phone)


def _met(visit: Visit, place: int) -> Known:
    person = visit.people[place]
    return Known(f"v{visit.pk}.{place}", str(person.get("name", "")), str(person.get("title", "")), str(person.get("phone", "")))
