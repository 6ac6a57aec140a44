"""The file of an enterprise as JSON: the columns this reader may see, written out one by one (R5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from api.ticket import exact
from enterprises.models import Enterprise, Event, Industry, Lease, Qualification, Tenancy
from wording import mask_phone

if TYPE_CHECKING:
    from accounts.models import User

PLACE_COLUMNS = (
    "pk", "room", "from_on", "is_main", "building_id", "building__name", "building__park__code", "building__park__name", "enterprise_id",
)  # fmt: skip


def places(user: User, enterprises: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Open tenancies in sight by key of the enterprise, the main one first; one query."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Tenancy.objects.visible_to(user).open().filter(enterprise__in=enterprises).order_by("-is_main", "from_on", "pk")
    for row in rows.values(*PLACE_COLUMNS):
        found.setdefault(row["enterprise_id"], []).append(row)
    return found


def place(row: dict[str, Any]) -> dict[str, Any]:
    park, building = row["building__park__name"], row["building__name"]
    return {
        "id": row["pk"],
        "text": " ".join(part for part in (park, building, row["room"]) if part),
        "park": {"code": row["building__park__code"], "name": park},
        "building": {"id": row["building_id"], "name": building},
        "room": row["room"],
    }


def main_place(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    return place(rows[0]) if rows and rows[0]["is_main"] else None


def dossier(user: User, enterprise: Enterprise, columns: frozenset[str]) -> dict[str, Any]:
    """`columns` is what `enterprises.columns_for` says of this reader."""
    tenancies = places(user, [enterprise.pk]).get(enterprise.pk, [])
    answer: dict[str, Any] = {}
    for column, tell in _TELLERS.items():
        if column in columns:
            answer |= tell(enterprise, tenancies)
    for column, found in _HANGING.items():
        if column in columns:
            answer |= {column: found(user, enterprise, columns)}
    return answer


def _qualifications(user: User, enterprise: Enterprise, columns: frozenset[str]) -> list[dict[str, Any]]:
    rows = Qualification.objects.visible_to(user).filter(enterprise=enterprise).order_by("-issued_on", "pk")
    return [
        {
            "kind": row.kind, "label": row.get_kind_display(), "level": row.level, "number": row.number, "issued_on": row.issued_on,
            "valid_until_on": row.valid_until_on, "source": row.source,
        }
        for row in rows
    ]  # fmt: skip


def _events(user: User, enterprise: Enterprise, columns: frozenset[str]) -> list[dict[str, Any]]:
    """What somebody wrote beside an event is for those who read the file whole; of a steward or operator it is the event alone."""
    rows = Event.objects.visible_to(user).filter(enterprise=enterprise).order_by("-happened_on", "-pk")
    said = "figures" in columns or "risk" in columns
    return [
        {"kind": row.kind, "label": row.get_kind_display(), "happened_on": row.happened_on, "source": row.source, "note": row.note if said else ""} for row in rows
    ]  # fmt: skip


def _leases(user: User, enterprise: Enterprise, columns: frozenset[str]) -> list[dict[str, Any]]:
    rows = Lease.objects.visible_to(user).filter(enterprise=enterprise).select_related("building__park").order_by("-from_on", "pk")
    rent = "rent" in columns
    return [
        {
            "park": {"code": row.building.park.code, "name": row.building.park.name}, "building": {"id": row.building_id, "name": row.building.name},
            "room": row.room, "area_m2": exact(row.area_m2), "from_on": row.from_on, "until_on": row.until_on, "ended_on": row.ended_on,
        }
        | ({"annual_rent_wan": exact(row.annual_rent_wan), "rent_overdue_since_on": row.rent_overdue_since_on} if rent else {})
        for row in rows
    ]  # fmt: skip


_HANGING: dict[str, Callable[[User, Enterprise, frozenset[str]], list[dict[str, Any]]]] = {
    "qualifications": _qualifications,
    "events": _events,
    "leases": _leases,
}


def _industry(enterprise: Enterprise) -> dict[str, Any] | None:
    code, edition = enterprise.industry_code, enterprise.industry_edition
    if not code:
        return None
    # The classification is a public standard, nobody's row.
    name = Industry.objects.values_list("name", flat=True).filter(edition=edition, code=code).first()
    return {"code": code, "name": name or "", "edition": edition}


def _former_names(enterprise: Enterprise) -> list[dict[str, Any]]:
    rows = enterprise.former_names.order_by("-until_on", "pk")
    return [{"name": row.name, "until_on": row.until_on} for row in rows]


def _representatives(enterprise: Enterprise) -> list[dict[str, Any]]:
    rows = enterprise.representatives.in_force().exclude(role="employee").select_related("post__user").order_by("post__from_at", "pk")
    return [
        {
            "name": row.post.user.display_name,
            "role": row.role,
            "role_label": row.get_role_display(),
            "title": row.post.title,
            "phone": mask_phone(row.post.user.phone),
        }
        for row in rows
    ]


_Tell = Callable[[Enterprise, list[dict[str, Any]]], dict[str, Any]]
_TELLERS: dict[str, _Tell] = {
    "uscc": lambda each, at: {"uscc": each.uscc},
    "name": lambda each, at: {"name": each.name},
    "status": lambda each, at: {"status": each.status, "status_label": each.get_status_display()},
    "community": lambda each, at: {"community": {"code": each.community.code, "name": each.community.name}},
    "place": lambda each, at: {"place": main_place(at)},
    "industry": lambda each, at: {"industry": _industry(each)},
    "former_names": lambda each, at: {"former_names": _former_names(each)},
    "address": lambda each, at: {"address": each.address},
    "tenancies": lambda each, at: {"tenancies": [place(row) | {"from_on": row["from_on"], "is_main": row["is_main"]} for row in at]},
    "size_class": lambda each, at: {"size_class": each.size_class},
    "tags": lambda each, at: {"tags": each.tags},
    "listed": lambda each, at: {"listed": each.listed},
    "stock_code": lambda each, at: {"stock_code": each.stock_code},
    "established_on": lambda each, at: {"established_on": each.established_on},
    "legal_person": lambda each, at: {"legal_person": each.legal_person},
    "registered_capital_wan": lambda each, at: {
        "registered_capital_wan": exact(each.registered_capital_wan),
        "capital_currency": each.capital_currency,
    },
    "staff_count": lambda each, at: {"staff_count": each.staff_count},
    "representatives": lambda each, at: {"representatives": _representatives(each)},
}
