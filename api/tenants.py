"""Rows of lists of enterprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.dossier import main_place, places
from api.ticket import exact

if TYPE_CHECKING:
    from accounts.models import User

TENANT_COLUMNS = (
    "uscc", "name", "status", "community__code", "community__name", "industry_code", "size_class", "tags", "listed", "stock_code",
    "established_on",
)  # fmt: skip
STREET_COLUMNS = (*TENANT_COLUMNS, "legal_person", "registered_capital_wan", "capital_currency", "staff_count", "uscc_warning")
_JOINED = ("community__code", "community__name")


def tenant_rows(user: User, rows: list[dict[str, Any]], columns: tuple[str, ...] = TENANT_COLUMNS) -> list[dict[str, Any]]:
    """One query more for the places."""
    seats = places(user, [row["pk"] for row in rows])
    return [
        {name: exact(row[name]) if name == "registered_capital_wan" else row[name] for name in columns if name not in _JOINED}
        | {"community": {"code": row["community__code"], "name": row["community__name"]}, "place": main_place(seats.get(row["pk"], []))}
        for row in rows
    ]
